"""A pack that came from somebody outside: what can be said of it before anybody here believes any of it.

    form → who signed, and do their keys count here → their log, their place in it, the files → the assessment's own form

Nothing that the sender says chooses what it is checked by: the keys are those that the receiver has on record. Whoever
receives files runs this file as a program of its own, with limits (`plumbrule.base.sandbox`): FOLDER holds `pack/` and
`keys.json`, and what comes out is the JSON of an `Arrival`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from plumbrule.errors import PlumbruleError
from plumbrule.evidence import (
    AssessmentPredicate,
    Kind,
    Pack,
    Trust,
    TrustedSigner,
    VerifierKey,
    parse_envelope,
    parse_verifier_key,
    read_pack,
    verify_pack,
)
from plumbrule.evidence.trust import write_trust_file
from plumbrule.findings.model import Assessment
from plumbrule.report import read_assessment

ASSESSMENT_FILE, PLAN_FILE = "assessment.json", "assessment.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredKey:
    """A key as the receiver knows it: whose it is, what it may sign, and how it stands today.

    `standing` is `counts`, or why it does not: `not-yet`, `suspect`, `ended`.
    """

    key: str
    party: str
    standing: str
    predicates: tuple[str, ...] = ()
    systems: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a pack is refused. `check` is form, signature, key, log, proof or schema."""

    check: str
    got: str
    expected: str = ""
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What was found. `facts` is empty unless `reasons` is; it holds what the receiver needs to look further.

    Its keys are `assessment`, `system`, `version`, `title`, `created`, `party`, `key`, `log`, `envelope` (SHA-256),
    `plan` (SHA-256 of the plan's envelope, or ""), and `subjects` (SHA-256 of everything that was assessed).
    """

    reasons: tuple[Reason, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether everything that is checked here holds."""
        return not self.reasons


class _Refused(Exception):  # noqa: N818  it is an answer, and never leaves this file
    def __init__(self, *reasons: Reason) -> None:
        super().__init__()
        self.reasons = reasons


def check_arrival(folder: Path, keys: Sequence[RegisteredKey], *, now: datetime) -> Arrival:
    """Check the pack in `folder/pack`; policy and trust are made from `keys` and written beside it.

    Args:
        folder: a private folder; a policy and a trust file are written into it.
        keys: every key on record, also those that ended: then the answer can say so.
        now: the time of the check, with its zone.
    """
    try:
        pack = _stage("form", read_pack, folder / "pack")
        signer = _signer(pack, keys)
        statement = _checked(folder, signer, keys, now)
        assessment = _stage("schema", _read, pack)
        _compare(assessment, statement, pack)
    except _Refused as refused:
        return Arrival(reasons=refused.reasons)
    return Arrival(facts=_facts(pack, statement, assessment, signer))


def read_keys(raw: bytes) -> tuple[RegisteredKey, ...]:
    """The keys as the receiver wrote them down."""
    return tuple(
        RegisteredKey(**{**one, "predicates": tuple(one["predicates"]), "systems": tuple(one["systems"])})
        for one in json.loads(raw)
    )


def read_arrival(raw: bytes) -> Arrival:
    """The answer of the program."""
    found = json.loads(raw)
    return Arrival(reasons=tuple(Reason(**one) for one in found["reasons"]), facts=found["facts"])


def main(folder: Path) -> int:
    """Run as a program: write the answer to standard output."""
    found = check_arrival(folder, read_keys((folder / "keys.json").read_bytes()), now=datetime.now(UTC))
    sys.stdout.write(json.dumps({"reasons": [asdict(reason) for reason in found.reasons], "facts": dict(found.facts)}))
    return 0


def _stage(check: str, step: Any, *arguments: Any) -> Any:
    """One step; what it refuses becomes a reason."""
    try:
        return step(*arguments)
    except PlumbruleError as error:
        raise _Refused(Reason(check=check, got=error.got, expected=error.expected, cure=error.cure)) from None


def _signer(pack: Pack, keys: Sequence[RegisteredKey]) -> RegisteredKey:
    """Whose signature is on the assessment; it counts today."""
    envelope = _stage("form", parse_envelope, pack.assessment.envelope, pack.assessment.envelope_file)
    claims = [(one, envelope.signed_by(_key(one))) for one in keys if _key(one).kind is Kind.STATEMENT]
    if any(holds is False for _, holds in claims):
        raise _Refused(
            Reason(check="signature", got="A signature does not fit what is signed.", cure="Send the pack as it was made.")
        )
    known = [one for one, holds in claims if holds]
    if not known:
        named = ", ".join(line.keyid for line in envelope.signatures)
        raise _Refused(
            Reason(
                check="key",
                got=f"No key that signed it is registered here: {named}.",
                expected="a key that this register has on record for an organisation.",
                cure="Send the stewards a request, made with plumbrule node key request; submit again when it is registered.",
            )
        )
    counting = [one for one in known if one.standing == "counts"]
    if not counting:
        said = {"ended": "was revoked or replaced", "suspect": "is suspect", "not-yet": "does not count yet"}[known[0].standing]
        raise _Refused(
            Reason(
                check="key",
                got=f"The key {_key(known[0]).label} of {known[0].party} {said}.",
                expected="a key that counts today.",
                cure="Sign the assessment with the key that took its place, or ask the stewards.",
            )
        )
    return counting[0]


def _checked(folder: Path, signer: RegisteredKey, keys: Sequence[RegisteredKey], now: datetime) -> AssessmentPredicate:
    """Proof, order and files, against the logs and keys of the signer's organisation, and of nobody else."""
    own = [one for one in keys if one.party == signer.party and one.standing == "counts"]
    logs = [_key(one) for one in own if _key(one).kind is Kind.LOG]
    if not logs:
        raise _Refused(
            Reason(
                check="log",
                got=f"No log of {signer.party} is registered here.",
                expected="the key of the log that the pack's proofs come from.",
                cure="Send the stewards a key request for the key of your log, too.",
            )
        )
    policy, trust = folder / "policy.txt", folder / "trust.toml"
    policy.write_text("".join(f"log {key}\n" for key in logs) + "quorum none\n", encoding="utf-8", newline="\n")
    trust.write_bytes(write_trust_file(_trust(own, logs, now)))
    found = _stage("form", lambda: verify_pack(folder / "pack", policy, trust, now=now))
    if not found.holds:
        raise _Refused(*(Reason(check="proof", got=str(failure)) for failure in found.failures))
    predicate = found.statements["assessment"].predicate
    if not isinstance(predicate, AssessmentPredicate):
        raise TypeError("a pack that holds says what was assessed")
    return predicate


def _trust(own: Sequence[RegisteredKey], logs: Sequence[VerifierKey], now: datetime) -> Trust:
    signers = tuple(
        TrustedSigner(name=one.party, key=_key(one), predicates=one.predicates, systems=one.systems, log=log.name)
        for one in own
        if _key(one).kind is Kind.STATEMENT
        for log in logs
    )
    return Trust(as_of=now.astimezone(UTC).date(), signers=signers)


def _read(pack: Pack) -> Assessment:
    return read_assessment(pack.content.get(ASSESSMENT_FILE, b""))


def _compare(assessment: Assessment, said: AssessmentPredicate, pack: Pack) -> None:
    """What is signed and what the file holds are the same."""
    plan = pack.content.get(PLAN_FILE)
    both = (
        ("the assessment's id", said.assessment, assessment.id),
        ("the system", said.system, assessment.system.id),
        ("the time", said.created, assessment.created),
        ("the verdicts", dict(said.verdicts), {one.requirement: one.verdict for one in assessment.findings}),
        ("the plan's place in the log", said.plan and said.plan.log_index, assessment.plan.log_index),
        ("the plan", hashlib.sha256(plan).hexdigest() if plan else assessment.plan.sha256, assessment.plan.sha256),
    )
    wrong = [name for name, signed, written in both if signed != written]
    if wrong:
        raise _Refused(
            *(
                Reason(
                    check="schema",
                    got=f"{ASSESSMENT_FILE} and the signed statement differ in {name}.",
                    expected="one that says what the other says.",
                    cure="Make the pack with plumbrule assess, and do not edit it.",
                )
                for name in wrong
            )
        )


def _facts(pack: Pack, said: AssessmentPredicate, assessment: Assessment, signer: RegisteredKey) -> dict[str, Any]:
    texts = assessment.title.texts
    return {
        "assessment": said.assessment,
        "system": said.system,
        "version": assessment.system.version,
        "title": texts.get("en") or next(iter(texts.values())),
        "created": said.created,
        "party": signer.party,
        "key": _key(signer).label,
        "envelope": hashlib.sha256(pack.assessment.envelope).hexdigest(),
        "plan": "" if pack.plan is None else hashlib.sha256(pack.plan.envelope).hexdigest(),
        "subjects": [material.sha256 for material in assessment.materials],
    }


def _key(one: RegisteredKey) -> VerifierKey:
    return parse_verifier_key(one.key)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
