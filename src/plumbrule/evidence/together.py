"""Check the entries and files of a pack against each other: which plan, in which order, are the files the ones named."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from plumbrule.evidence.pack import ASSESSMENT, PLAN, Pack, PackedEntry
from plumbrule.evidence.policy import Accepted
from plumbrule.evidence.predicates import AssessmentPredicate, PlanPredicate
from plumbrule.evidence.proof import Proof
from plumbrule.evidence.result import Ledger
from plumbrule.evidence.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedEntry:
    """An entry whose signature, right to sign and place in the log hold."""

    packed: PackedEntry
    statement: Statement
    accepted: Accepted
    proof: Proof


def check_together(entries: Mapping[str, CheckedEntry], pack: Pack, ledger: Ledger) -> None:
    """Check what single entries cannot show. Every one of them has been checked alone."""
    if not _right_kinds(entries, ledger):
        return
    assessment, plan = entries[ASSESSMENT], entries.get(PLAN)
    _check_plan(assessment, plan, ledger)
    _check_files(entries, pack, ledger)
    _say_witnesses(assessment.accepted, ledger)


def _right_kinds(entries: Mapping[str, CheckedEntry], ledger: Ledger) -> bool:
    kinds = {ASSESSMENT: AssessmentPredicate, PLAN: PlanPredicate}
    wrong = [entry for name, entry in entries.items() if not isinstance(entry.statement.predicate, kinds[name])]
    for entry in wrong:
        ledger.fail(
            "{file}: it holds a statement of another kind ({predicate}).",
            file=entry.packed.envelope_file,
            predicate=entry.statement.predicate_type,
        )
    return not wrong


def _check_plan(assessment: CheckedEntry, plan: CheckedEntry | None, ledger: Ledger) -> None:
    predicate = assessment.statement.predicate
    cited = predicate.plan if isinstance(predicate, AssessmentPredicate) else None
    if plan is None and cited is None:
        ledger.leave_open("That it was declared beforehand what would be judged: the assessment cites no plan.")
    elif plan is None:
        ledger.fail("{file}: the assessment cites a plan, and the pack does not hold it.", file=PLAN + ".dsse.json")
    elif cited is None or cited.envelope != hashlib.sha256(plan.packed.envelope).hexdigest():
        ledger.fail("{file}: it is not the plan that the assessment cites.", file=plan.packed.envelope_file)
    elif cited.log_index != plan.proof.index:
        ledger.fail("{file}: the assessment cites its plan at another position of the log.", file=plan.packed.proof_file)
    else:
        _check_order(assessment, plan, ledger)


def _check_order(assessment: CheckedEntry, plan: CheckedEntry, ledger: Ledger) -> None:
    before, after = plan.statement.predicate, assessment.statement.predicate
    if plan.proof.checkpoint != assessment.proof.checkpoint:
        ledger.fail(
            "{file}: its checkpoint is not the one of {other}.", file=plan.packed.proof_file, other=assessment.packed.proof_file
        )
    elif plan.proof.index >= assessment.proof.index:
        ledger.fail("{file}: the plan does not come before the assessment in the log.", file=plan.packed.proof_file)
    elif (before.assessment, before.system) != (after.assessment, after.system):
        ledger.fail("{file}: it is the plan of another assessment or of another system.", file=plan.packed.envelope_file)
    else:
        ledger.prove(
            "The plan (entry {plan}) is in the log before the assessment (entry {assessment}), which cites exactly this plan.",
            plan=plan.proof.index,
            assessment=assessment.proof.index,
        )
        ledger.leave_open(
            "That nobody had seen the data when the plan was signed: the log shows what came first, not what people knew."
        )


def _check_files(entries: Mapping[str, CheckedEntry], pack: Pack, ledger: Ledger) -> None:
    named: dict[str, str] = {}
    for entry in entries.values():
        for subject in entry.statement.carried:
            _check_file(entry, subject.name, subject.sha256, pack, ledger)
        for subject in entry.statement.subjects:
            if named.setdefault(subject.name, subject.sha256) != subject.sha256:
                ledger.fail("{file}: plan and assessment name it with different digests.", file=subject.name)
    carried = {subject.name for entry in entries.values() for subject in entry.statement.carried}
    for name in sorted(named.keys() - carried):
        ledger.leave_open(
            "What is in {file}: it is not in the pack; only its SHA-256 is signed ({digest}).", file=name, digest=named[name]
        )
    for name in sorted(pack.content.keys() - carried):
        ledger.fail("{file}: it lies in the pack, and no statement says that it belongs there.", file=name)


def _check_file(entry: CheckedEntry, name: str, digest: str, pack: Pack, ledger: Ledger) -> None:
    content = pack.content.get(name)
    if content is None:
        ledger.fail(
            "{file}: {statement} says that it travels in the pack, and it is missing.",
            file=name,
            statement=entry.packed.envelope_file,
        )
    elif hashlib.sha256(content).hexdigest() != digest:
        ledger.fail("{file}: it is not the file that {statement} names.", file=name, statement=entry.packed.envelope_file)
    else:
        ledger.prove(
            "{file} is, byte for byte, the file that {statement} names.", file=name, statement=entry.packed.envelope_file
        )


def _say_witnesses(accepted: Accepted, ledger: Ledger) -> None:
    if accepted.witnesses:
        ledger.prove(
            "{count} witnesses of the policy saw this state of the log: {names}.",
            count=len(accepted.witnesses),
            names=", ".join(sorted(accepted.witnesses)),
        )
