"""On PostgreSQL: the same tests of the portal, and several workers behind one address."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import portal_database
import pytest
from site_made import in_portal, running_site

from plumbrule.errors import InputError
from running import command_environment, run_plumbrule

HERE = Path(__file__).resolve().parents[1]


@pytest.mark.skipif(portal_database.POSTGRES, reason="this run is on PostgreSQL already")
def test_the_same_tests_pass_on_postgresql() -> None:
    """All tests of the portal without a browser, in a run of their own with a server of its own."""
    with portal_database.running_postgres():
        pass  # skips here, with words, where there is none
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--ignore={__file__}",
        f"--ignore={HERE / 'ui'}",
        "-k",
        "not browser",
        str(HERE),
    ]
    environment = command_environment({"PLUMBRULE_TEST_DATABASE": "postgres"})
    done = subprocess.run(words, capture_output=True, text=True, env=environment, cwd=HERE.parents[1], check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def test_several_workers_share_one_postgresql(tmp_path: Path) -> None:
    """`serve --database --workers 2` on a new node: what is published at once in two processes is shown by every worker."""
    with portal_database.running_postgres() as server:
        server.say(f"CREATE DATABASE {portal_database.NAME} {portal_database.UTF8}")
        options = ("--database", server.address(portal_database.NAME), "--workers", "2", "--no-example")
        with running_site(tmp_path / "node", *options) as site:
            begun = [publishing(site.node, number) for number in (1, 2)]
            assert [process.wait(60) for process in begun] == [0, 0]
            for _ in range(12):
                assert b"town-1-4" in site.get("/organisations.csv")[2]
                assert b"town-2-4" in site.get("/organisations.csv")[2]
                assert site.get("/systems/loans")[0] == 200
            assert "database" in (site.node / "log" / "log.toml").read_text("utf-8")
            assert "the log holds" in in_portal(site.node, CHECK)


CHECK = """
from plumbrule.evidence.log import Log, fsck
from plumbrule_portal.ledger import node
from plumbrule_portal.ledger.models import Entry
with Log.open(node.folder() / "log") as log:
    indexes = list(Entry.objects.values_list("index", flat=True))
    assert indexes == list(range(log.size)), (indexes, log.size)
assert not fsck(node.folder() / "log").problems
print("the log holds")
"""


def publishing(node: Path, number: int) -> subprocess.Popen[bytes]:
    """Publish five organisations in a process of its own, without waiting for it."""
    text = f"""
from pathlib import Path
from plumbrule_portal.config.start import start
start(Path({str(node)!r}))
from portal_made import publish_record
for n in range(5):
    publish_record("organisation-1", f"town-{number}-{{n}}", {{"names": {{"en": "Town"}}}}, party=f"town-{number}-{{n}}")
"""
    path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen([sys.executable, "-c", text], env=command_environment({"PYTHONPATH": path}))


def test_a_log_that_moved_takes_its_public_tables_with_it(tmp_path: Path) -> None:
    """A node that outgrew its file: `log move`, then `rebuild` on the new database, and the register is what it was."""
    from plumbrule.evidence.log import create_node

    begin = "from plumbrule_portal.config.start import migrate\nmigrate()\n"
    asked = "from plumbrule_portal.systems.models import System\nfrom django.db import connection\n"
    said = "print(connection.vendor, *System.objects.values_list('slug', flat=True))\n"
    with portal_database.running_postgres() as server:
        server.say(f"CREATE DATABASE {portal_database.NAME} {portal_database.UTF8}")
        create_node(tmp_path / "node", name="register.example.org")
        publish = "from portal_made import publish_loans\npublish_loans()\n"
        assert in_portal(tmp_path / "node", begin + publish + asked + said).split() == ["sqlite", "loans"]
        done = run_plumbrule("log", "move", server.address(portal_database.NAME), "--log", tmp_path / "node" / "log")
        assert done.code == 0, done
        rebuild = "from plumbrule_portal.ledger.actions import rebuild\nrebuild()\n"
        assert in_portal(tmp_path / "node", begin + rebuild + asked + said).split() == ["postgresql", "loans"]


def test_log_and_tables_lie_in_one_database(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address of another database than the log's is refused, and so is one with a password in it."""
    from plumbrule_portal.config.database import databases

    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@/elsewhere")
    with pytest.raises(InputError, match="should lie elsewhere"):
        databases(node)
    for address in ("mysql://a@b/c", "postgresql://a:secret@b/c", "postgresql:///c"):
        monkeypatch.setenv("DATABASE_URL", address)
        with pytest.raises(InputError) as refused:
            databases(node / "new")
        assert "secret" not in str(refused.value)
    monkeypatch.setenv("DATABASE_URL", "postgresql://plumbrule@/portal?host=/run/postgresql")
    made: Any = databases(node / "new")["default"]
    assert (made["NAME"], made["USER"], made["HOST"]) == ("portal", "plumbrule", "/run/postgresql")
