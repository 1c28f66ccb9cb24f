"""A trust file from a keyring: what became of keys in a log, told to a verifier by positions alone.

`plumbrule-trust/1` lets a signer count from a position to a position, so nothing new has to be understood by those who
verify: a suspect range is a gap, and an endorsed entry a range of its own.
"""

from __future__ import annotations

from datetime import date

from plumbrule.errors import InputError
from plumbrule.evidence.keyrecord import AUTHORITY, KeyRecord
from plumbrule.evidence.keyring import Keyring
from plumbrule.evidence.trust import MAX_SIGNERS, MAX_TRUST, Trust, TrustedSigner, parse_trust, write_trust_file
from plumbrule.evidence.vkey import Kind, VerifierKey


def trust_of(keyring: Keyring, *, as_of: date) -> Trust:
    """Who may sign what, by positions: keys for statements, without what they may do to other keys."""
    signers = [signer for record in keyring.keys for signer in _signers(record, keyring.log)]
    return Trust(as_of=as_of, signers=tuple(signers))


def write_trust_of(keyring: Keyring, *, as_of: date, roots: str) -> bytes:
    """The bytes of that trust file, with what became of each key as comments for people.

    Args:
        keyring: the keyring.
        as_of: the day.
        roots: the fingerprint of the root file that the keyring came from.

    Raises:
        InputError: nobody may sign anything, or more ranges than a trust file can hold.
    """
    trust = trust_of(keyring, as_of=as_of)
    if not trust.signers:
        raise InputError(
            f"no key of {keyring.log} may sign a statement.", expected="one that counts.", cure="plumbrule node key add adds one."
        )
    raw = write_trust_file(trust)
    lines = [f"# From the log {keyring.log} at {keyring.size} entries, by the root file", f"# {roots}."]
    lines += [f"# {record.key.label} of {record.party}: {'; '.join(map(str, record.explained()))}." for record in keyring.keys]
    raw = "".join(f"{line}\n" for line in lines).encode("utf-8") + raw
    if len(trust.signers) > MAX_SIGNERS or len(raw) > MAX_TRUST:
        raise InputError(
            f"{len(trust.signers)} ranges of positions in {len(raw)} bytes.",
            expected=f"at most {MAX_SIGNERS} in {MAX_TRUST} bytes.",
            cure="endorse runs of entries, or sign what is still needed again under the new key.",
        )
    parse_trust(raw, "new trust file")
    return raw


def root_trust(log: str, signers: tuple[tuple[VerifierKey, tuple[str, ...]], ...], *, as_of: date) -> bytes:
    """The bytes of a root file: a trust file that names who may act on keys in a log, each key with its predicates."""
    named = tuple(TrustedSigner(name=key.name, key=key, predicates=predicates, log=log) for key, predicates in signers)
    raw = write_trust_file(Trust(as_of=as_of, signers=named))
    head = "# A root file: who may act on keys in this log. Its fingerprint goes to everybody by another way than the log.\n"
    parse_trust(head.encode() + raw, "new root file")
    return head.encode() + raw


def _signers(record: KeyRecord, log: str) -> list[TrustedSigner]:
    predicates = tuple(predicate for predicate in record.predicates if predicate not in AUTHORITY)
    if record.key.kind is not Kind.STATEMENT or not predicates:
        return []
    return [
        TrustedSigner(
            name=record.party, key=record.key, predicates=predicates, systems=record.systems, log=log, first=first, last=last
        )
        for first, last in record.ranges()
    ]
