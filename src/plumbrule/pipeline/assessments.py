"""`assess`: what a plan declared is measured, judged, written down, signed and recorded. Clock, keys and log are handed in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from plumbrule import __version__, evidence, findings, lab, report, rulebook
from plumbrule.base.files import write_aside
from plumbrule.base.languages import Wording
from plumbrule.base.observation import Observation
from plumbrule.errors import AssessmentError, OutputError
from plumbrule.evidence.log import Log
from plumbrule.findings import Assessment, Finding, Plan

PLAN_FILE = "assessment.toml"
ASSESSMENT_SCHEMA = "plumbrule-assessment/2"

@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """What signs and records: a statement key and a log. `demo` marks keys that prove nothing outside the demo."""

    signer: evidence.Signer
    log: Log
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """The result of `assess`: the assessment, where it was written, and whether it was signed."""

    assessment: Assessment
    out: Path
    signed: bool

    def exit_code(self) -> int:
        """1 if anything is not satisfied; else 3 if anything is open; else 0, which needs at least one satisfied."""
        return exit_code(self.assessment.findings)


def exit_code(found: tuple[Finding, ...]) -> int:
    """The exit code of `plumbrule assess` (DESIGN.md)."""
    verdicts = {finding.verdict for finding in found}
    if "not-satisfied" in verdicts:
        return 1
    return 0 if "satisfied" in verdicts and not verdicts & {"inconclusive", "not-assessed"} else 3


def declare(plan: Plan, text: bytes, recorder: Recorder) -> tuple[bytes, int]:
    """Sign the plan into the log; the same plan again is the same entry. Returns the envelope and its index."""
    profile = rulebook.profile(rulebook.load_rulebook(), plan.profile)
    predicate = evidence.PlanPredicate(
        assessment=plan.id,
        system=plan.system.id,
        profile=plan.profile,
        declared={
            "comparisons": len(plan.comparison),
            "confidence": plan.decisions.confidence if plan.decisions else 0.95,
            "thresholds": {threshold.id: threshold.value for check in profile.checks for threshold in check.thresholds},
            "checks": len(plan.check),
        },
        files=(PLAN_FILE,),
    )
    statement = evidence.make_statement([evidence.subject_of(PLAN_FILE, text)], predicate)
    envelope = evidence.seal(evidence.write_statement(statement), [recorder.signer])
    return envelope, recorder.log.record(envelope)


def assess(
    plan_file: Path,
    out: Path,
    *,
    recorder: Recorder | None = None,
    force: bool = False,
    language: str = "en",
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    tell: Callable[[str], None] = lambda _: None,
) -> Assessed:
    """Judge what a plan declared and write dossier, assessment and pack to `out`, all of it or nothing.

    Args:
        plan_file: assessment.toml.
        out: a folder that does not exist yet, or with `force` one that an assessment wrote before.
        recorder: signs and records; without it the result is unsigned and says so.
        force: replace an earlier assessment in `out`.
        language: of the dossier.
        clock: tells the time.
        tell: hears what is being done, in an English message id.

    Raises:
        InputError: something handed in could not be used; nothing is written then.
    """
    try:
        text = plan_file.read_bytes()
    except OSError as error:
        raise AssessmentError(
            f"{plan_file} cannot be read: {error.strerror}.", expected="an assessment.toml", cure="Check the path."
        ) from None
    plan = findings.read_plan(text, plan_file.name)
    book = rulebook.load_rulebook()
    check_plan(plan, rulebook.profile(book, plan.profile))
    if out.resolve() == plan_file.resolve().parent:
        raise OutputError(
            f"{out} holds the plan itself.", expected="a folder of its own for the results", cure="Choose another --out."
        )
    with write_aside(out, force=force) as aside:
        tell("Declaring the plan")
        declared = declare(plan, text, recorder) if recorder else None
        tell("Reading and counting")
        assessment = _judge(plan, plan_file, text, declared[1] if declared else None, clock(), tell)
        tell("Writing the dossier")
        machine = report.assessment_json(assessment)
        dossier = report.render_dossier(assessment, language=language, assessment_sha256=hashlib.sha256(machine).hexdigest())
        (aside / "assessment.json").write_bytes(machine)
        (aside / "dossier.html").write_bytes(dossier)
        if recorder and declared:
            tell("Signing and recording")
            _attest(
                assessment,
                recorder,
                declared,
                {"assessment.json": machine, "dossier.html": dossier, PLAN_FILE: text},
                aside,
                clock,
            )
    return Assessed(assessment=assessment, out=out, signed=recorder is not None)


def check_plan(plan: Plan, profile: rulebook.Profile) -> None:
    """The primary family is on grounds that the profile names; what else is looked at is exploratory.

    Raises:
        AssessmentError: a comparison is about something that is no ground, a check about something that is no requirement.
    """
    for check in plan.check:
        if check.requirement not in profile.requirements:
            raise AssessmentError(
                f"A [[check]] answers {check.requirement!r}, which the profile {profile.id!r} does not hold.",
                expected=f"one of {', '.join(profile.requirements)}",
                cure="Name the requirement that the limit is about.",
            )
    for one in plan.comparison:
        if one.attribute not in profile.grounds:
            raise AssessmentError(
                f"The plan compares {one.attribute!r}, which the profile {profile.id!r} does not name as a ground.",
                expected=f"one of {', '.join(profile.grounds)}",
                cure="Name the column so in the query, or leave the comparison out: what is in decisions.by is explored anyway.",
            )


def _judge(
    plan: Plan, plan_file: Path, text: bytes, log_index: int | None, now: datetime, tell: Callable[[str], None]
) -> Assessment:
    """From the plan to the assessment: the table is opened here and nowhere before."""
    book = rulebook.load_rulebook()
    profile, suggested = rulebook.profile(book, plan.profile), rulebook.suggest_tier(book, plan.tier)
    with _table(plan, plan_file.parent) as (table, materials):
        observed = findings.observe(plan, profile, table)
        seen, read = _further(plan, plan_file.parent, table, tell)
    observations, adjustments = lab.shown((*observed.observations, *seen), observed.adjustments)
    judged = findings.judge(
        observations,
        book,
        profile,
        more_rows=plan.data.more_rows if plan.data else True,
        named=findings.named_results(plan, observations),
    )
    return Assessment(
        schema=ASSESSMENT_SCHEMA,
        id=plan.id,
        title=Wording(texts=plan.title),
        created=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        software=f"plumbrule/{__version__}",
        rulebook=book.version,
        system=findings.system_of(plan),
        plan=findings.PlanReference(sha256=hashlib.sha256(text).hexdigest(), log_index=log_index),
        tier=suggested,
        profile=profile.id,
        materials=_listed(*materials, *read),
        population=_population(plan.data, observed.measured) if plan.data and observed.measured else None,
        observations=observations,
        adjustments=adjustments,
        findings=judged,
        provisions=findings.cited(book, judged, suggested),
        inconclusive=profile.inconclusive,
    )


def _listed(*read: findings.Material) -> tuple[findings.Material, ...]:
    """Each file once.

    Raises:
        AssessmentError: two different files have one name; a statement names its subjects by name.
    """
    found: dict[str, findings.Material] = {}
    for one in read:
        if found.setdefault(one.name, one).sha256 != one.sha256:
            raise AssessmentError(
                f"The plan reads two different files named {one.name!r}.",
                expected="files of different names, so that the record can tell them apart",
                cure="Rename one of them.",
            )
    return tuple(found.values())


@contextmanager
def _table(plan: Plan, folder: Path) -> Iterator[tuple[lab.Table | None, tuple[findings.Material, ...]]]:
    """The decision table and the file it is in; nothing where the plan names none."""
    data = plan.data
    if data is None:
        yield None, ()
        return
    source = lab.package_file(data.package, data.file) if data.package else folder / data.file
    reading = {name: getattr(data, name) for name in ("query", "encoding", "delimiter", "decimal", "sheet", "missing")}
    with lab.open_table(source, **reading) as table:
        yield table, (findings.Material(name=source.name, sha256=table.sha256, source=data.source, licence=data.licence),)


def _further(
    plan: Plan, folder: Path, table: lab.Table | None, tell: Callable[[str], None]
) -> tuple[tuple[Observation, ...], tuple[findings.Material, ...]]:
    """What the further tests give, and the files they read."""
    if not plan.asks_further():
        return (), ()
    from plumbrule.findings.further import Look, run_further  # noqa: PLC0415 - every family of tests; only where one is asked for

    decisions = findings.decisions_of(plan, plan.decisions) if plan.decisions else None
    look = Look(plan=plan, folder=folder, table=table, decisions=decisions, references=findings.references_of(plan))
    ran = run_further(look, tell=tell)
    return ran.observations, ran.materials


def _population(data: findings.PlannedData, measured: lab.Measurement) -> findings.Population:
    excluded = {report.NO_DECISION: measured.undecided, report.NO_LABEL: measured.unlabelled}
    return findings.Population(
        rows=measured.rows,
        used=measured.rows - measured.undecided,
        excluded={reason: n for reason, n in excluded.items() if n},
        description=Wording(texts=data.population),
        more_rows=data.more_rows,
    )


def _attest(
    assessment: Assessment,
    recorder: Recorder,
    declared: tuple[bytes, int],
    content: Mapping[str, bytes],
    aside: Path,
    clock: Callable[[], datetime],
) -> None:
    """State, sign, record, and pack what was found; policy and trust go beside the pack, never into it."""
    plan_envelope, plan_index = declared
    written = {name: content[name] for name in ("assessment.json", "dossier.html")}
    predicate = evidence.AssessmentPredicate(
        assessment=assessment.id,
        system=assessment.system.id,
        verdicts={finding.requirement: finding.verdict for finding in assessment.findings},
        plan=evidence.PlanCitation(envelope=hashlib.sha256(plan_envelope).hexdigest(), log_index=plan_index),
        created=assessment.created,
        software=assessment.software,
        files=tuple(sorted(written)),
    )
    subjects = [
        *(
            evidence.Subject(name=evidence.wordless_name(material.name, material.sha256), sha256=material.sha256)
            for material in assessment.materials
        ),
        *(evidence.subject_of(name, data) for name, data in written.items()),
    ]
    envelope = evidence.seal(evidence.write_statement(evidence.make_statement(subjects, predicate)), [recorder.signer])
    index = recorder.log.record(envelope)
    head = recorder.log.publish(clock)
    entries = {
        "plan": (plan_envelope, recorder.log.prove(plan_index, head)),
        "assessment": (envelope, recorder.log.prove(index, head)),
    }
    evidence.write_pack(aside / "pack", entries, content)
    evidence.write_trust(
        aside / "trust", recorder.log.verifier, [recorder.signer.verifier], as_of=clock().date(), demo=recorder.demo
    )
