"""What must not change an answer, and what must change it by a known rule: on the real path from a file to the figures."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.base.observation import Estimate, Known
from plumbrule.lab import (
    Cells,
    Decisions,
    Meaning,
    Measurement,
    Release,
    Table,
    add_cells,
    attributes,
    cells_file,
    count_cells,
    held_in,
    measure,
    measure_cells,
    open_table,
)

COLUMNS = ("race", "sex", "label", "prediction", "people", "weight")
BY = ("race", "sex")
Row = tuple[str, str, str, str, str, str]
EACH: list[Row] = [
    (race, sex, "1" if race == sex else "0", prediction, "1", "1.5")
    for race, sex in (("a", "a"), ("a", "b"), ("b", "a"), ("b", "b"))
    for prediction in "01"
]
"""So that every attribute has two groups with decisions."""
rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", ""]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["0", "1", ""]),
        st.sampled_from(["0", "1", "1", ""]),
        st.sampled_from(["1", "2", "5"]),
        st.sampled_from(["0.5", "1.25", "3.75", "0.1"]),
    ),
    max_size=40,
).map(lambda drawn: EACH + drawn)
REFERENCES = {"race": "a", "sex": "a"}
few = settings(deadline=None, max_examples=8)


@contextmanager
def opened(table: Sequence[Sequence[str]], columns: Sequence[str] = COLUMNS) -> Iterator[Table]:
    """These rows, written to a file and opened again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([columns, *table])
        with open_table(path) as found:
            yield found


def decided(by: Sequence[str] = BY, **parts: str) -> Decisions:
    """Which column plays which part."""
    return Decisions(prediction="prediction", label="label", by=attributes(list(by), []), **parts)


def measured(
    table: Sequence[Sequence[str]],
    references: Mapping[str, str] = REFERENCES,
    *,
    by: Sequence[str] = BY,
    columns: Sequence[str] = COLUMNS,
    **parts: str,
) -> Measurement:
    """Rates and gaps of these rows; groups of every size are compared."""
    with opened(table, columns) as found:
        return measure(found, decided(by, **parts), references={name: references[name] for name in by}, min_n=1)


def cells_of(table: Sequence[Sequence[str]]) -> Cells:
    """The cells of these rows."""
    with opened(table) as found:
        return count_cells(found, decided())


Names = Mapping[str | None, str | None]


def figures(found: Measurement, race: Names | None = None) -> dict[Any, Any]:
    """Everything it says, by whom and about what, whatever the order; `race` gives races another name first."""

    def key(group: Mapping[str, str | None]) -> frozenset[tuple[str, str | None]]:
        return frozenset((name, race[value] if race and name == "race" else value) for name, value in group.items())

    said: dict[Any, Any] = {"rows": found.rows, "undecided": found.undecided, "unlabelled": found.unlabelled}
    for one in (found.overall, *found.groups):
        said[key(one.group)] = one.n, {name: numbers(estimate) for name, estimate in one.metrics.items()}
    for gap in found.gaps:
        said[gap.metric, key(gap.group), key(gap.reference), gap.kind] = numbers(gap.estimate), gap.bounds, gap.n
    said["excluded"] = {(key(one.group), one.n, one.reason) for one in found.excluded}
    return said


def numbers(estimate: Estimate) -> tuple[Any, ...]:
    """Value, ends, people and method, or the reason why there is none."""
    if isinstance(estimate, Known):
        return estimate.value, estimate.low, estimate.high, estimate.n, estimate.method
    return estimate.reason, estimate.n


@given(rows, st.randoms(use_true_random=False))
@few
def test_the_order_of_rows_says_nothing(table: list[Row], draw: Any) -> None:
    """Shuffled rows: the same figures to the last bit."""
    shuffled = draw.sample(table, len(table))
    assert figures(measured(shuffled, count="people")) == figures(measured(table, count="people"))


@given(rows, st.permutations(range(len(COLUMNS))), st.permutations(BY))
@few
def test_the_order_of_columns_says_nothing(table: list[Row], order: list[int], by: list[str]) -> None:
    """Columns of the file and attributes of the question in another order: the same figures."""
    turned = [[row[place] for place in order] for row in table]
    found = measured(turned, columns=[COLUMNS[place] for place in order], by=by)
    assert figures(found) == figures(measured(table))


@given(rows, st.permutations(["z", "ä, b", '"q"', "0"]))
@few
def test_other_names_for_the_groups(table: list[Row], names: list[str]) -> None:
    """Groups renamed, so that their alphabet is another: the figures follow the names."""
    new: dict[str | None, str | None] = dict(zip("abc", names, strict=False))
    renamed = [(new.get(row[0], row[0]), *row[1:]) for row in table]
    found = measured(renamed, references={"race": str(new["a"]), "sex": "a"})  # type: ignore[arg-type]  # a missing race stays ""
    assert figures(found) == figures(measured(table), new | {None: None})


@given(rows, st.integers(0, 48))
@few
def test_a_file_split_in_two(table: list[Row], at: int) -> None:
    """Two sites' cells, sealed, added: the figures of the whole table. (A site without one label is refused.)"""
    parts = (EACH + table[:at], table[at:] + EACH)
    whole = measure_cells(cells_of([*parts[0], *parts[1]]), BY, label=True, references=REFERENCES, min_n=1)
    decisions, sealed = decided(), Release(rule="none")
    files = [
        cells_file(cells_of(part), Meaning.of(decisions), decisions.by, sealed, software="plumbrule/0", source="0" * 64)
        for part in parts
    ]
    held = add_cells([held_in(file) for file in files], [f"site {place}" for place in range(len(files))])
    assert held.cells is not None
    added = measure_cells(held.cells, BY, label=True, references=REFERENCES, min_n=1)
    assert figures(added) == figures(whole)


@given(rows, st.sampled_from([0.25, 2.1, 3.7, 1000.3]))
@few
def test_the_scale_of_weights_says_nothing(table: list[Row], scale: float) -> None:
    """Weights in other units: the same values and intervals, since they only say how rows stand to one another."""
    scaled = [(*row[:5], repr(float(row[5]) * scale)) for row in table]
    one, two = figures(measured(table, weight="weight")), figures(measured(scaled, weight="weight"))
    before, after = flat(one), flat(two)
    assert before.keys() == after.keys()
    for name, said in before.items():
        expected = pytest.approx(said, rel=1e-9, abs=1e-9) if isinstance(said, float) else said
        assert after[name] == expected, name


def flat(said: Any) -> dict[Any, Any]:
    """Nested figures as one level, for comparing nearly."""
    if isinstance(said, dict | tuple):
        parts = said.items() if isinstance(said, dict) else enumerate(said)
        return {(name, *inner): value for name, part in parts for inner, value in flat(part).items()}
    return {(): said}


@given(rows)
@few
def test_two_groups_made_one(table: list[Row]) -> None:
    """Race c joins race b: its rates are those of both together, and nobody else's change."""
    apart = measured(table)
    joined = measured([("b" if row[0] == "c" else row[0], *row[1:]) for row in table])
    before, after = figures(apart), figures(joined)
    for group, said in after.items():
        if isinstance(group, frozenset) and ("race", "b") not in group:
            assert before[group] == said
    of = {one.group["race"]: one for one in apart.groups if set(one.group) == {"race"}}
    (both,) = [one for one in joined.groups if one.group == {"race": "b"}]
    parts = [of[name] for name in "bc" if name in of]
    assert both.n == sum(part.n for part in parts)
    for metric, estimate in both.metrics.items():
        known = [found for part in parts if isinstance(found := part.metrics[metric], Known)]
        assert isinstance(estimate, Known) == bool(known)
        if isinstance(estimate, Known):
            assert estimate.n == sum(found.n for found in known)
            assert estimate.value == pytest.approx(sum(found.value * found.n for found in known) / estimate.n, abs=1e-12)


@given(rows)
@few
def test_a_table_twice_is_each_count_doubled(table: list[Row]) -> None:
    """All rows twice, or each standing for twice as many people: the same figures to the last bit, intervals too."""
    doubled = [(*row[:4], str(2 * int(row[4])), row[5]) for row in table]
    assert figures(measured(table + table, count="people")) == figures(measured(doubled, count="people"))


@given(rows)
@few
def test_counts_are_rows_written_out(table: list[Row]) -> None:
    """A row that stands for five people is five rows."""
    written = [row for row in table for _ in range(int(row[4]))]
    assert figures(measured(table, count="people")) == figures(measured(written))


@given(rows)
@few
def test_yes_and_no_exchanged(table: list[Row]) -> None:
    """The other outcome is the favourable one: true positives become true negatives, and so on, with mirrored intervals."""
    turn = {"0": "1", "1": "0", "": ""}
    one, two = measured(table), measured([(*row[:2], turn[row[2]], turn[row[3]], *row[4:]) for row in table])
    after = figures(two)
    for group, (n, metrics) in ((name, said) for name, said in figures(one).items() if isinstance(name, frozenset)):
        assert after[group][0] == n
        for metric, other in EXCHANGED.items():
            assert len(after[group][1][other]) == len(metrics[metric])
            if len(metrics[metric]) > 2:
                assert after[group][1][other][:3] == pytest.approx(metrics[metric][:3], abs=1e-12), (metric, other)
        for metric, other in TURNED.items():
            if len(metrics[metric]) > 2:
                value, low, high = metrics[metric][:3]
                assert after[group][1][other][:3] == pytest.approx((1 - value, 1 - high, 1 - low), abs=1e-12), (metric, other)


EXCHANGED = {
    "true_positive_rate": "true_negative_rate",
    "true_negative_rate": "true_positive_rate",
    "false_positive_rate": "false_negative_rate",
    "false_negative_rate": "false_positive_rate",
    "accuracy": "accuracy",
}
TURNED = {"selection_rate": "selection_rate", "base_rate": "base_rate", "false_omission_rate": "precision"}


@given(rows)
@few
def test_the_other_group_as_reference(table: list[Row]) -> None:
    """Women against men is minus men against women, interval and all."""
    one, two = (measured(table, {"sex": sex}, by=("sex",)) for sex in "ab")
    back = {gap.metric: gap.estimate for gap in two.gaps if gap.kind == "difference"}
    for gap in one.gaps:
        other = back[gap.metric]
        if gap.kind == "difference":
            assert isinstance(gap.estimate, Known) == isinstance(other, Known)
            if isinstance(gap.estimate, Known) and isinstance(other, Known):
                expected = (-other.value, -other.high, -other.low)
                assert (gap.estimate.value, gap.estimate.low, gap.estimate.high) == pytest.approx(expected, abs=1e-7)


@given(rows, st.lists(st.sampled_from(["0", "1", ""]), min_size=1, max_size=9))
@few
def test_people_of_unknown_race(table: list[Row], decided: list[str]) -> None:
    """More rows whose race is missing move no race's rates; they are counted."""
    more = [("", "a", "1", prediction, "1", "1.5") for prediction in decided]
    before, after = (figures(measured(part, by=("race",))) for part in (table, table + more))
    assert after["rows"] == before["rows"] + len(more)
    for name, said in before.items():
        if isinstance(name, frozenset) and name and ("race", None) not in name:
            assert after[name] == said


@given(rows)
@few
def test_looking_at_more_moves_no_rate(table: list[Row]) -> None:
    """The rates of the races are the same whether or not sexes are looked at as well."""
    alone, more = figures(measured(table, by=("race",))), figures(measured(table))
    for name, said in alone.items():
        if isinstance(name, frozenset):
            assert more[name] == said
