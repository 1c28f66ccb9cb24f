"""Which key counts at which position of a log: what stewards recorded about keys, read by machine.

The reader brings the roots: a trust file from elsewhere that names who may act on keys. The log brings the acts. They
are judged in three layers, each of which only looks up:

1. acts on stewards' keys (`steward-event`), by an offline key that counts when it acts; in order, and never undone;
2. acts on other keys (`key-event:2`), by a steward whose key counts at that position, or whose act was endorsed;
3. endorsements: by a steward for anybody, by an organisation's good key for its own keys.

A key counts from the entry after its act to the position at which it ends. From where it is suspect, only endorsed
entries count. Whatever is not by somebody who may is ignored, and the keyring says so.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NoReturn

from plumbrule.errors import UnreadableError
from plumbrule.evidence.claims import ENDORSEMENT, KEY_ACT, KEY_EVENT, STEWARD_ACT, Claim
from plumbrule.evidence.envelope import Envelope, parse_envelope
from plumbrule.evidence.keyrecord import AUTHORITY, REQUEST_FILE, KeyRecord, Standing
from plumbrule.evidence.reading import Json, refuse
from plumbrule.evidence.sentence import Sentence, sentence
from plumbrule.evidence.statement import Statement, parse_statement
from plumbrule.evidence.trust import EVERY, Trust
from plumbrule.evidence.vkey import Kind, VerifierKey, parse_verifier_key

_PAYLOAD = re.compile(rb'\{"payload":"([A-Za-z0-9+/=]*)"')
_ABOUT_KEYS = re.compile(rb"key-event|steward-event|endorsement|\\")  # a backslash may spell any of them
_DIGEST = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """An entry that speaks of keys and changes nothing, and why."""

    index: int
    why: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The keys of a log of `size` entries, in the order in which they came, and what was ignored."""

    log: str
    size: int
    keys: tuple[KeyRecord, ...]
    ignored: tuple[Ignored, ...]

    def find(self, label: str) -> KeyRecord | None:
        """The one key whose label (`name+id`), or whole verifier key, begins so; None if there is none, or more than one."""
        found = [record for record in self.keys if str(record.key).startswith(label)]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """An entry that speaks of keys."""

    index: int
    envelope: Envelope
    statement: Statement
    kind: str
    fields: Mapping[str, Json]

    def token(self, key: str) -> str:
        return str(self.fields[key])

    def number(self, key: str) -> int:
        return int(str(self.fields[key]))


class _IgnoreError(Exception):
    """An act changes nothing; carries the sentence that says why."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(str(why))
        self.why = why


def read_keyring(entries: Iterable[tuple[int, bytes]], roots: Trust, log: str) -> Keyring:
    """Fold the entries of a log into its keyring.

    Args:
        entries: index and envelope of every entry from 0, in order.
        roots: a trust file from elsewhere; who may sign `steward-event`, `key-event:2` or `endorsement` in this log.
        log: the log's name.

    Raises:
        UnreadableError: the trust file names nobody who may act on keys in this log, or one key twice.
    """
    fold = _Fold(log=log, keys=_roots(roots, log))
    told = fold.collect(entries)
    fold.judge(told, STEWARD_ACT)
    fold.stewards = frozenset(fold.keys)
    fold.endorse(told, by_stewards=True)
    fold.judge(told, KEY_ACT)
    fold.endorse(told, by_stewards=False)
    return Keyring(
        log=log,
        size=len(fold.digests) // _DIGEST,
        keys=tuple(fold.record(key) for key in fold.keys),
        ignored=tuple(sorted(fold.ignored, key=lambda one: one.index)),
    )


def _roots(roots: Trust, log: str) -> dict[str, KeyRecord]:
    named = [signer for signer in roots.signers if signer.log == log and AUTHORITY & set(signer.predicates)]
    keys = {
        str(signer.key): KeyRecord(
            key=signer.key,
            party=signer.key.name,
            predicates=signer.predicates,
            systems=signer.systems,
            first=signer.first,
            end=None if signer.last is None else signer.last + 1,
        )
        for signer in named
    }
    if not named or len(keys) < len(named):
        refuse(
            "trust file",
            f"it names {'one key twice' if named else 'nobody'} who may act on the keys of {log}",
            f"one signer for each key, with the predicate {STEWARD_ACT} or {KEY_ACT}.",
            "ask the steward of the log for the root file, and compare its fingerprint.",
        )
    return keys


@dataclass(slots=True, kw_only=True)
class _Fold:
    """The keyring while the entries are read. `endorsed` is by party, the empty one for everybody."""

    log: str
    keys: dict[str, KeyRecord]
    stewards: frozenset[str] = frozenset()
    digests: bytearray = field(default_factory=bytearray)
    endorsed: dict[str, set[int]] = field(default_factory=dict)
    ignored: list[Ignored] = field(default_factory=list)

    def collect(self, entries: Iterable[tuple[int, bytes]]) -> list[_Told]:
        """The entries that speak of keys; of all others only the digest is kept."""
        told = []
        for index, raw in entries:
            if index * _DIGEST != len(self.digests):
                raise ValueError("entries are handed over from 0, in order")
            self.digests += hashlib.sha256(raw).digest()
            if _speaks_of_keys(raw):
                try:
                    told.append(_told(index, raw))
                except UnreadableError as error:
                    self.ignored.append(Ignored(index=index, why=sentence("{problem}", problem=error.got)))
        self.ignored += [
            Ignored(index=one.index, why=sentence("It is of the first form, which names no whole key."))
            for one in told
            if one.kind == KEY_EVENT
        ]
        return told

    def judge(self, told: Iterable[_Told], kind: str) -> None:
        """Apply the acts of a kind, in order."""
        for one in told:
            if one.kind == kind:
                try:
                    self._check_author(one)
                    _ACTS[one.token("event")](self, one)
                except _IgnoreError as ignore:
                    self.ignored.append(Ignored(index=one.index, why=ignore.why))
                except UnreadableError as error:  # a verifier key whose id is not its own
                    self.ignored.append(Ignored(index=one.index, why=sentence("{problem}", problem=error.got)))

    def endorse(self, told: Iterable[_Told], *, by_stewards: bool) -> None:
        """Note the entries that somebody vouches for whose key is itself beyond doubt."""
        for one in told:
            if one.kind != ENDORSEMENT:
                continue
            here = one.token("log") == self.log
            scopes = self._scopes(one, by_stewards=by_stewards) if here else set()
            for scope in scopes:
                self.endorsed.setdefault(scope, set()).update(self._named(one))
            if not scopes and not by_stewards and not (here and self._scopes(one, by_stewards=True)):
                why = sentence("Nobody signed it whose key counts there without an endorsement, or it is for another log.")
                self.ignored.append(Ignored(index=one.index, why=why))

    def record(self, key: str) -> KeyRecord:
        """A key with the entries that were endorsed for it."""
        record = self.keys[key]
        if record.suspect_from is None:
            return record
        end = self.size if record.end is None else record.end
        vouched = self.endorsed.get("", set()) | self.endorsed.get(record.party, set())
        suspect = (index for index in vouched if max(record.first, record.suspect_from or 0) <= index < end)
        return replace(record, endorsed=tuple(sorted(suspect)))

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.digests) // _DIGEST

    def add(self, one: _Told) -> None:
        """A key that was not there begins to count. A root may show its possession once: by itself, or by an offline key."""
        new = self._new(one)
        known = self.keys.get(str(new.key))
        own = one.kind == STEWARD_ACT or one.envelope.signed_by(new.key)
        if own and known is not None and known.added_by is None:
            self.keys[str(new.key)] = replace(known, party=new.party, added_by=one.index, request=new.request)
            return
        self._check_new(one, new)
        self.keys[str(new.key)] = new

    def rotate(self, one: _Told) -> None:
        """A new key takes the place of one that counts."""
        new, old = self._new(one), self._old(one, one.token("replaces"))
        self._check_new(one, new)
        if old.end is not None or old.key.kind is not new.key.kind or old.party != new.party:
            _ignore(sentence("The key that it replaces has ended, is of another kind, or is of another organisation."))
        self.keys[str(old.key)] = _ended(old, one, new.first)
        self.keys[str(new.key)] = new

    def revoke(self, one: _Told) -> None:
        """A key ends. Twice is no error: the earlier position holds."""
        old, end = self._old(one, one.token("key")), one.number("from")
        if STEWARD_ACT in old.predicates:  # what an offline key did is not undone from here: that needs another root file
            end = max(end, one.index + 1)
        self.keys[str(old.key)] = _ended(old, one, end)

    def _check_author(self, one: _Told) -> None:
        if one.token("log") != self.log:
            _ignore(sentence("It is about the log {log}.", log=one.token("log")))
        if one.kind == KEY_EVENT or not any(self._may(record, one) for record in self._signers(one)):
            signed = ", ".join(line.keyid for line in one.envelope.signatures)
            _ignore(sentence("{signers}: nobody of them may act on this key at this position.", signers=signed))

    def _may(self, record: KeyRecord, one: _Told) -> bool:
        if one.kind not in record.predicates:
            return False
        if one.kind == STEWARD_ACT:
            return record.first <= one.index and (record.end is None or one.index < record.end)
        return self.record(str(record.key)).counts_at(one.index)

    def _signers(self, one: _Told) -> list[KeyRecord]:
        return [record for record in self.keys.values() if one.envelope.signed_by(record.key)]

    def _scopes(self, one: _Told, *, by_stewards: bool) -> set[str]:
        """For whom the signers of an endorsement may speak."""
        good = [record for record in self._signers(one) if record.standing(one.index) is Standing.COUNTS]
        if by_stewards:
            return {"" for record in good if str(record.key) in self.stewards and ENDORSEMENT in record.predicates}
        return {record.party for record in good if str(record.key) not in self.stewards and record.key.kind is Kind.STATEMENT}

    def _named(self, one: _Told) -> set[int]:
        """The entries that an endorsement names; one that has another digest there is not the one that was meant."""
        named = one.fields["entries"]
        found, wrong = set(), []
        for item in named if isinstance(named, list | tuple) else ():
            entry = item if isinstance(item, Mapping) else {}
            index, digest = int(str(entry["log_index"])), str(entry["envelope"])
            at = slice(index * _DIGEST, (index + 1) * _DIGEST)
            if index < one.index and self.digests[at].hex() == digest:
                found.add(index)
            else:
                wrong.append(index)
        if wrong:
            why = sentence("What it endorses at {indexes} is not the entry there.", indexes=", ".join(map(str, wrong)))
            self.ignored.append(Ignored(index=one.index, why=why))
        return found

    def _new(self, one: _Told) -> KeyRecord:
        key = _key(one.token("key"), one)
        systems = one.fields["systems"]
        return KeyRecord(
            key=key,
            party=one.token("party"),
            predicates=_texts(one.fields["predicates"]),
            systems=(EVERY,) if systems is None else _texts(systems),
            first=max(one.number("from"), one.index + 1),
            added_by=one.index,
            request=next((subject.sha256 for subject in one.statement.carried if subject.name == REQUEST_FILE), None),
        )

    def _old(self, one: _Told, text: str) -> KeyRecord:
        old = self.keys.get(text)
        if old is None:
            _ignore(sentence("The key that it ends, {key}, is not in the keyring.", key=text[:80]))
        if one.kind == KEY_ACT and text in self.stewards:
            _ignore(sentence("{key} may act on keys: only an offline key ends it.", key=old.key.label))
        return old

    def _check_new(self, one: _Told, new: KeyRecord) -> None:
        if str(new.key) in self.keys:
            _ignore(sentence("{key} was there before; a key that ended does not come back.", key=new.key.label))
        if one.kind == KEY_ACT and AUTHORITY & set(new.predicates):
            _ignore(sentence("It would let {key} act on keys: only an offline key can.", key=new.key.label))
        if new.request is None:
            _ignore(sentence("No request of {key} is with it: nobody can check that its owner has it.", key=new.key.label))
        if new.predicates and new.key.kind is not Kind.STATEMENT:
            _ignore(sentence("{key} is no key for statements, and it would let it sign some.", key=new.key.label))


_ACTS = {"added": _Fold.add, "rotated": _Fold.rotate, "revoked": _Fold.revoke}


def _ended(old: KeyRecord, one: _Told, end: int) -> KeyRecord:
    """A key that ends at a position, or earlier if it did already; the same for where it becomes suspect."""
    suspect = one.fields["suspect_from"]
    known = [] if old.suspect_from is None else [old.suspect_from]
    suspects = known if suspect is None else [*known, one.number("suspect_from")]
    return replace(
        old,
        end=end if old.end is None else min(old.end, end),
        suspect_from=min(suspects, default=None),
        ended_by=one.index if old.ended_by is None else old.ended_by,
    )


def _ignore(why: Sentence) -> NoReturn:
    raise _IgnoreError(why)


def _speaks_of_keys(raw: bytes) -> bool:
    """False only if no reader could find an act on keys in the envelope; reads no JSON, because most entries are others."""
    found = _PAYLOAD.match(raw)
    try:
        return found is not None and _ABOUT_KEYS.search(base64.b64decode(found[1])) is not None
    except binascii.Error:
        return False


def _told(index: int, raw: bytes) -> _Told:
    what = f"entry {index}"
    envelope = parse_envelope(raw, what)
    statement = parse_statement(envelope.payload, what)
    fields = statement.predicate.fields if isinstance(statement.predicate, Claim) else {}
    return _Told(index=index, envelope=envelope, statement=statement, kind=statement.predicate_type, fields=fields)


def _key(text: str, one: _Told) -> VerifierKey:
    return parse_verifier_key(text, f"entry {one.index}")


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()
