"""Write a log as static files that any web server can serve: the layout of c2sp.org/tlog-tiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from plumbrule.base.progress import listener
from plumbrule.errors import OutputError, UnreadableError
from plumbrule.evidence.log.dialect import Cursor
from plumbrule.evidence.log.guard import read_head, write_durably
from plumbrule.evidence.log.store import read_entries, tile_fetcher, tree_reader
from plumbrule.evidence.log.tiles import WIDTH, tile_path, tile_widths
from plumbrule.evidence.note import MAX_NOTE
from plumbrule.evidence.tree import HASH_SIZE, tree_root
from plumbrule.evidence.vkey import VerifierKey

CHECKPOINT, VKEY = "checkpoint", "log.vkey"


def export_log(
    cursor: Cursor, size: int, checkpoint: bytes, key: VerifierKey, directory: Path, *, whole: bool = False
) -> None:
    """Write the first `size` entries and their tiles, then `log.vkey`, then the checkpoint.

    What an earlier export wrote is not read again: its own checkpoint, written last, says how far it came. The checkpoint
    must be one of this log's states, and every file must be there. With `whole` every byte is read and compared, too.

    Raises:
        OutputError: the folder holds something that is not an export of this log, an export of more entries than there
            are, or of another history.
    """
    try:
        _check_folder(directory, key)
        written = _written(cursor, size, key, directory)

        def kept(path: str, end: int) -> bool:
            return not whole and end <= written and (directory / path).is_file()

        for path, content in static_files(cursor, size, kept):
            _write_once(directory / path, content)
        write_durably(directory / VKEY, f"{key}\n".encode())
        write_durably(directory / CHECKPOINT, checkpoint)
    except OSError as error:
        raise OutputError(
            f"{directory} cannot be written: {error.strerror}.", cure="check the folder and its permissions."
        ) from None


def static_files(
    cursor: Cursor, size: int, kept: Callable[[str, int], bool] = lambda _path, _end: False
) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every tile and entry bundle of a tree of `size` entries, partial ones only at the right edge.

    Those are left out for which `kept(path, end)` says so; `end` is the first entry that the file does not cover.
    """
    fetch = tile_fetcher(cursor)
    for level, count in enumerate(tile_widths(size)):
        for index, width in _widths(count):
            path = tile_path(level, index, width)
            if not kept(path, (index * WIDTH + width) * WIDTH**level):
                yield path, fetch(level, index)[: width * HASH_SIZE]
    heard = listener()
    for index, width in _widths(size):
        if heard is not None:
            heard(index * WIDTH / size)
        path = tile_path("entries", index, width)
        if not kept(path, index * WIDTH + width):
            rows = read_entries(cursor, index * WIDTH, index * WIDTH + width)
            yield path, b"".join(len(envelope).to_bytes(2, "big") + envelope for _, envelope in rows)


def _written(cursor: Cursor, size: int, key: VerifierKey, directory: Path) -> int:
    """How many entries an earlier export covers, by its own checkpoint, which must be a beginning of this log."""
    path = directory / CHECKPOINT
    if not path.is_file():
        return 0
    try:
        with path.open("rb") as stream:
            head = read_head(stream.read(MAX_NOTE + 1), key, str(path))
    except UnreadableError:
        return 0  # damaged, so it says nothing about what was written
    if head.size > size:
        raise OutputError(
            f"{path} covers {head.size} entries, and {size} are to be exported: the log was rolled back.",
            expected="a log that only grows.",
            cure="keep the folder; plumbrule node recover rebuilds the log from a mirror.",
        )
    if tree_root(head.size, tree_reader(cursor)) != head.root:
        raise OutputError(f"{path} is of another history.", expected="one history.", cure="keep both, and ask why.")
    return head.size


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
