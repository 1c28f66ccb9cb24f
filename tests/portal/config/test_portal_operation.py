"""The files of examples/portal fit this version, and the restore drill of docs/portal/operation.md runs as it stands there."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import portal_database
import pytest
from portal_made import publish_loans
from site_made import running_site

from plumbrule.errors import UnreadableError
from running import Ran

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples" / "portal"
UNITS = sorted([*EXAMPLES.glob("*.service"), *EXAMPLES.glob("*.timer")])


def test_the_example_of_portal_toml_names_every_key(tmp_path: Path) -> None:
    """It is read without complaint, holds every key that there is, and a page explains each of them."""
    import tomllib
    from dataclasses import fields

    from plumbrule_portal.config.office import FILE, Office, read_office

    shutil.copyfile(EXAMPLES / "portal.toml", tmp_path / FILE)
    office = read_office(tmp_path)
    names = {field.name for field in fields(Office)}
    assert tomllib.loads((EXAMPLES / "portal.toml").read_text("utf-8")).keys() == names
    assert office.secure and office.address.startswith("https://")
    page = (ROOT / "docs" / "portal" / "operation.md").read_text("utf-8")
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_an_unknown_key_stops_the_start(tmp_path: Path) -> None:
    """A slip of the pen is told, not passed over: the office would believe that it had decided something."""
    from plumbrule.errors import InputError
    from plumbrule_portal.config.office import FILE, read_office

    (tmp_path / FILE).write_text("reply_dayz = 30\n", encoding="utf-8")
    with pytest.raises(InputError, match="reply_dayz"):
        read_office(tmp_path)
    (tmp_path / FILE).write_text("reply_days = \n", encoding="utf-8")
    with pytest.raises(UnreadableError):
        read_office(tmp_path)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_run_verbs_that_exist(unit: Path) -> None:
    """Every `plumbrule …` in a unit names a verb and options of the reference; a timer has its service."""
    reference = (ROOT / "docs" / "reference" / "command-line.md").read_text("utf-8")
    parts = {part.split("`")[1]: part for part in reference.split("\n## ")[1:]}
    for verb, rest in re.findall(r"/bin/plumbrule (\w+)([^'\n]*)", re.sub(r"\$\(.*?\)", "", unit.read_text("utf-8"))):
        for option in re.findall(r"(?<= )--[a-z-]+", rest):
            assert f"`{option} " in parts[f"plumbrule {verb}"] or f"`{option}`" in parts[f"plumbrule {verb}"]
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service").is_file()


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_reads_the_units(unit: Path) -> None:
    """`systemd-analyze verify` knows every key and value; that our program is not installed here is all it may say."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze: Debian's systemd")
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if EXAMPLES.name in line or unit.name in line]
    assert [line for line in said if "is not executable" not in line] == []


def test_the_service_may_write_its_own_folder_and_nothing_else() -> None:
    """Hardening that somebody might take out by mistake."""
    unit = configparser.RawConfigParser(strict=False, allow_no_value=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign] # keys of systemd have capital letters
    unit.read(EXAMPLES / "plumbrule.service", encoding="utf-8")
    service: Any = unit["Service"]
    assert (service["ProtectSystem"], service["ReadWritePaths"]) == ("strict", "/srv/plumbrule")
    assert (service["NoNewPrivileges"], service["CapabilityBoundingSet"]) == ("true", "")
    assert "127.0.0.1" in service["ExecStart"] and service["User"] == "plumbrule"


def test_servers_before_it_overwrite_what_visitors_claim() -> None:
    """nginx sets both headers itself; nothing appends to what came."""
    nginx = (EXAMPLES / "nginx.conf").read_text("utf-8")
    assert "$proxy_add_x_forwarded_for" not in nginx
    assert re.search(r"X-Forwarded-For\s+\$remote_addr;", nginx) and re.search(r"X-Forwarded-Proto\s+\$scheme;", nginx)
    longest = 80
    assert f"client_max_body_size {longest}m" in nginx
    assert f"max_size {longest}MB" in (EXAMPLES / "Caddyfile").read_text("utf-8")


def test_the_restore_drill(node: Path, tmp_path: Path, here: Callable[..., Ran], database: Any) -> None:
    """Backup without keys, restore, serve: every page is shown, nothing can be published, no key is made."""
    from portal_made import publish_head

    publish_loans()
    publish_head()
    drill = tmp_path / "drill"
    assert here("backup", tmp_path / "backup", "--node", node).code == 0
    portal_database.empty(database)
    back = here("restore", tmp_path / "backup", "--node", drill, "--seen", node / "log" / "checkpoint")
    assert back.code == 0, back.stderr
    with running_site(drill, prepare="pass") as site:
        assert "There are no keys in this node" in drill.with_suffix(".out").read_text("utf-8")
        assert "/account/start/" not in drill.with_suffix(".out").read_text("utf-8")
        for path in ("/systems/loans", "/about", "/entries/1", "/account/sign-in"):
            assert site.get(path)[0] == 200, path
    assert not (drill / "keys").exists() and not (drill / "log" / "log.key").exists()
    assert (drill / "log" / "checkpoint").read_bytes() == (node / "log" / "checkpoint").read_bytes()
