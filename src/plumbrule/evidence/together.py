"""Check the entries and files of a pack against each other: which plan, in which order, are the files the ones named."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from plumbrule.evidence.pack import ASSESSMENT, ENVELOPE_SUFFIX, PLAN, Pack, PackedEntry
from plumbrule.evidence.policy import Accepted
from plumbrule.evidence.predicates import AssessmentPredicate, PlanPredicate
from plumbrule.evidence.proof import Proof
from plumbrule.evidence.result import Draft
from plumbrule.evidence.sentence import Sentence, sentence
from plumbrule.evidence.statement import Statement, Subject

_KINDS = {ASSESSMENT: AssessmentPredicate, PLAN: PlanPredicate}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedEntry:
    """An entry whose signature, right to sign and place in the log hold."""

    packed: PackedEntry
    statement: Statement
    accepted: Accepted
    proof: Proof


def check_together(entries: Mapping[str, CheckedEntry], pack: Pack, draft: Draft) -> None:
    """Check what single entries cannot show. Every one of them has been checked alone."""
    wrong = [_wrong_kind(entry) for name, entry in entries.items() if not isinstance(entry.statement.predicate, _KINDS[name])]
    if wrong:
        draft.failures.extend(wrong)
        return
    assessment, plan = entries[ASSESSMENT], entries.get(PLAN)
    problem = _plan_problem(assessment, plan)
    if problem is not None:
        draft.failures.append(problem)
    else:
        _say_plan(assessment, plan, draft)
    _check_files(entries, pack, draft)
    _say_witnesses(assessment.accepted, draft)


def _wrong_kind(entry: CheckedEntry) -> Sentence:
    file, kind = entry.packed.envelope_file, entry.statement.predicate_type
    return sentence("{file}: it holds a statement of another kind ({predicate}).", file=file, predicate=kind)


def _plan_problem(assessment: CheckedEntry, plan: CheckedEntry | None) -> Sentence | None:
    """What keeps the plan in the pack from being the one that the assessment followed."""
    predicate = assessment.statement.predicate
    cited = predicate.plan if isinstance(predicate, AssessmentPredicate) else None
    if plan is None:
        file = PLAN + ENVELOPE_SUFFIX
        missing = sentence("{file}: the assessment cites a plan, and the pack does not hold it.", file=file)
        return None if cited is None else missing
    envelope, proof = plan.packed.envelope_file, plan.packed.proof_file
    if cited is None or cited.envelope != hashlib.sha256(plan.packed.envelope).hexdigest():
        return sentence("{file}: it is not the plan that the assessment cites.", file=envelope)
    if cited.log_index != plan.proof.index:
        return sentence("{file}: the assessment cites its plan at another position of the log.", file=proof)
    return _order_problem(assessment, plan)


def _order_problem(assessment: CheckedEntry, plan: CheckedEntry) -> Sentence | None:
    """What keeps the plan that is cited from being one that was signed before."""
    envelope, proof = plan.packed.envelope_file, plan.packed.proof_file
    if plan.proof.checkpoint != assessment.proof.checkpoint:
        return sentence("{file}: its checkpoint is not the one of {other}.", file=proof, other=assessment.packed.proof_file)
    if plan.proof.index >= assessment.proof.index:
        return sentence("{file}: the plan does not come before the assessment in the log.", file=proof)
    planned, assessed = plan.statement.predicate, assessment.statement.predicate
    if not isinstance(planned, PlanPredicate) or not isinstance(assessed, AssessmentPredicate):
        return _wrong_kind(plan)  # was looked at before
    if (planned.assessment, planned.system) != (assessed.assessment, assessed.system):
        return sentence("{file}: it is the plan of another assessment or of another system.", file=envelope)
    return None


def _say_plan(assessment: CheckedEntry, plan: CheckedEntry | None, draft: Draft) -> None:
    if plan is None:
        draft.not_shown.append(sentence("That it was declared beforehand what would be judged: the assessment cites no plan."))
        return
    order = sentence(
        "The plan (entry {plan}) is in the log before the assessment (entry {assessment}), which cites exactly this plan.",
        plan=plan.proof.index,
        assessment=assessment.proof.index,
    )
    draft.proved.append(order)
    draft.not_shown.append(
        sentence("That nobody had seen the data when the plan was signed: the log shows what came first, not what people knew.")
    )


def _check_files(entries: Mapping[str, CheckedEntry], pack: Pack, draft: Draft) -> None:
    named: dict[str, str] = {}
    for entry in entries.values():
        for subject in entry.statement.carried:
            _check_file(entry, subject, pack, draft)
        for subject in entry.statement.subjects:
            if named.setdefault(subject.name, subject.sha256) != subject.sha256:
                draft.failures.append(sentence("{file}: plan and assessment name it with different digests.", file=subject.name))
    carried = {subject.name for entry in entries.values() for subject in entry.statement.carried}
    for name in sorted(named.keys() - carried):
        draft.not_shown.append(
            sentence(
                "What is in {file}: it is not in the pack; only its SHA-256 is signed ({digest}).", file=name, digest=named[name]
            )
        )
    for name in sorted(pack.content.keys() - carried):
        draft.failures.append(sentence("{file}: it lies in the pack, and no statement says that it belongs there.", file=name))


def _check_file(entry: CheckedEntry, subject: Subject, pack: Pack, draft: Draft) -> None:
    file, statement, content = subject.name, entry.packed.envelope_file, pack.content.get(subject.name)
    if content is None:
        missing = sentence(
            "{file}: {statement} says that it travels in the pack, and it is missing. If it was withdrawn, a later entry of the"
            " log says so, and why; this pack cannot.",
            file=file,
            statement=statement,
        )
        draft.failures.append(missing)
    elif hashlib.sha256(content).hexdigest() != subject.sha256:
        draft.failures.append(sentence("{file}: it is not the file that {statement} names.", file=file, statement=statement))
    else:
        draft.proved.append(
            sentence("{file} is, byte for byte, the file that {statement} names.", file=file, statement=statement)
        )


def _say_witnesses(accepted: Accepted, draft: Draft) -> None:
    names = ", ".join(sorted(accepted.witnesses))
    if names:
        draft.proved.append(
            sentence("This state of the log was cosigned by these witnesses of the policy: {names}.", names=names)
        )
