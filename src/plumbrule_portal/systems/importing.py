"""Take in what another register declares: each record becomes an entry, marked as declared there and verified by nobody here.

What is the same as before is left alone; what changed follows its earlier entry. So an import can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from plumbrule.evidence import make_statement, seal, subject_of, write_statement
from plumbrule.evidence.claims import RECORD, Claim
from plumbrule_portal.accounts import trail
from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger import node
from plumbrule_portal.ledger.actions import publish_envelopes
from plumbrule_portal.ledger.content import read
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems import exchange
from plumbrule_portal.systems.exchange import Report, Wanted
from plumbrule_portal.systems.models import Record
from plumbrule_portal.systems.organisations import document as organisations
from plumbrule_portal.systems.queries import was_withdrawn
from plumbrule_portal.systems.record import Record as Written
from plumbrule_portal.systems.record import read_record, write_record

BATCH = 200
FILE = "record.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of an import: how many records are new, changed, the same as before, or were withdrawn here and stay so; and
    what did not map."""

    new: int
    changed: int
    same: int
    withdrawn: int
    organisations: int
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    """A file to publish, and the claim that names it."""

    claim: Claim
    raw: bytes


def take(content: bytes, kind: str, now: datetime, tell: Callable[[int, int], None] = lambda _done, _all: None) -> Taken:
    """Publish the records in a file of another register.

    Args:
        content: the file; it is read in a process of its own with limits.
        kind: its format, one of `exchange.formats()`.
        now: the time.
        tell: hears how many of how many entries are made.

    Raises:
        InputError: it is not a file of that format. Nothing was published.
    """
    known = {one.slug: next(iter(one.names.values()), "") for one in Organisation.objects.all()}
    imported, report = exchange.read_outside(content, Wanted(format=kind, retrieved=now.date().isoformat(), known=known))
    owners = [one for one in imported.organisations if one.id not in known]
    papers = [_organisation(one.id, one.name, now) for one in owners]
    counts = {"new": 0, "changed": 0, "same": 0, "withdrawn": 0}
    for record in imported.records:
        state, paper = _system(record, now)
        counts[state] += 1
        papers += [paper] if paper else []
    _publish(papers, tell)
    trail.record(None, "imported", f"register/{kind}", now)
    return Taken(**counts, organisations=len(owners), report=report)


def _publish(papers: list[_Paper], tell: Callable[[int, int], None]) -> None:
    done = 0
    for some in _batches(papers):
        with transaction.atomic():
            publish_envelopes([_sealed(paper) for paper in some], [paper.raw for paper in some])
        done += len(some)
        tell(done, len(papers))


def _batches(papers: list[_Paper]) -> Iterator[list[_Paper]]:
    for start in range(0, len(papers), BATCH):
        yield papers[start : start + BATCH]


def _sealed(paper: _Paper) -> bytes:
    return seal(write_statement(make_statement([subject_of(FILE, paper.raw)], paper.claim)), [node.signer()])


def _organisation(slug: str, name: str, now: datetime) -> _Paper:
    said = organisations.Described(slug=slug, names={"und": name} if name else {})
    return _Paper(claim=_claim(organisations.FORM, slug, None, now, party=slug), raw=organisations.write(said))


def _system(record: Written, now: datetime) -> tuple[str, _Paper | None]:
    """Whether the register has this record, and what to publish if it is not the same."""
    raw = write_record(record)
    newest = Record.objects.filter(system=record.id).last()
    if newest is None:
        return "new", _Paper(claim=_claim(record.form, record.id, None, now, system=record.id), raw=raw)
    if was_withdrawn(record.id):  # what people took away does not come back by itself
        return "withdrawn", None
    if _same(newest.sha256, record):
        return "same", None
    previous = Entry.objects.get(index=newest.entry)
    follows: dict[str, str | int] = {"envelope": previous.sha256, "log_index": previous.index}
    return "changed", _Paper(claim=_claim(record.form, record.id, follows, now, system=record.id), raw=raw)


def _same(digest: str, record: Written) -> bool:
    """Whether only the day on which it was read would change."""
    before = _read(digest)
    if before is None or before.declared is None or record.declared is None:
        return sha256(write_record(record)).hexdigest() == digest
    return replace(before, declared=replace(before.declared, retrieved=record.declared.retrieved)) == record


def _read(digest: str) -> Written | None:
    raw = read(digest)
    return read_record(raw) if raw else None


def _claim(
    form: str,
    record: str,
    previous: dict[str, str | int] | None,
    now: datetime,
    *,
    system: str | None = None,
    party: str | None = None,
) -> Claim:
    created = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {"form": form, "record": record, "system": system, "party": party, "previous": previous}
    return Claim(kind=RECORD, fields={**fields, "created": created, "files": (FILE,)})
