"""Proposals about entries that stand in the log already: withdraw their files, or say which later one takes their place."""

from __future__ import annotations

from datetime import UTC, datetime

from plumbrule.errors import InputError
from plumbrule.evidence.claims import SUPERSEDES, WITHDRAWAL, Claim
from plumbrule.evidence.reading import Json
from plumbrule.evidence.statement import Subject
from plumbrule_portal.accounts.models import User
from plumbrule_portal.ledger.models import Entry, Kind, Proposal
from plumbrule_portal.ledger.proposals import propose


def propose_withdrawal(entry: Entry, reason: str, title: str, organisation: str, by: User, now: datetime) -> Proposal:
    """Ask that the files of an entry go. The entry stays, with their digests. Raises PermissionDenied, InputError."""
    if not entry.files or entry.withdrawn_by is not None:
        raise InputError("this entry names no file, or is withdrawn.", expected="an entry with files that are public.")
    digests = tuple(sorted({digest for _, digest in entry.files}))
    fields: dict[str, Json] = {"entry": _named(entry), "content": digests, "reason": reason, "created": _stamp(now), "files": ()}
    subjects = [Subject(name=name, sha256=digest) for name, digest in entry.files]
    claim = Claim(kind=WITHDRAWAL, fields=fields)
    return propose(
        Kind.WITHDRAWAL,
        title,
        claim=claim,
        files={},
        elsewhere=subjects,
        by=by,
        organisation=organisation,
        system=_slug(entry),
        now=now,
    )


def propose_supersession(old: Entry, new: Entry, reason: str, title: str, organisation: str, by: User, now: datetime) -> Proposal:
    """Ask that a later entry takes the place of an earlier one about the same thing. Raises PermissionDenied, InputError."""
    if new.index <= old.index or new.about != old.about or old.superseded_by is not None:
        raise InputError("these two entries do not follow each other.", expected="a later entry about the same thing.")
    fields: dict[str, Json] = {"old": _named(old), "new": _named(new), "reason": reason, "created": _stamp(now), "files": ()}
    subjects = [Subject(name=f"entry-{new.index}", sha256=new.sha256)]
    claim = Claim(kind=SUPERSEDES, fields=fields)
    return propose(
        Kind.SUPERSEDES,
        title,
        claim=claim,
        files={},
        elsewhere=subjects,
        by=by,
        organisation=organisation,
        system=_slug(old),
        now=now,
    )


def _named(entry: Entry) -> dict[str, Json]:
    return {"envelope": entry.sha256, "log_index": entry.index}


def _slug(entry: Entry) -> str:
    return entry.about if entry.about != "-" else ""


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
