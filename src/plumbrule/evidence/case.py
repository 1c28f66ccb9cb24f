"""Check that a person's case is in a restricted log whose root the public log holds.

Five files come from whoever keeps the cases: the opening of the salted commitment, the case's entry with its proof up to
the restricted log's root, and the public entry that names this root with its proof up to the public log. Policy and
trust file come from elsewhere. Nothing here opens a socket, and nothing of the case leaves the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plumbrule.errors import VerificationError
from plumbrule.evidence.checkpoint import Checkpoint, parse_checkpoint
from plumbrule.evidence.claims import CASE, CASES
from plumbrule.evidence.envelope import parse_envelope
from plumbrule.evidence.note import parse_note
from plumbrule.evidence.policy import Policy, accept
from plumbrule.evidence.proof import parse_proof
from plumbrule.evidence.reading import Json, refuse
from plumbrule.evidence.salted import read_opening
from plumbrule.evidence.sentence import Sentence, sentence
from plumbrule.evidence.statement import Statement, parse_statement
from plumbrule.evidence.tree import leaf_hash, verify_inclusion
from plumbrule.evidence.trust import Trust

OPENING, ENTRY, PROOF = "case.opening", "case.dsse.json", "case.tlog-proof"
BATCH, BATCH_PROOF = "cases.dsse.json", "cases.tlog-proof"
FILES = (OPENING, ENTRY, PROOF, BATCH, BATCH_PROOF)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCase:
    """What was shown: the case's content as it was recorded, its kind, and sentences for a person."""

    content: bytes
    kind: str
    proved: tuple[Sentence, ...]
    not_shown: tuple[Sentence, ...]


def check_case(files: Mapping[str, bytes], policy: Policy, trust: Trust) -> CheckedCase:
    """Check the five files of a case, by their names in `FILES`.

    Raises:
        UnreadableError: a file is missing or not in its form.
        VerificationError: they do not hold together, or the policy or the trust file do not vouch for them.
    """
    for name in FILES:
        if name not in files:
            refuse(name, "it is missing", f"the files {', '.join(FILES)}.", "get all of them again.")
    batch, log, index = _public(files, policy, trust)
    case = _statement(files[ENTRY], ENTRY, CASE)
    content = read_opening(files[OPENING], str(case["case"]), OPENING)
    proof, head = parse_proof(files[PROOF], PROOF), _head(files[PROOF])
    if (head.origin, head.size, head.root.hex()) != (batch["log"], batch["size"], batch["root"]):
        raise VerificationError(
            f"{PROOF} leads to another state of the restricted log than {BATCH} names.", expected="the same size and root."
        )
    if not verify_inclusion(leaf_hash(files[ENTRY]), proof.index, head.size, proof.hashes, head.root):
        raise VerificationError(f"{PROOF} does not lead from {ENTRY} to the root.", expected="the entry and its own proof.")
    proved = (
        sentence("The case, as it lies in {file}, is case {index} of the restricted log {log}.", file=OPENING, index=proof.index,
                 log=head.origin),
        sentence("Entry {index} of the public log {log} holds the root over it.", index=index, log=log),
    )  # fmt: skip
    return CheckedCase(content=content, kind=str(case["kind"]), proved=proved, not_shown=NOT_SHOWN)


NOT_SHOWN = (
    sentence("What was done about the case: only that it was recorded, and has not been changed or taken out since."),
    sentence("That no other case was left out: only whoever holds one of their own can tell."),
    sentence("That it was not withdrawn since: then its content is deleted there, and the entry stays."),
)


def _public(files: Mapping[str, bytes], policy: Policy, trust: Trust) -> tuple[Mapping[str, Json], str, int]:
    """The public entry that names the root: signed by somebody who may, in a log that the policy accepts."""
    proof = parse_proof(files[BATCH_PROOF], BATCH_PROOF)
    accepted = accept(policy, proof.checkpoint, BATCH_PROOF)
    head, log = accepted.checkpoint, accepted.log.name
    if not verify_inclusion(leaf_hash(files[BATCH]), proof.index, head.size, proof.hashes, head.root):
        raise VerificationError(f"{BATCH_PROOF} does not lead from {BATCH} to the log's signed state.", expected="its own proof.")
    fields, envelope = _statement(files[BATCH], BATCH, CASES), parse_envelope(files[BATCH], BATCH)
    signers = [signer for signer in trust.signers if envelope.signed_by(signer.key)]
    if not any(signer.may_sign(CASES, "-") and signer.counts_at(log, proof.index) for signer in signers):
        raise VerificationError(
            f"{BATCH}: nobody whom the trust file lets speak about cases signed it.",
            expected=f"a signer with the predicate {CASES}, at position {proof.index} of {log}.",
        )
    return fields, log, proof.index


def _head(proof: bytes) -> Checkpoint:
    return parse_checkpoint(parse_note(parse_proof(proof, PROOF).checkpoint, PROOF), PROOF)


def _statement(raw: bytes, what: str, kind: str) -> Mapping[str, Json]:
    statement: Statement = parse_statement(parse_envelope(raw, what).payload, what)
    if statement.predicate_type != kind:
        refuse(what, f"it holds a statement of another kind ({statement.predicate_type})", f"{kind}.")
    return statement.predicate.to_json()
