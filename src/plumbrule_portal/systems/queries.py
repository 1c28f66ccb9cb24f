"""What the pages ask the register."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from plumbrule.evidence.claims import RECORD, Claim
from plumbrule_portal.ledger import node
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.ledger.queries import statement_of
from plumbrule_portal.systems.models import Assessment, Questionnaire, Record, System

_WITHDRAWN = Exists(Entry.objects.filter(index=OuterRef("entry"), withdrawn_by__isnull=False))


def system(slug: str) -> System | None:
    """One system, or None."""
    return System.objects.select_related("organisation").filter(slug=slug).first()


def history(slug: str) -> list[Record]:
    """Its records, oldest first; `withdrawn` says whether the file of one was withdrawn."""
    return list(Record.objects.filter(system=slug).annotate(withdrawn=_WITHDRAWN))


def standing_record(slug: str) -> Record | None:
    """The newest record whose file was not withdrawn: the one that the register shows."""
    return Record.objects.filter(~_WITHDRAWN, system=slug).last()


def was_withdrawn(slug: str) -> bool:
    """Whether the file of one of its records was withdrawn."""
    return Record.objects.filter(_WITHDRAWN, system=slug).exists()


def assessments(slug: str) -> list[Assessment]:
    """Its published assessments with their findings, newest first."""
    return list(Assessment.objects.filter(system=slug).prefetch_related("findings"))


def files_of(entry: int) -> dict[str, str]:
    """The files that an entry names, name to SHA-256."""
    found = Entry.objects.filter(index=entry).first()
    return {} if found is None else dict(found.files)


def tool(form: str, record: str, file: str) -> Entry | None:
    """The newest entry in which this node published a tool, by the form, the name and the file of its record."""
    about = node.signer().verifier.name
    for entry in Entry.objects.filter(predicate=RECORD, about=about).order_by("-index"):
        said = statement_of(entry.index) if file in dict(entry.files) else None
        if isinstance(said, Claim) and (said.fields["form"], said.fields["record"]) == (form, record):
            return entry
    return None


def questionnaires(slug: str) -> list[Questionnaire]:
    """The newest published answers about a system, one for each questionnaire, in the order of their forms."""
    return list(Questionnaire.objects.filter(system=slug, newest=True).order_by("form"))


def questionnaire(entry: int) -> Questionnaire | None:
    """Published answers by their entry, or None."""
    return Questionnaire.objects.filter(entry=entry).first()
