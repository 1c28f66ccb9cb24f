"""OSCAL: read and checked by compliance-trestle, which also resolves our profiles against our catalog."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from exchange_fixtures import DECLARATION, NOTED, RESOLUTION, made_up, read_text
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.base.languages import Wording
from plumbrule.rulebook import Rulebook, load_rulebook
from plumbrule.rulebook.asking import Addressee, Quantity
from plumbrule.rulebook.exchange import as_oscal, catalog_of, dumped, provision_ids, rulebook_documents
from plumbrule.rulebook.exchange.oscal import UNDATED, VERSION, line, plain, prose, token
from plumbrule.rulebook.exchange.oscal_rulebook import RELATIONS
from plumbrule.rulebook.model import (
    Crosswalk,
    Jurisdiction,
    Link,
    LinkType,
    LocalLimit,
    LocalTier,
    Source,
    Threshold,
)
from plumbrule.rulebook.reading import Ask, load_document, read_document

OFFICIAL = ["A_78_L49.zh.txt", "policy-brief-5-global-digital-compact.zh.txt", "udhr_217A/udhr_rus.xml", "news-78-311.zh.md"]
ID = re.compile(r"^[^\W\d][\w.-]*$")
KINDS = {"catalog": "catalog", "profile": "profile", "mapping-collection": "mapping"}


def trestle(module: str) -> Any:
    """A part of compliance-trestle, which only the heaviest test set installs."""
    pytest.importorskip("trestle", reason="needs compliance-trestle: make heavy")
    from importlib import import_module

    return import_module(f"trestle.{module}")


def accepted(document: dict[str, Any]) -> Any:
    """The document as trestle reads it; every validator that trestle has for it is content."""
    kind = next(iter(document))
    model = trestle(f"oscal.{KINDS[kind]}").Model.model_validate(json.loads(dumped(document)))
    found = getattr(model, kind.replace("-", "_"))
    for name in ("Duplicates", "Refs", "Catalog", "Links"):
        validator = getattr(trestle(f"core.{name.lower()}_validator"), f"{name}Validator")()
        assert validator.model_is_valid(found, True, None), name
    return found


def controls(parts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All controls below groups and controls."""
    for part in parts:
        for control in part.get("controls", ()):
            yield control
            yield from controls([control])
        yield from controls(part.get("groups", []))


def ids(value: object) -> Iterator[str]:
    """Every id and uuid in a document."""
    if isinstance(value, dict):
        yield from (value[key] for key in ("id", "uuid") if isinstance(value.get(key), str))
        for inner in value.values():
            yield from ids(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from ids(inner)


def said(text: str) -> Wording:
    return Wording(texts={"en": text})


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    """Ours, with a made-up crosswalk of every type of link and a made-up jurisdiction with a number of its own."""
    held = load_rulebook()
    names = list(held.requirements)
    links = tuple(
        Link(requirement=name, to=f"Article {kind}", type=kind, reason=said(f"Because *{kind}*."), reviewed_by="A. N. Other")
        for name, kind in zip(names, get_args(LinkType), strict=False)
    )
    walk = Crosswalk(
        id="arcadian-act", title=said("Arcadian act"), citation="Act 1 of Arcadia", jurisdiction="XA", status="law",
        places=tuple(link.to for link in links), links=links,
    )  # fmt: skip
    source = Source(citation="Act 1, section 9", jurisdiction="XA", status="law")
    limit = Threshold(id="xa.tolerance", role="tolerance", measure="difference", value=0.01, source=source)
    place = Jurisdiction(
        id="XA", name=said("Arcadia"), instrument="R265",
        tiers=(LocalTier(id="grave", name=said("Grave"), tier="high", relation="narrower", because=said("Why."), source=source),),
        limits=(LocalLimit(tier="high", check="selection-rate", threshold=limit),),
    )  # fmt: skip
    return replace(
        held, crosswalks={**held.crosswalks, walk.id: walk}, jurisdictions={**held.jurisdictions, place.id: place}
    )


@pytest.fixture(scope="module")
def documents(rulebook: Rulebook) -> dict[str, Any]:
    """Every document of that rulebook."""
    return rulebook_documents(rulebook)


def test_trestle_accepts_every_document_of_the_rulebook(documents: dict[str, Any]) -> None:
    """The schema of each model, and trestle's own validators."""
    for document in documents.values():
        accepted(document)


@pytest.mark.parametrize("language", ["zh", "ar"])
def test_other_languages_too(language: str) -> None:
    """Chinese, and Arabic or the English that stands in for it; identifiers follow the language."""
    found = rulebook_documents(load_rulebook(), language=language)
    accepted(found["catalog.json"])
    assert found["catalog.json"]["catalog"]["uuid"] != rulebook_documents(load_rulebook())["catalog.json"]["catalog"]["uuid"]


def test_the_catalog_holds_instruments_provisions_and_requirements(rulebook: Rulebook, documents: dict[str, Any]) -> None:
    """Each once: provisions as groups under their instrument, requirements as controls that link to what they answer."""
    groups = documents["catalog.json"]["catalog"]["groups"]
    held = set(ids(groups))
    assert {token(name) for name in rulebook.provisions} <= held
    assert {token(name) for name in rulebook.instruments} <= held
    found = {control["id"]: control for control in controls(groups)}
    assert set(found) == {token(name) for name in rulebook.requirements}
    for name, requirement in rulebook.requirements.items():
        control = found[token(name)]
        assert {one["href"][1:] for one in control["links"]} == {token(answer) for answer in requirement.answers}
        assert plain(control["parts"][0]["prose"]) == requirement.statement.said("en")[0]
    assert all(one["href"][1:] in held for control in found.values() for one in control["links"])


def test_identifiers_are_whole_and_stand_once(documents: dict[str, Any]) -> None:
    """In each document, by OSCAL's rule for tokens."""
    for document in documents.values():
        found = list(ids(document))
        assert len(found) == len(set(found))
        assert all(ID.match(name) or re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f-]{21}", name) for name in found)


def test_trestle_resolves_each_profile_with_its_numbers(
    rulebook: Rulebook, documents: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A foreign program picks the requirements of a tier from our catalog and fills in its thresholds, also a jurisdiction's."""
    resolver = trestle("core.profile_resolver").ProfileResolver
    (tmp_path / ".trestle").mkdir()
    for name, document in documents.items():
        (tmp_path / name).write_text(dumped(document), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names = {name: f"profile-{name}.json" for name in rulebook.profiles} | {"XA": "profile-XA-grave.json"}
    found = {}
    for name, file in names.items():
        catalog = resolver.get_resolved_profile_catalog(tmp_path, tmp_path / file, params_format=".")
        plain_catalog = json.loads(catalog.oscal_serialize_json())["catalog"]
        found[name] = {control["id"]: control for control in controls([plain_catalog])}
    for name, profile in rulebook.profiles.items():
        assert set(found[name]) == {token(requirement) for requirement in profile.requirements}
        for check in profile.checks:
            numbers = {one["id"]: one.get("values") for one in found[name][token(check.requirement)].get("params", ())}
            for threshold in check.thresholds:
                assert float(numbers[f"{check.id}.{threshold.role}"][0]) == threshold.value
    local = {one["id"]: one["values"] for one in found["XA"]["non-discrimination"]["params"]}
    assert local["selection-rate.tolerance"] == ["0.01"]
    assert local["selection-rate.screen"] == ["0.8"]


def test_crosswalks_become_mappings_of_the_right_kind(rulebook: Rulebook, documents: dict[str, Any]) -> None:
    """Ours is the source; every link with its reason, its source and who reviewed it; the target is named by its citation."""
    collection = documents["mapping-collection.json"]["mapping-collection"]
    assert len(collection["mappings"]) == len([walk for walk in rulebook.crosswalks.values() if walk.links])
    mapping = next(one for one in collection["mappings"] if one["props"][0]["value"] == "arcadian-act")
    links = rulebook.crosswalks["arcadian-act"].links
    assert [one["relationship"] for one in mapping["maps"]] == [RELATIONS[link.type] for link in links]
    assert [one["sources"][0]["id-ref"] for one in mapping["maps"]] == [token(link.requirement) for link in links]
    assert [one["targets"][0]["id-ref"] for one in mapping["maps"]] == [link.to for link in links]
    assert plain(mapping["maps"][0]["remarks"]) == "Because *equal*."
    unmapped = set(mapping["source-gap-summary"]["unmapped-controls"][0]["with-ids"])
    assert unmapped == {token(name) for name in rulebook.requirements} - {token(link.requirement) for link in links}
    resource = mapping["target-resource"]["href"][1:]
    assert resource in {one["uuid"] for one in collection["back-matter"]["resources"]}
    assert collection["provenance"]["status"] == "draft"


def test_thresholds_say_whose_they_are(documents: dict[str, Any]) -> None:
    """Nobody can take a number of ours for law: citation and status stand with each value."""
    for setting in documents["profile-high.json"]["profile"]["modify"]["set-parameters"]:
        props = {one["name"]: one["value"] for one in setting["props"]}
        assert props["status"] in {"ours", "guidance"}
        assert props["reviewed-by"] == "nobody"
        assert props["citation"]


def test_the_same_rulebook_gives_the_same_bytes(documents: dict[str, Any], rulebook: Rulebook) -> None:
    """No clock: a time stands there only when it is given."""
    assert dumped(documents["catalog.json"]) == dumped(rulebook_documents(rulebook)["catalog.json"])
    head = documents["catalog.json"]["catalog"]["metadata"]
    assert (head["last-modified"], head["oscal-version"]) == (UNDATED, VERSION)
    dated = rulebook_documents(rulebook, when="2026-11-21T09:00:00Z")["catalog.json"]
    assert accepted(dated).metadata.last_modified.isoformat() == "2026-11-21T09:00:00+00:00"


@pytest.mark.shared
@pytest.mark.parametrize("name", OFFICIAL)
def test_official_texts_become_catalogs(shared: Path, name: str) -> None:
    """Trestle accepts them; every provision is a control with its text, under its parent."""
    document = load_document(shared / "instruments" / name)
    reading = read_document(document)
    catalog = catalog_of(reading, document)
    accepted(catalog)
    passages = {passage.id: passage for passage in reading.passages}
    assert sorted(provision_ids(catalog)) == sorted(passages)
    for control in controls(catalog["catalog"].get("groups", [])):
        props = {one["name"]: one["value"] for one in control["props"]}
        assert plain(control["parts"][0]["prose"]) == passages[props["id"]].text
        assert {one["text"] for one in control.get("links", ()) if one["rel"] == "reference"} == set(passages[props["id"]].cites)
        for below in control.get("controls", ()):
            assert {"parent": props["id"]}.items() <= {one["name"]: one["value"] for one in below["props"]}.items()


@pytest.mark.parametrize("text", [RESOLUTION, DECLARATION, NOTED])
def test_texts_written_for_this_become_catalogs(tmp_path: Path, text: str) -> None:
    """With asks as properties that share a group, and the same bytes each time."""
    reading, document = read_text(tmp_path, text)
    ask = Ask(
        verb="digs", verb_at=(0, 4), function="exhorts", rank="urges", deadline="2035", qualifiers=("urgent", "step-by-step"),
        addressees=(Addressee(kind="member-states"), Addressee(kind="named-body", name="WHO")),
        quantity=Quantity(value=0.25, unit="share"),
    )  # fmt: skip
    reading = replace(reading, passages=(replace(reading.passages[0], asks=(ask, ask)), *reading.passages[1:]))
    catalog = catalog_of(reading, document)
    accepted(catalog)
    assert as_oscal(reading, document) == dumped(catalog)
    control = next(controls(catalog["catalog"]["groups"]))
    second = {(one["name"], one["value"]) for one in control["props"] if one.get("group") == "ask-2"}
    assert {("verb", "digs"), ("deadline", "2035"), ("qualifier", "step-by-step"), ("quantity", "0.25 share")} <= second
    assert {("addressee", "member-states"), ("addressee", "WHO")} <= second


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec=None), max_size=30), min_size=1, max_size=5), st.booleans())
def test_no_text_makes_it_invalid(texts: list[str], deep: bool) -> None:
    """Controls, lone surrogates, Markdown, lines without text: JSON in UTF-8 that keeps OSCAL's rules for lines and ids."""
    document = json.loads(as_oscal(*made_up(texts, deep=deep)).encode("utf-8"))
    found = list(ids(document))
    assert len(found) == len(set(found))
    for control in controls(document["catalog"]["groups"]):
        assert ID.match(control["id"])
        assert all(re.match(r"^\S(.*\S)?$", one["value"]) for one in control["props"])


@given(st.text(max_size=60))
def test_markdown_shows_the_text_as_it_is(text: str) -> None:
    """What is escaped comes back, and no line of it opens a list or a heading."""
    cleaned = re.sub("[\x00-\x08\x0b-\x1f\x7f]", "�", text)
    assert plain(prose(text)) == cleaned
    assert not re.match(r"[#+-]|\d{1,9}[.)]", prose(text))


@given(st.text(max_size=60))
def test_tokens_and_lines(text: str) -> None:
    """Whatever the id or the title."""
    assert ID.match(token(text))
    assert re.match(r"^\S(.*\S)?$", line(text))
    assert "\n" not in line(text)
