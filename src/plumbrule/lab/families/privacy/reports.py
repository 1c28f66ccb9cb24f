"""What others found: reports of the AI Vulnerability Database (AVID) and of the scanner garak, read and passed on.

Nothing here was tested by us. Each finding becomes an observation that says who reported it and where it stands; it is
exploratory and never decides anything by itself. Names of the people who reported are not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plumbrule.base.files import sha256_file
from plumbrule.base.observation import Observation, Stated
from plumbrule.errors import InputError
from plumbrule.lab.tables.json import Fields, read_json, read_json_lines

_AVID, _GARAK = "a report of the AI Vulnerability Database (AVID)", "a report of garak (report.jsonl)"
_MOST_TEXT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A number that somebody else reports, by whatever means; None where the report gives a name and no number."""

    name: str
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AvidReport:
    """One report. `views` are entries of AVID's taxonomy ("S0301: Information Leak"), `vulnerability` its id or empty."""

    file: str
    sha256: str
    id: str
    data_version: str
    developers: tuple[str, ...]
    deployers: tuple[str, ...]
    artifacts: tuple[str, ...]
    class_of: str
    type: str
    problem: str
    domains: tuple[str, ...]
    views: tuple[str, ...]
    vulnerability: str
    measured: tuple[Measured, ...]
    references: tuple[str, ...]
    reported: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GarakResult:
    """One probe judged by one detector: of `evaluated` outputs `passed` did not show the weakness; `none` had no verdict."""

    probe: str
    detector: str
    passed: int
    evaluated: int
    none: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GarakReport:
    """A scan. `whole` says that it ran to its end; `target` is what was scanned, as the report names it."""

    file: str
    sha256: str
    version: str
    started: str
    target: str
    results: tuple[GarakResult, ...]
    whole: bool


@dataclass(slots=True, kw_only=True)
class _Scan:
    version: str = ""
    started: str = ""
    target: str = ""
    whole: bool = False
    results: dict[tuple[str, str], GarakResult] = field(default_factory=dict)


def read_avid(path: Path) -> AvidReport:
    """Read a report in AVID's data model, versions 0.1 to 0.3.

    Raises:
        InputError: it cannot be read, is no AVID report, or a part of it has another form than it should.
        LimitError: it is too large.
    """
    top = Fields.of(read_json(path, what=_AVID), place=path.name, what=_AVID)
    if top.text("data_type", "") != "AVID":
        raise InputError(
            f"{path.name} has the data type {top.values.get('data_type')!r}"[:200] + ".",
            expected=f'"AVID", in {_AVID}',
            cure="Give a report as it stands in the folder reports/ of the database.",
        )
    metadata, affects, problem = top.object("metadata"), top.object("affects"), top.object("problemtype")
    impact = top.object("impact").object("avid")
    return AvidReport(
        file=path.name,
        sha256=sha256_file(path),
        id=metadata.text("report_id"),
        data_version=top.text("data_version", ""),
        developers=affects.texts("developer"),
        deployers=affects.texts("deployer"),
        artifacts=tuple(f"{one.text('type')}: {one.text('name')}" for one in affects.objects("artifacts")),
        class_of=problem.text("classof", ""),
        type=problem.text("type", ""),
        problem=problem.object("description").text("value", "")[:_MOST_TEXT],
        domains=impact.texts("risk_domain"),
        views=impact.texts("sep_view"),
        vulnerability=impact.text("vuln_id", ""),
        measured=tuple(_measured(one.values) for one in top.objects("metrics")),
        references=tuple(one.text("url") for one in top.objects("references")),
        reported=top.text("reported_date", ""),
    )


def _measured(values: Mapping[str, Any]) -> Measured:
    """Names come under `name`, or under `scorer` and `metrics`; a number under `value`, where there is one."""
    parts = [values.get(key) for key in ("name", "scorer", "metrics")]
    number = values.get("value")
    return Measured(
        name=" ".join(part for part in parts if isinstance(part, str)) or "unnamed",
        value=float(number) if isinstance(number, int | float) and not isinstance(number, bool) else None,
    )


def read_garak(path: Path) -> GarakReport:
    """Read a garak report: the entries "eval", which garak writes after each probe and detector.

    Older reports count `total`; in newer ones `total_evaluated`, `fails` and `nones` stand there. Where the same probe and
    detector stand twice (a report put together from several), the counts are added. What the model was asked and what
    it said is not read.

    Raises:
        InputError: a line is no JSON, no line is an "eval", or its counts contradict each other.
        LimitError: a line is too large.
    """
    scan = _Scan()
    for number, value in read_json_lines(path, what=_GARAK):
        line = Fields.of(value, place=f"{path.name}, line {number}", what=_GARAK)
        kind = line.text("entry_type")
        if kind == "init":
            scan.version, scan.started = line.text("garak_version", ""), line.text("start_time", "")
        elif kind == "start_run setup":
            scan.target = _target(line.values)
        elif kind == "eval":
            _add(scan, line)
        scan.whole = scan.whole or kind in {"completion", "digest"}
    if not scan.results:
        raise InputError(
            f"{path.name} holds no result of a probe.",
            expected='lines with "entry_type": "eval"',
            cure="Give the report.jsonl of a run that ended (not the hitlog).",
        )
    return GarakReport(
        file=path.name,
        sha256=sha256_file(path),
        version=scan.version,
        started=scan.started,
        target=scan.target,
        results=tuple(scan.results.values()),
        whole=scan.whole,
    )


def _target(values: Mapping[str, Any]) -> str:
    """The model scanned: `target_…` since 0.13, `model_…` before."""
    for word in ("target", "model"):
        parts = [values.get(f"plugins.{word}_type"), values.get(f"plugins.{word}_name")]
        if any(parts):
            return " ".join(str(part) for part in parts if isinstance(part, str))
    return ""


def _add(scan: _Scan, line: Fields) -> None:
    total = line.whole("total_evaluated", line.whole("total", 0))
    one = GarakResult(
        probe=line.text("probe"),
        detector=line.text("detector").removeprefix("detector."),
        passed=line.whole("passed"),
        evaluated=total,
        none=line.whole("nones", 0),
    )
    fails = line.whole("fails", max(total - one.passed, 0))
    if one.passed + fails != total:
        raise InputError(
            f"{line.place} counts {one.passed} passed and {fails} failed of {total}.",
            expected="counts that add up",
            cure="Run the scan again; this report was changed or cut off.",
        )
    key = (one.probe, one.detector)
    before = scan.results.get(key)
    if before is not None:
        one = GarakResult(
            probe=one.probe,
            detector=one.detector,
            passed=one.passed + before.passed,
            evaluated=one.evaluated + before.evaluated,
            none=one.none + before.none,
        )
    scan.results[key] = one


def observe_avid(reports: Sequence[AvidReport], *, inputs: tuple[str, ...]) -> tuple[Observation, ...]:
    """One observation for each report: a weakness, or for the type "Measurement" what somebody measured."""
    return tuple(
        _reported(
            f"{'reported_measurement' if one.type == 'Measurement' else 'reported_weakness'}:{one.id}",
            _words(one),
            "the report's authors",
            f"AVID report {one.id}, {one.reported or 'no date'}, sha256 {one.sha256[:16]}…",
            inputs,
            holds=True,
        )
        for one in reports
    )


def _words(one: AvidReport) -> str:
    """What the report says in a line: the problem, its place in the taxonomy, and up to five numbers."""
    numbers = [f"{part.name} {part.value:.3g}" for part in one.measured if part.value is not None]
    more = f", and {len(numbers) - 5} more" if len(numbers) > 5 else ""
    classed = "; ".join((*one.domains, *one.views)) or "not classified"
    return f"{one.problem} ({classed})" + (f": {', '.join(numbers[:5])}{more}" if numbers else "")


def observe_garak(found: GarakReport, *, inputs: tuple[str, ...]) -> tuple[Observation, ...]:
    """One observation for each probe and detector; `holds` where at least one output showed the weakness.

    Where no output was evaluated nothing is reported, and no observation made.
    """
    version = f"garak {found.version}".strip()
    source = f"{found.file}, {found.started or 'no date'}, sha256 {found.sha256[:16]}…"
    return tuple(
        _reported(
            f"reported_weakness:{one.probe}~{one.detector}",
            f"{one.evaluated - one.passed} of {one.evaluated} outputs of {found.target or 'a model without a name'} showed it"
            + (f"; {one.none} had no verdict" if one.none else "")
            + ("" if found.whole else "; the scan did not run to its end"),
            f"whoever ran {version}",
            source,
            inputs,
            holds=one.passed < one.evaluated,
        )
        for one in found.results
        if one.evaluated
    )


def _reported(name: str, text: str, stated_by: str, source: str, inputs: tuple[str, ...], *, holds: bool) -> Observation:
    """Exploratory, whatever a plan says: somebody else's word is not a test of ours."""
    return Observation(
        id=name,
        means="examination",
        metric=name.partition(":")[0],
        measure="fact",
        estimate=Stated(holds=holds, text=text[:_MOST_TEXT], stated_by=stated_by, source=source),
        group={},
        family="exploratory",
        inputs=inputs,
    )
