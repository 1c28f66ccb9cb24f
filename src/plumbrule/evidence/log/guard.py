"""The head guard: the last signed checkpoint, in a file outside the database.

A database that was rolled back to an older copy opens without any error. The guard is how the log notices: a tree that
is smaller than, or different from, what was signed is never continued, because that would be a second history.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path

from plumbrule.base.lock import locked
from plumbrule.errors import InputError, OutputError, UnreadableError, VerificationError
from plumbrule.evidence.checkpoint import Checkpoint, parse_checkpoint
from plumbrule.evidence.note import MAX_NOTE, parse_note, verified
from plumbrule.evidence.vkey import VerifierKey

CURE = "do not delete or edit it; restore the log from a mirror or a backup that holds at least the published entries."


def read_guard(path: Path, key: VerifierKey) -> tuple[Checkpoint, bytes]:
    """The guarded checkpoint and its bytes. Raises UnreadableError: missing, or not signed by this log's key."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_NOTE + 1)
        return read_head(raw, key, str(path)), raw
    except OSError as error:
        raise UnreadableError(
            f"{path} cannot be read: {error.strerror}.", expected="the log's last checkpoint.", cure=CURE
        ) from None


@lru_cache(maxsize=8)  # the same head is read for every proof; the same bytes under the same key verify alike
def read_head(raw: bytes, key: VerifierKey, what: str) -> Checkpoint:
    """A checkpoint that this log's key signed. Raises UnreadableError."""
    note = parse_note(raw, what)
    checkpoint = parse_checkpoint(note, what)
    try:
        signed = bool(verified(note, [key]))
    except VerificationError:
        signed = False
    if not signed or checkpoint.origin != key.name:
        raise UnreadableError(f"{what} was not signed by {key.label}.", expected="a checkpoint of this log.", cure=CURE)
    return checkpoint


@contextmanager
def publishing(path: Path, patience: float) -> Iterator[None]:
    """Be the one publisher for the length of a block: only who holds this may write the guard.

    Raises:
        InputError: another publisher held it for `patience` seconds.
        OutputError: the lock file cannot be made.
    """
    until = time.monotonic() + patience
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(locked(path, "log"))
                break
            except OutputError:
                raise
            except InputError:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.01)
        yield


def write_durably(path: Path, raw: bytes, aside: Path | None = None) -> None:
    """Replace a file so that, at every moment and after a crash, it holds all of the old bytes or all of the new ones.

    Args:
        path: the file.
        raw: its new bytes.
        aside: where they are written first; needed where several may write the same file at once.

    Raises:
        OutputError: it could not be written; the old file is as it was.
    """
    aside = aside or path.with_name(path.name + ".new")
    try:
        with aside.open("wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror}.", cure="look after the disk before anything else."
        ) from None


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable. Windows has no such call for folders and orders renames itself."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
