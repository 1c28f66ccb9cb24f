"""Search: words in six languages, filters with counts, pages by place; after `rebuild` the same."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from portal_made import publish_record

NAMES = {
    "loans": {"en": "Loans", "fr": "Prêts aux étudiants", "ru": "Кредиты для студентов"},
    "triage": {"en": "Triage", "zh": "医院人工智能分诊系统", "ar": "نظام الفرز بالذكاء الاصطناعي"},
    "permits": {"en": "Building permits", "es": "Licencias de construcción"},
    "screening": {"en": "Résumé screening", "fr": "Présélection"},
}


@pytest.fixture
def register(node: Path) -> None:
    """Two cities with four systems."""
    publish_record("organisation-1", "city-x", {"names": {"en": "City of X"}, "country": "KZ"}, party="city-x")
    publish_record("organisation-1", "city-y", {"names": {"en": "Ville d'Ys"}, "country": "FR"}, party="city-y")
    for number, (slug, names) in enumerate(NAMES.items()):
        publish_system(slug, names, "city-x" if number % 2 else "city-y", "use" if number < 3 else "design")


def publish_system(slug: str, names: dict[str, str], organisation: str = "city-x", phase: str = "use", text: str = "") -> Any:
    """Publish a small record of a system."""
    rows = [{"phase": phase, "since": "2026-01-01"}]
    fields = {"name": names, "summary": {"en": text or f"Helps with {slug}."}, "phases": rows}
    document = {"id": slug, "organisation": organisation, "language": "en", "form": "system-1", "fields": fields}
    return publish_record("system-1", slug, document, system=slug)


def slugs(words: str = "", **filters: str) -> list[str]:
    """The systems found, in order."""
    from plumbrule_portal.systems.queries_search import Wish, page

    return [one.slug for one in page(Wish(words=words, filters=filters)).systems]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("pret", "loans"),
        ("ÉTUDIANT", "loans"),
        ("студенты", "loans"),
        ("кредит", "loans"),
        ("智能", "triage"),
        ("分诊", "triage"),
        ("医", "triage"),
        ("智能分诊系统", "triage"),
        ("统", "triage"),
        ("ذَكَاء", "triage"),
        ("الفرز", "triage"),
        ("construccion", "permits"),
        ("resume", "screening"),
        ("ys loans", "loans"),
    ],
)
def test_words_are_found_as_people_write_them(register: None, words: str, expected: str) -> None:
    """Without accents, vowel signs, articles, endings; by a beginning; Chinese by any two characters that follow each other."""
    assert slugs(words) == [expected]


@pytest.mark.parametrize("words", ["能人", "智能系统", "xyz", '"', "NEAR(", "a OR", "xq*", "' | '", "—"])
def test_signs_of_the_databases_mean_nothing(register: None, words: str) -> None:
    """What is not in any text finds nothing, and no sign of a query language is obeyed."""
    assert slugs(words) == []


def test_every_letter_there_is_can_be_looked_for(register: None) -> None:
    """Letters newer than the databases, and letters that fall apart into several signs, are words like all others."""
    letters = [chr(code) for code in range(0x80, 0x20000) if chr(code).isalnum() and not 0x3400 <= code < 0xD7A4]
    for start in range(0, len(letters), 20):
        assert slugs(" ".join(letter * 2 for letter in letters[start : start + 20])) == [], letters[start]
    publish_system("odd", {"en": "\u2474\u2474 \U0001e922\U0001e922"})
    for word in ("\u2474\u2474", "11", "\U0001e922\U0001e922"):
        assert slugs(word) == ["odd"], word


@pytest.mark.parametrize("letters", ["abcdefghij", "абвгдежзик", "一二三四五六七八九十"], ids=["Latin", "Cyrillic", "Chinese"])
def test_a_text_of_many_different_words_can_be_published(register: None, letters: str) -> None:
    """A tsvector holds a megabyte. Of more than that the first words are found, and the record is published."""
    words = (a + b + c * 60 + d * 60 for a, b, c, d in product(letters, repeat=4))
    publish_system("wordy", {"en": "Wordy"}, text=" ".join(words))
    assert slugs(letters[0] * 62) == ["wordy"]


def test_names_come_before_texts(register: None) -> None:
    """A system that is called so stands before a newer one that only speaks of it."""
    publish_system("newer", {"en": "Something else"}, text="Checks loans again.")
    assert slugs("loans") == ["loans", "newer"]
    assert slugs() == ["newer", "screening", "permits", "triage", "loans"]


def test_organisations_and_assessments_are_found_too(register: None, client: Any) -> None:
    """What is called so, or says so, beside the systems; a superseded assessment is not found."""
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.systems import indexing
    from plumbrule_portal.systems.models import Assessment, Finding
    from plumbrule_portal.systems.queries_search import others

    entry = Entry.objects.get(index=4)
    made = Assessment.objects.create(
        entry=4, system=entry.about, name="a", title="Yearly audit", profile="high", signer="x", created=entry.created
    )
    Finding.objects.create(assessment=made, requirement="r", verdict="satisfied", detail={"title": {"texts": {"fr": "Égalité"}}})
    indexing.entry(entry)
    assert [one.slug for one in others("ville")[0]] == ["city-y"]
    assert [one.title for one in others("egalite")[1]] == ["Yearly audit"]
    assert slugs(verdict="satisfied", assessed="yes") == [entry.about]
    page = client.get("/systems?q=audit").content.decode()
    assert "Yearly audit" in page
    Assessment.objects.update(superseded_by=9)
    indexing.entry(entry)
    assert others("egalite") == ((), ())
    assert slugs(assessed="yes") == []


def test_filters_and_their_counts(register: None) -> None:
    """Every filter finds what its count says, alone and with words."""
    from plumbrule_portal.systems.queries_search import Wish, count, facets

    found = facets(Wish())
    assert dict(found.values["phase"]) == {"use": 3, "design": 1}
    assert dict(found.values["country"]) == {"KZ": 2, "FR": 2}
    for name, values in found.values.items():
        for value, n in values:
            wish = Wish(filters={name: value})
            assert count(wish).n == n == len(slugs(**{name: value})), (name, value)
    assert slugs("helps", phase="design") == ["screening"]


def test_the_index_is_made_anew_from_the_log(register: None) -> None:
    """After `rebuild` everything is found as before; what is gone from the tables is gone from the words."""
    from django.db import connection

    from plumbrule_portal.ledger.actions import rebuild

    before = [slugs(words) for words in ("", "helps", "智能", "city")]
    rebuild()
    assert [slugs(words) for words in ("", "helps", "智能", "city")] == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM systems_words")
        assert cursor.fetchone()[0] == 6


def test_a_changed_record_is_found_by_its_new_words_only(register: None) -> None:
    """The words of an earlier record do not find a system."""
    publish_system("loans", {"en": "Credit"}, text="Something new.")
    assert slugs("prets") == []
    assert slugs("credit") == ["loans"]


def test_pages_follow_one_another_both_ways(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Walking on and back gives every system once and the same pages, with words and without, newest or oldest first."""
    from plumbrule_portal.systems import queries_search as search

    monkeypatch.setattr(search, "PAGE", 3)
    publish_record("organisation-1", "city-x", {"names": {"en": "City of X"}}, party="city-x")
    for number in range(10):
        publish_system(f"s{number}", {"en": f"Bus {number}" if number % 2 else f"Tram {number}"}, text="A bus or a tram.")
    for words, oldest in (("", False), ("", True), ("bus", False), ("bus", True)):
        wish = search.Wish(words=words, oldest_first=oldest)
        pages = [search.page(wish)]
        while pages[-1].next:
            pages.append(search.page(wish, after=pages[-1].next))
        walked = [[one.slug for one in page.systems] for page in pages]
        assert sorted(slug for page in walked for slug in page) == [f"s{number}" for number in range(10)]
        assert [one.slug for one in search.every(wish)] == [slug for page in walked for slug in page]
        back = [pages[-1]]
        while back[-1].previous:
            back.append(search.page(wish, before=back[-1].previous))
        assert [[one.slug for one in page.systems] for page in reversed(back)] == walked
