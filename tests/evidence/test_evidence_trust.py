"""Trust files: read strictly, written so that they read back, with a schema and a fingerprint."""

from __future__ import annotations

import hashlib
import json
import tomllib
from datetime import date
from pathlib import Path

import jsonschema
import pytest

import plumbrule.evidence
from plumbrule.errors import OutputError, UnreadableError
from plumbrule.evidence import Kind, Trust, TrustedSigner, fingerprint, new_signer, parse_policy, parse_trust, write_trust
from plumbrule.evidence.predicates import ASSESSMENT, PLAN
from plumbrule.evidence.trust import write_trust_file

KEY = new_signer("example.org/lab").verifier
LOG = new_signer("example.org/log", Kind.LOG).verifier
TRUST = Trust(
    as_of=date(2026, 7, 22),
    signers=(
        TrustedSigner(
            name='The "laboratory" \\ 实验室', key=KEY, predicates=(PLAN, ASSESSMENT), systems=("loans",), log="example.org/log"
        ),
        TrustedSigner(name="Ministry", key=KEY, predicates=(PLAN,), log="example.org/log", first=3, last=9),
    ),
)
RAW = write_trust_file(TRUST)


def test_a_trust_file_survives() -> None:
    """What is written is what is read, and it fits the published schema."""
    assert parse_trust(RAW) == TRUST
    schema = json.loads((Path(plumbrule.evidence.__file__).parent / "schemas" / "trust-1.json").read_text(encoding="utf-8"))
    document = tomllib.loads(RAW.decode())
    jsonschema.Draft202012Validator(schema).validate({**document, "as_of": document["as_of"].isoformat()})


def test_how_far_a_signer_is_trusted() -> None:
    """Predicate, system, log and position each have a limit; positions include both ends."""
    laboratory, ministry = TRUST.signers
    assert laboratory.may_sign(PLAN, "loans")
    assert not laboratory.may_sign(PLAN, "other")
    assert not ministry.may_sign(ASSESSMENT, "loans")
    assert ministry.may_sign(PLAN, "anything")
    assert [ministry.counts_at("example.org/log", index) for index in (2, 3, 9, 10)] == [False, True, True, False]
    assert not ministry.counts_at("example.org/other", 5)
    assert laboratory.counts_at("example.org/log", 10**9)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"plumbrule-trust/1"', b'"plumbrule-trust/2"'),
        (b"as_of = 2026-07-22", b'as_of = "2026-07-22"'),
        (b"as_of = 2026-07-22", b"as_of = 2026-07-22T00:00:00Z"),
        (b"as_of = 2026-07-22", b"as_of = 2026-02-30"),
        (b"as_of", b"unknown = 1\nas_of"),
        (b"from = 3", b"from = -1"),
        (b"from = 3", b"from = true"),
        (b"from = 3", b"from = 3.0"),
        (b"from = 3\n", b""),
        (b'name = "Ministry"', b'name = ""'),
        (b'name = "Ministry"', b'name = "two\\nlines"'),
        (b'name = "Ministry"', b"name = 1"),
        (b'for = ["*"]', b'for = "*"'),
        (b'for = ["*"]', b"for = [1]"),
        (b"[[signer]]", b"[signer]"),
        (str(KEY).encode(), str(LOG).encode()),
        (str(KEY).encode(), str(KEY).encode()[:-4]),
        (b"schema", b"\xffschema"),
    ],
)
def test_trust_files_that_are_refused(old: bytes, new: bytes) -> None:
    """Another schema, unknown and missing keys, a log's key, a date that is none: refused."""
    assert old in RAW
    with pytest.raises(UnreadableError):
        parse_trust(RAW.replace(old, new))


def test_a_fingerprint_can_be_read_out() -> None:
    """Sixteen groups of four hex digits, SHA-256 of the file."""
    assert fingerprint(RAW).replace(" ", "") == hashlib.sha256(RAW).hexdigest()
    assert {len(group) for group in fingerprint(RAW).split(" ")} == {4}


def test_a_suggestion_is_marked_and_never_overwritten(tmp_path: Path) -> None:
    """Policy and trust are written once, read back, and say that demo keys are demo keys."""
    policy, trust = write_trust(tmp_path / "trust", LOG, [KEY], as_of=date(2026, 7, 22), demo=True)
    assert parse_policy(policy.read_bytes()).logs == (LOG,)
    assert parse_policy(policy.read_bytes()).quorum == "none"
    assert parse_trust(trust.read_bytes()).demo
    for path in (policy, trust):
        assert b"DEMO KEYS" in path.read_bytes()
    with pytest.raises(OutputError, match="exists already"):
        write_trust(tmp_path / "trust", LOG, [KEY], as_of=date(2026, 7, 22))
    _, real = write_trust(tmp_path / "real", LOG, [KEY], as_of=date(2026, 7, 22))
    assert not parse_trust(real.read_bytes()).demo
