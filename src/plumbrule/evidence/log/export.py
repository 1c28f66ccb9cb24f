"""Write a log as static files that any web server can serve: the layout of c2sp.org/tlog-tiles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from plumbrule.base.progress import listener
from plumbrule.errors import OutputError
from plumbrule.evidence.log.dialect import Cursor
from plumbrule.evidence.log.guard import write_durably
from plumbrule.evidence.log.store import read_entries, tile_fetcher
from plumbrule.evidence.log.tiles import WIDTH, tile_path, tile_widths
from plumbrule.evidence.tree import HASH_SIZE
from plumbrule.evidence.vkey import VerifierKey

CHECKPOINT, VKEY = "checkpoint", "log.vkey"


def export_log(cursor: Cursor, size: int, checkpoint: bytes, key: VerifierKey, directory: Path) -> None:
    """Write the first `size` entries and their tiles, then `log.vkey`, then the checkpoint.

    Raises:
        OutputError: the folder holds something that is not an export of this log.
    """
    try:
        _check_folder(directory, key)
        for path, content in static_files(cursor, size):
            _write_once(directory / path, content)
        write_durably(directory / VKEY, f"{key}\n".encode())
        write_durably(directory / CHECKPOINT, checkpoint)
    except OSError as error:
        raise OutputError(
            f"{directory} cannot be written: {error.strerror}.", cure="check the folder and its permissions."
        ) from None


def static_files(cursor: Cursor, size: int) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every tile and entry bundle of a tree of `size` entries, partial ones only at the right edge."""
    fetch = tile_fetcher(cursor)
    for level, count in enumerate(tile_widths(size)):
        for index, width in _widths(count):
            yield tile_path(level, index, width), fetch(level, index)[: width * HASH_SIZE]
    heard = listener()
    for index, width in _widths(size):
        if heard is not None:
            heard(index * WIDTH / size)
        rows = read_entries(cursor, index * WIDTH, index * WIDTH + width)
        yield tile_path("entries", index, width), b"".join(len(envelope).to_bytes(2, "big") + envelope for _, envelope in rows)


def _widths(count: int) -> Iterator[tuple[int, int]]:
    for index in range((count + WIDTH - 1) // WIDTH):
        yield index, min(WIDTH, count - index * WIDTH)


def _check_folder(directory: Path, key: VerifierKey) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    vkey = directory / VKEY
    ours = vkey.is_file() and vkey.read_bytes() == f"{key}\n".encode()
    # The key is written after the tiles: an export that was broken off has only tiles, and goes on.
    strangers = [path.name for path in directory.iterdir() if path.name != "tile"]
    if not ours and strangers:
        raise OutputError(
            f"{directory} holds {min(strangers)}.", expected="an empty folder, or an export of this log.", cure="choose another."
        )


def _write_once(path: Path, content: bytes) -> None:
    """Tiles never change; one that would is part of another history."""
    if path.is_file():
        if path.read_bytes() != content:
            raise OutputError(
                f"{path} is a tile of another history.", expected="the same bytes for ever.", cure="keep both, and ask why."
            )
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, content)
