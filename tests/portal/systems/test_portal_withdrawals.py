"""A withdrawal takes what its files said from every public page and table at once, and `rebuild` comes to the same."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from portal_made import CREATED, publish_answers, publish_grading, publish_record
from portal_people import visitor

from plumbrule.evidence import Subject, make_statement, seal, write_statement
from plumbrule.evidence.claims import WITHDRAWAL, Claim

SECRET = "Ayşe Demir"


def publish_system(slug: str = "loans", purpose: str = SECRET, organisation: str = "city-x") -> Any:
    """Publish a record of a system whose text names somebody."""
    fields = {"name": {"en": f"Called {purpose}"}, "summary": {"en": f"About {purpose}"}, "purpose": {"en": purpose}}
    head = {"schema": "plumbrule-record/1", "declared": None, "form": "system-1", "language": "en"}
    return publish_record("system-1", slug, {**head, "id": slug, "organisation": organisation, "fields": fields}, system=slug)


def withdraw(entry: Any) -> Any:
    """Withdraw the files of an entry, as a proposal does that was agreed to."""
    from plumbrule_portal.ledger import node
    from plumbrule_portal.ledger.actions import erase, publish_envelopes

    entry.refresh_from_db()
    named = {"envelope": entry.sha256, "log_index": entry.index}
    digests = tuple(sorted({digest for _, digest in entry.files}))
    fields = {"entry": named, "content": digests, "reason": "error", "created": CREATED, "files": ()}
    claim = Claim(kind=WITHDRAWAL, fields=fields)
    subjects = [Subject(name=name, sha256=digest) for name, digest in entry.files]
    (made,) = publish_envelopes([seal(write_statement(make_statement(subjects, claim)), [node.signer()])], [])
    before = tables()
    erase(claim, made.index)
    assert tables() == before, "what the tables hold depends on the entry, and not on when the bytes go"
    return made


def tables() -> dict[str, list[dict[str, Any]]]:
    """Every public table, without numbers that only the database gives."""
    from plumbrule_portal.ledger.projection import models

    found = {}
    for model in models():
        own = {"id"} if model.__name__ in {"System", "Organisation", "Withheld", "Finding"} else set()
        rows = [{k: v for k, v in row.items() if k not in own | {"organisation_id"}} for row in model._default_manager.values()]
        found[model.__name__] = sorted(rows, key=str)
    return found


def words() -> list[Any]:
    """What search holds, words and all."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {'rowid, *' if connection.vendor == 'sqlite' else '*'} FROM systems_words ORDER BY 1")
        return list(cursor.fetchall())


@pytest.fixture
def city(node: Path) -> Any:
    """An organisation in the register."""
    return publish_record("organisation-1", "city-x", {"names": {"en": "City of X"}, "country": "KZ"}, party="city-x")


def test_nothing_of_a_withdrawn_record_is_left(city: Any) -> None:
    """The only record of a system: every page, list, feed and search forgets it at once; its address says what happened."""
    entry = publish_system()
    lists = ("/", "/systems", "/systems?q=demir", "/systems.csv", "/systems.json", "/systems.atom", "/entries")
    its_own = ("/systems/loans", "/systems/loans.json", "/api/v1/systems/loans", f"/entries/{entry.index}")
    assert SECRET in text_of("/systems/loans") and "loans" in text_of("/systems?q=demir")
    withdraw(entry)
    for address in (*lists, *its_own, "/api/v1/systems?q=demir"):
        assert "Demir" not in text_of(address), address
    gone = visitor().get("/systems/loans")
    assert gone.status_code == 410
    assert "The record of this system was withdrawn." in gone.content.decode() and "· withdrawn" in gone.content.decode()


def test_the_record_before_it_stands_again(city: Any) -> None:
    """Where an earlier record was not withdrawn, the register shows that one, in its exports too, and the history says why."""
    publish_system(purpose="the first words")
    second = publish_system()
    withdraw(second)
    page = text_of("/systems/loans")
    assert "the first words" in page and "Demir" not in page and "· withdrawn" in page
    assert "the first words" in text_of("/systems/loans/formats/model-card/file")


def test_a_name_is_not_given_again(city: Any) -> None:
    """The address of a withdrawn system keeps its history: no other system may take it."""
    from portal_people import NOW, person

    from plumbrule.errors import InputError
    from plumbrule_portal.systems.drafts.actions import begin

    withdraw(publish_system())
    with pytest.raises(InputError, match="taken"):
        begin("loans", "city-x", "en", "Other", person("ada", "steward"), NOW)


def test_an_organisation_without_a_name_keeps_its_systems(city: Any) -> None:
    """Its record withdrawn, an organisation is known by its short name only."""
    publish_system(purpose="a purpose")
    withdraw(city)
    assert "City of X" not in text_of("/systems/loans") + text_of("/organisations.json") + text_of("/systems?q=city")
    assert "a purpose" in text_of("/systems/loans")


@pytest.mark.parametrize("seed", range(12))
def test_rebuild_comes_to_the_same(node: Path, seed: int) -> None:
    """Random histories of records, answers, gradings and withdrawals: live tables and tables read anew from the log agree."""
    from plumbrule_portal.ledger.actions import rebuild
    from plumbrule_portal.ledger.models import Entry

    told = random.Random(seed)
    publish_record("organisation-1", "city-x", {"names": {"en": "City of X"}}, party="city-x")
    publish_system()
    for step in range(14):
        text = f"words {told.randrange(3)}"  # the same file in two entries: it stays until both are withdrawn
        said = told.randrange(8)
        if said == 0:
            publish_record("organisation-1", "city-x", {"names": {"en": f"City {text}"}}, party="city-x")
        elif said < 3:
            publish_system(told.choice(("loans", "other")), text)
        elif said == 3:
            publish_answers(text=text)
        elif said == 4:
            publish_grading(reasons=text)
        else:
            standing = Entry.objects.filter(withdrawn_by=None).exclude(predicate=WITHDRAWAL)
            if standing:
                withdraw(told.choice(standing))
        if step in {6, 13}:
            live = tables(), words()
            rebuild()
            assert (tables(), words()) == live, (seed, step)


def text_of(address: str) -> str:
    """What a visitor is sent."""
    answer = visitor().get(address)
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
