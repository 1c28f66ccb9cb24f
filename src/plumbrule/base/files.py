"""Files written whole or not at all, and digests of files.

Whatever goes wrong in the middle (an error, Ctrl-C, a full disk), the reader of an output finds either the old one or
the new one, never a mixture, and nothing is ever deleted that was not ours.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     target = Path(folder) / "out"
...     with write_aside(target, force=False) as aside:
...         _ = (aside / "assessment.json").write_text("{}", encoding="utf-8")
...     sha256_file(target / "assessment.json")
'44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from plumbrule.errors import OutputError

MARKER = "assessment.json"
"""The file by which we know a folder that we wrote."""

OURS = frozenset({MARKER, "dossier.html", "pack", "trust"})
"""What such a folder holds at its top (the contract of `plumbrule assess --out`)."""

_DESKTOP = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})  # left by file managers; nobody misses them


@contextmanager
def write_aside(directory: Path, *, force: bool, marker: str = MARKER, ours: frozenset[str] = OURS) -> Iterator[Path]:
    """Yield a new empty folder beside `directory`; at the end of the block it becomes `directory`.

    Without `force` an existing target is refused. With it, only a folder is replaced that is empty, or holds `marker`
    and at its top nothing but the names in `ours`. On any exception, KeyboardInterrupt included, the new folder is
    removed and the old one stands as it was. Between the two renames of a replacement the old folder lies beside the
    target under a name ending in `.old`, so that a crash leaves one or the other whole.

    Raises:
        OutputError: the target exists, is not ours, or cannot be written.
    """
    _check_target(directory, force=force, marker=marker, ours=ours)
    aside = _sibling(directory, "new")
    try:
        aside.parent.mkdir(parents=True, exist_ok=True)
        aside.mkdir()
    except OSError as error:
        raise _cannot_write(directory, error) from error
    try:
        yield aside
        _check_target(directory, force=force, marker=marker, ours=ours)  # it may have changed in the meantime
        _sync_tree(aside)
        _swap(aside, directory)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_file_aside(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write `data` to `path` in one step; a reader sees the old bytes or the new ones.

    `mode` are the permissions of a new file before the umask (0o600 for secrets; without meaning on Windows).

    Raises:
        OutputError: the file cannot be written.
    """
    aside = _sibling(path, "new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(aside, flags, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        with suppress(OSError):
            aside.unlink()


def sha256_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, in lower-case hexadecimal (what `sha256sum` prints)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sibling(path: Path, kind: str) -> Path:
    return path.absolute().with_name(f".{path.absolute().name}.{secrets.token_hex(6)}.{kind}")


def _check_target(directory: Path, *, force: bool, marker: str, ours: frozenset[str]) -> None:
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise OutputError(
            f"{directory} is not a folder.", expected="a folder, or a name not yet taken", cure="Name another output folder."
        )
    if not directory.exists():
        return
    if not force:
        raise OutputError(
            f"The output folder {directory} exists.",
            expected="a name not yet taken, so that two runs are never mixed",
            cure="Name another folder, or give --force to replace an output of ours.",
        )
    names = {entry.name for entry in directory.iterdir()} - _DESKTOP
    if names and not (directory / marker).is_file():
        raise OutputError(
            f"{directory} holds files but no {marker}.",
            expected="an empty folder or one that an earlier run wrote",
            cure="Name another output folder; this one was not written by us and is left alone.",
        )
    if strange := sorted(names - ours):
        raise OutputError(
            f"{directory} also holds {', '.join(strange[:3])}{' and more' if len(strange) > 3 else ''}.",
            expected=f"only what a run writes ({', '.join(sorted(ours))}), because the folder is replaced as a whole",
            cure="Move those files elsewhere, or name another output folder.",
        )


def _swap(aside: Path, directory: Path) -> None:
    old = _sibling(directory, "old")
    had_old = directory.exists()
    try:
        if had_old:
            directory.rename(old)
        try:
            aside.rename(directory)
        except BaseException:
            if had_old and not directory.exists():
                old.rename(directory)
            raise
    except OSError as error:
        raise _cannot_write(directory, error) from error
    _sync(directory.absolute().parent)
    shutil.rmtree(old, ignore_errors=True)


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    """Ask the disk to keep what was written; best effort (folders cannot be opened on Windows)."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path} cannot be written ({error.strerror or error}).",
        expected="a place on a disk with room, where you may write, not open in another program",
        cure="Free the place or name another one; what stood there before is untouched.",
    )
