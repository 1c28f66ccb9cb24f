"""What the pages ask the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.module_loading import import_string

from plumbrule.errors import InputError
from plumbrule.evidence import Claim, Statement, parse_envelope, parse_statement
from plumbrule.evidence.claims import RECORD
from plumbrule.evidence.log import store
from plumbrule.evidence.log.dialect import Cursor
from plumbrule.evidence.log.guard import read_head
from plumbrule_portal.ledger import content, node
from plumbrule_portal.ledger.models import Entry


def newest(about: str = "") -> list[Entry]:
    """The fifty newest entries, of one system or of all."""
    entries = Entry.objects.order_by("-index")
    return list((entries.filter(about=about) if about else entries)[:50])


def published_size() -> int:
    """How many entries the last signed head covers."""
    raw = (node.folder() / "log" / "checkpoint").read_bytes()
    return read_head(raw, node.log_key(), "the head guard").size


def newest_of(claim: Claim) -> Entry | None:
    """The newest entry of the same record, read in the same kind of form, or None."""
    return next(entries_of(claim), None) if claim.kind == RECORD else None


def entries_of(claim: Claim) -> Iterator[Entry]:
    """Every entry of the same record, read in the same kind of form, the newest first."""
    wanted = _identity(claim)
    for entry in Entry.objects.filter(predicate=RECORD, about=claim.system).order_by("-index"):
        said = statement_of(entry.index)
        if isinstance(said, Claim) and _identity(said) == wanted:
            yield entry


def refuse_stale(claim: Claim) -> None:
    """Raise InputError if a record follows an entry that is not the newest of this record any more."""
    previous = claim.fields.get("previous")
    newest = newest_of(claim)
    if isinstance(previous, dict) and newest is not None and previous.get("log_index") != newest.index:
        raise InputError(
            f"entry {newest.index} of the same record was published since this was proposed.",
            expected="a proposal that follows the newest entry.",
            cure="take it back, look at what changed, and propose anew.",
        )


def refuse_taken(claim: Claim) -> None:
    """Raise InputError if a record takes a name that something else in the register has."""
    if claim.kind == RECORD:
        import_string(settings.REFUSE_TAKEN)(claim)


def statement_of(index: int) -> object:
    """What an entry says, read from the log itself."""
    return _statement(index).predicate


def _statement(index: int) -> Statement:
    with connection.cursor() as cursor:
        raw = next(iter(store.read_entries(cast("Cursor", cursor), index, index + 1)))[1]
    return parse_statement(parse_envelope(raw).payload)


def says(entry: Entry) -> tuple[tuple[str, str], ...]:
    """What an entry says, field by field, as it was signed; its files stand beside it."""
    return plain_values(_statement(entry.index).predicate.to_json())


def plain_values(fields: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The fields of a statement that say something, each as text."""
    plain = {key: value for key, value in fields.items() if value not in (None, (), []) and key != "files"}
    return tuple((key, value if isinstance(value, str) else json.dumps(value, default=list)) for key, value in plain.items())


def earlier(entry: Entry) -> Entry | None:
    """The entry whose place an entry took, or whose files it withdrew."""
    return Entry.objects.filter(Q(superseded_by=entry.index) | Q(withdrawn_by=entry.index)).first()


def document(entry: Entry) -> dict[str, Any]:
    """The JSON file of an entry that is a record; empty if it was withdrawn."""
    raw = content.read(dict(entry.files).get("record.json", ""))
    found: dict[str, Any] = json.loads(raw) if raw else {}
    return found


def page_of(entry: Entry) -> str:
    """The address of the page of what an entry is about; "" if it has none."""
    return str(import_string(settings.PAGE_OF)(entry.about))


def owner_of(entry: Entry) -> str:
    """The slug of the organisation whom an entry concerns; "" if only the node itself."""
    return str(import_string(settings.OWNER)(entry.about))


def _identity(claim: Claim) -> tuple[str, str]:
    return str(claim.fields["form"]).rpartition("-")[0], str(claim.fields["record"])
