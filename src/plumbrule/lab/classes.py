"""Decisions among several classes: which class each group is given, how often rightly, and what is mistaken for what.

One pass over the rows counts label by prediction for every group. Each class is then held against all others together
("one against the rest"), which turns it into a decision of yes and no with the rates and intervals of any other; the
full table of label by prediction stands beside them.

>>> from plumbrule.lab import attributes, open_table
>>> import pathlib, tempfile
>>> rows = ["sex,truth,said", *["men,low,low"] * 50, *["men,high,low"] * 10, *["women,high,high"] * 40, *["women,mid,low"] * 20]
>>> with tempfile.TemporaryDirectory() as folder:
...     path = pathlib.Path(folder) / "risk.csv"
...     _ = path.write_text("\\n".join(rows), encoding="utf-8")
...     with open_table(path) as table:
...         asked = Decisions(prediction="said", label="truth", by=attributes(["sex"], []), kind="classes")
...         found = measure_classes(count_classes(table, asked), ("sex",))
>>> found.classes, found.groups[0].group, found.groups[0].confusion.tolist()
(('high', 'low', 'mid'), {'sex': 'men'}, [[0, 10, 0], [0, 50, 0], [0, 0, 0]])
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.observation import Estimate, Group
from plumbrule.errors import TableError
from plumbrule.lab.cells import Cells, RollUp, cells_from, roll_up, selections
from plumbrule.lab.columns import MOST_OUTCOMES, Decisions
from plumbrule.lab.compared import Pairs, pairs
from plumbrule.lab.inference.gaps import Comparison, Gap, GapTable, RateTable
from plumbrule.lab.measure import Excluded, choose_references
from plumbrule.lab.metrics import METRICS, MISSING, YES, Metric, metrics_for
from plumbrule.lab.tables.table import Table

COMPARED = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision", "false_omission_rate", "base_rate")
"""The rates of each class whose gaps are given; the others are what is missing to 1, and would only widen all intervals."""
_ACCURACY = METRICS["accuracy"]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassCells:
    """Cells whose `label` and `prediction` index `classes` (-1 for missing) in place of saying yes or no."""

    cells: Cells
    classes: tuple[str, ...]
    labelled: bool

    def against_the_rest(self, code: int) -> Cells:
        """The cells in which one class is yes and every other no."""
        return self._coded(*(np.where(part < 0, MISSING, part == code) for part in (self.cells.label, self.cells.prediction)))

    def right_or_wrong(self) -> Cells:
        """The cells in which every label is yes and a prediction is yes where it is right: the accuracy is over all classes."""
        label, prediction = self.cells.label, self.cells.prediction
        return self._coded(np.where(label < 0, MISSING, YES), np.where(prediction < 0, MISSING, prediction == label))

    def _coded(self, label: NDArray[np.generic], prediction: NDArray[np.generic]) -> Cells:
        return replace(self.cells, label=label.astype(np.int64), prediction=prediction.astype(np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassGroup:
    """One group: how many people, the accuracy over all classes (None without labels), and the rates of each class.

    `confusion` counts people, shape (classes, classes): [label, prediction], both known; without labels it is None.
    """

    group: Group
    n: int
    accuracy: Estimate | None
    rates: Mapping[str, Mapping[str, Estimate]]
    confusion: Counts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassGap:
    """A gap in the rate of one class against the rest; `of` is None for the accuracy over all classes."""

    of: str | None
    gap: Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMeasurement:
    """What a table of decisions among several classes shows. All gaps are simultaneous: over classes, metrics and groups."""

    classes: tuple[str, ...]
    rows: int
    undecided: int
    unlabelled: int
    by: tuple[str, ...]
    references: Mapping[str, str]
    overall: ClassGroup
    groups: tuple[ClassGroup, ...]
    gaps: tuple[ClassGap, ...]
    excluded: tuple[Excluded, ...]
    confidence: float


def count_classes(table: Table, decisions: Decisions) -> ClassCells:
    """One GROUP BY over the table.

    Raises:
        TableError: a column does not hold what it should, or there are fewer than two or more than 50 classes.
    """
    _check(decisions)
    decisions.check(table)
    _check_few(table, decisions)
    found = table.columns_of(decisions.cells_sql(table))
    texts = {name: _texts(found[name]) for name in ("label", "prediction")}
    held = {value for column in texts.values() for value in column if value is not None}
    if len(held) < 2:
        raise _wrong_number(decisions, held)
    classes = tuple(sorted(held, key=_in_order))
    code = {value: index for index, value in enumerate(classes)}
    coded = {name: np.array([MISSING if one is None else code[one] for one in column]) for name, column in texts.items()}
    marks = np.array(["0"] * len(found["rows"]), object)
    cells = cells_from({**found, "label": marks, "prediction": marks}, replace(decisions, favourable=None))
    return ClassCells(
        cells=replace(cells, label=coded["label"], prediction=coded["prediction"]),
        classes=classes,
        labelled=decisions.label is not None,
    )


def _check(decisions: Decisions) -> None:
    """What goes with several classes."""
    for given, name, cure in (
        (decisions.favourable, "--favourable", "Leave one of them out: --favourable looks at one value against all others."),
        (decisions.score, "--score", "A score speaks for one class: name it with --favourable and leave --multiclass out."),
        (decisions.within, "--within", "Leave it out, or look at one class at a time with --favourable."),
    ):
        if given:
            raise TableError(f"{name} was given with --multiclass.", expected="one of them", cure=cure)


def _check_few(table: Table, decisions: Decisions) -> None:
    """Some dozens of classes at most; grouping by more would keep every row."""
    for column in filter(None, (decisions.prediction, decisions.label)):
        found = table.query(
            f"SELECT DISTINCT {table.key_sql(column)} AS v FROM {table.relation} WHERE v IS NOT NULL LIMIT {MOST_OUTCOMES + 1}"
        )
        if len(found) > MOST_OUTCOMES:
            raise _wrong_number(decisions, {str(value) for (value,) in found})


def _wrong_number(decisions: Decisions, held: set[str]) -> TableError:
    listed = ", ".join(map(repr, sorted(held)[:8])) + (" and more" if len(held) > 8 else "")
    number = f"more than {MOST_OUTCOMES} values" if len(held) > MOST_OUTCOMES else "one value" if held else "no value"
    return TableError(
        f"The columns of predictions and labels hold {number}{': ' + listed if held else ''}.",
        expected=f"2 to {MOST_OUTCOMES} classes",
        cure="Put the rare ones together in a query, or give --numeric if these are amounts."
        if len(held) > MOST_OUTCOMES
        else f"Look whether {decisions.prediction!r} is the column you mean.",
    )


def _in_order(value: str) -> tuple[bool, float, str]:
    """Numbers by their size, then texts by the alphabet."""
    try:
        return False, float(value), value
    except ValueError:
        return True, 0.0, value


def _texts(column: NDArray[np.generic]) -> list[str | None]:
    if isinstance(column, np.ma.MaskedArray):
        return [None if hidden else str(value) for value, hidden in zip(column.data, np.ma.getmaskarray(column), strict=True)]
    return [None if value is None else str(value) for value in column]


def measure_classes(
    counted: ClassCells,
    by: tuple[str, ...],
    *,
    references: Mapping[str, str] | None = None,
    confidence: float = 0.95,
    min_n: int = 10,
    intersections: bool = True,
) -> ClassMeasurement:
    """Rates of every class in every group, the gaps between groups, and who was taken for what; all of it exploratory.

    Arguments as `measure_cells`.

    Raises:
        TableError: the reference named is no group, or an attribute has one group only.
    """
    right = counted.right_or_wrong()
    chosen = choose_references(right, by, references or {})
    named = selections(by, intersections=intersections)
    plans = {}
    for names in named:
        rolled = roll_up(right, names)
        plans[names] = pairs(names, dict(zip(rolled.keys, map(int, rolled.size()), strict=True)), chosen, min_n)
    sides: list[tuple[str | None, Cells, list[Metric]]] = [(None, right, [_ACCURACY])] if counted.labelled else []
    sides += [
        (name, counted.against_the_rest(code), [one for one in metrics_for(label=counted.labelled) if one.name in COMPARED])
        for code, name in enumerate(counted.classes)
    ]
    size = 2 * sum(len(compared) for compared, _ in plans.values()) * sum(len(metrics) for _, _, metrics in sides)
    everybody = roll_up(right, ())
    return ClassMeasurement(
        classes=counted.classes,
        rows=int(everybody.rows.sum()),
        undecided=int(everybody.rows[:, :, MISSING].sum()),
        unlabelled=int(everybody.rows[:, MISSING, :].sum()) if counted.labelled else 0,
        by=by,
        references=chosen,
        overall=_groups(counted, (), confidence)[0],
        groups=tuple(itertools.chain.from_iterable(_groups(counted, names, confidence) for names in named)),
        gaps=tuple(
            ClassGap(of=name, gap=gap)
            for name, cells, metrics in sides
            for names in named
            for gap in _gaps(roll_up(cells, names), metrics, plans[names][0], confidence, max(size, 1))
        ),
        excluded=tuple(itertools.chain.from_iterable(small for _, small in plans.values())),
        confidence=confidence,
    )


def _gaps(rolled: RollUp, metrics: Sequence[Metric], compared: Pairs, confidence: float, comparisons: int) -> Sequence[Gap]:
    if not compared:
        return ()
    return GapTable(
        rolled,
        metrics,
        [Comparison(group=group, reference=reference) for group, reference in compared],
        confidence=confidence,
        comparisons=comparisons,
        family="exploratory",
    )


def _groups(counted: ClassCells, names: tuple[str, ...], confidence: float) -> list[ClassGroup]:
    """Every group of a roll-up: its rates by class, and its table of label by prediction."""
    metrics = [one for one in metrics_for(label=counted.labelled) if one.name != "accuracy"]
    tables = {
        name: RateTable(roll_up(counted.against_the_rest(code), names), metrics, confidence, scored=False)
        for code, name in enumerate(counted.classes)
    }
    rolled = roll_up(counted.right_or_wrong(), names)
    confusion = _confusion(counted, names, len(rolled.keys)) if counted.labelled else None
    accuracy = RateTable(rolled, [METRICS["selection_rate"], _ACCURACY], confidence, scored=False) if counted.labelled else None
    return [
        ClassGroup(
            group=rolled.group(index),
            n=int(rolled.size()[index]),
            accuracy=accuracy[index].metrics["accuracy"] if accuracy else None,
            rates={name: {metric.name: one[index].metrics[metric.name] for metric in metrics} for name, one in tables.items()},
            confusion=confusion[index] if confusion is not None else None,
        )
        for index in range(len(rolled.keys))
    ]


def _confusion(counted: ClassCells, names: tuple[str, ...], groups: int) -> Counts:
    """People by group, label and prediction; in the order of the roll-up's groups."""
    cells, size = counted.cells, len(counted.classes)
    columns = [cells.codes[:, cells.attributes.index(name)] for name in names]
    lines = np.stack(columns, axis=1) if columns else np.zeros((len(cells.rows), 0), np.int64)
    place = np.unique(lines, axis=0, return_inverse=True)[1].reshape(-1) if columns else np.zeros(len(cells.rows), np.int64)
    known = (cells.label >= 0) & (cells.prediction >= 0)
    flat = (place * size + cells.label) * size + cells.prediction
    counts = np.bincount(flat[known], weights=cells.rows[known], minlength=groups * size * size)
    return np.rint(counts).astype(np.int64).reshape(groups, size, size)
