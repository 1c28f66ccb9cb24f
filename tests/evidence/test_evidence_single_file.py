"""The single-file verifier: the same verdict as ours on every pack, from one file and `cryptography` alone."""

from __future__ import annotations

import ast
import base64
import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import cryptography
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from evidence_made import CONTENT, NOW, Made, assessment_envelope, plan_envelope

from plumbrule.errors import PlumbruleError
from plumbrule.evidence import (
    Kind,
    make_statement,
    new_signer,
    parse_note,
    parse_proof,
    seal,
    subject_of,
    verify_pack,
    write_proof,
    write_statement,
)
from plumbrule.evidence.checkpoint import cosigned_message
from plumbrule.evidence.claims import LABEL, Claim
from plumbrule.evidence.note import NoteSignature, write_note

FILE = Path(__file__).resolve().parents[2] / "tools" / "verify_pack.py"


@pytest.fixture(scope="module")
def single() -> ModuleType:
    """The file, imported as it stands."""
    spec = importlib.util.spec_from_file_location("verify_pack", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ours(made: Made) -> int:
    """The exit code of `plumbrule verify`."""
    try:
        return 0 if verify_pack(made.pack, made.policy, made.trust, now=NOW).holds else 1
    except PlumbruleError as error:
        return error.exit_code


def theirs(single: ModuleType, made: Made) -> int:
    """The exit code of the single file."""
    try:
        return 1 if single.verify(made.pack, made.policy, made.trust)["Failed"] else 0
    except (ValueError, OSError, RecursionError):
        return 2


def both(single: ModuleType, made: Made) -> int:
    """The exit code on which both agree."""
    codes = ours(made), theirs(single, made)
    assert codes[0] == codes[1], codes
    return codes[0]


def test_both_accept_what_is_honest(single: ModuleType, made: Made) -> None:
    """A pack with a plan, one without, one of a larger log."""
    assert both(single, made) == 0
    made.repack({"assessment": assessment_envelope(made.signer, None)})
    assert both(single, made) == 0
    for count in range(1, 9):
        plan = plan_envelope(made.signer, system=f"loans-{count}")
        made.repack({"plan": plan, "assessment": assessment_envelope(made.signer, plan, 1 + 2 * count, system=f"loans-{count}")})
        assert both(single, made) == 0


def test_both_refuse_flipped_bytes(single: ModuleType, made: Made) -> None:
    """Flip a bit of every byte of the pack, and of every third of policy and trust file: the single file never accepts the
    pack, and at every thirtieth byte both give the same exit code. test_evidence_verify flips every byte for the other one.
    """
    inside, flipped = sorted(made.pack.iterdir()), 0
    for path in (*inside, made.policy, made.trust):
        good = path.read_bytes()
        for at in range(0, len(good), 1 if path in inside else 3):
            path.write_bytes(good[:at] + bytes([good[at] ^ (1 << at % 7)]) + good[at + 1 :])
            code = theirs(single, made)
            assert code > 0 or path not in inside, (path.name, at)
            assert at % 30 or code == ours(made), (path.name, at)
            flipped += 1
        path.write_bytes(good)
    assert flipped > 2000
    assert both(single, made) == 0


@pytest.mark.parametrize("change", [lambda raw: raw[:-1], lambda raw: raw + b"\n", lambda raw: b"", lambda raw: raw + raw])
def test_both_refuse_cut_and_longer_files(single: ModuleType, made: Made, change: Callable[[bytes], bytes]) -> None:
    """Cut off, a newline more, empty, twice, and gone."""
    for path in sorted(made.pack.iterdir()):
        good = path.read_bytes()
        path.write_bytes(change(good))
        assert both(single, made) > 0
        path.unlink()
        assert both(single, made) > 0
        path.write_bytes(good)


@pytest.mark.parametrize("name", ["extra.txt", "README.md", "con", "policy.txt", "a b", "x.dsse.json"])
def test_both_refuse_a_file_too_many(single: ModuleType, made: Made, name: str) -> None:
    """A file that no statement names."""
    (made.pack / name).write_bytes(b"x")
    assert both(single, made) > 0


def test_both_refuse_trust_from_inside_the_pack(single: ModuleType, made: Made) -> None:
    """Policy or trust file in the pack, named straight or by a link."""
    shutil.copy(made.policy, made.pack / "policy.txt")
    made.policy.unlink()
    made.policy.symlink_to(made.pack / "policy.txt")
    assert both(single, made) == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"urn:x-plumbrule:assessment:1", ', b""),
        (b'for = ["*"]', b'for = ["other"]'),
        (b'for = ["*"]', b'for = ["loans"]'),
        (b"from = 0", b"from = 2"),
        (b"from = 0", b"from = 0\nto = 0"),
        (b"from = 0", b"from = true"),
        (b"demo = true", b"demo = 1"),
        (b"from = 0", b"from = 0\nto = 9"),
        (b"as_of = 2026-07-22", b"as_of = 2026-07-22T10:00:00Z"),
        (b"[[signer]]", b"[signer]"),
        (b"demo = true", b""),
        (b"plumbrule-trust/1", b"plumbrule-trust/2"),
        (b"log = ", b"extra = 1\nlog = "),
    ],
)
def test_both_read_the_trust_file_alike(single: ModuleType, made: Made, old: bytes, new: bytes) -> None:
    """Each change of the trust file gives the same exit code."""
    raw = made.trust.read_bytes()
    assert old in raw
    made.trust.write_bytes(raw.replace(old, new))
    both(single, made)


def cosign(made: Made, names: list[str], *, false: bool = False) -> dict[str, str]:
    """Cosign both proofs; the verifier keys by name."""
    witnesses = {name: new_signer(f"{name}.example", Kind.WITNESS) for name in names}
    for path in made.pack.glob("*.tlog-proof"):
        proof = parse_proof(path.read_bytes())
        note, stamp = parse_note(proof.checkpoint), int(NOW.timestamp())
        lines = list(note.signatures)
        for signer in witnesses.values():
            blob = stamp.to_bytes(8, "big") + signer.sign(cosigned_message(note.text, stamp + false))
            lines.append(NoteSignature(name=signer.name, key_id=signer.verifier.id, blob=blob))
        path.write_bytes(
            write_proof(type(proof)(index=proof.index, hashes=proof.hashes, checkpoint=write_note(note.text, lines)))
        )
    return {name: str(signer.verifier) for name, signer in witnesses.items()}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("quorum A\n", 0),
        ("group G 2 A B\nquorum G\n", 0),
        ("group G all A B C\nquorum G\n", 1),
        ("group G any A C\nquorum G\n", 0),
        ("group G 2 A C\ngroup H any G B\nquorum H\n", 0),
        ("group G 2 A C\ngroup H all G B\nquorum H\n", 1),
        ("quorum C\n", 1),
        ("group G 3 A B\nquorum G\n", 2),
        ("group G 1 A A\nquorum G\n", 2),
        ("quorum D\n", 2),
        ("", 2),
        ("quorum A\nquorum B\n", 2),
        ("group A 1 B\nquorum A\n", 2),
        ("group none 1 B\nquorum A\n", 2),
        ("witness A\nquorum A\n", 2),
        ("group G 01 A\nquorum G\n", 2),
        ("# words\n\n\tquorum \t A\t\n", 0),
        ("quorum A", 2),
        ("quorum none\n", 0),
    ],
)
def test_both_count_witnesses_alike(single: ModuleType, made: Made, rules: str, expected: int) -> None:
    """Single witnesses, groups, groups of groups, and policies that are not in their form."""
    keys = cosign(made, ["A", "B"]) | {"C": str(new_signer("C.example", Kind.WITNESS).verifier)}
    log = next(line for line in made.policy.read_text(encoding="utf-8").splitlines() if line.startswith("log "))
    witnesses = "".join(f"witness {name} {key}\n" for name, key in keys.items())
    made.policy.write_text(f"{log}\n{witnesses}{rules}", encoding="utf-8", newline="\n")
    assert both(single, made) == expected


def test_both_refuse_a_false_cosignature(single: ModuleType, made: Made) -> None:
    """A cosignature by a witness of the policy that does not fit."""
    keys = cosign(made, ["A"], false=True)
    raw = made.policy.read_text(encoding="utf-8").replace("quorum", f"witness A {keys['A']}\nquorum")
    made.policy.write_text(raw, encoding="utf-8", newline="\n")
    assert both(single, made) == 1


PAYLOADS = [
    ("software", "two words"),
    ("plan", {}),
    ("plan", []),
    ("plan", 0),
    ("plan", {"envelope": "0" * 64, "log_index": True}),
    ("verdicts", {}),
    ("verdicts", {"x": "fine"}),
    ("verdicts", {"a b": "satisfied"}),
    ("files", ["b.txt", "a.txt"]),
    ("files", "a"),
    ("created", "2026-07-22"),
    ("system", 5),
    ("assessment", ""),
    ("more", 1),
    ("files", ["nobody.txt"]),
]


@pytest.mark.parametrize(("key", "value"), PAYLOADS)
def test_both_read_statements_alike(single: ModuleType, made: Made, key: str, value: object) -> None:
    """Signed and in the log, and not in the form of its predicate: exit code 2 from both."""
    statement = json.loads(base64.b64decode(json.loads(assessment_envelope(made.signer, None))["payload"]))
    statement["predicate"][key] = value
    made.repack({"assessment": seal(json.dumps(statement).encode(), [made.signer])})
    assert both(single, made) == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b"[]",
        b"nonsense",
        b'{"a":1,"a":2}',
        b"[" * 40 + b"]" * 40,
        b'{"_type":NaN}',
        b'"\\ud800"',
        b"9007199254740993",
        b"1e999",
    ],
)
def test_both_read_json_alike(single: ModuleType, made: Made, raw: bytes) -> None:
    """Signed bytes that are no statement."""
    made.repack({"assessment": seal(raw, [made.signer])})
    assert both(single, made) == 2


@pytest.mark.parametrize(
    "declared", [{}, {"a": {"b": ["c", 1, 2.5, None, True]}}, {"a": "two words"}, {"two words": 1}, {"a": [["b c"]]}, []]
)
def test_both_find_running_text_in_plans(single: ModuleType, made: Made, declared: object) -> None:
    """Tokens are fine however deep, words are not."""
    statement = json.loads(base64.b64decode(json.loads(plan_envelope(made.signer))["payload"]))
    statement["predicate"]["declared"] = declared
    plan = seal(json.dumps(statement).encode(), [made.signer])
    made.repack({"plan": plan, "assessment": assessment_envelope(made.signer, plan, 2)})
    assert both(single, made) == (2 if declared == [] or " " in json.dumps(declared).replace(", ", "").replace(": ", "") else 0)


def test_both_find_a_wrong_plan(single: ModuleType, made: Made) -> None:
    """Another system, cited at another place, after the fact, missing, of another kind."""
    plan = plan_envelope(made.signer)
    for entries in (
        {"plan": plan_envelope(made.signer, system="other"), "assessment": assessment_envelope(made.signer, plan, 2)},
        {"plan": plan, "assessment": assessment_envelope(made.signer, plan, 0)},
        {"assessment": assessment_envelope(made.signer, plan, 7), "plan": plan},
        {"assessment": assessment_envelope(made.signer, plan, 7)},
        {"assessment": plan},
        {"plan": plan, "assessment": assessment_envelope(made.signer, None)},
    ):
        made.repack(entries)
        assert both(single, made) == 1
    made.repack({"plan": plan, "assessment": assessment_envelope(made.signer, plan, 9)}, {**CONTENT, "dossier.html": b"other"})
    assert both(single, made) == 1


@pytest.mark.parametrize("change", [{}, {"system": "two words"}, {"nonsense": 1}])
def test_both_refuse_another_kind_of_statement(single: ModuleType, made: Made, change: dict[str, object]) -> None:
    """A label in the place of an assessment, in its form or not, allowed to be signed or not: no pack carries one."""
    fields = {"created": "2026-07-22T12:00:00Z", "files": (), "labels": ("ai-generated",), "system": "loans"}
    statement = json.loads(write_statement(make_statement([subject_of("a.txt", b"a")], Claim(kind=LABEL, fields=fields))))
    statement["predicate"] |= change
    made.repack({"assessment": seal(json.dumps(statement).encode(), [made.signer])}, {})
    assert both(single, made) == 2
    made.trust.write_bytes(made.trust.read_bytes().replace(b"predicates = [", b'predicates = ["urn:x-plumbrule:label:1", '))
    assert both(single, made) == 2


def test_it_is_one_short_file() -> None:
    """Under 400 lines, and it imports the standard library and `cryptography` only."""
    text = FILE.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 400
    found = set()
    for node in ast.walk(ast.parse(text)):
        found |= {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
        found |= {str(node.module)} if isinstance(node, ast.ImportFrom) else set()
    rooms = {name.split(".")[0] for name in found}
    assert rooms <= {"cryptography", *sys.stdlib_module_names}
    assert not rooms & {"socket", "http", "urllib", "ssl", "subprocess", "asyncio"}


ALONE = """
import runpy, sys
sys.path.append(sys.argv.pop(1))
try:
    runpy.run_path(sys.argv.pop(1), run_name="__main__")
except SystemExit as end:
    rooms = {name.split(".")[0] for name in sys.modules} - set(sys.stdlib_module_names) - {"__main__"}
    print(end.code, *sorted(rooms))
"""


def test_it_runs_where_nothing_else_is_installed(made: Made, tmp_path: Path) -> None:
    """Isolated (`-I -S`), with `cryptography` and what it brings and nothing else: same exit codes, no room of ours."""
    places = {Path(cryptography.__file__).parents[1], Path(sysconfig.get_path("platlib"))}
    (tmp_path / "only").mkdir()
    for part in (part for place in places for part in place.iterdir() if re.match(r"_?cffi|cryptography|pycparser", part.name)):
        if not (tmp_path / "only" / part.name).exists():
            (tmp_path / "only" / part.name).symlink_to(part)

    def run() -> list[str]:
        options = [FILE, made.pack, "--policy", made.policy, "--trust", made.trust]
        command = [sys.executable, "-I", "-S", "-c", ALONE, tmp_path / "only", *options]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
        return done.stdout.splitlines()[-1].split()

    code, *rooms = run()
    assert code == "0"
    assert "cryptography" in rooms
    assert set(rooms) <= {"cryptography", "_openssl", "_cffi_backend", "cffi"}
    (made.pack / "dossier.html").write_bytes(b"other")
    assert run()[0] == "1"
    (made.pack / "plan.dsse.json").unlink()
    assert run()[0] == "2"


def test_the_worked_example_of_the_page(single: ModuleType) -> None:
    """Every number of docs/concepts/verify-yourself.md follows from the formats as the page tells them."""
    page = (FILE.parents[1] / "docs" / "concepts" / "verify-yourself.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| ([^|]+) \| `?([^`|]+)`? \|$", page, flags=re.MULTILINE))
    envelope = re.findall(r"```json\n(.*)\n```", page)[0].encode()
    proof = re.findall(r"```\n(c2sp.*?)```", page, flags=re.DOTALL)[0]
    assert f"The envelope, {len(envelope)} bytes" in page
    for name, private in (("log", 1), ("witness", 2), ("signer", 3)):
        public = Ed25519PrivateKey.from_private_bytes(bytes([private]) * 32).public_key().public_bytes_raw()
        assert single.key_of(table[name], "page").public == public
    payload, signatures = single.read_envelope(envelope, "page")
    signer = single.key_of(table["signer"], "page")
    assert payload == b"hello"
    assert signer.verifies(table["what the signer signs"].encode(), signatures[signer.label])
    leaf, other = table["leaf of the envelope (entry 1)"], table["leaf of `another entry` (entry 0)"]
    assert hashlib.sha256(b"\0" + envelope).hexdigest() == leaf
    assert hashlib.sha256(b"\0another entry").hexdigest() == other
    assert hashlib.sha256(b"\1" + bytes.fromhex(other) + bytes.fromhex(leaf)).hexdigest() == table["root"]
    policy = single.read_policy(f"log {table['log']}\nwitness W {table['witness']}\nquorum W\n".encode(), "page")
    head, _, note = proof.partition("\n\n")
    failed: list[str] = []
    assert single.accepted(policy, note.encode(), "page", failed) == ("example.org/log", 2, bytes.fromhex(table["root"]))
    assert not failed
    path = [base64.b64decode(line) for line in head.split("\n")[2:]]
    assert path == [bytes.fromhex(other)]
    assert single.root_above(bytes.fromhex(leaf), 1, 2, path).hex() == table["root"]
    stamp = base64.b64decode(note.rstrip("\n").rsplit(" ", 1)[1])[4:12]
    assert int.from_bytes(stamp, "big") == int(table["the witness's time"])
