"""Count once: whatever is done to the rows, the answers follow."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab import METRICS, Decisions, Measurement, attributes, measure, open_table

Row = tuple[str, str, str, str]
"""race, sex, label, prediction"""


def write(path: Path, rows: list[Row], extra: list[str] | None = None) -> Path:
    """A CSV file with a header, and one more column if asked for."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["race", "sex", "label", "prediction", *(["extra"] if extra else [])])
        writer.writerows([*row, *([extra[i]] if extra else [])] for i, row in enumerate(rows))
    return path


def look(path: Path, **options: str) -> Measurement:
    """Measure by race and sex."""
    with open_table(path) as table:
        return measure(
            table, Decisions(prediction="prediction", label="label", by=attributes(["race", "sex"], []), **options), min_n=1
        )


def by_hand(rows: list[Row], metric: str, chosen: dict[str, str | None]) -> tuple[int, int]:
    """Successes and trials of a metric in a group, row by row."""
    spec = METRICS[metric]
    code = {"1": 1, "0": 0, "": -1}
    pairs = [(code[r[2]], code[r[3]]) for r in rows if all(r[("race", "sex").index(k)] == (v or "") for k, v in chosen.items())]
    return sum(p in spec.numerator for p in pairs), sum(p in spec.denominator for p in pairs)


rows_of_people = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "null", ""]),
        st.sampled_from(["x", "y"]),
        st.sampled_from(["0", "1", ""]),
        st.sampled_from(["0", "1"]),
    ),
    min_size=4,
    max_size=40,
).map(lambda rows: [("a", "x", "1", "1"), ("b", "y", "0", "0"), *rows])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of_people)
def test_every_rate_is_the_count_by_hand(tmp_path: Path, rows: list[Row]) -> None:
    """Each group's every rate, alone and intersected, missing values their own line, is the row-by-row count."""
    found = look(write(tmp_path / "t.csv", rows))
    assert found.rows == len(rows)
    for group in found.groups:
        for name in METRICS:
            x, n = by_hand(rows, name, dict(group.group))
            estimate = group.metrics[name]
            if n == 0:
                assert isinstance(estimate, Unknown)
            else:
                assert isinstance(estimate, Known)
                assert (estimate.value, estimate.n) == (pytest.approx(x / n, abs=1e-15), n)
                assert estimate.low <= estimate.value <= estimate.high


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of_people, seed=st.integers(0, 1000))
def test_order_does_not_matter(tmp_path: Path, rows: list[Row], seed: int) -> None:
    """Shuffled rows give the same measurement."""
    before = look(write(tmp_path / "t.csv", rows))
    random.Random(seed).shuffle(rows)
    after = look(write(tmp_path / "t.csv", rows))
    assert (list(after.groups), list(after.gaps)) == (list(before.groups), list(before.gaps))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of_people, counts=st.lists(st.integers(0, 5), min_size=42, max_size=42))
def test_a_count_is_that_many_rows(tmp_path: Path, rows: list[Row], counts: list[int]) -> None:
    """A row with a count of k is the same as k rows."""
    counts[:2] = [1, 1]
    counted = look(write(tmp_path / "c.csv", rows, [str(k) for k in counts]), count="extra")
    written = look(write(tmp_path / "w.csv", [row for row, k in zip(rows, counts, strict=False) for _ in range(k)]))
    assert {str(g.group): g for g in counted.groups if g.n} == {str(g.group): g for g in written.groups}
    assert counted.overall == written.overall


def test_equal_weights_change_nothing_and_scale_does_not_matter(tmp_path: Path) -> None:
    """A weight of 2.5 for everybody gives every rate and interval as without; sizes stay people."""
    rows = [("a", "x", "1", "1")] * 30 + [("a", "y", "0", "1")] * 30 + [("b", "x", "0", "0")] * 40
    plain = look(write(tmp_path / "p.csv", rows))
    weighted = look(write(tmp_path / "w.csv", rows, ["2.5"] * 100), weight="extra")
    for one, other in zip(plain.groups, weighted.groups, strict=True):
        assert one.n == other.n
        for name, estimate in one.metrics.items():
            if isinstance(estimate, Known):
                assert other.metrics[name].value == pytest.approx(estimate.value, abs=1e-12)
                assert other.metrics[name].low == pytest.approx(estimate.low, abs=1e-12)


def test_unequal_weights_widen_intervals(tmp_path: Path) -> None:
    """Kish's size is smaller than the number of rows when weights differ."""
    rows = [("a", "x", "1", "1")] * 50 + [("a", "x", "1", "0")] * 50 + [("b", "x", "1", "1")] * 60 + [("b", "y", "1", "0")] * 40
    weights = ["0.5", "3.5"] * 100
    plain, weighted = look(write(tmp_path / "p.csv", rows)), look(write(tmp_path / "w.csv", rows, weights), weight="extra")
    narrow, wide = next(plain.groups).metrics["selection_rate"], next(weighted.groups).metrics["selection_rate"]
    assert wide.high - wide.low > narrow.high - narrow.low


def test_clusters_of_identical_people_count_once(tmp_path: Path) -> None:
    """Ten rows for each of thirty people who always fare alike are as uncertain as thirty rows."""
    people = [("a", "x", "1", str((i % 3 == 0 and 1) or 0)) for i in range(30)] + [("b", "y", "1", str(i % 2)) for i in range(30)]
    single = look(write(tmp_path / "s.csv", people))
    clustered = look(
        write(tmp_path / "c.csv", [p for p in people for _ in range(10)], [str(i) for i in range(60) for _ in range(10)]),
        cluster="extra",
    )
    for one, other in zip(single.groups, clustered.groups, strict=True):
        narrow, wide = one.metrics["selection_rate"], other.metrics["selection_rate"]
        assert wide.value == pytest.approx(narrow.value)
        # A little wider, since thirty clusters have twenty-nine degrees of freedom.
        assert 1 < (wide.high - wide.low) / (narrow.high - narrow.low) < 1.08
        assert other.n == 10 * one.n


def test_distinct_clusters_are_no_clusters(tmp_path: Path) -> None:
    """A cluster of its own for every row leaves the intervals nearly as they were."""
    rows = [("a", "x", "1", str(int(i % 3 == 0))) for i in range(120)] + [("b", "y", "1", str(i % 2)) for i in range(120)]
    plain, own = (
        look(write(tmp_path / "p.csv", rows)),
        look(write(tmp_path / "o.csv", rows, [str(i) for i in range(240)]), cluster="extra"),
    )
    for one, other in zip(plain.groups, own.groups, strict=True):
        assert other.metrics["selection_rate"].low == pytest.approx(one.metrics["selection_rate"].low, abs=2e-3)


def test_unknown_values_bound_the_gap_and_are_no_reference(tmp_path: Path) -> None:
    """Every way of giving the unknown rows to the two groups lies within the bounds, and the extremes are reached."""
    known = [("a", "x", "1", "1")] * 12 + [("a", "x", "1", "0")] * 8 + [("b", "x", "1", "1")] * 15 + [("b", "x", "1", "0")] * 5
    unknown = [("", "x", "1", "1")] * 3 + [("", "x", "1", "0")] * 2
    with open_table(write(tmp_path / "t.csv", [*known, *unknown, *[("", "y", "1", "1")] * 50])) as table:
        found = measure(table, Decisions(prediction="prediction", by=attributes(["race"], [])), min_n=1)
    assert found.references == {"race": "b"} or found.references == {"race": "a"}
    with open_table(write(tmp_path / "u.csv", [*known, *unknown])) as table:
        (gap,) = [
            g
            for g in measure(
                table, Decisions(prediction="prediction", by=attributes(["race"], [])), references={"race": "b"}, min_n=1
            ).gaps
            if g.kind == "difference"
        ]
    reached = [
        (12 + yes_a) / (20 + yes_a + no_a) - (15 + yes_b) / (20 + yes_b + no_b)
        for yes_a in range(4)
        for yes_b in range(4 - yes_a)
        for no_a in range(3)
        for no_b in range(3 - no_a)
    ]
    assert gap.bounds == (pytest.approx(min(reached)), pytest.approx(max(reached)))


@pytest.mark.parametrize(
    ("options", "got"),
    [
        ({"prediction": "predicton", "by": ["race"]}, "predicton"),
        ({"prediction": "race", "by": ["sex"]}, "holds"),
        ({"prediction": "prediction", "by": ["only"]}, "one group only"),
        ({"prediction": "prediction", "by": ["race", "race"]}, "twice"),
        ({"prediction": "prediction", "by": ["race"], "count": "extra", "weight": "extra"}, "Both"),
        ({"prediction": "prediction", "by": ["race"], "weight": "people"}, "look like counts"),
        ({"prediction": "prediction", "by": ["race"], "count": "extra"}, "count column"),
        ({"prediction": "prediction", "by": ["race"], "weight": "below"}, "weight of -1"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, options: dict[str, object], got: str) -> None:
    """Got, expected, cure for columns that do not hold what they should."""
    path = tmp_path / "t.csv"
    path.write_text("race,sex,prediction,only,extra,people,below\na,x,1,o,0.5,3,-1\nb,y,0,o,1.5,2,1.5\n", encoding="utf-8")
    by = options.pop("by")
    with open_table(path) as table, pytest.raises(TableError) as caught:
        measure(table, Decisions(by=attributes(by, []), **options))  # type: ignore[arg-type]
    assert got in caught.value.got
    assert caught.value.expected
    assert caught.value.cure
