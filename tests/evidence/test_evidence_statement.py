"""Statements and envelopes: one reading, one byte form, and another implementation that agrees."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as OtherEnvelope
from securesystemslib.signer import CryptoSigner, SSlibKey

import plumbrule.evidence
from plumbrule.errors import UnreadableError
from plumbrule.evidence import (
    AssessmentPredicate,
    KeySigner,
    Kind,
    PlanCitation,
    PlanPredicate,
    Subject,
    VerifierKey,
    make_statement,
    new_signer,
    parse_envelope,
    parse_statement,
    seal,
    subject_of,
    wordless_name,
    write_statement,
)
from plumbrule.evidence.envelope import PAYLOAD_TYPE, pae
from plumbrule.evidence.predicates import ASSESSMENT, PLAN, read_predicate

SIGNER = new_signer("example.org/lab")
PREDICATE = AssessmentPredicate(
    assessment="a-1",
    system="loans",
    verdicts={"non-discrimination": "not-satisfied", "explanation": "not-assessed"},
    plan=PlanCitation(envelope="0" * 64, log_index=7),
    created="2026-07-22T12:00:00Z",
    software="plumbrule/0.1.0",
    files=("assessment.json",),
)
STATEMENT = make_statement([subject_of("table.csv", b"1"), subject_of("assessment.json", b"{}")], PREDICATE)
RAW = write_statement(STATEMENT)
ENVELOPE = seal(RAW, [SIGNER])


def changed(*path: str | int, to: object) -> bytes:
    """The statement's JSON with one value changed."""
    document = json.loads(RAW)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return json.dumps(document).encode()


def test_a_statement_is_in_toto_v1() -> None:
    """The bytes are canonical JSON of an in-toto Statement v1, and are read back as they were."""
    document = json.loads(RAW)
    assert list(document) == ["_type", "predicate", "predicateType", "subject"]
    assert document["_type"] == "https://in-toto.io/Statement/v1"
    assert [subject["name"] for subject in document["subject"]] == ["assessment.json", "table.csv"]
    assert parse_statement(RAW) == STATEMENT
    assert [subject.name for subject in STATEMENT.carried] == ["assessment.json"]
    assert [subject.name for subject in STATEMENT.elsewhere] == ["table.csv"]


def test_reading_does_not_ask_for_canonical_bytes() -> None:
    """The signature covers the bytes that came; another spelling of valid JSON means the same."""
    assert parse_statement(json.dumps(json.loads(RAW), indent=2).encode()) == STATEMENT


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"\xef\xbb\xbf" + RAW,
        RAW + b"x",
        b"[" * 40_000,
        b'{"a":' * 9000,
        RAW.replace(b'"_type"', b'"_type":"https://in-toto.io/Statement/v1","_type"'),
        RAW.replace(b'"log_index":7', b'"log_index":7,"log_index":8'),
        RAW.replace(b'"log_index":7', b'"log_index":7.0'),
        RAW.replace(b'"log_index":7', b'"log_index":NaN'),
        RAW.replace(b'"log_index":7', b'"log_index":1e999'),
        RAW.replace(b'"log_index":7', b'"log_index":true'),
        RAW.replace(b'"log_index":7', b'"log_index":-1'),
        RAW.replace(b'"log_index":7', b'"log_index":9007199254740992'),
        RAW.replace(b'"log_index":7', b'"log_index":' + b"9" * 5000),
        RAW.replace(b'"loans"', b'"\\ud800"'),
        RAW.replace(b'"loans"', b'"lo ans"'),
        RAW.replace(b'"loans"', b'"someone@example.org"'),
        changed("_type", to="https://in-toto.io/Statement/v0.1"),
        changed("predicateType", to="urn:x-plumbrule:assessment:2"),
        changed("predicateType", to=PLAN),
        changed("predicateType", to=1),
        changed("extra", to=1),
        changed("predicate", "note", to="free text"),
        changed("predicate", "verdicts", to={}),
        changed("predicate", "verdicts", to={"x": "fine"}),
        changed("predicate", "created", to="2026-07-22 12:00"),
        changed("predicate", "created", to="2026-13-22T12:00:00Z"),
        changed("predicate", "files", to=["table.csv", "assessment.json"]),
        changed("predicate", "files", to=["assessment.json", "assessment.json"]),
        changed("predicate", "files", to=["other.json"]),
        changed("predicate", "files", to="assessment.json"),
        changed("predicate", "plan", to={}),
        changed("subject", to=[]),
        changed("subject", 0, "name", to="table.csv"),
        changed("subject", 0, "name", to="a\nb"),
        changed("subject", 0, "digest", to={"sha1": "0" * 40}),
        changed("subject", 0, "digest", "sha256", to="F" * 64),
        changed("subject", 0, "digest", "sha256", to="0" * 63),
    ],
)
def test_statements_that_are_refused(raw: bytes) -> None:
    """Duplicate and unknown keys, other types, NaN, free text, odd digests: refused with our own error."""
    assert raw != RAW
    with pytest.raises(UnreadableError) as caught:
        parse_statement(raw, "assessment.dsse.json")
    assert caught.value.got.startswith("assessment.dsse.json: ")


@pytest.mark.parametrize(
    "declared", [{"note": "two words"}, {"a b": 1}, {"x": [{"y": "two words"}]}, {"x": float("nan")}, {"x": 2**53}]
)
def test_a_plan_holds_no_running_text(declared: dict[str, Any]) -> None:
    """What a plan declares is tokens and numbers; words belong into a file that is a subject."""
    predicate = PlanPredicate(assessment="a", system="s", profile="high", declared=declared)
    with pytest.raises(UnreadableError):
        make_statement([subject_of("plan.toml", b"")], predicate)


def schema(name: str) -> dict[str, Any]:
    """One of the published schemas."""
    folder = Path(plumbrule.evidence.__file__).parent / "schemas"
    found: dict[str, Any] = json.loads((folder / f"{name}-1.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return found


SCHEMAS = {PLAN: schema("plan"), ASSESSMENT: schema("assessment")}
WORD = st.sampled_from(
    [
        "x",
        "high",
        "two words",
        "",
        "a@b",
        "x" * 201,
        "r-1/2~3",
        "satisfied",
        "2026-07-22T12:00:00Z",
        "0" * 64,
        "plan.toml",
        "con",
        "a..b",
    ]
)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 9) | st.just(0.5) | WORD,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORD, inner, max_size=2),
    max_leaves=5,
)
GOOD_PLAN: dict[str, object] = {
    "assessment": "a",
    "system": "s",
    "profile": "high",
    "declared": {"x": [0.5, {"y": None}]},
    "files": ["plan.toml"],
}


@settings(max_examples=300)
@given(st.sampled_from([PLAN, ASSESSMENT]), st.data())
def test_the_schemas_say_what_the_code_does(kind: str, data: st.DataObject) -> None:
    """For predicates with any value put anywhere, the JSON Schema and the reader agree."""
    document: dict[str, Any] = dict(GOOD_PLAN) if kind == PLAN else json.loads(RAW)["predicate"]
    key = data.draw(st.sampled_from([*document, "unknown"]))
    if data.draw(st.booleans()):
        document.pop(key, None)
    else:
        document[key] = data.draw(VALUE)
    valid = jsonschema.Draft202012Validator(SCHEMAS[kind]).is_valid(document)
    # JSON Schema cannot say "sorted"; everything else it can.
    files = document.get("files")
    unsorted = isinstance(files, list) and all(isinstance(name, str) for name in files) and files != sorted(files)
    try:
        read_predicate(kind, document, "predicate")
    except UnreadableError:
        assert not valid or unsorted
    else:
        assert valid


@pytest.mark.parametrize("kind", [PLAN, ASSESSMENT])
def test_no_schema_leaves_room_for_free_text(kind: str) -> None:
    """Every string in a public predicate has a pattern or a list of values, and no pattern lets a space through."""

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if node.get("type") == "string":
                assert not jsonschema.Draft202012Validator(node).is_valid("one two")
                assert not jsonschema.Draft202012Validator(node).is_valid("someone@example.org")
            if node.get("type") == "object" and "properties" in node:
                assert node["additionalProperties"] is False
            for item in node.values():
                walk(item)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(SCHEMAS[kind])


def other_key(verifier: VerifierKey) -> SSlibKey:
    """Our public key, as securesystemslib holds it."""
    return SSlibKey(verifier.label, "ed25519", "ed25519", {"public": verifier.public.hex()})


def test_securesystemslib_verifies_our_envelopes() -> None:
    """Another DSSE implementation finds our signature good, and a changed payload bad."""
    two = new_signer("example.org/second")
    envelope = OtherEnvelope.from_dict(json.loads(seal(RAW, [two, SIGNER])))
    accepted = envelope.verify([other_key(SIGNER.verifier), other_key(two.verifier)], 2)
    assert set(accepted) == {SIGNER.verifier.label, two.verifier.label}
    assert envelope.payload == RAW
    assert envelope.pae() == pae(RAW)
    envelope.payload = RAW + b" "
    with pytest.raises(Exception, match=r"threshold|signature"):
        envelope.verify([other_key(SIGNER.verifier)], 1)


def test_we_verify_the_envelopes_of_securesystemslib() -> None:
    """An envelope signed by the other implementation holds here, once it is in the one form."""
    private = Ed25519PrivateKey.generate()
    verifier = VerifierKey(name="example.org/other", kind=Kind.STATEMENT, public=private.public_key().public_bytes_raw())
    envelope = OtherEnvelope(RAW, PAYLOAD_TYPE, {})
    envelope.sign(CryptoSigner(private, other_key(verifier)))
    raw = json.dumps(envelope.to_dict(), sort_keys=True, separators=(",", ":")).encode()
    assert parse_envelope(raw).signed_by(verifier) is True
    assert parse_envelope(raw).signed_by(SIGNER.verifier) is None


def test_ours_and_theirs_are_the_same_bytes() -> None:
    """Ed25519 is deterministic: both implementations make the same signature."""
    signed = KeySigner(verifier=SIGNER.verifier, private=SIGNER.private)
    envelope = OtherEnvelope(RAW, PAYLOAD_TYPE, {})
    envelope.sign(CryptoSigner(SIGNER.private, other_key(SIGNER.verifier)))
    assert json.loads(seal(RAW, [signed])) == envelope.to_dict()


def respelled(**changes: object) -> bytes:
    """The envelope with top-level values changed, spelled canonically otherwise."""
    return json.dumps({**json.loads(ENVELOPE), **changes}, sort_keys=True, separators=(",", ":")).encode()


LINE = json.loads(ENVELOPE)["signatures"][0]
SIG = base64.b64decode(LINE["sig"])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        ENVELOPE + b"\n",
        b" " + ENVELOPE,
        json.dumps(json.loads(ENVELOPE)).encode(),
        ENVELOPE.replace(b'"payloadType"', b'"payloadType":"application/vnd.in-toto+json","payloadType"'),
        ENVELOPE.replace(b"example.org", b"ex\\u0061mple.org"),
        ENVELOPE.replace(b'"sig":"', b'"sig":" '),
        ENVELOPE.replace(b"in-toto+json", b"in-toto+yaml"),
        respelled(unknown=1),
        respelled(payload=json.loads(ENVELOPE)["payload"].rstrip("=") + "=" * 3),
        respelled(payload=base64.urlsafe_b64encode(b"\xff\xfe\xfd").decode()),
        respelled(payload=None),
        respelled(signatures=[]),
        respelled(signatures=[LINE, LINE]),
        respelled(signatures=[{"keyid": f"k{i:02}+00000000", "sig": LINE["sig"]} for i in range(17)]),
        respelled(signatures=[{"keyid": key, "sig": LINE["sig"]} for key in ("b+0", "a+0")]),
        respelled(signatures=[{**LINE, "sig": base64.b64encode(SIG[:-1]).decode()}]),
        respelled(signatures=[{**LINE, "sig": LINE["sig"][:-3] + "B=="}]),
        respelled(signatures=[{**LINE, "cert": "x"}]),
        respelled(signatures=[{"sig": LINE["sig"]}]),
        respelled(signatures=[{**LINE, "keyid": "two words"}]),
        respelled(signatures={}),
        respelled(payload=base64.b64encode(b"x" * 50_000).decode()),
    ],
)
def test_envelopes_that_are_refused(raw: bytes) -> None:
    """Any other spelling of the same content, 17 or doubled signatures, base64 that no encoder writes, too long: refused."""
    assert raw != ENVELOPE
    with pytest.raises(UnreadableError):
        parse_envelope(raw)


def test_what_cannot_be_sealed() -> None:
    """No signer, one signer twice, a statement beyond the size of a log entry: refused when it is made."""
    for payload, signers in ((RAW, []), (RAW, [SIGNER, SIGNER]), (b"x" * 50_000, [SIGNER])):
        with pytest.raises(UnreadableError):
            seal(payload, signers)
    with pytest.raises(UnreadableError):
        make_statement([Subject(name=f"file-{i:03}-" + "x" * 240, sha256="0" * 64) for i in range(200)], PREDICATE)


@given(st.integers(0, len(ENVELOPE) - 1), st.integers(0, 255))
def test_a_changed_envelope_never_verifies(at: int, value: int) -> None:
    """Change any byte to any other: refused as a form, or the signature no longer holds."""
    raw = ENVELOPE[:at] + bytes([value]) + ENVELOPE[at + 1 :]
    if raw == ENVELOPE:
        return
    try:
        assert parse_envelope(raw).signed_by(SIGNER.verifier) is not True
    except UnreadableError as error:
        assert error.got


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_break_the_readers(raw: bytes) -> None:
    """Whatever comes, it is read or refused with our own error."""
    for read in (parse_envelope, parse_statement):
        with pytest.raises(UnreadableError):
            read(raw)


@pytest.mark.parametrize("name", ["Complaint of Ms A.csv", "a@b.example", "投诉.csv", "two words"])
def test_we_name_no_subject_in_words(name: str) -> None:
    """A name could hold a sentence about somebody: ours are tokens, made from the digest where the file's own name is none."""
    predicate = PlanPredicate(assessment="a", system="s", profile="high", files=("plan.toml",))
    subjects = [subject_of("plan.toml", b"x"), subject_of(name, b"y")]
    with pytest.raises(UnreadableError, match="token"):
        make_statement(subjects, predicate)
    named = subject_of(wordless_name(name, subjects[1].sha256), b"y")
    assert " " not in named.name and named.name.isascii() and "@" not in named.name
    assert make_statement([subjects[0], named], predicate).subjects
