"""Observations against checks: the three lines, and the verdict that comes from the tolerance alone."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.base.observation import Known, Observation, Stated, Unknown
from plumbrule.findings import Finding, beyond, beyond_ratio, combine, judge
from plumbrule.rulebook import load_rulebook, profile

BOOK = load_rulebook()
HIGH = profile(BOOK, "high")


def gap(
    low: float, value: float, high: float, ratio: float, *, family: str = "primary", group: str = "black"
) -> list[Observation]:
    """A difference and a ratio of selection rates with the reference's rate beside them."""
    common = {"means": "test", "metric": "selection_rate", "confidence": 0.95, "comparisons": 3, "family": family}
    stem = f"selection_rate:race={group}~white"
    pair = {"group": {"race": group}, "reference": {"race": "white"}}
    white = Known(value=0.9, low=0.89, high=0.91, n=1681, method="wilson")
    return [
        Observation(
            id=f"{stem}:difference",
            measure="difference",
            estimate=Known(value=value, low=low, high=high, n=1878, method="m"),
            **pair,
            **common,
        ),
        Observation(
            id=f"{stem}:ratio",
            measure="ratio",
            estimate=Known(value=ratio, low=ratio, high=ratio, n=1878, method="m"),
            **pair,
            **common,
        ),
        Observation(
            id="selection_rate:race=white",
            measure="rate",
            estimate=white,
            group={"race": "white"},
            **{**common, "family": "exploratory"},
        ),
    ]


def finding(observations: list[Observation], name: str, *, more_rows: bool = True) -> Finding:
    """The finding on one requirement of the profile for the high tier."""
    return next(one for one in judge(observations, BOOK, HIGH, more_rows=more_rows) if one.requirement == name)


@pytest.mark.parametrize(
    ("low", "value", "high", "ratio", "outcomes", "verdict"),
    [
        (-0.32, -0.23, -0.16, 0.74, ("fails", "shown", "beyond"), "not-satisfied"),
        (-0.25, -0.14, -0.06, 0.84, ("passes", "shown", "beyond"), "not-satisfied"),
        (-0.07, -0.01, 0.03, 0.98, ("passes", "not-shown", "undecided"), "inconclusive"),
        (-0.04, -0.02, -0.01, 0.98, ("passes", "shown", "within"), "satisfied"),
        (-0.03, 0.0, 0.03, 1.0, ("passes", "not-shown", "within"), "satisfied"),
        (0.06, 0.1, 0.2, 1.3, ("fails", "shown", "beyond"), "not-satisfied"),
        (-0.3, -0.2, 0.1, 0.7, ("fails", "not-shown", "undecided"), "inconclusive"),
    ],
)
def test_three_lines_and_the_tolerance_decides(
    low: float, value: float, high: float, ratio: float, outcomes: tuple[str, ...], verdict: str
) -> None:
    """Screen, any gap and tolerance are told apart; a failed screen alone is no verdict."""
    found = finding(gap(low, value, high, ratio), "non-discrimination")
    assert tuple(line.outcome for line in found.checks[0].lines) == outcomes
    assert found.verdict == verdict


def test_inconclusive_names_rows_for_three_truths() -> None:
    """An inconclusive check says how many rows would have settled it, and whether there are more."""
    result = finding(gap(-0.07, -0.01, 0.03, 0.98), "non-discrimination", more_rows=False).checks[0]
    assert [power.truth for power in result.power] == list(HIGH.truths)
    assert all(power.rows and power.rows > 1878 for power in result.power[:2])
    assert result.more_rows is False


def test_exploratory_gaps_never_make_a_verdict() -> None:
    """Whatever else is looked at, however bad, changes no finding."""
    plain = judge(gap(-0.03, 0.0, 0.03, 1.0), BOOK, HIGH, more_rows=True)
    beside = judge(
        [*gap(-0.03, 0.0, 0.03, 1.0), *gap(-0.9, -0.8, -0.7, 0.1, family="exploratory", group="Hispanic")],
        BOOK,
        HIGH,
        more_rows=True,
    )
    assert plain == beside


def test_a_gap_that_cannot_be_known_is_not_assessed() -> None:
    """No value, no verdict, and the reason is kept."""
    difference, ratio, white = gap(0, 0, 0, 1)
    blank = Unknown(reason="no row has a prediction")
    lost = Observation(**{**{name: getattr(difference, name) for name in difference.__slots__}, "estimate": blank})
    found = finding([lost, ratio, white], "non-discrimination")
    assert found.verdict == "not-assessed"
    assert found.checks[0].reason == "no row has a prediction"


def test_declared_facts_are_examined_not_tested() -> None:
    """A declared fact meets its requirement, a denied one does not, a missing one is not assessed."""

    def fact(*, holds: bool) -> list[Observation]:
        stated = Stated(holds=holds, text="stated", stated_by="the ministry")
        return [
            Observation(
                id="declared:purpose",
                means="examination",
                metric="purpose",
                measure="fact",
                estimate=stated,
                group={},
                family="declared",
            )
        ]

    assert finding(fact(holds=True), "purpose").verdict == "satisfied"
    assert finding(fact(holds=False), "purpose").verdict == "not-satisfied"
    absent = finding([], "purpose")
    assert (absent.verdict, absent.checks[0].reason) == ("not-assessed", "nobody declared it")


VERDICTS = ("satisfied", "not-satisfied", "inconclusive", "not-applicable", "not-assessed")


def test_combining_never_hides_a_failure() -> None:
    """Over all triples: not satisfied wins; satisfied only when nothing is open."""
    for three in itertools.product(VERDICTS, repeat=3):
        verdict = combine(three)
        assert (verdict == "not-satisfied") == ("not-satisfied" in three)
        if verdict == "satisfied":
            assert set(three) <= {"satisfied", "not-applicable"}


@given(low=st.floats(-1, 1), width=st.floats(0, 1), tolerance=st.floats(0.001, 0.5))
def test_the_tolerance_is_the_same_in_both_directions(low: float, width: float, tolerance: float) -> None:
    """Swapping group and reference changes no outcome."""
    assert beyond(low, low + width, tolerance) == beyond(-(low + width), -low, tolerance)


@given(low=st.floats(0.01, 5), factor=st.floats(1, 5), least=st.floats(0.1, 0.99))
def test_the_ratio_is_the_same_in_both_directions(low: float, factor: float, least: float) -> None:
    """A ratio and its inverse come out alike, away from the edges."""
    high = low * factor
    edges = (least, 1 / least)
    if all(abs(value - edge) > 1e-9 for value in (low, high, 1 / low, 1 / high) for edge in edges):
        assert beyond_ratio(low, high, least) == beyond_ratio(1 / high, 1 / low, least)
