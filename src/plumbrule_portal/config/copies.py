"""`plumbrule backup` and `plumbrule restore`: a node as it is now, in a folder, and back again through the head guard.

    BACKUP/manifest.json   every file with its SHA-256, the log's size and when it was made
    BACKUP/node/…          database (a snapshot while the node runs), head guard, content, what the office decided, the inbox
    BACKUP/node/keys/…     only with --with-keys: whoever has them can sign in the node's name

The guard is copied before the database: so the copied database holds at least what the copied guard signed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from plumbrule.base.files import sha256_file, write_aside
from plumbrule.errors import InputError, OutputError, UnreadableError
from plumbrule.evidence.log import Log, fsck, read_settings
from plumbrule.evidence.log.settings import DATABASE, GUARD

FORMAT, MANIFEST, DUMP = "plumbrule-backup/1", "manifest.json", "database.dump"
SECRETS = ("keys", "log/log.key")
LEFT_OUT = frozenset(
    {
        "static",
        "standing.json",
        "backups",
        "cache",
        "example",
        "log/log.sqlite3",
        "log/log.sqlite3-wal",
        "log/log.sqlite3-shm",
        "log/checkpoint",
    }
)
"""Made anew by itself, copied in a way of its own, a copy already, or an assessor of a first start that nobody needs again."""


def add_to(app: typer.Typer) -> None:
    """Add both verbs."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    to: Annotated[Path, typer.Argument(help="Folder of the backup; it must not exist.", metavar="BACKUP")],
    node: Annotated[Path, typer.Option(help="Folder of the node.", metavar="DIR", envvar="PLUMBRULE_NODE")] = Path("node"),
    with_keys: Annotated[bool, typer.Option("--with-keys", help="Also the keys, to be kept where nobody else can read.")] = False,
) -> None:
    """Copy a node as it is now, while it runs.

    Without --with-keys nobody can sign with the backup; keep the keys once, elsewhere, offline.
    """
    Console(highlight=False, soft_wrap=True).print(f"{copy_node(node, to, with_keys=with_keys)} files in {to}", markup=False)


def copy_node(node: Path, to: Path, *, with_keys: bool = False, link: bool = False) -> int:
    """Make a backup of a node, and return how many files are in it.

    Args:
        node: the node's folder.
        to: folder of the backup, which does not exist.
        with_keys: also the keys.
        link: where the disk can, name content a second time instead of copying it: its files never change.

    Raises:
        InputError: no node, or `to` exists.
        OutputError: it cannot be written. Nothing is left behind.
    """
    _check_node(node)
    settings = read_settings(node / "log")
    with write_aside(to, force=False) as aside:
        place = aside / "node"
        (place / "log").mkdir(parents=True)
        shutil.copyfile(settings.guard_in(node / "log"), place / "log" / GUARD)
        if settings.database is None:
            _copy_sqlite(node / "log" / DATABASE, place / "log" / DATABASE)
        else:
            _run(["pg_dump", "--format=custom", f"--file={place / 'log' / DUMP}", settings.database])
        for path in _files(node, with_keys):
            _copy_file(path, place / path.relative_to(node), link=link and path.parent.parent == node / "log" / "content")
        digests = {path.relative_to(aside).as_posix(): sha256_file(path) for path in sorted(place.rglob("*")) if path.is_file()}
        manifest = {
            "schema": FORMAT,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "keys": with_keys,
            "files": digests,
        }
        (aside / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8", newline="\n")
    return len(digests)


def _copy_file(path: Path, target: Path, *, link: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if link:
        try:
            os.link(path, target)
        except OSError:
            pass  # another disk, or a file system without links
        else:
            return
    shutil.copy2(path, target)


def restore(
    backup: Annotated[Path, typer.Argument(help="Folder of the backup.", metavar="BACKUP")],
    node: Annotated[Path, typer.Option(help="Where the node shall lie; a folder that does not exist.", metavar="DIR")],
    seen: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint of this log that somebody else kept: a witness, a mirror, the guard on another disk."),
    ] = None,
    nobody_saw: Annotated[
        bool, typer.Option("--nobody-saw", help="Say that nobody outside has a checkpoint newer than the backup.")
    ] = False,
) -> None:
    """Bring a node back from a backup, checked whole, and never behind what somebody saw.

    A backup that is older than what the log has shown would begin a second history: it is refused. Then
    `plumbrule node recover` brings the missing entries from the mirrors.
    """
    manifest = _read_manifest(backup)
    if not seen and not nobody_saw:
        raise InputError(
            "nothing says how far the log had come.",
            expected="--seen with a checkpoint that somebody else kept, best the newest that a witness or mirror has.",
            cure="ask those who follow this node; if there is nobody, say --nobody-saw.",
        )
    with write_aside(node, force=False) as aside:
        for name in manifest["files"]:
            target = aside / Path(name).relative_to("node")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(backup / name, target)
        if (aside / "keys").is_dir():
            (aside / "keys").chmod(0o700)
        _restore_postgres(aside)
        _check_log(aside / "log", seen or ())
    Console(highlight=False, soft_wrap=True).print(f"The node is back in {node}. Start it with `plumbrule serve {node}`.")


def _check_log(log: Path, seen: Sequence[Path]) -> None:
    checkpoints = [_bytes(path) for path in seen]
    _place_guard(log)
    Log.open(log, seen=checkpoints).close()
    report = fsck(log, seen=checkpoints)
    if not report.holds:
        raise UnreadableError(
            f"the log in this backup does not hold: {report.problems[0]}",
            expected="a log in which every hash is right.",
            cure="take another backup, or `plumbrule node recover` from the mirrors.",
        )


def _place_guard(log: Path) -> None:
    """Where the guard lies on another disk, that one counts: it may know more than the backup. A missing one is put back."""
    guard = read_settings(log).guard
    if guard is not None:
        if not guard.exists():
            shutil.copyfile(log / GUARD, guard)
        (log / GUARD).unlink()


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's own online copy: whole, also while others write."""
    with sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True) as here, sqlite3.connect(target) as there:
        here.backup(there, pages=4096)
    here.close()
    there.close()
    with target.open("rb+") as stream:
        os.fsync(stream.fileno())


def _restore_postgres(aside: Path) -> None:
    dump = aside / "log" / DUMP
    if dump.is_file():
        address = read_settings(aside / "log").database
        if address is None:
            raise UnreadableError("a dump of PostgreSQL, and no address.", expected="log.toml with an empty database's address.")
        cure = "the database that log.toml names must be empty: rename the one that is there, and create it again."
        words = ["pg_restore", "--single-transaction", "--no-owner", f"--dbname={address}", str(dump)]
        _run(words, cure)
        dump.unlink()


def _run(command: list[str], cure: str = "look at what it says.") -> None:
    try:
        done = subprocess.run(command, capture_output=True, check=False, text=True)
    except FileNotFoundError:
        raise InputError(f"{command[0]} is not there.", expected="PostgreSQL's own tools.", cure="install its client.") from None
    if done.returncode:
        raise OutputError(f"{command[0]} failed: {done.stderr.strip()[:300]}", cure=cure)


def _files(node: Path, with_keys: bool) -> Iterator[Path]:
    for path in sorted(node.rglob("*")):
        name = path.relative_to(node).as_posix()
        left = any(name == one or name.startswith(f"{one}/") for one in (*LEFT_OUT, *(() if with_keys else SECRETS)))
        if path.is_file() and not path.is_symlink() and not left and not name.endswith((".new", ".lock")):
            yield path


def _read_manifest(backup: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(_bytes(backup / MANIFEST))
    except ValueError:
        found = {}
    if found.get("schema") != FORMAT or not isinstance(found.get("files"), dict):
        raise UnreadableError(
            f"{backup} is no backup of ours.", expected=f"{MANIFEST}, of the form {FORMAT}.", cure="check the path."
        )
    for name, digest in found["files"].items():
        path = backup / name
        if not name.startswith("node/") or ".." in Path(name).parts or path.is_symlink():
            raise UnreadableError(f"the manifest names {name[:80]!r}.", expected="files inside the backup.")
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise UnreadableError(
                f"{name} is missing or was changed since the backup.",
                expected="the files as they were copied.",
                cure="take another backup.",
            )
    return found


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", expected="a file.", cure="check the path.") from None


def _check_node(node: Path) -> None:
    if not (node / "log" / "log.vkey").is_file():
        raise InputError(f"{node} is not a node.", expected="the folder of a node.", cure="name it with --node.")
