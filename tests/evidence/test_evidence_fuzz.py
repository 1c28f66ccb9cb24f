"""Hostile bytes: changed, cut, doubled and glued pieces of true files, never a traceback and never two spellings.

The short form takes seconds; `make soak` sets PLUMBRULE_SOAK_EXAMPLES and lets it run for long.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from evidence_made import fresh_process

from plumbrule.errors import UnreadableError
from plumbrule.evidence import (
    Kind,
    PlanPredicate,
    make_statement,
    new_signer,
    parse_checkpoint,
    parse_envelope,
    parse_note,
    parse_policy,
    parse_proof,
    parse_statement,
    parse_trust,
    parse_verifier_key,
    seal,
    sign_note,
    subject_of,
    write_proof,
    write_statement,
)
from plumbrule.evidence.note import write_note
from plumbrule.evidence.proof import Proof
from plumbrule.evidence.trust import Trust, TrustedSigner, write_trust_file

EXAMPLES = 50 * int(os.environ.get("PLUMBRULE_SOAK_EXAMPLES", "80"))
ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@cache
def true_files() -> dict[str, bytes]:
    """One true file of each kind."""
    log, witness, signer = (
        new_signer("example.org/log", Kind.LOG),
        new_signer("w.example/1", Kind.WITNESS),
        new_signer("a.example"),
    )
    note = sign_note(f"example.org/log\n7\n{ROOT}\nmore\n", [log])
    proof = write_proof(Proof(index=3, hashes=(b"\1" * 32, b"\2" * 32, b"\3" * 32), checkpoint=note, extra=b"x"))
    policy = f"log {log.verifier}\nwitness w1 {witness.verifier}\ngroup g any w1\ngroup h all g\nquorum h\n".encode()
    predicate = PlanPredicate(
        assessment="a", system="loans", profile="high", declared={"a": [1, 2.5, None, "x"]}, files=("a.txt",)
    )
    statement = write_statement(make_statement([subject_of("a.txt", b"a")], predicate))
    trusted = TrustedSigner(name='The "lab"', key=signer.verifier, predicates=("urn:x",), log=log.name, first=3, last=9)
    return {
        "note": note,
        "proof": proof,
        "policy": policy,
        "envelope": seal(statement, [signer, new_signer("b.example")]),
        "statement": statement,
        "trust": write_trust_file(Trust(as_of=date(2026, 7, 22), signers=(trusted, replace(trusted, last=None)), demo=True)),
        "key": str(signer.verifier).encode(),
    }


PIECES = (
    *(
        text.encode()
        for text in (
            "\u2014 ",
            "\u2028",
            "\u202e",
            "\u0661",
            "group x all w1\n",
            "group y 2 w1 g\n",
            "2 w1\n",
            "quorum none\n",
            "index 3\n",
            "extra AA==\n",
        )
    ),
    *(
        b"\n",
        b"\r\n",
        b"\r",
        b"\n\n",
        b"\0",
        b"\x1b[2J",
        b"\xff",
        b"\xef\xbb\xbf",
        b"=",
        b"==",
        b"A",
        b"+",
        b"/",
        b"-",
        b"_",
        b" ",
        b"\t",
    ),
    *(b"0", b"00", b"-1", b"9223372036854775808", b"1e3", b"NaN"),
    *(b"{", b"}", b"[" * 40, b'"', b'"a":1,', b"\\u0000", b"\\ud800", b","),
)


def changed(kind: str, draw: random.Random) -> bytes:
    """A true file after one to three changes: a bit, a cut, a doubled stretch, a strange piece, a stretch of another file.

    Half of them where a word, a number or a line begins, and now and then to whole lines.
    """
    raw = true_files()[kind]
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        if draw.random() < 0.2:
            lines = raw.splitlines(keepends=True) or [b""]
            lines = re.split(rb"(?<=},)|(?<={)", raw) if len(lines) == 1 else lines
            one, line = draw.randrange(len(lines)), draw.choice(lines)
            raw = b"".join(
                draw.choice((lines[:one] + [line] * draw.choice((1, 1, 17, 64)) + lines[one:], lines[:one] + lines[one + 1 :]))
            )
            continue
        edges = [found.end() for found in re.finditer(rb'[\n ,:+"\]}]', raw)] or [0]
        at = draw.choice(edges) if draw.random() < 0.5 else draw.randint(0, len(raw))
        to = draw.choice([edge for edge in edges if edge > at] or [at]) if draw.random() < 0.3 else at + draw.randint(1, 40)
        stretch, other = raw[at:to], true_files()[draw.choice(sorted(true_files()))]
        pieces = (stretch, stretch * 2, stretch[::-1], stretch.swapcase(), stretch * 200, other[at:to], b"")
        piece = draw.choice(pieces if draw.random() < 0.5 else PIECES)
        raw = draw.choice((raw[:at] + piece + raw[to:], raw[:at] + piece + raw[at:], raw[:at] + piece + raw[at:], raw[:at]))
    return raw


def read_and_write_note(raw: bytes) -> bytes:
    """A note, and what its parts give again; and a plain reading of its bytes."""
    note = parse_note(raw)
    assert not re.search(rb"[\x00-\x09\x0b-\x1f]", raw)
    names = [line.split(" ")[1] for line in raw.decode().rpartition("\n\n")[2].splitlines()]
    assert 0 < len({line.label for line in note.signatures}) == len(names) <= 16
    assert [line.name for line in note.signatures] == names
    try:
        checkpoint = parse_checkpoint(note)
    except UnreadableError:
        pass
    else:
        assert checkpoint.text() == note.text
    return write_note(note.text, note.signatures)


def read_and_write_envelope(raw: bytes) -> bytes:
    """An envelope has one form, which the standard library writes too; its payload is read, and may be refused."""
    payload, found = parse_envelope(raw).payload, json.loads(raw)
    assert sorted(found) == ["payload", "payloadType", "signatures"]
    keyids = [line["keyid"] for line in found["signatures"]]
    assert 0 < len(keyids) <= 16
    assert keyids == sorted(set(keyids))
    with suppress(UnreadableError):
        parse_statement(payload)
    return json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_statement_twice(raw: bytes) -> None:
    """A statement may be spelled in many ways, each of which every reader reads alike: no key twice, no odd number."""
    parse_statement(raw)

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    def never(name: str) -> None:
        raise AssertionError(name)

    json.loads(raw, object_pairs_hook=once, parse_constant=never)


def read_and_write_proof(raw: bytes) -> bytes:
    """A proof has one form, and no more hashes than a tree has levels."""
    proof = parse_proof(raw)
    assert len(proof.hashes) <= 63
    return write_proof(proof)


def read_and_write_trust(raw: bytes) -> None:
    """A trust file has many forms; what is read from one means the same when it is written and read again."""
    trust = parse_trust(raw)
    assert parse_trust(write_trust_file(trust)) == trust


def read_policy_twice(raw: bytes) -> None:
    """A policy has many forms, too: who is in it, and what satisfies it, is what a plain reading of its lines says."""
    policy = parse_policy(raw)
    lines = [re.split(r"[ \t]+", line.strip(" \t")) for line in raw.decode("utf-8", "surrogateescape").split("\n")]
    said = {kind: [line[1:] for line in lines if line[0] == kind] for kind in ("log", "witness", "group", "quorum")}
    assert [str(key) for key in policy.logs] == [line[0] for line in said["log"]]
    assert [(name, str(key)) for name, key in policy.witnesses.items()] == [tuple(line[:2]) for line in said["witness"]]
    assert [(name, *group.members) for name, group in policy.groups.items()] == [(line[0], *line[2:]) for line in said["group"]]
    assert [[policy.quorum]] == said["quorum"]
    members = [member for group in policy.groups.values() for member in group.members]
    assert len(members) == len(set(members))
    assert {*policy.witnesses, *policy.groups}.issuperset(members)
    assert all(0 < group.threshold <= len(group.members) for group in policy.groups.values())
    assert policy.satisfied(policy.quorum, frozenset(policy.witnesses))
    assert policy.satisfied(policy.quorum, frozenset()) == (policy.quorum == "none")


def read_and_write_key(raw: bytes) -> bytes:
    """A verifier key has one form."""
    return str(parse_verifier_key(raw.decode("utf-8", "replace"))).encode("utf-8", "replace")


READERS: dict[str, Callable[[bytes], bytes | None]] = {
    "note": read_and_write_note,
    "proof": read_and_write_proof,
    "envelope": read_and_write_envelope,
    "policy": read_policy_twice,
    "statement": read_statement_twice,
    "trust": read_and_write_trust,
    "key": read_and_write_key,
}


@pytest.mark.parametrize("kind", READERS)
def test_changed_files_are_refused_or_said_back(kind: str) -> None:
    """Whatever is done to a true file: our own error, or a value that is written back in the very same bytes."""
    accepted = 0
    for seed in range(EXAMPLES):
        raw = changed(kind, random.Random(f"{kind} {seed}"))
        try:
            again = READERS[kind](raw)
        except UnreadableError as error:
            assert error.got
            continue
        except AssertionError as error:
            raise AssertionError(f"{kind} {seed}: {raw[:2000]!r}") from error
        accepted += 1
        assert again is None or again == raw, f"{kind} {seed}: {raw[:2000]!r}"
    assert 0 < accepted < EXAMPLES


GIANTS = {
    "many lines": b"\n" * 10**6,
    "one line": b"A" * 10**6,
    "open brackets": b"[" * 10**6,
    "nested objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "many keys": b"{" + b",".join(b'"%d":1' % number for number in range(50_000)) + b"}",
    "a long number": b"1" * 200_000,
    "signatures": b"text\n\n" + b"".join(f"\u2014 n{number} AAAAAAA=\n".encode() for number in range(20_000)),
    "hashes": b"c2sp.org/tlog-proof@v1\nindex 0\n" + (ROOT.encode() + b"\n") * 20_000,
    "a key of many dots": b"a." * 130_000 + b"a=1\n",
    "a key of many quoted dots": b'"a".' * 65_000 + b"a=1\n",
    "a table of many dots": b"x='''\n'''\n[" + b"a." * 130_000 + b"a]\n",
    "texts that never end": b'"""\n\\' * 50_000,
    "inline tables": b"a={" * 80_000,
    "groups": b"".join(b"group g%d any g%d\n" % (number + 1, number) for number in range(8_000)) + b"quorum none\n",
}


def read_giants() -> int:
    """Give every giant to every reader; how many were refused."""
    refused = 0
    for reader in (parse_note, parse_proof, parse_envelope, parse_policy, parse_statement, parse_trust):
        for raw in GIANTS.values():
            try:
                reader(raw, "giant")
            except UnreadableError:
                refused += 1
    return refused


@pytest.mark.skipif(os.name != "posix", reason="needs the limits of POSIX: run on Linux or macOS")
def test_giants_are_refused_within_limits() -> None:
    """A million bytes of anything, to every reader, in a process with twenty seconds and a quarter of a gigabyte: refused."""
    code = (
        "import resource, test_evidence_fuzz as fuzz; resource.setrlimit(resource.RLIMIT_CPU, (20, 20));"
        "resource.setrlimit(resource.RLIMIT_DATA, (2**28, 2**28)); print(fuzz.read_giants())"
    )
    environment = fresh_process()
    environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), environment["PYTHONPATH"]])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.stdout.strip() == str(6 * len(GIANTS)), done.stderr[-2000:]
