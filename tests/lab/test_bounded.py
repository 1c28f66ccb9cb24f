"""Hidden counts are unknown and never zero: what is said to be known is true, and the truth lies within the bounds."""

from __future__ import annotations

from pathlib import Path

import pytest
from exchange_made import REGION, Row, counted, decided, filed, regular, rows_of_people, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab import (
    METRICS,
    Bounded,
    BoundedMeasurement,
    BoundedRates,
    Decisions,
    Gap,
    Held,
    Measurement,
    Release,
    add_cells,
    cells_from_confusion,
    held_in,
    load_cells,
    measure_bounds,
    measure_cells,
    open_table,
    read_cells,
    write_cells,
)

SECRET = b"a secret of the tests, 32 bytes."


def truth(path: Path, by: tuple[str, ...] = ("race", "sex"), decisions: Decisions | None = None) -> Measurement:
    cells, _ = counted(path, decisions or decided())
    return measure_cells(cells, by, label=True, min_n=1)


def held_with(release: Release, *paths: Path, decisions: Decisions | None = None) -> Held:
    files = [read_cells(write_cells(filed(path, release, decisions))) for path in paths]
    return add_cells([held_in(file) for file in files], [path.name for path in paths])


def agrees(found: BoundedMeasurement, whole: Measurement) -> int:
    """See that nothing said is wrong; returns how many rates are known."""
    real = {tuple(one.group.items()): one for one in (whole.overall, *whole.groups)}
    known = 0
    for one in (found.overall, *found.groups):
        assert isinstance(one, BoundedRates)
        mine = real.get(tuple(one.group.items()))
        size = mine.n if mine else 0
        assert one.n <= size
        assert size == one.n if one.people is None else one.people.least <= size
        assert one.people is None or one.people.most is None or size <= one.people.most
        for name in METRICS:
            estimate, true = one.metrics[name], mine.metrics[name] if mine else Unknown(reason="nobody")
            known += isinstance(estimate, Known)
            if isinstance(estimate, Known):
                assert estimate == true
            elif isinstance(estimate, Bounded):
                assert estimate.bounds
                assert not isinstance(true, Known) or estimate.bounds[0] - 1e-9 <= true.value <= estimate.bounds[1] + 1e-9
            elif mine:
                assert estimate == true
    return known


def gaps_agree(found: BoundedMeasurement, whole: Measurement) -> None:
    """The same for gaps; what is hidden counts in the family, so intervals are the true ones or wider."""
    real = {(gap.metric, str(gap.group), str(gap.reference), gap.kind): gap for gap in whole.gaps}
    for gap in found.gaps:
        true = real[gap.metric, str(gap.group), str(gap.reference), gap.kind]
        value = true.estimate.value if isinstance(true.estimate, Known) else None
        if isinstance(gap.estimate, Known):
            assert value == gap.estimate.value
            assert isinstance(true.estimate, Known)
            assert gap.comparisons >= true.comparisons
            assert gap.estimate.low <= true.estimate.low + 1e-12
            assert gap.estimate.high >= true.estimate.high - 1e-12 * max(abs(true.estimate.high), 1)
            if true.bounds:
                assert gap.bounds
                assert gap.bounds[0] - 1e-9 <= true.bounds[0]
                assert true.bounds[1] <= gap.bounds[1] + 1e-9
        elif isinstance(gap.estimate, Bounded) and gap.estimate.bounds and value is not None:
            assert gap.estimate.bounds[0] - 1e-9 <= value <= gap.estimate.bounds[1] + 1e-9


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of_people, times=st.sampled_from([1, 3, 12]), least=st.sampled_from([3, 5]), order=st.sampled_from([None, 1, 2]))
def test_the_truth_lies_within_the_bounds(tmp_path: Path, rows: list[Row], times: int, least: int, order: int | None) -> None:
    """Of any table, suppressed: known rates are the true ones with the true intervals, and bounds hold the truth."""
    rows = [("a", "x", "1", "1"), ("b", "y", "0", "0"), *rows] * times
    path = write(tmp_path / "t.csv", rows)
    whole = truth(path)
    held = held_with(Release(least=least, order=order), path)
    found = measure_bounds(held, ("race", "sex"), references=whole.references, min_n=1)
    agrees(found, whole)
    gaps_agree(found, whole)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of_people, sites=st.lists(st.integers(0, 1), min_size=60, max_size=60))
def test_sums_of_suppressed_sites_hold_the_truth(tmp_path: Path, rows: list[Row], sites: list[int]) -> None:
    """Two sites, one of which has a group that the other lacks; a sealed site may be among them."""
    rows = [row for row in rows if row[2]] * 4
    one = [("a", "x", "1", "1"), ("d", "y", "0", "0")] + [row for row, at in zip(rows, sites * 4, strict=False) if at]
    two = [("a", "x", "1", "0"), ("b", "y", "0", "0")] + [row for row, at in zip(rows, sites * 4, strict=False) if not at]
    paths = [write(tmp_path / "1.csv", one), write(tmp_path / "2.csv", two)]
    whole = truth(write(tmp_path / "whole.csv", one + two))
    for rules in (("suppress", "suppress"), ("suppress", "none")):
        files = [filed(path, Release(rule=rule)) for path, rule in zip(paths, rules, strict=True)]  # type: ignore[arg-type]
        held = add_cells([held_in(file) for file in files], ["1", "2"])
        found = measure_bounds(held, ("race", "sex"), references=whole.references, min_n=1)
        agrees(found, whole)
        gaps_agree(found, whole)


def test_a_suppressed_count_is_never_read_as_zero(tmp_path: Path) -> None:
    """The small race is unknown within bounds, its size too; as if it were zero would have been another answer."""
    path = write(tmp_path / "t.csv", REGION)
    found = measure_bounds(held_with(Release(), path), ("race",), min_n=1)
    small = next(one for one in found.groups if one.group == {"race": "c"})
    rate = small.metrics["true_positive_rate"]
    assert isinstance(rate, Bounded)
    assert rate.bounds
    assert rate.bounds[0] < 7 / 15 < rate.bounds[1]
    assert rate.reason == "counts behind it are suppressed"
    assert agrees(found, truth(path, ("race",))) > 0


@pytest.mark.parametrize("rule", ["round", "noise"])
def test_rounded_and_noisy_counts_give_bounds_that_hold_nearly_always(tmp_path: Path, rule: str) -> None:
    """Over 15 secrets the true rates lie outside their bounds less often than is said, and no rate is called known."""
    path = write(tmp_path / "t.csv", REGION)
    whole = {str(one.group): one for one in (truth(path).overall, *truth(path).groups)}
    inside = outside = 0
    for at in range(15):
        held = held_with(Release(rule=rule, secret=bytes([at]) * 32), path)  # type: ignore[arg-type]
        found = measure_bounds(held, ("race", "sex"), min_n=1)
        for one in (found.overall, *found.groups):
            for name in METRICS:
                estimate, true = one.metrics[name], whole[str(one.group)].metrics[name]
                assert not isinstance(estimate, Known)
                if isinstance(true, Known) and isinstance(estimate, Bounded) and estimate.bounds:
                    good = estimate.bounds[0] <= true.value <= estimate.bounds[1]
                    inside, outside = inside + good, outside + (not good)
    assert outside <= 0.002 * inside


def test_weighted_sums_have_bounds_too(tmp_path: Path) -> None:
    """With sampling weights the known rates are the true weighted ones."""
    rows = regular({(r, s): (60, 30, 25, 40) for r in "ab" for s in "xy"} | {("c", "x"): (2, 1, 0, 3), ("c", "y"): (9, 8, 7, 9)})
    path = write(tmp_path / "t.csv", rows, [f"{0.5 + i % 5 * 0.3}" for i in range(len(rows))])
    decisions = decided(weight="extra")
    cells, _ = counted(path, decisions)
    whole = measure_cells(cells, ("race", "sex"), label=True, min_n=1)
    found = measure_bounds(held_with(Release(), path, decisions=decisions), ("race", "sex"), min_n=1)
    real = {str(one.group): one for one in whole.groups}
    known = bounded = 0
    for one in found.groups:
        for name in METRICS:
            estimate, true = one.metrics[name], real[str(one.group)].metrics[name]
            assert isinstance(true, Known)
            if isinstance(estimate, Known):
                known += 1
                assert (estimate.value, estimate.low, estimate.n) == (pytest.approx(true.value), pytest.approx(true.low), true.n)
            elif isinstance(estimate, Bounded) and estimate.bounds:
                bounded += 1
                assert estimate.bounds[0] - 1e-9 <= true.value <= estimate.bounds[1] + 1e-9
    assert known > 20
    assert bounded > 5


def test_where_nothing_is_hidden_it_is_the_ordinary_measurement(tmp_path: Path) -> None:
    """A file under the disclosure rule in which every count could stand gives the same groups, gaps and intervals."""
    rows = regular({(r, s): (60, 30, 25, 40) if r == "a" else (33, 12, 17, 55) for r in "abc" for s in "xy"})
    path = write(tmp_path / "t.csv", rows)
    cells, _ = counted(path, decided())
    whole = measure_cells(cells, ("race", "sex"), label=True)
    held = held_with(Release(), path)
    assert held.bounds is not None
    found = measure_bounds(held, ("race", "sex"))
    assert [(one.group, one.n, one.metrics) for one in found.groups] == [(one.group, one.n, one.metrics) for one in whole.groups]
    assert (found.references, found.excluded, whole.excluded) == (whole.references, (), ())
    for mine, true in zip(sorted(found.gaps, key=place), sorted(whole.gaps, key=place), strict=True):
        assert place(mine) == place(true)
        assert isinstance(mine.estimate, Known)
        assert isinstance(true.estimate, Known)
        assert (mine.n, mine.comparisons, mine.estimate.method) == (true.n, true.comparisons, true.estimate.method)
        # Many roots are found at once; in what company one is found moves its last digit.
        assert (mine.estimate.low, mine.estimate.high) == pytest.approx((true.estimate.low, true.estimate.high), rel=1e-12)


def place(gap: Gap) -> tuple[str, ...]:
    """What a gap is about."""
    return gap.metric, str(gap.group), str(gap.reference), gap.kind


def test_groups_that_may_be_too_small_are_not_compared(tmp_path: Path) -> None:
    """A group whose hidden size may be below the least is left out with the reason, and is no reference."""
    path = write(tmp_path / "t.csv", REGION)
    found = measure_bounds(held_with(Release(order=2), path), ("race", "sex"), min_n=10)
    reasons = {str(one.group): one.reason for one in found.excluded}
    assert any("hidden" in reason for reason in reasons.values())
    assert all(gap.group != {"race": "c", "sex": "x"} for gap in found.gaps)
    assert found.references["race"] == "a"


def test_a_reference_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Got, expected, cure, as for a table."""
    held = held_with(Release(), write(tmp_path / "t.csv", REGION))
    for references in ({"race": "z"}, {"region": "north"}):
        with pytest.raises(TableError) as caught:
            measure_bounds(held, ("race",), references=references)
        assert caught.value.cure


# ── tables published as confusion matrices ───────────────────────────────────────────────────────────────────────────


def confusion(folder: Path, text: str) -> Held:
    path = folder / "published.csv"
    path.write_text(text, encoding="utf-8")
    with open_table(path) as table:
        return cells_from_confusion(table)


def test_whole_confusion_matrices_are_exact(tmp_path: Path) -> None:
    """Four counts for each group, none hidden, measure like the rows they stand for."""
    held = confusion(tmp_path, "race,TP,FP,FN,TN\na,40,12,9,60\nb,22,8,17,30\n")
    rows = regular({("a", "x"): (40, 12, 9, 60), ("b", "x"): (22, 8, 17, 30)})
    assert held.cells
    found = measure_cells(held.cells, ("race",), label=True)
    whole = truth(write(tmp_path / "t.csv", rows), ("race",))
    assert list(found.groups) == list(whole.groups)
    assert [gap.estimate for gap in found.gaps] == [gap.estimate for gap in whole.gaps]


@pytest.mark.parametrize("sign", ["", "*", "suppressed", "<5", "≤ 4", "…"])
def test_hidden_counts_of_a_published_table_are_unknown(tmp_path: Path, sign: str) -> None:
    """Whatever sign stands for it, a hidden count makes its rates unknown and leaves the others known."""
    held = confusion(tmp_path, f"race,tp,fp,fn,tn\na,40,12,9,60\nb,22,{sign},17,30\n")
    found = measure_bounds(held, ("race",))
    rates = next(one for one in found.groups if one.group == {"race": "b"}).metrics
    assert isinstance(rates["false_positive_rate"], Bounded)
    assert rates["false_positive_rate"].bounds == ((0.0, pytest.approx(4 / 34)) if "5" in sign or "4" in sign else (0.0, 1.0))
    assert isinstance(rates["true_positive_rate"], Known)
    assert rates["true_positive_rate"].value == 22 / 39
    everybody = found.overall.metrics["false_positive_rate"]
    assert isinstance(everybody, Bounded)
    assert everybody.bounds
    assert everybody.bounds[0] == pytest.approx(12 / 102)


def test_the_size_of_a_group_narrows_what_is_hidden(tmp_path: Path) -> None:
    """With n published, one hidden count follows from the others, as subtraction would have it; two do not."""
    one = measure_bounds(confusion(tmp_path, "race,tp,fp,fn,tn,n\na,40,12,9,*,121\nb,22,*,17,*,77\n"), ("race",))
    rates = {one.group["race"]: one.metrics["false_positive_rate"] for one in one.groups}
    assert isinstance(rates["a"], Known)
    assert rates["a"].value == 12 / 72
    assert isinstance(rates["b"], Bounded)
    assert rates["b"].bounds == (0.0, 1.0)
    assert rates["b"].people[0].least == 38


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("race,tp,fp,fn\na,1,2,3\n", "columns"),
        ("tp,fp,fn,tn\n1,2,3,4\n", "columns"),
        ("race,tp,fp,fn,tn\na,1,2,3,4\na,1,2,3,4\n", "twice"),
        ("race,tp,fp,fn,tn\na,1,2,3,many\n", "many"),
        ("race,tp,fp,fn,tn\na,1,2,3,-4\n", "-4"),
        ("race,tp,fp,fn,tn\na,1,2,3,4.5\n", "4.5"),
        ("race,tp,fp,fn,tn,n\na,1,2,3,4,9\n", "contradict"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, text: str, got: str) -> None:
    """Got, expected, cure."""
    with pytest.raises(TableError) as caught:
        confusion(tmp_path, text)
    assert got in caught.value.got
    assert caught.value.expected
    assert caught.value.cure


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    """Nobody is counted twice by a slip."""
    for name in ("1.json", "2.json"):
        (tmp_path / name).write_bytes(write_cells(filed(write(tmp_path / "t.csv", REGION), Release(rule="none"))))
    with pytest.raises(TableError) as caught:
        load_cells([tmp_path / "1.json", tmp_path / "2.json"])
    assert "same bytes" in caught.value.got
