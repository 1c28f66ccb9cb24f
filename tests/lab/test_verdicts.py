"""What a verdict is read from: guaranteed at every size, never shorter than what is shown, and no comparison counted twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.base.observation import Known
from plumbrule.lab import METRICS, Cells, Gap, Question, distinct, observe_gaps, primary_gaps
from plumbrule.lab.inference.exact import SET_ASIDE, exact_difference, exact_ratio, lower_end, score_limit
from plumbrule.lab.inference.intervals import Interval, clopper_pearson, score_difference, score_ratio
from plumbrule.lab.inference.tails import Kind, Tail, tail_region
from plumbrule.lab.inference.verdicts import JOINED, ROUNDED, judged


def tail_chance(kind: Kind, table: tuple[int, int, int, int], confidence: float, shift: float, p2: float) -> float:
    """The chance, summed over every table with scipy, of a score limit at least as high as the one seen."""
    from scipy.stats import binom

    _, n1, _, n2 = table
    region = tail_region(kind, *table, score_limit(kind, *table, confidence))
    assert region.blocks.number == min(n1, n2) + 1
    p1 = p2 + shift if kind == "difference" else p2 * np.exp(shift)
    i = np.arange(region.smaller + 1)
    if not region.exchanged:
        return float(binom.pmf(i, n1, p1) @ binom.cdf(region.most, n2, p2))
    return float(binom.pmf(i, n2, 1 - p2) @ binom.cdf(region.most, n1, 1 - p1))


@pytest.mark.parametrize("kind", ["difference", "ratio"])
@pytest.mark.parametrize("table", [(12, 100, 9, 100), (30, 150, 110, 400), (250, 1000, 240, 1000), (3, 100, 800, 10_000)])
@pytest.mark.parametrize("confidence", [0.95, 0.9995])
def test_at_the_end_the_tail_has_the_error_allowed(kind: Kind, table: tuple[int, int, int, int], confidence: float) -> None:
    """Near the nuisance rate seen, the whole tail at the lower end has at most half the error, a little further in more."""
    low = lower_end(kind, *table, confidence)
    place = low if kind == "difference" else float(np.log(low))
    error, (x1, n1, x2, n2) = (1 - confidence) / 2, table
    ends = clopper_pearson(float(x1 if n1 > n2 else x2), float(max(n1, n2)), 1 - SET_ASIDE * error)
    rates = np.linspace(float(ends[0]), float(ends[1]), 81)
    if n1 > n2:
        rates = rates - place if kind == "difference" else rates / np.exp(place)
    rates = rates[(rates > 0) & (rates < 1)]

    def largest(shift: float) -> float:
        other = rates + shift if kind == "difference" else rates * np.exp(shift)
        return max(tail_chance(kind, table, confidence, shift, p2) for p2 in rates[(other > 0) & (other < 1)])

    assert largest(place) <= error
    wide = 0.02 * abs(place - (x1 / n1 - x2 / n2 if kind == "difference" else np.log(x1 / n1 * n2 / x2)))
    assert largest(place + wide) > error


@pytest.mark.parametrize(("n1", "n2"), [(100, 100), (100, 1000)])
@pytest.mark.parametrize(("p1", "p2"), [(0.02, 0.02), (0.5, 0.4)])
def test_coverage_at_larger_sizes(n1: int, n2: int, p1: float, p2: float) -> None:
    """Over all likely tables each end misses the truth in at most 2.5 %, where the score interval may miss more."""
    from scipy.stats import binom

    (one, chance1), (two, chance2) = ((x, binom.pmf(x, n, p)) for n, p in ((n1, p1), (n2, p2)) for x in (likely(n, p),))
    missed_low = missed_high = 0.0
    for x1, chance in zip(one.tolist(), chance1.tolist(), strict=True):
        # The lower end falls in x2, so it is above the truth up to some x2; and the upper end from the other side.
        above = first_where(two, lambda x2, x1=x1: lower_end("difference", x1, n1, x2, n2, 0.95) <= p1 - p2)
        below = first_where(two, lambda x2, x1=x1: -lower_end("difference", x2, n2, x1, n1, 0.95) < p1 - p2)
        missed_low += chance * chance2[:above].sum()
        missed_high += chance * chance2[below:].sum()
    assert missed_low <= 0.025
    assert missed_high <= 0.025


def likely(n: int, p: float) -> np.ndarray:
    """Counts with all but a thousandth of the chance."""
    from scipy.stats import binom

    return np.arange(int(binom.ppf(5e-4, n, p)), int(binom.ppf(1 - 5e-4, n, p)) + 1)


def first_where(places: np.ndarray, holds: Callable[[int], bool]) -> int:
    """The first index from which on it holds."""
    low, high = 0, len(places)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(int(places[middle])) else (middle + 1, high)
    return low


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_what_is_judged_holds_what_is_shown(data: st.DataObject) -> None:
    """Joined with the score interval, both ends reach at least as far as either, at any size."""
    n1, n2 = (data.draw(st.integers(100, 10 ** data.draw(st.integers(3, 8)))) for _ in range(2))
    x1, x2 = data.draw(st.integers(1, n1)), data.draw(st.integers(1, n2))
    level = data.draw(st.sampled_from([0.95, 0.99, 0.9995]))
    kinds: dict[Kind, tuple[Callable[..., Interval], Callable[..., Interval]]] = {
        "difference": (score_difference, exact_difference),
        "ratio": (score_ratio, exact_ratio),
    }
    for kind, (score, exact) in kinds.items():
        shown = tuple(float(end) for end in score(x1, n1, x2, n2, level))
        own = tuple(float(end) for end in exact(x1, n1, x2, n2, level))
        found = judged(kind, (float(x1), float(n1), float(x2), float(n2)), level, (shown[0], shown[1]))
        assert (found.low, found.high) == (min(shown[0], own[0]), max(shown[1], own[1]))
        assert found.method == JOINED


def test_effective_sizes_are_rounded_outward() -> None:
    """Sizes that are not whole give an interval at least as wide as the whole ones below and above, and say so."""
    shown = tuple(float(end) for end in score_difference(40.4, 120.7, 300.2, 700.9, 0.95))
    found = judged("difference", (40.4, 120.7, 300.2, 700.9), 0.95, (shown[0], shown[1]))
    inner = exact_difference(41, 121, 300, 701, 0.95)
    assert found.method == ROUNDED
    assert found.low <= shown[0]
    assert found.high >= shown[1]
    assert found.low < float(inner[0]) + 0.005
    assert found.high > float(inner[1]) - 0.005
    assert found.high - found.low < 1.1 * (shown[1] - shown[0])


def test_neighbours_that_share_a_threshold_only_add_to_the_tail() -> None:
    """With very many likely counts the region grows a little: its chance is at least the exact one, and hardly more."""
    table, shift = (30_000, 120_000, 29_500, 120_000), -0.002
    whole, likely_only = tail_region("difference", *table, 0.0), tail_region("difference", *table, 0.0, (0.23, 0.27))
    assert whole.blocks.width > likely_only.blocks.width > 1
    _, met = Tail.of(likely_only, 0.24, 0.25, 8).largest("difference", shift)
    from scipy.stats import binom

    rates = Tail.of(likely_only, 0.24, 0.25, 8).rates
    i = np.arange(25_000, 36_000)
    score = (i / 120_000)[:, None]
    # At no difference the order of two groups of one size is nearly that of the difference itself.
    most = np.floor(120_000 * (score - (30_000 - 29_500) / 120_000)).astype(int)[:, 0]
    plain = max(float(binom.pmf(i, 120_000, p + shift) @ binom.cdf(most, 120_000, p)) for p in rates)
    assert met == pytest.approx(plain, rel=0.02)


def table_of(people: dict[str, tuple[int, int, int, int]]) -> Cells:
    """Cells from tp, fp, fn, tn of each group."""
    codes = np.repeat(np.arange(len(people)), 4)[:, None]
    rows = np.array([count for counts in people.values() for count in counts])
    nothing = np.zeros(len(rows))
    return Cells(
        attributes=("area",),
        levels=(tuple(people),),
        codes=codes,
        label=np.array([1, 0, 1, 0] * len(people)),
        prediction=np.array([1, 1, 0, 0] * len(people)),
        rows=rows,
        weight=rows * 1.0,
        weight_sq=rows * 1.0,
        score=nothing,
        score_sq=nothing,
        scored=nothing,
        weighted=False,
    )


QUESTION = Question(attribute="area", group="north", reference="south")
CELLS = table_of({"north": (80, 30, 45, 160), "south": (210, 60, 40, 300)})
FEW = table_of({"north": (20, 5, 15, 30), "south": (60, 12, 17, 70)})


@pytest.mark.parametrize(
    ("metrics", "counted"),
    [
        (("selection_rate",), 1),
        (("true_positive_rate", "false_negative_rate"), 1),
        (("selection_rate", "true_positive_rate", "false_positive_rate", "false_negative_rate"), 3),
        (tuple(METRICS), 7),
    ],
)
def test_a_complement_does_not_widen_the_family(metrics: tuple[str, ...], counted: int) -> None:
    """The true and false negative rate (and so on) are one comparison; so are two groups exchanged."""
    exchanged = Question(attribute="area", group="south", reference="north")
    assert distinct([QUESTION], metrics) == distinct([QUESTION, exchanged], metrics) == counted
    assert {gap.comparisons for gap in primary_gaps(CELLS, [QUESTION], metrics, 0.95)} == {counted}


@pytest.mark.parametrize("cells", [CELLS, FEW], ids=["large", "small"])
def test_a_complement_is_the_same_interval_turned(cells: Cells) -> None:
    """To the last bit, shown and judged; ids and kinds stay as they were."""
    gaps = {(gap.metric, gap.kind): gap for gap in primary_gaps(cells, [QUESTION], tuple(METRICS), 0.95)}
    assert len(gaps) == 2 * len(METRICS)
    for one, other in (
        ("true_positive_rate", "false_negative_rate"),
        ("false_positive_rate", "true_negative_rate"),
        ("precision", "false_discovery_rate"),
    ):
        first, second = gaps[one, "difference"], gaps[other, "difference"]
        assert ends(first) == [-end for end in reversed(ends(second))]
        assert [one.id for one in observe_gaps([second], ())] == [f"{other}:area=north~south:difference"]


def ends(gap: Gap) -> list[float]:
    """The interval shown, inside the one judged where there is another."""
    assert isinstance(gap.estimate, Known)
    shown = [gap.estimate.low, gap.estimate.high]
    return [gap.judged.low, *shown, gap.judged.high] if gap.judged else shown


def test_small_groups_are_judged_by_what_is_shown() -> None:
    """Under a hundred people the interval shown is the exact one already; nothing stands beside it."""
    assert all(gap.judged is None for gap in primary_gaps(FEW, [QUESTION], ("true_positive_rate",), 0.95))
    assert all(gap.judged for gap in primary_gaps(CELLS, [QUESTION], ("true_positive_rate",), 0.95))


def test_few_clusters_widen_the_interval() -> None:
    """The same people in five uneven clusters instead of fifty: fewer degrees of freedom, a wider interval."""

    def interval(clusters: int) -> list[float]:
        rows = np.tile([6, 4, 3, 7], clusters)
        cells = Cells(
            attributes=("area",),
            levels=(("north", "south"),),
            codes=np.tile([0, 0, 1, 1], clusters)[:, None],
            label=np.full(4 * clusters, -1),
            prediction=np.tile([1, 0, 1, 0], clusters),
            rows=rows + np.repeat(np.arange(clusters) % 3, 4),
            weight=(rows + np.repeat(np.arange(clusters) % 3, 4)) * 1.0,
            weight_sq=(rows + np.repeat(np.arange(clusters) % 3, 4)) * 1.0,
            score=np.zeros(4 * clusters),
            score_sq=np.zeros(4 * clusters),
            scored=np.zeros(4 * clusters),
            weighted=False,
            cluster=np.repeat(np.arange(clusters), 4),
        )
        (gap, _) = primary_gaps(replace(cells), [QUESTION], ("selection_rate",), 0.95)
        assert isinstance(gap.estimate, Known)
        return [gap.estimate.low, gap.estimate.high]

    few, many = interval(3), interval(30)
    assert few[1] - few[0] > 2 * (many[1] - many[0])
