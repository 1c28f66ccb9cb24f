"""A withdrawal takes what its files said from every public page and table at once, and `rebuild` comes to the same."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from portal_made import CREATED, publish_answers, publish_grading, publish_record
from portal_people import visitor

from plumbrule.evidence import Subject, make_statement, seal, write_statement
from plumbrule.evidence.claims import CLASSIFICATION, WITHDRAWAL, Claim

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


def test_a_tier_stands_with_its_grading(city: Any) -> None:
    """The record before a grading goes, the tier stays; the grading goes, and the one before it decides again."""
    from plumbrule_portal.systems.models import System

    first = publish_system()
    graded = publish_grading()
    publish_system(purpose="a purpose")
    withdraw(first)
    assert System.objects.get(slug="loans").tier == "high"
    assert "high risk" in text_of("/systems/loans") and "loans" in text_of("/systems?tier=high")
    withdraw(graded)
    assert System.objects.get(slug="loans").tier == ""
    assert "Nobody has graded it yet." in text_of("/systems/loans")


def test_answers_about_a_withdrawn_system_stay_and_can_be_withdrawn(city: Any) -> None:
    """Their page leads to what is left of the system, and its organisation's people still answer for them."""
    from plumbrule_portal.ledger.queries import owner_of

    record = publish_system()
    answers = publish_answers()
    withdraw(record)
    page = visitor().get(f"/answers/{answers.index}")
    assert page.status_code == 200 and 'href="/systems/loans"' in page.content.decode()
    answers.refresh_from_db()
    assert owner_of(answers) == "city-x"
    withdraw(answers)
    assert visitor().get(f"/answers/{answers.index}").status_code == 404


def test_answers_can_be_given_again_after_a_withdrawal(city: Any) -> None:
    """What is published next follows the withdrawn entry, and begins with the answers that stand."""
    from portal_people import NOW, person

    from plumbrule_portal.systems.drafts.actions import begin_about
    from plumbrule_portal.systems.models import System

    publish_system(purpose="a purpose")
    publish_answers(text="first")
    second = publish_answers(text="second")
    withdraw(second)
    draft = begin_about(System.objects.get(slug="loans"), "impact-child-1", person("ada", "steward"), NOW)
    assert draft.base == second.index and draft.fields["children"] == {"en": "first"}


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
        said = told.randrange(9)
        if said == 0:
            publish_record("organisation-1", "city-x", {"names": {"en": f"City {text}"}}, party="city-x")
        elif said < 3:
            publish_system(told.choice(("loans", "other")), text)
        elif said == 3:
            publish_answers(text=text)
        elif said in {4, 5}:
            publish_grading(reasons=text, tier=told.choice(("high", "limited")))
        else:
            standing = Entry.objects.filter(withdrawn_by=None).exclude(predicate=WITHDRAWAL)
            if standing:
                withdraw(told.choice(standing))
        if step in {6, 13}:
            live = tables(), words()
            rebuild()
            assert (tables(), words()) == live, (seed, step)
            assert tiers() == {one["slug"]: one["tier"] for one in live[0]["System"]}, (seed, step)


def text_of(address: str) -> str:
    """What a visitor is sent."""
    answer = visitor().get(address)
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def tiers() -> dict[str, str]:
    """The tier of each system that has a record, by the log alone: that of the newest grading that stands."""
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.ledger.queries import statement_of

    found = dict[str, str]()
    standing = [(one, statement_of(one.index)) for one in Entry.objects.filter(withdrawn_by=None).order_by("index")]
    for _, said in standing:
        if isinstance(said, Claim) and str(said.fields.get("form", "")).startswith("system-"):
            found[str(said.fields["system"])] = ""
    for _, said in standing:
        if isinstance(said, Claim) and said.kind == CLASSIFICATION and said.fields["system"] in found:
            found[str(said.fields["system"])] = str(said.fields["tier"])
    return found
