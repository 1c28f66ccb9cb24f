"""Tables drawn again: the draws are exactly multinomial, roll-ups are the lab's, and where it would mislead it is refused."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import InputError
from plumbrule.lab import METRICS, Cells, bootstrap_cells, equalized_odds_difference, ratio_of_ratios
from plumbrule.lab.cells import roll_up, selections, tally
from plumbrule.lab.inference import bootstrap, replicates
from plumbrule.lab.inference.draws import Urn
from plumbrule.lab.inference.replicates import as_counted, drawn_again

Levels = tuple[tuple[str | None, ...], ...]


def made(rows: np.ndarray, codes: np.ndarray, label: np.ndarray, prediction: np.ndarray, levels: Levels) -> Cells:
    nothing = np.zeros(len(rows))
    return Cells(
        attributes=tuple("abcd"[: codes.shape[1]]),
        levels=levels,
        codes=codes,
        label=label,
        prediction=prediction,
        rows=rows,
        weight=rows * 1.0,
        weight_sq=rows * 1.0,
        score=nothing,
        score_sq=nothing,
        scored=nothing,
        weighted=False,
    )


def groups_of(*counts: tuple[int, int, int, int]) -> Cells:
    """Cells of one attribute from tp, fp, fn, tn of each group."""
    size = len(counts)
    return made(
        np.array(counts).reshape(-1),
        np.repeat(np.arange(size), 4)[:, None],
        np.array([1, 0, 1, 0] * size),
        np.array([1, 1, 0, 0] * size),
        (tuple(str(i) for i in range(size)),),
    )


CLEAR = groups_of((800, 200, 200, 800), (600, 180, 400, 820))


@pytest.mark.parametrize("people", [4, 14])
def test_draws_are_multinomial(people: int) -> None:
    """Every table of three cells comes as often as its probability says, drawn one by one and by way of Poisson counts."""
    from scipy.stats import chi2, multinomial

    weights = np.array([0.5, 0.3, 0.2])
    drawn = Urn.of(weights).draw(np.full(60_000, people), np.random.default_rng(7))
    seen = np.bincount(drawn[0] * 100 + drawn[1], minlength=10_000)
    tables = [(i, j, people - i - j) for i in range(people + 1) for j in range(people + 1 - i)]
    expected = np.array([multinomial.pmf(table, people, weights) for table in tables]) * drawn.shape[1]
    counts = np.array([seen[i * 100 + j] for i, j, _ in tables])
    often = expected > 5
    distance = ((counts - expected)[often] ** 2 / expected[often]).sum()
    assert counts.sum() == drawn.shape[1]
    assert 1e-3 < chi2.sf(distance, often.sum() - 1) < 1 - 1e-3


def test_large_draws_have_the_mean_and_spread_of_a_multinomial() -> None:
    """Ten million people in 40 uneven cells: means and covariances, and each draw adds up."""
    random = np.random.default_rng(3)
    weights = random.dirichlet(np.full(40, 0.5)) + 1e-6
    urn, people, draws = Urn.of(weights), 10_000_000, 4000
    drawn = urn.draw(np.full(draws, people), random)
    assert np.all(drawn.sum(axis=0) == people)
    spread = people * urn.chance * (1 - urn.chance)
    assert np.all(np.abs(drawn.mean(axis=1) - people * urn.chance) < 5 * np.sqrt(spread / draws))
    assert np.var(drawn, axis=1) / spread == pytest.approx(np.ones(40), abs=5 * math.sqrt(2 / draws))
    one, two = np.argsort(weights)[-2:]
    covariance = -people * urn.chance[one] * urn.chance[two]
    assert np.cov(drawn[one], drawn[two])[0, 1] == pytest.approx(covariance, abs=5 * math.sqrt(spread[one] * spread[two] / draws))


def uneven(seed: int) -> Cells:
    """Three attributes, some combinations missing, some values and labels unknown."""
    random = np.random.default_rng(seed)
    codes = np.array(list(itertools.product(range(2), range(3), range(4), range(3), range(2))))
    held = random.random(len(codes)) < 0.7
    codes = codes[held]
    levels = (("x", "y"), ("p", "q", None), tuple("klmn"))
    return made(random.integers(0, 40, len(codes)), codes[:, :3], codes[:, 3] - 1, codes[:, 4], levels)


def test_roll_ups_are_the_ones_of_the_lab() -> None:
    """Every rate of every selection, of the table itself and of tables drawn again."""
    cells = uneven(1)
    (block,) = drawn_again(cells, 3, seed=5)
    lattice_rows = np.array([block.tally("abc", METRICS["selection_rate"])[1].sum(axis=0)])
    assert lattice_rows.tolist() == [[int(cells.rows.sum())] * 3]
    table = as_counted(cells)
    for names in ((), *selections("abc", intersections=True)):
        rolled = roll_up(cells, names)
        for metric in METRICS.values():
            counted = tally(rolled, metric)
            expected = {key: (x, n) for key, x, n in zip(rolled.keys, counted.x, counted.n, strict=True)}
            yes, all_ = table.tally(names, metric)
            found = {key: (x, n) for key, x, n in zip(table.keys(names), yes[:, 0], all_[:, 0], strict=True)}
            assert found == expected
            coarse = block.tally((), metric)
            assert np.array_equal(coarse[0][0], block.tally(names, metric)[0].sum(axis=0))


def test_draws_depend_on_the_seed_and_not_on_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same seed gives the same interval with one thread and with two; another seed nearly the same."""
    statistic = equalized_odds_difference(["a"])
    two = bootstrap_cells(CLEAR, statistic, seed=3)
    monkeypatch.setattr(replicates, "_THREADS", 1)
    assert bootstrap_cells(CLEAR, statistic, seed=3) == two
    other = bootstrap_cells(CLEAR, statistic, seed=4)
    assert isinstance(two, Known)
    assert isinstance(other, Known)
    assert (other.low, other.high) == pytest.approx((two.low, two.high), abs=0.01)
    assert other != two


def test_equalized_odds_is_fairlearns() -> None:
    """The same number as fairlearn's worst case over both rates."""
    from fairlearn.metrics import equalized_odds_difference as theirs

    cells = groups_of((80, 22, 30, 91), (61, 35, 42, 60), (50, 10, 12, 33))
    label, prediction, area = (np.repeat(values, cells.rows) for values in (cells.label, cells.prediction, cells.codes[:, 0]))
    found = equalized_odds_difference(["a"])(as_counted(cells))
    assert found[0] == pytest.approx(theirs(label, prediction, sensitive_features=area), abs=1e-12)


def test_a_ratio_of_ratios_has_the_spread_of_the_delta_method() -> None:
    """On the logarithm the interval is that of the linearised variance, summed over all people, to a tenth."""
    cells = groups_of((300, 90, 110, 500), (160, 120, 90, 230))
    found = bootstrap_cells(cells, ratio_of_ratios("a", "1", "0", METRICS["selection_rate"], METRICS["base_rate"]), 4000, seed=1)
    assert isinstance(found, Known)
    total = {place: cells.rows[4 * place : 4 * place + 4].sum() for place in (0, 1)}
    adds = []
    for place, sign in ((1, 1.0), (0, -1.0)):
        rows = cells.rows[4 * place : 4 * place + 4] / total[place]
        selected, labelled = rows[0] + rows[1], rows[0] + rows[2]
        one = np.array([1, 1, 0, 0]) / selected - np.array([1, 0, 1, 0]) / labelled
        adds.append((sign**2) * (rows @ one**2 - (rows @ one) ** 2) / total[place])
    error = math.sqrt(sum(adds))
    assert found.value == pytest.approx((280 / 600) / (390 / 1000) / ((250 / 600) / (410 / 1000)))
    assert math.log(found.high / found.low) == pytest.approx(2 * 1.96 * error, rel=0.1)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (groups_of((800, 200, 200, 800), (600, 3, 400, 820)), bootstrap.FEW),
        (groups_of((700, 200, 300, 800), (702, 201, 298, 799)), bootstrap.TIED),
        (groups_of((800, 200, 200, 800), (600, 200, 400, 800), (602, 199, 398, 801)), bootstrap.TIED),
        (groups_of((800, 300, 200, 700), (700, 210, 300, 790)), bootstrap.TIED),
        (groups_of((800, 300, 200, 700), (700, 200, 300, 800)), bootstrap.BESIDE),
        (replace(CLEAR, weighted=True), bootstrap.WEIGHTED),
        (replace(CLEAR, cluster=np.zeros(8, np.int64)), bootstrap.WEIGHTED),
        (groups_of((800, 0, 200, 0), (600, 50, 400, 60)), bootstrap.NO_VALUE),
        (groups_of((0, 0, 0, 0), (0, 0, 0, 0)), bootstrap.NO_VALUE),
    ],
    ids=[
        "few",
        "no gap",
        "two groups tied",
        "two rates nearly tied",
        "two rates tied",
        "weights",
        "clusters",
        "no label",
        "nobody",
    ],
)
def test_it_is_refused_where_it_is_known_to_fail(cells: Cells, reason: str) -> None:
    """With the reason, never with an interval."""
    found = bootstrap_cells(cells, equalized_odds_difference(["a"]))
    assert isinstance(found, Unknown)
    assert found.reason == reason
    assert found.n == int(cells.rows.sum())


def test_what_does_not_vary_is_refused() -> None:
    """A constant has no interval."""
    found = bootstrap_cells(CLEAR, lambda tables: np.full(tables.count, 0.5))
    assert isinstance(found, Unknown)
    assert found.reason == bootstrap.SAME


def test_too_few_draws_are_an_error() -> None:
    """Got, expected, cure."""
    with pytest.raises(InputError) as caught:
        bootstrap_cells(CLEAR, equalized_odds_difference(["a"]), 500, confidence=0.99)
    assert "2000" in caught.value.expected
    assert caught.value.cure


@pytest.mark.parametrize(("people", "least"), [((200, 300), 0.96), ((1500, 2000), 0.92)])
def test_planted_gaps_are_held_or_refused(people: tuple[int, int], least: float) -> None:
    """Equalized odds difference of 20 points, 120 tables: wrong in few of them, refused or not."""
    random = np.random.default_rng(11)
    wrong = 0
    for seed in range(120):
        counts = []
        for true, false in ((0.8, 0.2), (0.6, 0.15)):
            yes, no = random.binomial(people[0], true), random.binomial(people[1], false)
            counts.append((yes, no, people[0] - yes, people[1] - no))
        found = bootstrap_cells(groups_of(*counts), equalized_odds_difference(["a"]), 400, seed)
        wrong += isinstance(found, Known) and not found.low <= 0.2 <= found.high
    assert wrong <= (1 - least) * 120 + 3
