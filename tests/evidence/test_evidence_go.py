"""Go's own note and tlog packages as an oracle: they accept what we export and prove, and refuse it once it was changed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from evidence_made import Made, clock
from nodes_made import Node, witnessing

from plumbrule.evidence import KeySigner, Kind, new_signer, parse_note, read_pack, sign_note
from plumbrule.evidence.checkpoint import cosigned_message
from plumbrule.evidence.federation import follow, make_witness, sync
from plumbrule.evidence.log import Log
from plumbrule.evidence.note import NoteSignature, write_note

SOURCE = Path(__file__).resolve().parents[1] / "oracles" / "tlogcheck"
GOPATH = Path("/usr/share/gocode")  # where Debian keeps the sources of Go libraries
HOW = "needs Go: apt-get install golang-go golang-golang-x-mod-dev, then pytest tests/evidence/test_evidence_go.py"
SIZES = (0, 1, 2, 255, 256, 257, 1000, 65_536, 70_000)

Check = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def go(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """`go("export", folder)` runs the checker; skips with a line that says how to run it where Go is missing."""
    if shutil.which("go") is None or not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip(HOW)
    folder = tmp_path_factory.mktemp("tlogcheck")
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOFLAGS": "", "GOPROXY": "off"}
    subprocess.run(["go", "build", "-o", str(folder / "tlogcheck"), "."], cwd=SOURCE, env=environment, check=True)

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(folder / "tlogcheck"), *map(str, arguments)], capture_output=True, text=True, check=False)

    return run


def test_go_accepts_exports_of_every_shape(go: Check, tmp_path: Path) -> None:
    """From empty to a third level of tiles: every tile, sampled proofs, each state a beginning of the next; and one bit
    flipped in the checkpoint, a tile or a bundle at the edges is refused at every size."""
    signer = new_signer("example.org/log", Kind.LOG)
    older: list[Path] = []
    with Log.create(tmp_path / "log", "example.org/log", signer) as log:
        for size in SIZES:
            log.append([b"entry %d" % number for number in range(log.size, size)])
            checkpoint = log.publish(clock)
            log.export(tmp_path / str(size))
            done = go("export", tmp_path / str(size), *older)
            assert done.returncode == 0, done.stderr
            assert done.stdout.startswith(f"holds: {size} entries, ")
            for path in at_the_edges(tmp_path / str(size)):
                good = path.read_bytes()
                path.write_bytes(good[:-2] + bytes([good[-2] ^ 1]) + good[-1:])
                assert go("export", tmp_path / str(size)).returncode == 1, path
                path.write_bytes(good)
            older = [tmp_path / f"checkpoint-{size}"]
            older[0].write_bytes(checkpoint)


def at_the_edges(folder: Path) -> set[Path]:
    """The checkpoint, and of tiles and of bundles the first and the last."""
    tiles = sorted(path for path in (folder / "tile").rglob("*") if path.is_file()) if (folder / "tile").is_dir() else []
    bundles = [path for path in tiles if "entries" in path.parts]
    hashes = [path for path in tiles if "entries" not in path.parts]
    first = 1 if len(bundles) < 10 else 0  # large logs take Go a second each time
    return {folder / "checkpoint", *hashes[:first], *hashes[-1:], *bundles[:first], *bundles[-1:]}


def test_go_refuses_every_changed_file(go: Check, tmp_path: Path) -> None:
    """Change one byte of any file of an export, or take the file away, and Go refuses it: so it looked at all of them."""
    signer = new_signer("example.org/log", Kind.LOG)
    with Log.create(tmp_path / "log", "example.org/log", signer) as log:
        log.append([b"entry %d" % number for number in range(257)])
        log.publish(clock)
        log.export(tmp_path / "out")
    assert go("export", tmp_path / "out").returncode == 0
    files = [path for path in sorted((tmp_path / "out").rglob("*")) if path.is_file()]
    assert len(files) == 7
    for path in files:
        good = path.read_bytes()
        for at in (0, len(good) // 2, len(good) - 2):
            path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            assert go("export", tmp_path / "out").returncode == 1, (path, at)
        path.unlink()
        assert go("export", tmp_path / "out").returncode == 1, path
        path.write_bytes(good)
    assert go("export", tmp_path / "out").returncode == 0


def test_go_accepts_the_proofs_of_a_pack(go: Check, made: Made, tmp_path: Path) -> None:
    """The proof files of a pack hold for Go; with the other entry's envelope, or another log's key, they do not."""
    entries = read_pack(made.pack).entries
    for one, other in (entries, entries[::-1]):
        arguments = (made.log / "log.vkey", made.pack / one.proof_file)
        done = go("proof", *arguments, made.pack / one.envelope_file)
        assert done.stdout.endswith("of 2\n"), done.stderr
        assert go("proof", *arguments, made.pack / other.envelope_file).returncode == 1
    foreign = tmp_path / "foreign.vkey"
    foreign.write_text(f"{new_signer('example.org/assessor/log', Kind.LOG).verifier}\n", encoding="utf-8", newline="\n")
    assert go("proof", foreign, made.pack / "plan.tlog-proof", made.pack / "plan.dsse.json").returncode == 1


def test_go_accepts_cosignatures(go: Check, tmp_path: Path) -> None:
    """A checkpoint with two witnesses' lines holds for Go's note package; with one time or one byte changed it does not."""
    log = new_signer("example.org/log", Kind.LOG)
    witnesses = [new_signer(f"w.example/{number}", Kind.WITNESS) for number in (1, 2)]
    text = f"example.org/log\n7\n{'A' * 43}=\n"

    def line(witness: KeySigner, time: int, said: int) -> NoteSignature:
        blob = said.to_bytes(8, "big") + witness.sign(cosigned_message(text, time))
        return NoteSignature(name=witness.name, key_id=witness.verifier.id, blob=blob)

    own = parse_note(sign_note(text, [log])).signatures
    vkeys = [str(signer.verifier) for signer in (log, *witnesses)]
    for number, (said, holds) in enumerate(((1_790_000_000, True), (1_790_000_001, False))):
        raw = write_note(text, [*own, line(witnesses[0], 1_790_000_000, said), line(witnesses[1], 5, 5)])
        (tmp_path / str(number)).write_bytes(raw)
        done = go("cosigned", tmp_path / str(number), *vkeys)
        assert (done.returncode == 0) is holds, done.stderr
    (tmp_path / "0").write_bytes((tmp_path / "0").read_bytes().replace(b"\n7\n", b"\n8\n"))
    assert go("cosigned", tmp_path / "0", *vkeys).returncode == 1


def test_go_accepts_what_a_round_collected(go: Check, five: list[Node]) -> None:
    """Cosignatures of a real round, of three witnesses that pulled and one that was asked over HTTP: Go's verifier holds
    them, on the collected note, on the shared checkpoint and in a proof; with any one line changed it holds none."""
    first, *others = five
    keys = [make_witness(node.path, f"{node.name}/witness") for node in others]
    for node, key in zip(others[1:], keys[1:], strict=True):
        node.follow(first)
        sync(node.path, clock)
        follow(first.path, key, str(node.share))
    others[0].follow(first)
    with witnessing(others[0].path) as address:
        follow(first.path, keys[0], "", address)
        assert {outcome.state for outcome in sync(first.path, clock)} == {"fine"}
    vkeys = [str(first.key), *map(str, keys)]
    collected = first.path / "witnessed" / "255"
    for path in (collected, first.share / "checkpoint"):
        done = go("cosigned", path, *vkeys)
        assert (done.returncode, done.stdout) == (0, "holds: 4 cosignatures\n"), done.stderr
    note, changed = parse_note(collected.read_bytes()), first.path / "changed"
    for number, line in enumerate(note.signatures):
        for at in (0, 7, 8, len(line.blob) - 1):
            blob = line.blob[:at] + bytes([line.blob[at] ^ 1]) + line.blob[at + 1 :]
            lines = [*note.signatures]
            lines[number] = replace(line, blob=blob)
            changed.write_bytes(write_note(note.text, lines))
            assert go("cosigned", changed, *vkeys).returncode == 1, (line.name, at)
    changed.write_bytes(write_note(note.text.replace("\n255\n", "\n254\n"), note.signatures))
    assert go("cosigned", changed, *vkeys).returncode == 1
    changed.write_bytes(write_note(note.text, note.signatures[:-1]))
    assert go("cosigned", changed, *vkeys).returncode == 1
