"""Simpson's reversals and factors that differ: Berkeley, planted cases, and intervals that hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from plumbrule.lab import Attribute, Decisions, attributes, count_cells, measure_cells, open_table
from plumbrule.lab.factors import STRONG, factors_in_cells, factors_in_table
from plumbrule.lab.reversals import reversals, undeclared_adjustments

Write = Callable[[list[tuple[object, ...]]], Path]
HEAD = "sex,area,pay,yes"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write lines of sex, area, pay and decision."""

    def run(lines: list[tuple[object, ...]]) -> Path:
        file = tmp_path / "rows.csv"
        file.write_text("\n".join([HEAD, *(",".join(map(str, line)) for line in lines)]) + "\n", encoding="utf-8")
        return file

    return run


def admissions(shared: Path) -> Path:
    return shared / "data" / "audit" / "UCBAdmissions.csv"


def decisions(by: list[str], within: list[str], **parts: str) -> Decisions:
    return Decisions(by=attributes(by, []), within=attributes(within, []), **parts)


@pytest.mark.parametrize("declared", [True, False])
def test_berkeley_turns(shared: Path, declared: bool) -> None:
    """Women were admitted 14 points less often, and 2 points more often within departments: 4 of 6 of them turn."""
    asked = decisions(["Gender"] if declared else ["Gender", "Dept"], ["Dept"] if declared else [], prediction="Admit")
    with open_table(admissions(shared)) as table:
        cells = count_cells(table, replace(asked, favourable="Admitted", count="Freq"))
    measured = measure_cells(cells, tuple(one.name for one in asked.by), within=("Dept",) if declared else ())
    (found,) = reversals(cells, measured, ("Dept",) if declared else ())
    assert (found.metric, found.group, found.reference) == ("selection_rate", {"Gender": "Female"}, {"Gender": "Male"})
    assert (found.within, found.declared, found.turned, found.strata) == (("Dept",), declared, 4, 6)
    assert found.raw.state == "known"
    assert found.raw.value == pytest.approx(-0.1416, abs=5e-5)
    assert found.adjusted.value == pytest.approx(0.0184, abs=5e-5)
    undeclared = undeclared_adjustments(cells, measured)
    assert [(one.declared, one.reversed, one.factors) for one in undeclared] == ([] if declared else [(False, True, ("Dept",))])


def test_noise_does_not_turn(write: Write) -> None:
    """No gap that shows, no reversal: chance signs within strata are not pointed out."""
    random = np.random.default_rng(1)
    lines = [(random.choice(["women", "men"]), f"d{random.integers(6)}", 1, random.integers(2)) for _ in range(3000)]
    with open_table(write(lines)) as table:
        cells = count_cells(table, decisions(["sex", "area"], [], prediction="yes"))
    assert reversals(cells, measure_cells(cells, ("sex", "area"))) == ()


def test_a_gap_that_stays_is_no_reversal(write: Write) -> None:
    """Strata that only shrink a gap do not turn it."""
    random = np.random.default_rng(2)
    lines = []
    for _ in range(4000):
        sex = str(random.choice(["women", "men"]))
        area = int(random.random() < (0.7 if sex == "women" else 0.3))
        lines.append((sex, f"d{area}", 1, int(random.random() < 0.6 - 0.1 * area - 0.1 * (sex == "women"))))
    with open_table(write(lines)) as table:
        cells = count_cells(table, decisions(["sex", "area"], [], prediction="yes"))
    assert reversals(cells, measure_cells(cells, ("sex", "area"))) == ()


def test_the_distance_of_a_factor(write: Write) -> None:
    """Total variation of the strata: 40 points between these two; from the cells and from the rows alike, and strong."""
    lines = [("women", "a", 1, i % 2) for i in range(600)] + [("women", "b", 1, i % 2) for i in range(400)]
    lines += [("men", "a", 1, i % 2) for i in range(200)] + [("men", "b", 1, i % 2) for i in range(800)]
    asked = decisions(["sex"], ["area"], prediction="yes")
    with open_table(write(lines)) as table:
        cells = count_cells(table, asked)
        measured = measure_cells(cells, ("sex",), within=("area",), references={"sex": "men"})
        (one,) = factors_in_cells(cells, measured, ("area",))
        (two,) = factors_in_table(table, asked, [(asked.by[0], "women", "men")], asked.within, 0.95)
    assert one.estimate == two.estimate
    assert one.estimate.state == "known"
    assert one.estimate.value == pytest.approx(0.4)
    assert (one.factor, one.strong, one.threshold) == ("area", True, STRONG["distribution_distance"])


def test_the_standardised_difference_of_a_factor(write: Write) -> None:
    """Means 10 and 12 at a spread of 4 differ by half a standard deviation; the interval is Hedges and Olkin's."""
    random = np.random.default_rng(3)
    pay = {"women": random.normal(0, 1, 900), "men": random.normal(0, 1, 700)}
    lines: list[tuple[object, ...]] = []
    for sex, mean in (("women", 10), ("men", 12)):
        scores = (pay[sex] - pay[sex].mean()) / pay[sex].std(ddof=1)
        lines += [(sex, "a", repr(float(mean + 4 * score)), i % 2) for i, score in enumerate(scores)]
    asked = decisions(["sex"], [], prediction="yes")
    with open_table(write(lines)) as table:
        (found,) = factors_in_table(table, asked, [(asked.by[0], "women", "men")], [Attribute(name="pay")], 0.95)
    assert found.estimate.state == "known"
    assert found.estimate.value == pytest.approx(-0.5, abs=1e-9)
    half = 1.959964 * (1 / 900 + 1 / 700 + 0.25 / (2 * 1600)) ** 0.5
    assert found.estimate.high == pytest.approx(-0.5 + half, abs=1e-6)
    assert found.strong == "unknown"


def test_bounds_on_the_distance_hold() -> None:
    """Over 200 draws of eight strata the guaranteed bounds hold the true distance in at least 95 %."""
    from plumbrule.lab.factors import _distance, _Side

    random = np.random.default_rng(4)
    one, two = np.full(8, 1 / 8), np.array([0.2, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    truth, held = np.abs(one - two).sum() / 2, 0
    for _ in range(200):
        sides = [
            _Side(sums=random.multinomial(n, share).astype(float), size=n, people=n) for n, share in ((200, one), (400, two))
        ]
        found = _distance(*sides, 0.95)
        assert found.state == "known"
        held += found.low <= truth <= found.high
    assert held >= 190


def test_a_factor_that_nobody_of_a_group_has_is_unknown(write: Write) -> None:
    """No row of a group with the factor, or a factor without any spread, is unknown with a reason."""
    lines = [("women", "", 5, i % 2) for i in range(50)] + [("men", "a", 5, i % 2) for i in range(50)]
    asked = decisions(["sex"], [], prediction="yes")
    with open_table(write(lines)) as table:
        found = factors_in_table(
            table, asked, [(asked.by[0], "women", "men")], [Attribute(name="area"), Attribute(name="pay")], 0.95
        )
    assert [one.estimate.state for one in found] == ["unknown", "unknown"]
    assert {one.strong for one in found} == {"unknown"}
