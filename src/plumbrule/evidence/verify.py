"""Check a pack offline, by keys that came from somewhere else, and say in words what was proved and what was not.

The order is: where the log has the entry, whose signature is on it, what it says, whether the files are the ones it
names. Nothing that a file says is read before its signature holds. Nothing here opens a socket or a log.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from plumbrule.base.messages import message
from plumbrule.errors import UnreadableError, VerificationError
from plumbrule.evidence.envelope import Envelope, parse_envelope
from plumbrule.evidence.keyrecord import said_positions
from plumbrule.evidence.pack import PackedEntry, read_pack
from plumbrule.evidence.policy import MAX_POLICY, Accepted, Policy, accept, parse_policy
from plumbrule.evidence.predicates import AssessmentPredicate, PlanPredicate
from plumbrule.evidence.proof import Proof, parse_proof
from plumbrule.evidence.reading import refuse
from plumbrule.evidence.result import Draft, Verification, warn
from plumbrule.evidence.sentence import Sentence, sentence
from plumbrule.evidence.statement import Statement, parse_statement
from plumbrule.evidence.together import CheckedEntry, check_together
from plumbrule.evidence.tree import leaf_hash, verify_inclusion
from plumbrule.evidence.trust import MAX_TRUST, Trust, TrustedSigner, fingerprint, parse_trust


def verify_pack(pack: Path, policy: Path, trust: Path, *, now: datetime) -> Verification:
    """Check every byte of a pack against a policy and a trust file.

    Args:
        pack: the folder of the pack.
        policy: which logs and witnesses count (c2sp.org/tlog-policy); not inside the pack.
        trust: who may sign what (`plumbrule-trust/1`); not inside the pack.
        now: the time of the check, with its zone; used for warnings only.

    Raises:
        UnreadableError: policy or trust lie inside the pack; a file is not in its one form. Names the file.

    What could be read and does not hold is no error: it is `failures` of the result, each naming its file.
    """
    if now.tzinfo is None:
        raise ValueError("`now` needs a time zone")
    if not pack.is_dir():
        refuse(str(pack), "it is not a folder", "the folder of a pack.", "name the folder that holds assessment.dsse.json.")
    policy_raw, trust_raw = _from_elsewhere(policy, pack, MAX_POLICY), _from_elsewhere(trust, pack, MAX_TRUST)
    rules, trusted = parse_policy(policy_raw, policy.name), parse_trust(trust_raw, trust.name)
    draft = Draft()
    packed = read_pack(pack)
    checked = [_check_entry(entry, rules, trusted, draft) for entry in packed.entries]
    entries = {entry.packed.name: entry for entry in checked if entry is not None}
    if len(entries) == len(checked):
        check_together(entries, packed, draft)
    warn(draft, rules, trusted, [entry.accepted for entry in entries.values()], now)
    return draft.closed(
        fingerprints={"policy": fingerprint(policy_raw), "trust": fingerprint(trust_raw)},
        statements={name: entry.statement for name, entry in entries.items()},
        witnessed=rules.least() > 0,
    )


def _from_elsewhere(path: Path, pack: Path, limit: int) -> bytes:
    """Read a file that must not lie in the pack: whoever made the pack would choose what to be checked by."""
    try:
        inside = _lies_in(path.absolute(), pack) or _lies_in(path.resolve(strict=True), pack)
        if not inside:
            with path.open("rb") as stream:
                return stream.read(limit + 1)
    except OSError as error:
        refuse(str(path), f"it cannot be read ({error.strerror})", "a file.", "check the path.")
    raise UnreadableError(
        f"{path} lies inside the pack that it is to judge.",
        expected="a policy and a trust file from somebody other than who made the pack.",
        cure="ask the organisation for them by another way, keep them elsewhere, and compare the fingerprints.",
    )


def _lies_in(path: Path, folder: Path) -> bool:
    return any(parent.samefile(folder) for parent in (path, *path.parents) if parent.exists())


def _check_entry(packed: PackedEntry, rules: Policy, trusted: Trust, draft: Draft) -> CheckedEntry | None:
    """One envelope with its proof; None if anything about it does not hold."""
    envelope = parse_envelope(packed.envelope, packed.envelope_file)
    proof = parse_proof(packed.proof, packed.proof_file)
    if proof.extra is not None:
        refuse(packed.proof_file, "it carries extra data that nothing protects", "a proof without an `extra` line.")
    accepted = _accepted(rules, proof, packed, draft)
    signers = _signatures_that_hold(envelope, trusted, packed, draft)
    if accepted is None or not signers:
        return None
    statement = _statement(envelope, packed.envelope_file)
    entry = CheckedEntry(packed=packed, statement=statement, accepted=accepted, proof=proof)
    return entry if _included(entry, draft) and _allowed(entry, signers, draft) else None


def _statement(envelope: Envelope, file: str) -> Statement:
    """A statement of a kind that packs carry. A reader of packs alone knows no other, and must come to the same verdict."""
    statement = parse_statement(envelope.payload, file)
    if not isinstance(statement.predicate, PlanPredicate | AssessmentPredicate):
        refuse(file, f"it holds a statement of the kind {statement.predicate_type}", "a plan or an assessment.")
    return statement


def _accepted(rules: Policy, proof: Proof, packed: PackedEntry, draft: Draft) -> Accepted | None:
    try:
        return accept(rules, proof.checkpoint, packed.proof_file)
    except VerificationError as error:
        draft.failures.append(sentence("{file}: {problem}", file=packed.proof_file, problem=error.got))
        return None


def _signatures_that_hold(envelope: Envelope, trusted: Trust, packed: PackedEntry, draft: Draft) -> list[TrustedSigner]:
    file, claims = packed.envelope_file, [(signer, envelope.signed_by(signer.key)) for signer in trusted.signers]
    false = sorted({signer.key.label for signer, holds in claims if holds is False})
    draft.failures.extend(
        sentence("{file}: the signature of {key} does not fit the content.", file=file, key=key) for key in false
    )
    known = {signer.key.label for signer in trusted.signers}
    for line in envelope.signatures:
        if line.keyid not in known:
            stranger = sentence("{file} is also signed by {key}, which the trust file does not name.", file=file, key=line.keyid)
            draft.suggested.append(stranger)
    if all(holds is None for _, holds in claims):
        draft.failures.append(sentence("{file}: nobody whom the trust file names signed it.", file=file))
    return [] if false else [signer for signer, holds in claims if holds]


def _included(entry: CheckedEntry, draft: Draft) -> bool:
    checkpoint, proof, packed = entry.accepted.checkpoint, entry.proof, entry.packed
    if verify_inclusion(leaf_hash(packed.envelope), proof.index, checkpoint.size, proof.hashes, checkpoint.root):
        place = sentence(
            "{file} is entry {index} of the log {log}, in its signed state of {size} entries.",
            file=packed.envelope_file,
            index=proof.index,
            log=entry.accepted.log.name,
            size=checkpoint.size,
        )
        draft.proved.append(place)
        return True
    astray = sentence(
        "{file}: the proof does not lead from {envelope} to the log's signed state; one of the two was changed.",
        file=packed.proof_file,
        envelope=packed.envelope_file,
    )
    draft.failures.append(astray)
    return False


def _allowed(entry: CheckedEntry, signers: list[TrustedSigner], draft: Draft) -> bool:
    """Say which of the signers count here; fail if none does."""
    log, index = entry.accepted.log.name, entry.proof.index
    predicate, system = entry.statement.predicate_type, entry.statement.predicate.system
    entitled = [signer for signer in signers if signer.may_sign(predicate, system)]
    counting = [signer for signer in entitled if signer.counts_at(log, index)]
    draft.proved.extend(_signed_by(entry, signer) for signer in counting)
    if not entitled:
        draft.failures.append(_not_entitled(entry, signers[0]))
    elif not counting:
        draft.failures.append(_not_counting(entry, entitled))
    return bool(counting)


def _signed_by(entry: CheckedEntry, signer: TrustedSigner) -> Sentence:
    return sentence(
        "{file} is signed by {signer}, key {key}, whom the trust file lets sign {predicate} about {system}.",
        file=entry.packed.envelope_file,
        signer=signer.name,
        key=signer.key.label,
        predicate=entry.statement.predicate_type,
        system=entry.statement.predicate.system,
    )


def _not_entitled(entry: CheckedEntry, signer: TrustedSigner) -> Sentence:
    return sentence(
        "{file}: the trust file does not let {signer} sign {predicate} about {system}.",
        file=entry.packed.envelope_file,
        signer=signer.name,
        predicate=entry.statement.predicate_type,
        system=entry.statement.predicate.system,
    )


def _not_counting(entry: CheckedEntry, entitled: list[TrustedSigner]) -> Sentence:
    """Where the signature does not count, and where it would: a gap in a key's positions is where it was suspect."""
    file, signer, log, index = entry.packed.envelope_file, entitled[0], entry.accepted.log.name, entry.proof.index
    places = sorted(
        ((one.first, one.last) for one in entitled if one.log == log and one.key == signer.key), key=lambda one: one[0]
    )
    if not places:
        text = message(
            "{file}: by the trust file, the signature of {signer} does not count at position {index} of the log {log}."
        )
        return sentence(text, file=file, signer=signer.name, index=index, log=log)
    text = message(
        "{file}: by the trust file, the signature of {signer} does not count at position {index} of the log {log}, only at "
        "{positions}. Elsewhere its key was not there yet, had ended, or was suspect and nobody endorsed the entry again."
    )
    return sentence(text, file=file, signer=signer.name, index=index, log=log, positions=said_positions(places))
