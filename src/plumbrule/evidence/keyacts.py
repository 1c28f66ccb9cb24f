"""Make the entries that act on keys: add, rotate, revoke, endorse. Each is checked as a keyring will check it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from plumbrule.errors import InputError, VerificationError
from plumbrule.evidence.claims import ENDORSEMENT, KEY_ACT, KEY_EVENT, KINDS, MAX_ENDORSED, STEWARD_ACT, Claim
from plumbrule.evidence.envelope import seal
from plumbrule.evidence.keyrecord import AUTHORITY, REQUEST_FILE, KeyRecord
from plumbrule.evidence.keyring import Keyring, read_keyring
from plumbrule.evidence.keys import Signer
from plumbrule.evidence.possession import KeyRequest
from plumbrule.evidence.predicates import ASSESSMENT, PLAN
from plumbrule.evidence.reading import Json
from plumbrule.evidence.statement import Subject, make_statement, subject_of, write_statement
from plumbrule.evidence.trust import EVERY, Trust
from plumbrule.evidence.vkey import Kind, VerifierKey

KEY_FILE = "key.vkey"
EVERYTHING = tuple(sorted({PLAN, ASSESSMENT, *KINDS} - AUTHORITY - {KEY_EVENT}))
"""Every predicate that says something about a system, a party or content, and nothing about keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a key may sign, about which systems; and whether it may act on keys itself, as a steward's does."""

    predicates: tuple[str, ...] = EVERYTHING
    systems: tuple[str, ...] = (EVERY,)
    steward: bool = False
    offline: bool = False

    def all_predicates(self, key: VerifierKey) -> tuple[str, ...]:
        """The predicates as an act names them."""
        steward = {KEY_ACT, ENDORSEMENT} if self.steward or self.offline else set()
        offline = {STEWARD_ACT} if self.offline else set()
        return tuple(sorted({*self.predicates, *steward, *offline})) if key.kind is Kind.STATEMENT else ()


def add_key(request: KeyRequest, scope: Scope, *, signer: Signer, now: datetime, first: int = 0) -> bytes:
    """The envelope that lets a requested key count from position `first`, or from the entry after this one if that is later."""
    act = STEWARD_ACT if scope.steward or scope.offline else KEY_ACT
    return _requested(request, act, "added", scope.all_predicates(request.key), scope.systems, signer, now, {"from": first})


def rotate_key(
    request: KeyRequest, old: KeyRecord, *, signer: Signer, now: datetime, first: int = 0, suspect_from: int | None = None
) -> bytes:
    """The envelope that lets a requested key take the place of `old`, and sign what that could.

    Raises InputError if the request is of another organisation.
    """
    if request.party != old.party:
        raise InputError(
            f"the request is of {request.party}, and {old.key.label} is a key of {old.party}.",
            expected="a request of the same organisation.",
        )
    positions: dict[str, Json] = {"from": first, "replaces": str(old.key), "suspect_from": suspect_from}
    return _requested(request, _act_on(old), "rotated", old.predicates, old.systems, signer, now, positions)


def revoke_key(old: KeyRecord, log: str, *, signer: Signer, now: datetime, end: int, suspect_from: int | None = None) -> bytes:
    """The envelope that ends a key before position `end`; from `suspect_from` to there its entries must be endorsed again."""
    if suspect_from is not None and suspect_from > end:
        raise InputError(
            f"suspect from {suspect_from}, and ended from {end}.", expected="a key that becomes suspect before it ends."
        )
    fields: dict[str, Json] = {
        "log": log,
        "event": "revoked",
        "key": str(old.key),
        "replaces": None,
        "party": old.party,
        "predicates": (),
        "systems": None,
        "from": end,
        "suspect_from": suspect_from,
    }
    return _sealed(_act_on(old), fields, [_key_subject(old.key)], (), signer, now)


def endorse(entries: Mapping[int, bytes], log: str, party: str, *, signer: Signer, now: datetime) -> bytes:
    """The envelope by which an organisation, or a steward, says again that entries (envelopes by index) are good.

    The bytes of each entry are those that stand there now: look at them before.

    Raises InputError: none, or more than 199.
    """
    if not 0 < len(entries) <= MAX_ENDORSED:
        raise InputError(f"{len(entries)} entries.", expected=f"1 to {MAX_ENDORSED} in one endorsement.", cure="make several.")
    digests = {index: hashlib.sha256(entries[index]).hexdigest() for index in sorted(entries)}
    named: tuple[dict[str, Json], ...] = tuple({"envelope": digest, "log_index": index} for index, digest in digests.items())
    subjects = [Subject(name=f"entry-{index}", sha256=digest) for index, digest in digests.items()]
    return _sealed(ENDORSEMENT, {"log": log, "party": party, "entries": named}, subjects, (), signer, now)


def check_act(entries: Iterable[tuple[int, bytes]], act: bytes, roots: Trust, log: str) -> Keyring:
    """The keyring after an act, were it the next entry.

    Raises:
        VerificationError: nothing would follow from it; says why.
        UnreadableError: the roots name nobody for this log.
    """
    size = 0

    def followed() -> Iterable[tuple[int, bytes]]:
        nonlocal size
        for index, raw in entries:
            yield index, raw
            size = index + 1
        yield size, act

    keyring = read_keyring(followed(), roots, log)
    for one in keyring.ignored:
        if one.index == size:
            raise VerificationError(
                f"nothing would follow from this act. {one.why}",
                expected="an act by a key that may act on this one, in this log.",
                cure="plumbrule node key list shows who may; nothing was recorded.",
            )
    return keyring


def _act_on(old: KeyRecord) -> str:
    return STEWARD_ACT if AUTHORITY & set(old.predicates) else KEY_ACT


def _requested(
    request: KeyRequest,
    act: str,
    event: str,
    predicates: Sequence[str],
    systems: Sequence[str],
    signer: Signer,
    now: datetime,
    positions: Mapping[str, Json],
) -> bytes:
    fields: dict[str, Json] = {
        "log": request.log,
        "event": event,
        "key": str(request.key),
        "replaces": None,
        "party": request.party,
        "predicates": tuple(predicates),
        "systems": None if EVERY in systems else tuple(sorted(systems)),
        "suspect_from": None,
        **positions,
    }
    subjects = [_key_subject(request.key), subject_of(REQUEST_FILE, request.raw)]
    return _sealed(act, fields, subjects, (REQUEST_FILE,), signer, now)


def _key_subject(key: VerifierKey) -> Subject:
    return subject_of(KEY_FILE, f"{key}\n".encode())


def _sealed(
    act: str, fields: dict[str, Json], subjects: Iterable[Subject], files: tuple[str, ...], signer: Signer, now: datetime
) -> bytes:
    said: dict[str, Json] = {**fields, "created": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "files": files}
    return seal(write_statement(make_statement(subjects, Claim(kind=act, fields=said))), [signer])
