"""A portal of the size that the benchmark asks for: 100,000 systems of 2,000 organisations, 1,000,000 entries.

The public tables are written with the functions that projections use for their rows (`systems.indexing`), in bulk; the log is
filled through the log's own `store`, with envelopes whose signatures are none, because no page checks one.
Words are drawn with the frequencies of a natural text (Zipf), so that there are words in every system and words in one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

ORGANISATIONS, SYSTEMS, ENTRIES, ASSESSED = 2_000, 100_000, 1_000_000, 10_000
BATCH = 5_000
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
PHASES = ("pre-design", "design", "development", "evaluation", "testing", "deployment", "use", "sale", "procurement", "operation")
FIELDS = ("purpose", "functions", "capabilities", "limits", "users", "people_affected", "data_sources", "oversight")
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "ist")]


def make(node: Path, database: str = "") -> None:
    """Make the node, and fill it."""
    from plumbrule.evidence.log import Settings, create_node
    from plumbrule_portal.config.start import collect_static, migrate, start

    create_node(node, name="register.example.org", settings=Settings(database=database or None))
    start(node)
    migrate()
    collect_static()
    fill()


def fill() -> None:
    """Organisations, systems, their histories, assessments, and the log below them."""
    from django.db import connection, transaction

    from plumbrule_portal.config.heads import sign_head
    from plumbrule_portal.ledger import node

    told = random.Random(2026)
    with transaction.atomic():
        log()
        entries()
        organisations = make_organisations()
    for start in range(0, SYSTEMS, BATCH):
        with transaction.atomic():
            make_systems(start, organisations, told)
    sign_head(node.folder(), datetime.now(UTC))
    if connection.vendor == "postgresql":  # which would do it by itself, in its own time
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def log() -> None:
    """A million entries in the log itself."""
    from django.db import connection

    from plumbrule.evidence.log import store

    with connection.cursor() as cursor:
        for start in range(0, ENTRIES, 50_000):
            store.append(cursor, [envelope(index) for index in range(start, start + 50_000)])


@lru_cache(maxsize=1)
def signed() -> tuple[bytes, bytes]:
    """A record as the node signs one, before and after the signature's own bytes."""
    from plumbrule.evidence import make_statement, seal, subject_of, write_statement
    from plumbrule.evidence.claims import RECORD, Claim
    from plumbrule_portal.ledger import node

    fields = {"form": "system-1", "record": "system-0", "system": "system-0", "party": None, "previous": None}
    claim = Claim(kind=RECORD, fields={**fields, "created": "2024-01-01T00:00:00Z", "files": ("record.json",)})
    whole = seal(write_statement(make_statement([subject_of("record.json", b"{}")], claim)), [node.signer()])
    before, after = whole.split(json.loads(whole)["signatures"][0]["sig"].encode())
    return before, after


def envelope(index: int) -> bytes:
    """An envelope like the node's own; its signature is none."""
    before, after = signed()
    return before + base64.b64encode(hashlib.sha512(b"%d" % index).digest()) + after


def entries() -> None:
    """A million rows of entries: one for each organisation, the others records of systems in turn."""
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.systems.models import Record

    for start in range(0, ENTRIES, 20_000):
        span = range(start, start + 20_000)
        Entry.objects.bulk_create(entry(index) for index in span)
        records = (index for index in span if index >= ORGANISATIONS)
        Record.objects.bulk_create(
            Record(entry=i, system=slug_of(i), form="system-1", sha256=digest(i), created=moment(i)) for i in records
        )


def entry(index: int) -> Any:
    """A row of the entry at a position."""
    from plumbrule_portal.ledger.models import Entry

    return Entry(
        index=index,
        sha256=digest(index),
        predicate="urn:x-plumbrule:record:1",
        about=f"org-{index}" if index < ORGANISATIONS else slug_of(index),
        signer="register.example.org+1a2b3c4d",
        created=moment(index),
        files=[["record.json", digest(-index)]],
    )


def slug_of(index: int) -> str:
    """The system of an entry: they take turns."""
    return f"system-{(index - ORGANISATIONS) % SYSTEMS}"


def digest(index: int) -> str:
    """A digest."""
    return hashlib.sha256(b"%d" % index).hexdigest()


def moment(index: int) -> datetime:
    """The time of an entry."""
    return BEGIN + timedelta(seconds=index * 60)


def make_organisations() -> list[Any]:
    """The organisations, and what search holds of them."""
    from plumbrule_portal.accounts.models import Organisation
    from plumbrule_portal.systems.search import fold

    countries = ("KZ", "KG", "TJ", "UZ", "TM", "FR", "ES", "CN")
    made = Organisation.objects.bulk_create(
        Organisation(slug=f"org-{n}", names={"en": f"City of {word(n + 50)}"}, country=countries[n % 8], entry=n)
        for n in range(ORGANISATIONS)
    )
    hold("organisation", [(one.slug, n, fold([one.names, one.slug]), "") for n, one in enumerate(made)])
    return made


def hold(kind: str, told: list[tuple[str, int, str, str]]) -> None:
    """What search holds of organisations or assessments: key, entry, words of names, other words."""
    from plumbrule_portal.systems.indexing import keep_words
    from plumbrule_portal.systems.models import Searchable
    from plumbrule_portal.systems.search import tag

    place = Searchable.KINDS.index(kind)
    Searchable.objects.bulk_create(
        Searchable(id=at * 4 + place, kind=kind, key=key, tags=f"kind={kind}") for key, at, _, _ in told
    )
    keep_words([(at * 4 + place, names, words, [tag("kind", kind)]) for _, at, names, words in told])


def make_systems(start: int, organisations: list[Any], told: random.Random) -> None:
    """A few thousand systems with the rows of search, as `systems.indexing` makes them one by one."""
    from plumbrule_portal.systems.indexing import keep_words
    from plumbrule_portal.systems.models import Searchable, System
    from plumbrule_portal.systems.search import fold, tag

    made, rows, words = [], [], []
    for n in range(start, start + BATCH):
        position = last_entry(n)
        names = {"en": f"{text(told, 3).title()} {n}", "ru": f"Система {n}", "zh": f"人工智能系统{n}"}
        fields = {name: {"en": text(told, 30)} for name in FIELDS}
        fields |= {
            "name": names,
            "summary": {"en": text(told, 25)},
            "phases": [{"phase": PHASES[n % 10]}],
            "languages_served": ["en"],
        }
        organisation = organisations[told.randrange(ORGANISATIONS) * told.randrange(ORGANISATIONS) // ORGANISATIONS]
        one = System(
            slug=f"system-{n}", organisation=organisation, names=names, summaries=fields["summary"], language="en",
            phase=PHASES[n % 10], tier=("", "limited", "high")[n % 3], declared="" if n % 7 else "nl-register",
            form="system-1", fields=fields, entry=position, updated=moment(position),
        )  # fmt: skip
        made.append(one)
        tags = {"organisation": organisation.slug, "phase": one.phase, "tier": one.tier, "source": one.declared or "entered",
                "assessed": "no" if n >= ASSESSED else "yes", "language": "en", "country": organisation.country}  # fmt: skip
        pairs = [(name, value) for name, value in tags.items() if value]
        rows.append(Searchable(id=position * 4, kind="system", key=one.slug, tags="\n".join(f"{a}={b}" for a, b in pairs)))
        folded = fold([one.summaries, organisation.names, fields])
        words.append((position * 4, fold([names, one.slug.replace("-", " ")]), folded, [tag(a, b) for a, b in pairs]))
    System.objects.bulk_create(made)
    Searchable.objects.bulk_create(rows)
    keep_words(words)
    assess([one for one in made if int(one.slug.removeprefix("system-")) < ASSESSED])


def assess(systems: list[Any]) -> None:
    """An assessment with eight verdicts for each of these systems."""
    from plumbrule_portal.systems.models import Assessment, Finding

    made = Assessment.objects.bulk_create(
        Assessment(
            entry=one.entry, system=one.slug, name=f"a-{one.slug}", title="Yearly assessment", profile="high",
            signer="assessor.example", created=one.updated,
        )
        for one in systems
    )  # fmt: skip
    from plumbrule_portal.systems.search import fold

    hold("assessment", [(str(one.entry), one.entry, fold(one.title), fold([one.system, one.signer])) for one in made])
    verdicts = ("satisfied", "satisfied", "satisfied", "inconclusive", "not-satisfied", "satisfied", "not-assessed", "satisfied")
    Finding.objects.bulk_create(
        Finding(assessment=one, requirement=f"r-{at}", verdict=verdict, detail={"title": {"texts": {"en": f"Requirement {at}"}}})
        for one in made
        for at, verdict in enumerate(verdicts)
    )


def last_entry(system: int) -> int:
    """The position of a system's newest record."""
    return ORGANISATIONS + system + (ENTRIES - ORGANISATIONS - 1 - system) // SYSTEMS * SYSTEMS


def word(rank: int) -> str:
    """The word of a rank: rank 0 stands in almost every text."""
    syllables = []
    rank += 1
    while rank:
        rank, at = divmod(rank, len(SYLLABLES))
        syllables.append(SYLLABLES[at])
    return "".join([*syllables, "n"]) if len(syllables) > 1 else syllables[0] + "to"


def text(told: random.Random, length: int) -> str:
    """Words with the frequencies of a natural text."""
    return " ".join(word(int(20_000 ** told.random())) for _ in range(length))


def queries(count: int) -> Iterator[str]:
    """What readers may look for: one to three words, common and rare ones, in three scripts, some with a filter."""
    told = random.Random(7)
    kinds = ("{a}", "{a} {b}", "{a} {b} {c}", "система {n}", "智能系统", "{a}&phase=use", "{a}&tier=high&country=KZ", "city {b}")
    for n in range(count):
        a, b, c = (word(int(20_000 ** told.random())) for _ in range(3))
        yield kinds[n % len(kinds)].format(a=a, b=b, c=c, n=told.randrange(SYSTEMS))
