"""What search holds of an entry. Called by `ledger.projection` after every entry, inside its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import connection

from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems.models import Assessment, Searchable, System
from plumbrule_portal.systems.search import fold, tag, vector

KIND = {kind: {"kind": [kind]} for kind in ("organisation", "assessment")}
"""The filter that parts them from systems, of which there are many more."""


def entry(found: Entry) -> None:
    """Hold the system that an entry is about, and the organisation or the assessment that it made or changed."""
    for organisation in Organisation.objects.filter(entry=found.index):
        _keep(
            "organisation",
            organisation.slug,
            found.index,
            fold([organisation.names, organisation.slug]),
            "",
            KIND["organisation"],
        )
        for theirs in organisation.systems.select_related("organisation"):
            _keep_system(theirs)
    _assessments(found)
    system = System.objects.select_related("organisation").filter(slug=found.about).first()
    if system is not None:
        _keep_system(system)


def _assessments(found: Entry) -> None:
    for gone in Assessment.objects.filter(system=found.about).exclude(superseded_by=None, withdrawn_by=None):
        Searchable.objects.filter(kind="assessment", key=str(gone.entry)).delete()
    for made in Assessment.objects.filter(entry=found.index, superseded_by=None, withdrawn_by=None):
        details = [finding.detail.get("title") for finding in made.findings.all()]
        words = fold([details, made.system, made.profile, made.signer])
        _keep("assessment", str(made.entry), made.entry, fold([made.title, made.name]), words, KIND["assessment"])


def _keep_system(system: System) -> None:
    names = fold([system.names, system.slug.replace("-", " ")])
    words = fold([system.summaries, system.organisation.names, system.fields])
    _keep("system", system.slug, system.entry, names, words, tags_of(system))


def tags_of(system: System) -> dict[str, Iterable[str]]:
    """The filters that a system fits, by name."""
    current = Assessment.objects.filter(system=system.slug, superseded_by=None, withdrawn_by=None)
    verdicts = list(current.values_list("findings__verdict", flat=True).distinct())
    served = system.fields.get("languages_served")
    return {
        "organisation": [system.organisation.slug],
        "phase": [system.phase],
        "tier": [system.tier],
        "source": [system.declared or "entered"],
        "assessed": ["yes" if verdicts else "no"],
        "verdict": [verdict for verdict in verdicts if verdict],
        "language": [str(code) for code in served] if isinstance(served, list) else [],
        "country": [system.organisation.country],
    }


def _keep(kind: str, key: str, position: int, names: str, words: str, tags: Mapping[str, Iterable[str]]) -> None:
    pairs = [(field, value) for field, values in tags.items() for value in values if value]
    row = Searchable(
        id=position * 4 + Searchable.KINDS.index(kind),
        kind=kind,
        key=key,
        tags="\n".join(f"{field}={value}" for field, value in pairs),
    )
    Searchable.objects.filter(kind=kind, key=key).delete()
    row.save(force_insert=True)
    keep_words([(row.id, names, words, [tag(field, value) for field, value in pairs])])


def keep_words(rows: Iterable[tuple[int, str, str, list[str]]]) -> None:
    """Write the words of rows that are there: id, words of names, other words, filters as words."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                "INSERT INTO systems_words (rowid, names, words, tags) VALUES (%s, %s, %s, %s)",
                [(row, names, words, " ".join(tags)) for row, names, words, tags in rows],
            )
        else:
            cursor.executemany(
                "INSERT INTO systems_words (id, words) VALUES (%s, CAST(%s AS tsvector))",
                [(row, vector(names, words, tags)) for row, names, words, tags in rows],
            )
