"""From an entry of the log to what the public pages show: the one way in which a public table is written.

`apply` is called when an entry is published, and for every entry again by `rebuild`; so both show the same. Which
function an app gives for which predicate stands in the settings (`PROJECTIONS`). An entry whose files were withdrawn says
nothing more (`Entry.withdrawn_by`), whether their bytes are gone already or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.utils.module_loading import import_string

from plumbrule.errors import InputError
from plumbrule.evidence import Statement, parse_envelope, parse_statement
from plumbrule.evidence.claims import SUPERSEDES, WITHDRAWAL, Claim
from plumbrule_portal.ledger.models import Entry

Projection = Callable[[Entry, Statement], None]
PUBLIC_TABLES = (
    "systems.Searchable",
    "systems.Label",
    "systems.PurchaseDecision",
    "systems.Answer",
    "systems.Withheld",
    "systems.Questionnaire",
    "systems.Grading",
    "systems.Finding",
    "systems.Assessment",
    "systems.Record",
    "systems.System",
    "accounts.Organisation",
    "ledger.Entry",
)
"""Every table that `rebuild` empties and fills again, in the order in which they can be emptied."""


def apply(index: int, envelope: bytes) -> Entry:
    """Write what the pages show of one entry. Inside the caller's transaction."""
    opened = parse_envelope(envelope)
    statement = parse_statement(opened.payload)
    claim = statement.predicate
    entry = Entry.objects.create(
        index=index,
        sha256=hashlib.sha256(envelope).hexdigest(),
        predicate=statement.predicate_type,
        about=claim.system,
        signer=", ".join(line.keyid for line in opened.signatures),
        created=_created(claim.to_json().get("created")),
        files=[[subject.name, subject.sha256] for subject in statement.carried],
    )
    if isinstance(claim, Claim) and claim.kind in {SUPERSEDES, WITHDRAWAL}:
        _mark(entry, claim)
    project(entry, statement)
    return entry


def project(entry: Entry, statement: Statement) -> None:
    """Write what the register shows of an entry, and the words by which search finds it."""
    handler = settings.PROJECTIONS.get(statement.predicate_type)
    if handler is not None:
        projection: Projection = import_string(handler)
        projection(entry, statement)
    import_string(settings.INDEX)(entry)


def _created(said: object) -> datetime:
    """When its signer says that it was made. A plan says nothing: it was made no earlier than what stands before it, as far as
    the log's order can tell; pages show no date for it (`Entry.is_dated`)."""
    if isinstance(said, str):
        return datetime.fromisoformat(said)
    before = Entry.objects.order_by("-index").values_list("created", flat=True).first()
    return before or datetime.fromtimestamp(0, UTC)


def empty() -> None:
    """Delete every row that `apply` has written."""
    for table in models():
        table._default_manager.all().delete()


def models() -> list[type[Model]]:
    """The tables themselves."""
    return [apps.get_model(label) for label in PUBLIC_TABLES]


def _mark(entry: Entry, claim: Claim) -> None:
    """The earlier entry stays, and says which one took its place or withdrew its files."""
    field, key = ("superseded_by", "old") if claim.kind == SUPERSEDES else ("withdrawn_by", "entry")
    named = claim.fields[key]
    if not isinstance(named, dict):
        raise InputError("a claim about an earlier entry names none.", expected="its envelope's digest and its index.")
    Entry.objects.filter(index=named["log_index"], sha256=named["envelope"]).update(**{field: entry.index})
