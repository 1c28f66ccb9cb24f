"""Measure a decision table: rates of every group, gaps between them, and gaps within strata. No law, no verdict."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Group, Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab.cells import Cells, Key, RollUp, bearable_order, count_cells, roll_up, selections, tally
from plumbrule.lab.columns import Decisions
from plumbrule.lab.inference import adjust, intervals
from plumbrule.lab.inference.gaps import Comparison, Gap, GapTable, Rates, RateTable
from plumbrule.lab.metrics import Metric, metrics_for
from plumbrule.lab.model import Adjustment, Level
from plumbrule.lab.tables.table import Table

TOO_SMALL = message("fewer people than the least group size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A group that was not compared, with its size and the reason (an English message id)."""

    group: Group
    n: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """The rates of the groups within one stratum."""

    stratum: Group
    groups: tuple[Rates, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measurement:
    """What a decision table shows about groups.

    `rows` counts people in the table, `unlabelled` and `undecided` those without a label (where one was asked for)
    and without a prediction. `references` is the group each attribute is held against. `rates` and `comparisons` have
    one table for each roll-up; `groups` and `gaps` read them line by line. `order` is the most attributes that were
    combined, where that was limited.
    """

    rows: int
    undecided: int
    unlabelled: int
    by: tuple[str, ...]
    references: Mapping[str, str]
    overall: Rates
    rates: tuple[RateTable, ...]
    comparisons: tuple[GapTable, ...]
    excluded: tuple[Excluded, ...]
    strata: tuple[Stratum, ...]
    adjustments: tuple[Adjustment, ...]
    confidence: float
    order: int | None = None

    @property
    def groups(self) -> Iterator[Rates]:
        """Every group, attribute by attribute, then the intersections."""
        return itertools.chain.from_iterable(self.rates)

    @property
    def gaps(self) -> Iterator[Gap]:
        """Every gap, roll-up by roll-up; in each metric by metric, difference before ratio."""
        return itertools.chain.from_iterable(self.comparisons)


def measure(
    table: Table,
    decisions: Decisions,
    *,
    references: Mapping[str, str] | None = None,
    confidence: float = 0.95,
    min_n: int = 10,
    intersections: bool = True,
) -> Measurement:
    """Everything that can be said about these groups; all of it exploratory.

    Args:
        table: the decision table.
        decisions: which column plays which part.
        references: the group each attribute is held against; by default its largest group.
        confidence: of each rate's interval, and of all gaps together.
        min_n: groups with fewer people are not compared (their rates are still given).
        intersections: look at combinations of the attributes too.

    Raises:
        TableError: a column or a group is not there, or does not hold what it should.
    """
    by, within = (tuple(attribute.name for attribute in part) for part in (decisions.by, decisions.within))
    return measure_cells(
        count_cells(table, decisions),
        by,
        within=within,
        label=decisions.label is not None,
        scored=decisions.score is not None,
        references=references,
        confidence=confidence,
        min_n=min_n,
        intersections=intersections,
    )


def measure_cells(
    cells: Cells,
    by: tuple[str, ...],
    *,
    within: tuple[str, ...] = (),
    label: bool = False,
    scored: bool = False,
    references: Mapping[str, str] | None = None,
    confidence: float = 0.95,
    min_n: int = 10,
    intersections: bool = True,
    with_intervals: bool = True,
) -> Measurement:
    """The same from cells that were counted before; `label` and `scored` say whether they hold labels and scores.

    Without intervals (`with_intervals=False`) rates stand alone and nothing is compared.
    """
    metrics = metrics_for(label=label)
    chosen = choose_references(cells, by, references or {})
    order = bearable_order(cells, by) if intersections else 1
    rolled = [roll_up(cells, names) for names in selections(by, intersections=intersections, order=order)]
    plans = [_comparisons(one, chosen, min_n) if with_intervals else ((), ()) for one in rolled]
    size = max(sum(len(plan) for plan, _ in plans) * len(metrics) * 2, 1)
    everybody = roll_up(cells, ())
    return Measurement(
        rows=int(everybody.rows.sum()),
        undecided=int(everybody.rows[:, :, -1].sum()),
        unlabelled=int(everybody.rows[:, -1, :].sum()) if label else 0,
        by=by,
        references=chosen,
        overall=RateTable(everybody, metrics, confidence, scored=scored)[0],
        rates=tuple(RateTable(one, metrics, confidence, scored=scored, intervals_too=with_intervals) for one in rolled),
        comparisons=tuple(
            GapTable(one, metrics, plan, confidence=confidence, comparisons=size, family="exploratory")
            for one, (plan, _) in zip(rolled, plans, strict=True)
            if plan
        ),
        excluded=tuple(itertools.chain.from_iterable(small for _, small in plans)),
        strata=_strata(cells, by, within, metrics, confidence) if within else (),
        adjustments=tuple(
            adjustment
            for one, (plan, _) in zip(rolled, plans, strict=True)
            if within and plan
            for adjustment in stratified(cells, one.attributes, within, metrics, plan, confidence=confidence, comparisons=size)
        ),
        confidence=confidence,
        order=order if intersections and order < len(by) else None,
    )


def choose_references(cells: Cells, by: Sequence[str], named: Mapping[str, str]) -> dict[str, str]:
    """The reference group of each attribute: the one named, else the largest (a missing value never is).

    Raises:
        TableError: the group named is not there, or an attribute has fewer than two groups.
    """
    for name in named:
        if name not in by:
            raise TableError(
                f"A reference was given for {name!r}, which is not looked at.",
                expected=f"one of {', '.join(by)}",
                cure=f"Add --by {name}.",
            )
    chosen = {}
    for name in by:
        rolled = roll_up(cells, (name,))
        decided = rolled.rows[:, :, :2].sum(axis=(1, 2))
        sizes = {
            str(key[0]): int(size) for key, size in zip(rolled.keys, decided, strict=True) if key[0] is not None and size > 0
        }
        chosen[name] = choose_reference(name, sizes, named.get(name))
    return chosen


def choose_reference(name: str, sizes: Mapping[str, int], named: str | None) -> str:
    """The reference group of one attribute among groups of these sizes: the one named, else the largest.

    Raises:
        TableError: there are fewer than two groups, or none of that name.
    """
    if len(sizes) < 2:
        raise TableError(
            f"The column {name!r} holds {'one group only: ' + next(iter(sizes)) if sizes else 'no value'}.",
            expected="at least two groups with decisions, so that they can be compared",
            cure="Name another column, or check that the rows of the other groups were not left out.",
        )
    if named is not None and named not in sizes:
        raise TableError(
            f"The reference {named!r} is no group of {name!r}.",
            expected=f"one of {', '.join(sizes)}",
            cure=f"Write --reference {name}=GROUP with one of these.",
        )
    return named or max(sizes, key=lambda value: (sizes[value], value))


def _comparisons(
    rolled: RollUp, references: Mapping[str, str], min_n: int
) -> tuple[tuple[Comparison, ...], tuple[Excluded, ...]]:
    """Every group against the reference, and the groups left out as too small."""
    reference: Key = tuple(references[name] for name in rolled.attributes)
    sizes = {key: int(size) for key, size in zip(rolled.keys, rolled.size(), strict=True) if None not in key}
    small = tuple(
        Excluded(group=dict(zip(rolled.attributes, key, strict=True)), n=size, reason=TOO_SMALL)
        for key, size in sizes.items()
        if size < min_n
    )
    if sizes.get(reference, 0) < min_n:
        return (), small
    return tuple(
        Comparison(group=key, reference=reference) for key, size in sizes.items() if size >= min_n and key != reference
    ), small


def _strata(
    cells: Cells, by: tuple[str, ...], within: tuple[str, ...], metrics: Sequence[Metric], confidence: float
) -> tuple[Stratum, ...]:
    """The rates of each single attribute's groups within each stratum."""
    found: dict[Key, list[Rates]] = {}
    for name in by:
        for one in RateTable(roll_up(cells, (*within, name)), metrics, confidence, scored=False):
            stratum = tuple(one.group[column] for column in within)
            found.setdefault(stratum, []).append(Rates(group={name: one.group[name]}, n=one.n, metrics=one.metrics))
    return tuple(Stratum(stratum=dict(zip(within, key, strict=True)), groups=tuple(groups)) for key, groups in found.items())


def stratified(
    cells: Cells,
    attributes: tuple[str, ...],
    within: tuple[str, ...],
    metrics: Sequence[Metric],
    compared: Sequence[Comparison],
    *,
    confidence: float,
    comparisons: int,
    family: Family = "exploratory",
) -> tuple[Adjustment, ...]:
    """The Mantel-Haenszel difference of each comparison over the strata, beside the raw one (see `adjust`)."""
    rolled, fine = roll_up(cells, attributes), roll_up(cells, (*within, *attributes))
    level = Level(confidence=confidence, comparisons=comparisons)
    found = []
    for metric in metrics:
        raw = {
            (tuple(gap.group.values()), tuple(gap.reference.values())): gap.estimate
            for gap in GapTable(rolled, [metric], compared, confidence=confidence, comparisons=comparisons, family=family)
            if gap.kind == "difference"
        }
        for comparison in compared:
            estimate = raw[comparison.group, comparison.reference]
            found.append(_stratified(fine, len(within), metric, comparison, estimate, level, within))
    return tuple(found)


def _stratified(
    fine: RollUp, depth: int, metric: Metric, comparison: Comparison, raw: Estimate, level: Level, within: tuple[str, ...]
) -> Adjustment:
    counted = tally(fine, metric)
    sides: dict[Key, dict[Key, tuple[float, float, int]]] = {}
    for index, key in enumerate(fine.keys):
        if key[depth:] in (comparison.group, comparison.reference):
            sides.setdefault(key[:depth], {})[key[depth:]] = (
                float(counted.x[index]),
                float(counted.n[index]),
                int(counted.rows[index]),
            )
    usable = [
        side
        for stratum, side in sides.items()
        if None not in stratum and len(side) == 2 and all(n > 0 for _, n, _ in side.values())
    ]
    used = sum(rows for side in usable for _, _, rows in side.values())
    lost = sum(rows for side in sides.values() for _, _, rows in side.values()) - used
    strata = [(*side[comparison.group][:2], *side[comparison.reference][:2]) for side in usable]
    adjusted = _mantel_haenszel(strata, used, level.each)
    same = _crude(strata, used, level.each)
    return Adjustment(
        kind="mantel-haenszel",
        metric=metric.name,
        group=dict(zip(fine.attributes[depth:], comparison.group, strict=True)),
        reference=dict(zip(fine.attributes[depth:], comparison.reference, strict=True)),
        raw=raw,
        raw_same_rows=same,
        adjusted=adjusted,
        factors=within,
        used=used,
        lost=lost,
        reversed=is_reversed(same, adjusted),
        confidence=level.confidence,
        comparisons=level.comparisons,
    )


def _mantel_haenszel(strata: Sequence[adjust.Stratum], used: int, level: float) -> Estimate:
    if not strata:
        return Unknown(reason=message("no stratum holds both groups"), n=used)
    value, variance = adjust.mantel_haenszel_difference(strata)
    half = intervals.critical_value(level) * variance**0.5
    return Known(value=value, low=max(value - half, -1.0), high=min(value + half, 1.0), n=used, method="mantel-haenszel, sato")


def _crude(strata: Sequence[adjust.Stratum], used: int, level: float) -> Estimate:
    x1, n1, x0, n0 = (sum(column) for column in zip(*strata, strict=True)) if strata else (0.0, 0.0, 0.0, 0.0)
    if n1 <= 0 or n0 <= 0:
        return Unknown(reason=message("no stratum holds both groups"), n=used)
    low, high = intervals.score_difference(x1, n1, x0, n0, level)
    return Known(value=x1 / n1 - x0 / n0, low=float(low), high=float(high), n=used, method="miettinen-nurminen")


def is_reversed(raw: Estimate, adjusted: Estimate) -> bool:
    """Whether the sign of the gap turned: Simpson's reversal."""
    return isinstance(raw, Known) and isinstance(adjusted, Known) and raw.value * adjusted.value < 0


def stratified_primary(
    cells: Cells,
    attribute: str,
    group: str,
    reference: str,
    within: tuple[str, ...],
    metrics: Sequence[Metric],
    *,
    confidence: float,
    comparisons: int,
) -> tuple[Adjustment, ...]:
    """The Mantel-Haenszel figure of one planned comparison."""
    compared = [Comparison(group=(group,), reference=(reference,))]
    return stratified(
        cells, (attribute,), within, metrics, compared, confidence=confidence, comparisons=comparisons, family="primary"
    )
