"""Which entries say that a file is public, and which of them were withdrawn: asked of the entries alone.

An entry names a file as public when the file is among its `files`. Whether it ever lay in a content store, an entry does
not say; what it says is whether one that is not there went by a withdrawal.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from plumbrule.errors import UnreadableError
from plumbrule.evidence.claims import WITHDRAWAL
from plumbrule.evidence.envelope import parse_envelope
from plumbrule.evidence.log.content import ContentStore
from plumbrule.evidence.sentence import Sentence, sentence
from plumbrule.evidence.statement import Statement, Subject, parse_statement

Entries = Callable[[], Iterable[tuple[int, bytes]]]
"""Gives every entry of one log, in order, as (index, bytes)."""


def marks_of(text: str) -> tuple[bytes, ...]:
    """One of these stands in every envelope whose payload holds the text: most entries need not be parsed to know better.

    >>> [mark.decode() for mark in marks_of("withdrawal")]
    ['d2l0aGRyYXdhb', 'dpdGhkcmF3YW', '3aXRoZHJhd2Fs']
    """
    return tuple(_in_base64(text.encode(), shift) for shift in range(3))


def _in_base64(text: bytes, shift: int) -> bytes:
    """What base64 makes of a text that begins `shift` bytes into a group of three, without the letters that its neighbours
    share."""
    raw = base64.b64encode(bytes(shift) + text)
    return raw[(0, 2, 3)[shift] : len(raw) - (0, 3, 2)[(shift + len(text)) % 3]]


_MARKS = marks_of(WITHDRAWAL)


@dataclass(slots=True, kw_only=True)
class Named:
    """The entries that say a file is public: `live` by index, each with its subject, and `gone`, each with the index of its
    withdrawal."""

    live: dict[int, Subject] = field(default_factory=dict)
    gone: dict[int, int] = field(default_factory=dict)


def naming(entries: Iterable[tuple[int, bytes]], digests: Collection[str]) -> dict[str, Named]:
    """For each digest (SHA-256, hex) the entries that say a file with it is public, live or withdrawn.

    `entries` is every entry of one log, in order: a withdrawal counts for entries of its own log only, before it.
    """
    found = {digest: Named() for digest in digests}
    cited: dict[int, str] = {}
    for index, entry in entries:
        statement = said(entry)
        if statement is None:
            continue
        for subject in statement.carried:
            if subject.sha256 in found:
                found[subject.sha256].live[index] = subject
                cited[index] = hashlib.sha256(entry).hexdigest()
        at, envelope, content = withdrawing(statement)
        for digest in content:
            if digest in found and at in found[digest].live and cited[at] == envelope:
                del found[digest].live[at]
                found[digest].gone[at] = index
    return found


def withdrawing(statement: Statement) -> tuple[int, str, tuple[str, ...]]:
    """Which entry, by index and envelope digest, a withdrawal is about, and what it takes; nothing for other statements."""
    fields = statement.predicate.to_json()
    entry, content = fields.get("entry"), fields.get("content")
    if statement.predicate_type != WITHDRAWAL or not isinstance(entry, Mapping) or not isinstance(content, list | tuple):
        return -1, "", ()
    at = entry["log_index"]
    return (at if isinstance(at, int) else -1), str(entry["envelope"]), tuple(map(str, content))


def follow_withdrawals(new: Iterable[tuple[int, bytes]], whole: Entries, content: ContentStore, origin: str) -> int:
    """Delete from a copy what new entries withdraw, unless another live entry names it; returns how many blobs went.

    Args:
        new: the new entries.
        whole: gives every entry of the log; asked only if one of the new ones is a withdrawal.
        content: the copy's blobs.
        origin: the log's name.
    """
    asked, count = _withdrawals(new), 0
    for digest, found in naming(whole(), asked).items() if asked else ():
        if found.gone and not found.live:
            count += content.has(digest)
            content.withdraw(digest, notice(origin, *asked[digest]))
    return count


def _withdrawals(entries: Iterable[tuple[int, bytes]]) -> dict[str, tuple[int, str]]:
    """Every digest that an entry says it withdraws, with that entry's index and reason; whether it may, `naming` tells."""
    asked: dict[str, tuple[int, str]] = {}
    for index, entry in entries:
        statement = said(entry) if any(mark in entry for mark in _MARKS) else None
        if statement is not None:
            reason = str(statement.predicate.to_json().get("reason"))
            asked |= dict.fromkeys(withdrawing(statement)[2], (index, reason))
    return asked


def missing_content(content: ContentStore, entries: Entries) -> tuple[Sentence, ...]:
    """What is wrong with what is not there: lost without a withdrawal, or withdrawn and still there."""
    missing, present = set(content.missing()), set(content.digests())
    asked = missing | (present & _withdrawals(entries()).keys() if present else set())
    found = naming(entries(), asked) if asked else {}
    return tuple(
        sentence("The content store has lost {name}: it was kept, and no entry says that it was withdrawn.", name=digest)
        for digest in sorted(missing)
        if found[digest].live
    ) + tuple(
        sentence("The content store still holds {name}, which was withdrawn: withdraw it again.", name=digest)
        for digest in sorted(asked - missing)
        if found[digest].gone and not found[digest].live
    )


def said(entry: bytes) -> Statement | None:
    """What an entry says; None for one of a kind that we do not know."""
    try:
        return parse_statement(parse_envelope(entry).payload)
    except UnreadableError:
        return None


def notice(origin: str, index: int, reason: str) -> bytes:
    """What lies in the place of withdrawn content: where to read why. It proves nothing; the entry does."""
    return json.dumps({"entry": index, "log": origin, "reason": reason}, ensure_ascii=False, sort_keys=True).encode() + b"\n"
