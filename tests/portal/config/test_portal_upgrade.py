"""From every earlier form of the database, with a real register in it: nothing is lost, every page is as it was."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import portal_database
import pytest
from portal_made import publish_loans
from portal_people import NOW, person

from plumbrule.errors import InputError
from running import Ran

APPS = ("accounts", "ledger", "systems", "pages")
GONE = {"sender"}
"""Columns that a later version took away on purpose: `sender` of a submission, because where a pack came from is not kept."""
SOME = 40
"""As many of the 136 British records: each form asks for a whole reading of the log."""
PAGES = ("/", "/systems?q=health", "/entries", "/systems.csv", "/organisations.json", "/systems.atom", "/withheld", "/keys")


def states() -> list[tuple[str, str | None]]:
    """Every earlier form of each app: its name, and the last migration that had been applied; None before its first table.

    The first tables of accounts, ledger and systems came together, with the first version.
    """
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    names = sorted(MigrationLoader(connection).graph.nodes)
    found: list[tuple[str, str | None]] = [("pages", None)]
    for app in APPS:
        found += [(app, name) for of, name in names if of == app][:-1]
    return found


def go_to(state: tuple[str, str | None]) -> None:
    """Migrate one app back, and with it whatever rests on what is undone."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    app, last = state
    MigrationExecutor(connection).migrate([(app, last)])
    assert max((name for of, name in applied() if of == app), default=None) == last


def applied() -> set[tuple[str, str]]:
    """What has been applied, of our apps."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return {key for key in MigrationRecorder(connection).applied_migrations() if key[0] in APPS}


def rows(tables: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """Every row of our tables; of those given, only these columns. Search is asked by a page: its index has inner numbers."""
    from django.db import connection

    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        ours = [one for one in names if one.startswith(tuple(f"{app}_" for app in APPS)) and not one.startswith("systems_words")]
        for table in sorted(ours) if tables is None else sorted(tables):
            columns = [one.name for one in connection.introspection.get_table_description(cursor, table)]
            columns = sorted(columns) if tables is None else tables[table]
            wanted = ", ".join(connection.ops.quote_name(one) for one in columns)
            cursor.execute(f"SELECT {wanted} FROM {table}")
            found[table] = (columns, sorted(map(repr, cursor.fetchall())))
    return found


def pages() -> dict[str, bytes]:
    """The pages that visitors read, made and not kept: a cookie of a stranger's asks for a page of its own."""
    from django.test import Client

    from plumbrule_portal.systems.models import System

    client = Client(SERVER_NAME="127.0.0.1", headers={"Accept-Language": "en"})
    client.cookies["stranger"] = "1"
    some = [f"/systems/{slug}" for slug in System.objects.order_by("slug").values_list("slug", flat=True)[:3]]
    answers = {path: client.get(path) for path in (*PAGES, *some)}
    assert {path: one.status_code for path, one in answers.items() if one.status_code != 200} == {}
    return {path: b"".join(one) for path, one in answers.items()}


def public() -> set[str]:
    """The tables that are made anew from the log."""
    from plumbrule_portal.ledger import projection

    return {model._meta.db_table for model in projection.models()}


def told() -> dict[str, list[str]]:
    """What those tables say: without numbers that the database gave, and other rows by what they are called."""
    from django.db.models import AutoField, Model

    from plumbrule_portal.ledger import projection

    found = {}
    for model in projection.models():
        fields = [one for one in model._meta.concrete_fields if not isinstance(one, AutoField)]
        values = ([getattr(row, one.name) for one in fields] for row in model._base_manager.all())
        found[model._meta.label] = sorted(
            repr([str(value) if isinstance(value, Model) else value for value in row]) for row in values
        )
    return found


def private_things() -> None:
    """A person with a role and a telephone, a proposal that waits, a letter, an act."""
    from django_otp.plugins.otp_totp.models import TOTPDevice
    from test_portal_proposals import record_claim

    from plumbrule_portal.ledger.occasions import write_due
    from plumbrule_portal.ledger.proposals import propose

    ada = person("ada", "focal-point", "steward", organisation="city-y")
    TOTPDevice.objects.create(user=ada, name="x", confirmed=True)
    claim, files = record_claim()
    propose("record", "City of Y", claim=claim, files=files, by=ada, organisation="city-y", now=NOW)
    assert write_due(NOW)


def test_from_every_earlier_form_nothing_is_lost(node: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """British records, a city's system, people, a proposal and letters; each app back to each of its forms, and up again."""
    from plumbrule_portal.config.upgrading import upgrade
    from plumbrule_portal.systems.importing import take

    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "ledger"))
    publish_loans()
    register = json.loads((shared / "data" / "registers" / "uk_atrs_records.json").read_text("utf-8"))
    taken = take(json.dumps(register | {"records": register["records"][:SOME]}).encode(), "uk-atrs", NOW, lambda *_: None)
    assert taken.new == SOME
    private_things()
    newest, shown, everything = applied(), pages(), told()
    assert len(states()) >= 8
    for step, state in enumerate(states()):
        go_to(state)
        older = {table: sorted(set(columns) - GONE) for table, (columns, _) in rows().items() if table not in public()}
        kept = rows(older)
        said = list(upgrade(node, NOW + timedelta(minutes=step), copy=step == 0))
        assert "public pages made anew from" in said[-1], said
        assert applied() == newest
        assert rows(older) == kept, f"lost on the way from {state}"
        assert told() == everything, state
        assert pages() == shown, state
    assert list(upgrade(node, NOW)) == []


def test_a_copy_is_made_first_and_brings_back_what_was(node: Path, tmp_path: Path, here: Callable[..., Ran]) -> None:
    """The older form comes back through the head guard, checked whole, without keys; the last three copies are kept."""
    from portal_made import publish_head

    from plumbrule_portal.config.upgrading import upgrade

    publish_loans()
    publish_head()
    older = states()[-1]
    for minute in range(4):
        go_to(older)
        list(upgrade(node, NOW + timedelta(minutes=minute)))
    copies = sorted((node / "backups").iterdir())
    assert [one.name.rpartition("-")[2] for one in copies] == [f"20261121T120{minute}00Z" for minute in (1, 2, 3)]
    names = json.loads((copies[0] / "manifest.json").read_text("utf-8"))["files"]
    assert not [name for name in names if "backups" in name or name.endswith((".key", ".secret"))]
    back = here("restore", copies[-1], "--node", tmp_path / "back", "--seen", node / "log" / "checkpoint")
    if portal_database.POSTGRES:  # the dump goes where the log lies, and nothing there is written over
        assert back.code == 2 and "must be empty" in back.stderr
        assert not (tmp_path / "back").exists() and pages()
        return
    assert back.code == 0, back.stderr
    assert here("log", "fsck", "--log", tmp_path / "back" / "log").code == 0
    content = next(path for path in (node / "log" / "content").rglob("*") if path.is_file() and len(path.name) == 64)
    assert (tmp_path / "back" / content.relative_to(node)).read_bytes() == content.read_bytes()


def test_what_is_no_upgrade_makes_no_copy(node: Path) -> None:
    """A database of this version is left alone."""
    from plumbrule_portal.config.upgrading import upgrade

    publish_loans()
    assert list(upgrade(node, NOW)) == []
    assert not (node / "backups").exists()


def test_a_full_disk_stops_an_upgrade_before_it_begins(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room for the copy nothing is migrated, and the cure names a way."""
    from plumbrule_portal.config import upgrading

    publish_loans()
    go_to(states()[-1])
    before = applied()
    usage = shutil.disk_usage(node)._replace(free=1)
    monkeypatch.setattr(upgrading.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(InputError, match="no room"):
        list(upgrading.upgrade(node, NOW))
    assert applied() == before
    assert not (node / "backups").exists()


def test_older_and_newer_databases_are_refused_in_words(node: Path, here: Callable[..., Ran]) -> None:
    """`tick` on an older one says to start `serve` again; on a newer one nothing runs. Neither shows a traceback."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    publish_loans()
    go_to(states()[-1])
    told = here("tick", "--node", node)
    assert told.code == 2 and "older version" in told.stderr and "Traceback" not in told.stderr
    assert here("rebuild", "--node", node).code == 0
    assert here("tick", "--node", node).code == 0
    MigrationRecorder(connection).record_applied("ledger", "9999_from_the_future")
    for words in (("tick", "--node", node), ("rebuild", "--node", node)):
        told = here(*words)
        assert told.code == 2 and "newer version" in told.stderr


def test_a_log_without_tables_is_shown(tmp_path: Path, here: Callable[..., Ran], node: Path) -> None:
    """A node whose log was begun without the portal: its entries are on the pages after the first start."""
    from plumbrule_portal.ledger.models import Entry

    publish_loans()
    go_to_nothing()
    assert here("rebuild", "--node", node).code == 0
    assert Entry.objects.count() == 2


def go_to_nothing() -> None:
    """Take every table of Django's away; the log's own stay."""
    from django.core.management import call_command

    for app in ("pages", "systems", "ledger", "otp_totp", "accounts"):
        call_command("migrate", app, "zero", interactive=False, verbosity=0)
