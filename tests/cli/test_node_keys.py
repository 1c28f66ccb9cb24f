"""Keys as people handle them: the whole story on the command line, passphrases in every verb, and what is refused."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from plumbrule.evidence import Kind, Scope, add_key, parse_request, read_key
from plumbrule.evidence.log import Log
from running import Ran, command_environment

Here = Callable[..., Ran]
PLAN = Path(__file__).resolve().parents[1] / "house" / "readme_plan.toml"
SECRET = "correct horse battery"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan and its table."""
    folder = tmp_path_factory.mktemp("table")
    rows = ["approved,sex,region,age,repaid"]
    rows += [f"{int(i % 3 != 0)},{'women' if i % 2 else 'men'},{'ns'[i % 2]},{20 + i % 40},{int(i % 4 != 0)}" for i in range(400)]
    (folder / "decisions.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    shutil.copy(PLAN, folder / "assessment.toml")
    return folder


@pytest.fixture
def run(here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a line in the test's folder; it must end with the code that is asked for. Returns all that it said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLUMBRULE_PASSPHRASE", raising=False)

    def ran(line: str, *codes: int) -> str:
        done = here(*line.split())
        assert done.code in (codes or (0,)), f"{line}\n{done.stdout}{done.stderr}"
        return " ".join((done.stdout + done.stderr).split())

    return ran


@pytest.fixture
def node(run: Callable[..., str], tmp_path: Path) -> Path:
    """A node with its offline key on a stick."""
    (tmp_path / "stick").mkdir()
    run("node init node --name ministry.example --offline-key stick/offline.key")
    return tmp_path / "node"


def ask(run: Callable[..., str], name: str, party: str = "lab.example") -> str:
    """A key of an organisation and its request."""
    run(f"node key new {name}.key --name {party}/{name}")
    run(f"node key request {name}.key --origin ministry.example/log --party {party} --out {name}.request")
    return f"{name}.request"


def listed(run: Callable[..., str]) -> dict[str, Any]:
    """The keyring by the name of the key."""
    found = json.loads(run("node key list --log node/log --json"))
    return {key["key"].split("+")[0]: key for key in found["keys"]} | {"ignored": found["ignored"]}


BY_STEWARD = "--key node/keys/statement.key --log node/log"


def test_the_whole_story(run: Callable[..., str], node: Path, table: Path) -> None:
    """Asked for, added, signs, becomes suspect, is replaced, is vouched for again; then the steward's own key is stolen."""
    begun = listed(run)
    assert [begun[name]["added_by"] for name in ("ministry.example/offline", "ministry.example")] == [0, 1]
    assert {begun[name]["possession"] for name in ("ministry.example/offline", "ministry.example")} == {"shown"}
    assert "ministry.example/log" in run("node key list --log node/log")
    ask(run, "tests")
    assert "counts from position 3 on" in run(f"node key add tests.request {BY_STEWARD} --predicate assessment --predicate plan")

    run(f"assess {table}/assessment.toml --out result --key tests.key --log node/log", 0, 1, 3)
    run("node key trust --log node/log --out before.toml")
    check = "verify result/pack --policy result/trust/policy.txt --trust"
    assert "Holds." in run(f"{check} before.toml")

    ask(run, "again")
    said = run(f"node key rotate again.request --replaces lab.example/tests {BY_STEWARD} --suspect-from 4")
    assert "suspect from position 4 to 5; endorsed of these and counting: -" in said
    run("node key trust --log node/log --out suspect.toml")
    assert "suspect and nobody endorsed the entry again" in run(f"{check} suspect.toml", 1)
    assert "Holds." in run(f"{check} before.toml"), "an old trust file knows nothing of it"
    assert "endorsed of these and counting: 4" in run("node key endorse 4 --key again.key --log node/log")
    run("node key trust --log node/log --out after.toml")
    assert "Holds." in run(f"{check} after.toml")

    ask(run, "fresh", "ministry.example")
    line = "node key rotate fresh.request --replaces ministry.example+ --log node/log"
    assert "nothing would follow from this act" in run(f"{line} --key node/keys/statement.key", 1)
    assert "counts from position 8 on" in run(f"{line} --key stick/offline.key --suspect-from 7")
    assert "nobody of them may act" in run(f"node key revoke lab.example/again {BY_STEWARD}", 1)
    assert "ended: nothing from position 8 on counts" in run("node key revoke lab.example/again --key fresh.key --log node/log")
    ended = listed(run)
    assert ended["lab.example/tests"]["counts"] == [[3, 4]]
    assert ended["lab.example/tests"]["endorsed"] == [4]
    assert ended["lab.example/again"]["counts"] == [[6, 7]]
    assert ended["ministry.example"]["counts"] == [[2, 6]]
    assert ended["ignored"] == []
    assert "holds" not in run("node key list --log node/log --lang zh")


def test_a_verifier_with_a_mirror_needs_only_the_root_file(run: Callable[..., str], node: Path, tmp_path: Path) -> None:
    """From a mirror and a root file that came by another way follows the same trust file, but for the day."""
    ask(run, "tests")
    run(f"node key add tests.request {BY_STEWARD} --system loans")
    run("node sync node")
    run("node witness other --name witness.example --at node/share --vkey node/log/log.vkey")
    (mirror,) = (tmp_path / "other" / "mirrors").iterdir()
    run(f"node key trust --log {mirror} --root node/trust/root.toml --out theirs.toml")
    run("node key trust --log node/log --out ours.toml")
    assert (tmp_path / "theirs.toml").read_bytes() == (tmp_path / "ours.toml").read_bytes()
    assert b'for = ["loans"]' in (tmp_path / "ours.toml").read_bytes()
    assert "lies in the content store and was checked again" in run(f"node key list --log {mirror} --root node/trust/root.toml")
    run(f"node key list --log {mirror}", 2)


def test_a_key_that_a_steward_entered_without_possession_is_left_out(run: Callable[..., str], node: Path, tmp_path: Path) -> None:
    """A steward goes round the verb and records somebody's key with another's signature: list says so, trust leaves it out."""
    ask(run, "tests")
    ask(run, "thief")
    honest, stolen = ((tmp_path / f"{name}.request").read_bytes() for name in ("tests", "thief"))
    forged = replace(parse_request(honest), raw=honest.partition(b"\n\n")[0] + b"\n\n" + stolen.partition(b"\n\n")[2])
    with Log.open(node / "log") as log:
        log.content.put(forged.raw)
        log.append([add_key(forged, Scope(), signer=read_key(node / "keys" / "statement.key"), now=datetime.now(UTC))])
        log.publish(lambda: datetime.now(UTC))
    assert listed(run)["lab.example/tests"]["possession"] == "false"
    assert "Left out: lab.example/tests+" in run("node key trust --log node/log --out trust.toml")
    assert b'name = "lab.example"' not in (tmp_path / "trust.toml").read_bytes()


def test_a_stolen_key_ends_even_when_no_witness_is_heard(run: Callable[..., str], node: Path, tmp_path: Path) -> None:
    """The log waits for a witness: the act is recorded and says so; with a head of the witness it is published."""
    ask(run, "tests")
    run(f"node key add tests.request {BY_STEWARD}")
    run("node sync node")
    run("node witness other --name witness.example --at node/share --vkey node/log/log.vkey")
    run("node follow node --at other/share --vkey other/share/witness.vkey")
    said = run(f"node key revoke lab.example {BY_STEWARD}")
    assert "ended: nothing from position 3 on counts" in said
    assert "The act is recorded, and not published yet" in said
    assert listed(run)["lab.example/tests"]["counts"] == [[3, None]]
    (head,) = (path for path in (tmp_path / "other" / "share" / "cosigned").iterdir() if path.name != "list")
    run(f"log publish --log node/log --seen {head}")
    assert listed(run)["lab.example/tests"]["counts"] == []


def test_what_is_refused_records_nothing(run: Callable[..., str], node: Path, tmp_path: Path) -> None:
    """A request with another's signature, for another log, twice; words that are none; an entry that is not suspect."""
    ask(run, "tests")
    raw = (tmp_path / "tests.request").read_bytes()
    run("node key new thief.key --name thief.example")
    run("node key request thief.key --origin ministry.example/log --party thief.example --out thief.request")
    stolen = (tmp_path / "thief.request").read_bytes()
    (tmp_path / "swapped.request").write_bytes(raw.partition(b"\n\n")[0] + b"\n\n" + stolen.partition(b"\n\n")[2])
    run("node key request tests.key --origin other.example/log --party lab.example --out elsewhere.request")
    assert "is signed by thief.example" in run(f"node key add swapped.request {BY_STEWARD}", 1)
    assert "for the log other.example/log" in run(f"node key add elsewhere.request {BY_STEWARD}", 2)
    assert "nobody of them may act" in run("node key add tests.request --key thief.key --log node/log", 1)
    assert "no kind of statement" in run(f"node key add tests.request {BY_STEWARD} --predicate key-event", 2)
    assert "nobody of them may act" in run(f"node key add tests.request {BY_STEWARD} --steward", 1)
    assert "is not one key" in run(f"node key revoke ministry.example {BY_STEWARD}", 2)
    assert "is not suspect" in run(f"node key endorse 1 {BY_STEWARD}", 2)
    run(f"node key endorse 99 {BY_STEWARD}", 2)
    run(f"node key add missing.request {BY_STEWARD}", 2)
    assert "exists already" in run("node key request tests.key --origin o.example --party p --out tests.request", 2)
    assert "is no purpose of a key" in run("node key new x.key --name x --kind mirror", 2)
    run("node key request missing.key --origin o.example --party p --out new.request", 2)
    run("node key list --log node/log --root missing.toml", 2)
    assert listed(run)["ministry.example"]["added_by"] == 1
    assert len(listed(run)) == 3
    run(f"node key add tests.request {BY_STEWARD}")
    assert "was there before" in run(f"node key add tests.request {BY_STEWARD}", 1)


def test_half_a_node_is_not_left(run: Callable[..., str], tmp_path: Path) -> None:
    """When a node with an offline key cannot be made, neither the key on the stick nor a head guard elsewhere stays."""
    for folder in ("stick", "disk"):
        (tmp_path / folder).mkdir()
    line = "node init node --guard disk/head --offline-key stick/offline.key --name"
    assert "cannot stand in an entry" in run(
        f"{line} \u043c\u0438\u043d\u0438\u0441\u0442\u0435\u0440\u0441\u0442\u0432\u043e", 2
    )
    assert [list((tmp_path / folder).iterdir()) for folder in ("stick", "disk", "node")] == [[], [], []]
    run(f"{line} ministry.example")
    assert "exists already" in run("node init other --offline-key stick/offline.key --name ministry.example", 2)
    assert not (tmp_path / "other").exists()
    assert (tmp_path / "stick" / "offline.key").is_file()


def test_a_log_without_a_root_file_gets_one(run: Callable[..., str], tmp_path: Path) -> None:
    """A node that was made without an offline key: its own key is the root; with a root file by hand, an offline key joins."""
    assert "There is no offline key" in run("node init node --name ministry.example")
    assert listed(run)["ministry.example"]["possession"] == "root"
    run("node key new offline.key --name ministry.example/offline")
    run("node key root --log node/log --steward node/keys/statement.key --offline-key offline.key --out both.toml")
    ask(run, "fresh", "ministry.example")
    line = "node key rotate fresh.request --replaces ministry.example+ --log node/log --root both.toml"
    assert "counts from position 1 on" in run(f"{line} --key offline.key")
    assert "counts from position 0 to 0" in run("node key list --log node/log --root both.toml")


def test_every_verb_opens_encrypted_keys(
    run: Callable[..., str], table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All keys are encrypted: with the passphrase in the environment every verb works, without it each says what it needs."""
    (tmp_path / "stick").mkdir()
    verbs = [
        "node init node --name ministry.example --offline-key stick/offline.key --passphrase",
        "node key new tests.key --name lab.example/tests --passphrase",
        "node key request tests.key --origin ministry.example/log --party lab.example --out tests.request",
        f"node key add tests.request {BY_STEWARD}",
        f"plan {table}/assessment.toml --sign --key tests.key --log node/log",
        "log publish --log node/log",
        "node sync node",
        "node witness other --name witness.example --at node/share --vkey node/log/log.vkey --passphrase",
        "node sync other",
        "node recover node --from other/share/mirrors",
    ]
    for verb in verbs:
        line = verb
        if "recover" in verb:
            (mirror,) = (tmp_path / "other" / "share" / "mirrors").iterdir()
            line = f"node recover node --from {mirror}"
            (tmp_path / "node" / "log" / "log.sqlite3").unlink()
        monkeypatch.delenv("PLUMBRULE_PASSPHRASE", raising=False)
        if verb != "node sync node":  # it opens no private key
            assert "PLUMBRULE_PASSPHRASE" in run(line, 2), line
        monkeypatch.setenv("PLUMBRULE_PASSPHRASE", SECRET)
        assert SECRET not in run(line)
    paths = ("node/log/log.key", "node/keys/statement.key", "stick/offline.key", "tests.key", "other/keys/witness.key")
    for path in paths:
        assert b"ENCRYPTED PRIVATE KEY" in (tmp_path / path).read_bytes()
        if os.name == "posix":
            assert (tmp_path / path).stat().st_mode & 0o077 == 0
    assert read_key(tmp_path / "node" / "log" / "log.key", Kind.LOG, SECRET).name == "ministry.example/log"
    monkeypatch.setenv("PLUMBRULE_PASSPHRASE", "another")
    assert "cannot be opened" in run("log publish --log node/log", 2)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal: run on Linux or macOS")
@pytest.mark.parametrize(("second", "code"), [(SECRET, 0), ("another", 2)])
def test_a_passphrase_is_asked_for_on_a_terminal(tmp_path: Path, second: str, code: int) -> None:
    """On a real terminal it is asked for twice, without being shown, and must be the same."""
    import pty  # there is none on Windows

    line = [
        sys.executable,
        "-m",
        "plumbrule",
        "node",
        "key",
        "new",
        str(tmp_path / "a.key"),
        "--name",
        "a.example",
        "--passphrase",
    ]
    pid, terminal = pty.fork()
    if pid == 0:
        environment = {name: value for name, value in command_environment().items() if name != "PLUMBRULE_PASSPHRASE"}
        os.execve(sys.executable, line, environment)  # noqa: S606 - a terminal of its own takes a fork
    said = b""
    for asked, answer in ((b"passphrase?", SECRET), (b"once more:", second)):
        while asked not in said:
            said += os.read(terminal, 1024)
        os.write(terminal, answer.encode() + b"\n")
    while True:
        try:
            more = os.read(terminal, 1024)
        except OSError:  # Linux says so when the other side has gone
            break
        if not more:
            break
        said += more
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == code, said
    assert SECRET.encode() not in said
    assert (tmp_path / "a.key").exists() == (code == 0)
    if code == 0:
        assert read_key(tmp_path / "a.key", passphrase=SECRET).name == "a.example"
