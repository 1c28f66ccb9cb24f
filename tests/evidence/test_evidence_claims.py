"""The claims besides plan and assessment: reader and schema agree. What they have no room for is in test_evidence_no_person."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plumbrule.evidence
from plumbrule.errors import UnreadableError
from plumbrule.evidence import (
    Claim,
    claim_schema,
    make_statement,
    new_signer,
    parse_envelope,
    parse_statement,
    seal,
    subject_of,
    write_statement,
)
from plumbrule.evidence.claims import (
    CASE,
    CASES,
    CLASSIFICATION,
    COMMITMENT,
    ENDORSEMENT,
    KEY_ACT,
    KEY_EVENT,
    KINDS,
    LABEL,
    MEANING,
    MEASURE,
    RECORD,
    STEWARD_ACT,
    SUPERSEDES,
    TRUST_LABEL,
    WITHDRAWAL,
    read_claim,
)

SAID = {"created": "2026-07-22T12:00:00Z", "files": ["reasons.txt"]}
ENTRY = {"envelope": "0" * 64, "log_index": 7}
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
ACT = {
    "log": "example.org/a/log", "event": "added", "key": VKEY, "replaces": None, "party": "lab.example",
    "predicates": ["urn:x-plumbrule:assessment:1"], "systems": None, "from": 0, "suspect_from": None,
}  # fmt: skip
GOOD: dict[str, dict[str, Any]] = {
    CLASSIFICATION: {"system": "loans", "profile": "high", "tier": "tier-3"} | SAID,
    COMMITMENT: {"party": "country-x", "commitment": "c-12", "provision": "gdc:50", "due": "2027-01-31"} | SAID,
    MEASURE: {"party": "country-x", "measure": "m-1", "commitment": None, "state": "under-way"} | SAID,
    LABEL: {"labels": ["ai-generated"], "system": None} | SAID,
    KEY_EVENT: {
        "event": "rotated", "purpose": "statement", "key": "example.org/a+0a1b2c3d", "replaces": "example.org/a+00000000",
        "from": 42, "suspect_from": None,
    } | SAID,
    KEY_ACT: ACT | SAID,
    STEWARD_ACT: ACT | {"event": "rotated", "replaces": VKEY, "systems": ["loans"], "suspect_from": 3} | SAID,
    ENDORSEMENT: {"log": "example.org/a/log", "party": "lab.example", "entries": [ENTRY, ENTRY | {"log_index": 9}]} | SAID,
    CASE: {"kind": "appeal:open", "case": f"salted:{'d' * 64}"} | SAID,
    CASES: {"log": "example.org/cases", "size": 3, "root": "f" * 64, "counts": {"appeal:upheld": 2, "appeal:open": 1}} | SAID,
    SUPERSEDES: {"old": ENTRY, "new": {"envelope": "1" * 64, "log_index": 9}, "reason": "correction"} | SAID,
    WITHDRAWAL: {"entry": ENTRY, "content": ["a" * 64, "b" * 64], "reason": "personal-data"} | SAID,
    RECORD: {"form": "system-1", "record": "loans", "system": "loans", "party": None, "previous": ENTRY} | SAID,
    TRUST_LABEL: {
        "system": "loans", "label": "equal-treatment", "evidence": ENTRY, "findings": ["r1"], "from": "2026-07-01",
        "until": "2026-07-31",
    } | SAID,
}  # fmt: skip
WORDS = st.sampled_from(
    ["x", "two words", "", "a@b", "0" * 64, "2027-01-31", "2026-07-22T12:00:00Z", "reasons.txt", "done", "x" * 201]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 9) | st.just(0.5) | st.just(2**53) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(WORDS | st.sampled_from(["envelope", "log_index"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_claim_is_signed_and_read_back(kind: str) -> None:
    """Every kind goes into an in-toto statement, an envelope, and comes back as it was."""
    claim = read_claim(kind, GOOD[kind], "example")
    statement = make_statement([subject_of("reasons.txt", b"in words")], claim)
    again = parse_statement(parse_envelope(seal(write_statement(statement), [new_signer("example.org/a")])).payload)
    assert again == statement
    assert again.predicate_type == kind
    assert [subject.name for subject in again.carried] == ["reasons.txt"]
    assert isinstance(again.predicate, Claim)
    assert again.predicate.system == (GOOD[kind].get("system") or GOOD[kind].get("party") or "-")


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_lies_beside_the_others(kind: str) -> None:
    """The file under schemas/ is the table's own, valid as a schema, and takes the example."""
    name, version = kind.split(":")[2:]
    folder = Path(plumbrule.evidence.__file__).parent / "schemas"
    assert json.loads((folder / f"{name}-{version}.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(claim_schema(kind))
    )
    jsonschema.Draft202012Validator.check_schema(claim_schema(kind))
    jsonschema.validate(GOOD[kind], claim_schema(kind))
    assert MEANING[kind]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_the_schemas_say_what_the_reader_does(kind: str, data: st.DataObject) -> None:
    """With any value put anywhere, one level deep too, schema and reader agree, but for the order of lists."""
    document = copy.deepcopy(GOOD[kind])
    inner = [document, *(value for value in document.values() if isinstance(value, dict))]
    place = data.draw(st.sampled_from(inner))
    key = data.draw(st.sampled_from([*place, "unknown"]))
    if data.draw(st.booleans()):
        place.pop(key, None)
    else:
        place[key] = data.draw(VALUES)
    valid = jsonschema.Draft202012Validator(json.loads(json.dumps(claim_schema(kind)))).is_valid(document)
    lists = [value for value in document.values() if isinstance(value, list) and all(isinstance(item, str) for item in value)]
    try:
        read_claim(kind, document, "example")
    except UnreadableError:
        assert not valid or any(found != sorted(found) for found in lists)
    else:
        assert valid
