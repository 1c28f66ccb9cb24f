"""Two verifiers, one verdict: packs, policies and trust files changed at random give the same exit code from both.

The short form takes seconds; `make soak` sets PLUMBRULE_SOAK_EXAMPLES and lets it run for long.
"""

from __future__ import annotations

import base64
import copy
import json
import os
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from evidence_made import CONTENT, Made, assessment_envelope, clock, plan_envelope
from test_evidence_fuzz import PIECES
from test_evidence_single_file import both, cosign, single

from plumbrule.evidence import parse_proof, seal
from plumbrule.evidence.log import Log

__all__ = ["single"]
EXAMPLES = int(os.environ.get("PLUMBRULE_SOAK_EXAMPLES", "250"))
NAMES = (
    "plan.dsse.json", "assessment.tlog-proof", "a.txt", "A.txt", "con", "con.txt", "a..b", "é.txt", "a b", "x" * 101, "-a", "a.",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**53 - 1, 2**53, 1e300, 0.5, "", "a", "two words", "a\n", "\u2028", "\u202e", "é",
    "0" * 64, "g" * 64, "a" * 200, "a" * 201, "a" * 300, "satisfied", "2026-07-22T12:00:00Z", "2026-02-30T12:00:00Z",
    "2026-07-22T24:00:00Z", "urn:x-plumbrule:plan:1", "urn:x-plumbrule:label:1",
    [], ["a"], ["dossier.html", "assessment.toml"], [[[["a"]]]], {}, {"a": 1}, {"a": {"b": ["c d"]}},
)  # fmt: skip


def changed_bytes(raw: bytes, draw: random.Random) -> bytes:
    """One to three changes: a bit, a cut, a doubled stretch, a strange piece, lines in another order, other ends of lines."""
    for _ in range(draw.randint(1, 3)):
        at = draw.randint(0, len(raw))
        to = min(len(raw), at + draw.randint(1, 60))
        lines = raw.split(b"\n")
        one, two = draw.randrange(len(lines)), draw.randrange(len(lines))
        match draw.randrange(8):
            case 0:
                raw = raw[:at] + bytes([(raw or b"x")[at % max(1, len(raw))] ^ 1 << draw.randrange(8)]) + raw[at + 1 :]
            case 1:
                raw = raw[:at] + raw[to:]
            case 2:
                raw = raw[:to] + raw[at:]
            case 3:
                raw = raw[:at] + draw.choice(PIECES) + raw[at:]
            case 4:
                raw = raw[:at] + raw[at:to].swapcase() + raw[to:]
            case 5:
                raw = b"\n".join([*lines[:one], lines[two], *lines[one:]])
            case 6:
                raw = b"\n".join([*lines[:one], *lines[one + 1 :]])
            case _:
                raw = raw.replace(b"\n", b"\r\n")
    return raw


def changed_json(value: object, draw: random.Random) -> object:
    """A deep copy with one place replaced, removed, added to, or taken from elsewhere in it."""
    value = copy.deepcopy(value)
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key, item in list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()):
            places.append((node, key))
            walk(item)

    walk(value)
    node, key = draw.choice(places)
    match draw.randrange(6):
        case 0:
            del node[key]
        case 3 if isinstance(node, list):
            node.insert(key, copy.deepcopy(node[key]))
        case 1 if isinstance(node, dict):
            node[draw.choice(("more", "plan", "files", "declared", "two words", ""))] = draw.choice(VALUES)
        case 2:
            other, place = draw.choice(places)
            node[key] = copy.deepcopy(other[place]) if isinstance(other, dict) or place < len(other) else None
        case _:
            node[key] = draw.choice(VALUES)
    return value


def spelled(value: object, draw: random.Random) -> bytes:
    """JSON in one of its spellings: with spaces, in another order, with escapes, or with a key twice."""
    text = json.dumps(
        value,
        sort_keys=draw.random() < 0.7,
        ensure_ascii=draw.random() < 0.5,
        separators=draw.choice(((",", ":"), (",", ":"), (", ", ": "))),
        indent=draw.choice((None, None, None, 1)),
    )
    if draw.random() < 0.2:
        key = draw.choice(re.findall(r'"\w+":', text))
        text = text.replace(key, f"{key}{draw.choice(('1', json.dumps('loans'), '[]'))},{key}", 1)
    return text.encode("utf-8", "surrogatepass")


def change_file(made: Made, draw: random.Random) -> None:
    """Bytes of one file of the pack, of the policy or of the trust file."""
    path = draw.choice([*sorted(made.pack.iterdir()), made.policy, made.trust, made.policy, made.trust])
    path.write_bytes(changed_bytes(path.read_bytes(), draw))


def change_folder(made: Made, draw: random.Random) -> None:
    """A file more, gone, under another name, twice, swapped, a link, a folder, or a pipe in its place."""
    path, other = draw.choice(sorted(made.pack.iterdir())), draw.choice(sorted(made.pack.iterdir()))
    match draw.randrange(7):
        case 0:
            path.unlink()
        case 1:
            path.rename(made.pack / draw.choice(NAMES))
        case 2:
            shutil.copyfile(path, made.pack / draw.choice(NAMES)) if path.name not in NAMES else None
        case 3:
            raw = path.read_bytes()
            path.write_bytes(other.read_bytes())
            other.write_bytes(raw)
        case 4:
            path.rename(made.root / "aside")
            path.symlink_to(made.root / "aside")
        case 5:
            path.unlink()
            path.mkdir()
        case _:
            path.unlink()
            os.mkfifo(path)


def change_statement(made: Made, draw: random.Random) -> None:
    """One place of a statement, signed again and in the log; now and then under a policy with witnesses."""
    plan = plan_envelope(made.signer)
    with Log.open(made.log) as log:
        start = log.size + draw.choice((0, 0, 0, 1))
    which = draw.choice(("plan", "assessment"))
    envelopes = {"plan": plan, "assessment": assessment_envelope(made.signer, plan, start)}
    payload = base64.b64decode(json.loads(envelopes[which])["payload"])
    value = json.loads(payload)
    raw = spelled(changed_json(value, draw) if draw.random() < 0.8 else value, draw)
    envelopes[which] = seal(changed_bytes(raw, draw) if draw.random() < 0.1 else raw, [made.signer])
    if which == "plan" and draw.random() < 0.5:
        envelopes["assessment"] = assessment_envelope(made.signer, envelopes["plan"], start)
    made.repack(envelopes if draw.random() < 0.9 else {"assessment": envelopes["assessment"]}, dict(CONTENT))


def change_proof(made: Made, draw: random.Random) -> None:
    """Proofs at states of the log that are not the other's, of entries that are not theirs."""
    with Log.open(made.log) as log:
        log.append([b"more"])
        heads = (log.checkpoint, log.publish(clock))
        for path in made.pack.glob("*.tlog-proof"):
            index = parse_proof(path.read_bytes()).index if draw.random() < 0.8 else draw.randrange(log.size - 1)
            path.write_bytes(log.prove(index, draw.choice(heads)))


def change_envelope(made: Made, draw: random.Random) -> None:
    """One place of an envelope's JSON, spelled as it must be, or all of it in another spelling; with the proof that was there."""
    path = made.pack / draw.choice(("plan.dsse.json", "assessment.dsse.json"))
    value = json.loads(path.read_bytes())
    if draw.random() < 0.4:
        path.write_bytes(spelled(value, draw))
    else:
        text = json.dumps(changed_json(value, draw), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))


def change_witnesses(made: Made, draw: random.Random) -> None:
    """Cosigned by some, perhaps falsely, under a policy made of random lines about them."""
    keys = cosign(made, draw.sample(["A", "B", "C"], draw.randint(1, 3)), false=draw.random() < 0.2)
    log = next(line for line in made.policy.read_text(encoding="utf-8").splitlines() if line.startswith("log "))
    lines = [log, *(f"witness {name} {key}" for name, key in keys.items())]
    names = [*keys, *(["D"] if draw.random() < 0.1 else [])]
    for group in draw.sample(["G", "H", "A"], draw.randint(0, 2)):
        members = draw.sample(names, draw.randint(1, len(names)))
        lines.append(f"group {group} {draw.choice(['any', 'all', '1', '2', '0', '02', 'x'])} {' '.join(members)}")
        names.append(group)
    lines.append(f"quorum {draw.choice([*names, 'none'])}")
    made.policy.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    if draw.random() < 0.3:
        made.policy.write_bytes(changed_bytes(made.policy.read_bytes(), draw))


@pytest.mark.skipif(os.name != "posix", reason="needs links and pipes: run on Linux or macOS")
@pytest.mark.parametrize(
    ("change", "share"),
    [
        (change_file, 1.0),
        (change_folder, 0.3),
        (change_statement, 1.0),
        (change_proof, 0.2),
        (change_envelope, 0.6),
        (change_witnesses, 0.6),
    ],
)
def test_the_same_exit_code(single: ModuleType, made: Made, change: Callable[[Made, random.Random], None], share: float) -> None:
    """Change a true pack, or what it is judged by, again and again: `plumbrule verify` and the single file agree every time."""
    keep = made.root.with_name("keep")
    shutil.copytree(made.root, keep)
    codes = Counter[int]()
    for seed in range(max(20, int(EXAMPLES * share))):
        change(made, random.Random(f"{change.__name__} {seed}"))
        try:
            codes[both(single, made)] += 1
        except AssertionError as error:
            raise AssertionError(f"{change.__name__} {seed}: {error}") from None
        restore(keep, made.root)
    assert set(codes) == {0, 1, 2} - ({2} if change is change_proof else set()), codes


def restore(good: Path, place: Path) -> None:
    """Put pack, policy and trust file back as they were; the log may have grown."""
    for part in ("pack", "trust"):
        shutil.rmtree(place / part)
        shutil.copytree(good / part, place / part)
    (place / "aside").unlink(missing_ok=True)
