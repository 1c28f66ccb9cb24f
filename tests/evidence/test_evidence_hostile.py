"""What an enemy would hand in, one by one, to both verifiers: the same refusal, in little memory and time."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from evidence_made import Made, assessment_envelope, fresh_process
from test_evidence_single_file import FILE, both, single

from plumbrule.evidence import Kind, new_signer, parse_note, parse_proof, read_key, seal, write_proof
from plumbrule.evidence.checkpoint import parse_checkpoint
from plumbrule.evidence.note import NoteSignature, sign_note, write_note
from plumbrule.evidence.proof import Proof

__all__ = ["single"]
ORIGIN = "example.org/assessor/log"


def with_note(made: Made, change: Callable[[bytes], bytes]) -> None:
    """Change the checkpoint in both proofs."""
    for path in made.pack.glob("*.tlog-proof"):
        proof = parse_proof(path.read_bytes())
        head = path.read_bytes().removesuffix(proof.checkpoint)
        path.write_bytes(head + change(proof.checkpoint))


ORIGINS = {
    "carriage return": (f"{ORIGIN}\r", 2),
    "tab": (f"{ORIGIN}\t", 2),
    "zero": (f"{ORIGIN}\0", 2),
    "escape": (f"\x1b[31m{ORIGIN}", 2),
    "empty": ("", 2),
    "space behind it": (f"{ORIGIN} ", 1),
    "line separator": (f"{ORIGIN}\u2028", 1),
    "right to left": (f"\u202e{ORIGIN}", 1),
    "no width": (f"{ORIGIN}\u200b", 1),
    "Cyrillic о": (ORIGIN.replace("o", "\u043e"), 1),
    "accent": (f"e\u0301{ORIGIN}", 1),
    "next line": (f"{ORIGIN}\x85", 1),
    "capital": (ORIGIN.upper(), 1),
}


@pytest.mark.parametrize("name", ORIGINS)
def test_origins_that_look_alike(single: ModuleType, made: Made, name: str) -> None:
    """CR and other controls in an origin are unreadable; any other name, signed by the log's own key, is another log."""
    signer = read_key(made.log / "log.key", Kind.LOG)
    assert signer.verifier.name == ORIGIN
    origin, code = ORIGINS[name]
    with_note(made, lambda raw: sign_note(origin + parse_note(raw).text.removeprefix(ORIGIN), [signer]))
    assert both(single, made) == code


def test_seventeen_signatures(single: ModuleType, made: Made) -> None:
    """Sixteen on a checkpoint hold, seventeen are refused, of strangers or not; so on an envelope."""

    def lines(raw: bytes, count: int) -> bytes:
        note = parse_note(raw)
        more = [NoteSignature(name=f"n{number}", key_id=b"\1" * 4, blob=b"x" * 64) for number in range(count - 1)]
        return write_note(note.text, [*note.signatures, *more])

    with_note(made, lambda raw: lines(raw, 16))
    assert both(single, made) == 0
    with_note(made, lambda raw: raw + raw.splitlines(keepends=True)[-1].replace(b" n14 ", b" n15 "))
    assert both(single, made) == 2
    payload = base64.b64decode(json.loads(assessment_envelope(made.signer, None))["payload"])
    others = [new_signer(f"o{number:02}.example") for number in range(15)]
    made.repack({"assessment": seal(payload, [made.signer, *others])})
    assert both(single, made) == 0
    envelope = json.loads((made.pack / "assessment.dsse.json").read_bytes())
    envelope["signatures"].append({"keyid": "z+00000000", "sig": envelope["signatures"][0]["sig"]})
    (made.pack / "assessment.dsse.json").write_bytes(json.dumps(envelope, separators=(",", ":")).encode())
    assert both(single, made) == 2


def test_proofs_of_any_length(single: ModuleType, made: Made) -> None:
    """63 hashes are read and lead nowhere; 64, and as many as fill the file, are refused; so are positions out of range."""
    path = made.pack / "assessment.tlog-proof"
    proof = parse_proof(path.read_bytes())
    size = parse_checkpoint(parse_note(proof.checkpoint)).size
    for count, code in ((63, 1), (64, 2), (65, 2), (1400, 2), (100_000, 2)):
        path.write_bytes(write_proof(Proof(index=proof.index, hashes=(b"\1" * 32,) * count, checkpoint=proof.checkpoint)))
        assert both(single, made) == code, count
    for index, code in ((size, 1), (2**63 - 1, 1), (2**63, 2), (10**4000, 2)):
        path.write_bytes(b"c2sp.org/tlog-proof@v1\nindex %d\n\n" % index + proof.checkpoint)
        assert both(single, made) == code, index


PATHS = (
    "../../etc/passwd",
    "/etc/passwd",
    "a/b",
    "..",
    ".",
    "",
    "a\\b",
    "C:x",
    "con",
    "nul.txt",
    "a\0b",
    "\u2044etc",
    "x.dsse.json",
)


@pytest.mark.parametrize("name", PATHS)
def test_paths_in_a_statement(single: ModuleType, made: Made, name: str) -> None:
    """A signed statement whose file is to lie elsewhere than in the pack: refused, whatever lies there."""
    statement = json.loads(base64.b64decode(json.loads(assessment_envelope(made.signer, None))["payload"]))
    statement["subject"].append({"name": name, "digest": {"sha256": "0" * 64}})
    statement["predicate"]["files"] = sorted([*statement["predicate"]["files"], name])
    made.repack({"assessment": seal(json.dumps(statement).encode(), [made.signer])})
    assert both(single, made) == 2


def giant(path: Path, size: int) -> None:
    """A file that takes no room on the disk."""
    with path.open("wb") as stream:
        stream.truncate(size)


def many(folder: Path) -> None:
    """Thirty thousand files."""
    for number in range(30_000):
        (folder / f"f{number}").touch()


def test_an_entry_of_one_byte_too_many(single: ModuleType, made: Made) -> None:
    """An envelope in its one form, of 65,535 bytes, is read and does not hold; one byte more is refused."""
    path = made.pack / "assessment.dsse.json"
    value = json.loads(path.read_bytes())
    sig = value["signatures"][0]["sig"]
    value["payload"] = base64.b64encode(b" " * 48_000).decode()
    value["signatures"] += [{"keyid": f"z{number}{'x' * 200}+00000000", "sig": sig} for number in range(4)]
    for length, code in ((65_535, 1), (65_536, 2)):
        text = json.dumps(value, separators=(",", ":"))
        last = value["signatures"][-1]
        last["keyid"] = f"z3{'x' * (200 + length - len(text))}+00000000"
        path.write_bytes(json.dumps(value, separators=(",", ":")).encode())
        assert path.stat().st_size == length
        assert both(single, made) == code
        last["keyid"] = f"z3{'x' * 200}+00000000"


HOSTILE: dict[str, Callable[[Made], None]] = {
    "a proof of a terabyte": lambda made: giant(made.pack / "plan.tlog-proof", 2**40),
    "content of a terabyte": lambda made: giant(made.pack / "dossier.html", 2**40),
    "five times 60 megabytes": lambda made: [giant(made.pack / f"a{number}.bin", 60 * 2**20) for number in range(5)] and None,
    "thirty thousand files": lambda made: many(made.pack),
    "a policy of a terabyte": lambda made: giant(made.policy, 2**40),
    "a trust file of a terabyte": lambda made: giant(made.trust, 2**40),
    "a trust file of many dots": lambda made: made.trust.write_bytes(b"a." * 130_000 + b"a=1\n") and None,
    "a device": lambda made: (made.pack / "a.txt").symlink_to("/dev/zero"),
    "a pipe": lambda made: os.mkfifo(made.pack / "a.txt"),
    "a policy without end": lambda made: made.policy.unlink() or made.policy.symlink_to("/dev/zero"),
    "a trust file without end": lambda made: made.trust.unlink() or made.trust.symlink_to("/dev/zero"),
}

LIMITED = """
import json, resource, runpy, sys
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
resource.setrlimit(resource.RLIMIT_DATA, (2**29, 2**29))
from plumbrule.cli import main
which, script, *places = sys.argv[1:]
codes = []
for place in places:
    asked = [place + "/pack", "--policy", place + "/trust/policy.txt", "--trust", place + "/trust/trust.toml"]
    sys.argv = ["plumbrule", "verify", *asked] if which == "ours" else [script, *asked]
    try:
        main() if which == "ours" else runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        codes.append(end.code)
print(json.dumps(codes))
"""


@pytest.mark.skipif(os.name != "posix", reason="needs the limits of POSIX: run on Linux or macOS")
@pytest.mark.parametrize("which", ["ours", "single"])
def test_within_limits(made: Made, tmp_path: Path, which: str) -> None:
    """One after the other in a process with half a gigabyte and twenty seconds: each refused with exit code 2, no traceback."""
    places = []
    for number, act in enumerate(HOSTILE.values()):
        places.append(tmp_path / str(number))
        shutil.copytree(made.root, places[-1])
        act(Made(root=places[-1], signer=made.signer))
    command = [sys.executable, "-c", LIMITED, which, str(FILE), *map(str, places)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=fresh_process(), timeout=100)
    assert done.returncode == 0, done.stderr[-500:]
    codes = json.loads(done.stdout.splitlines()[-1])
    assert dict(zip(HOSTILE, codes, strict=True)) == dict.fromkeys(HOSTILE, 2)
    assert "Traceback" not in done.stderr
