"""Tiles and entry bundles as another node serves them, and which public files an entry names. All of it may be a lie."""

from __future__ import annotations

from base64 import b64decode

from plumbrule.errors import UnreadableError
from plumbrule.evidence.envelope import MAX_ENVELOPE, parse_envelope
from plumbrule.evidence.federation.source import MissingError, Source
from plumbrule.evidence.log.tiles import WIDTH, tile_path
from plumbrule.evidence.reading import refuse
from plumbrule.evidence.statement import parse_statement
from plumbrule.evidence.tree import HASH_SIZE


def read_bundle(source: Source, index: int, width: int) -> list[bytes]:
    """The first `width` entries of an entry bundle. Raises UnreadableError."""
    what = f"{source.name}/{tile_path('entries', index, width)}"
    raw = _read_partial(source, "entries", index, width, WIDTH * (MAX_ENVELOPE + 2))
    entries: list[bytes] = []
    at = 0
    while at < len(raw) and len(entries) < width:
        end = at + 2 + int.from_bytes(raw[at : at + 2], "big")
        if end > len(raw) or end == at + 2:
            refuse(what, "it is cut off, or holds an empty entry", "a whole bundle.")
        entries.append(raw[at + 2 : end])
        at = end
    if len(entries) != width:
        refuse(what, f"it holds {len(entries)} entries", f"{width}.")
    return entries


def read_row(source: Source, level: int, index: int, width: int) -> bytes:
    """The first `width` hashes of a tile. Raises UnreadableError."""
    tile = _read_partial(source, level, index, width, WIDTH * HASH_SIZE)
    if len(tile) < width * HASH_SIZE:
        refuse(f"{source.name}/{tile_path(level, index, width)}", "it is cut off", f"{width} hashes.")
    return tile[: width * HASH_SIZE]


def _read_partial(source: Source, level: int | str, index: int, width: int, limit: int) -> bytes:
    """A tile of this width, or the full one that took its place since."""
    try:
        return source.read(tile_path(level, index, width), limit)
    except MissingError:
        if width == WIDTH:
            raise
        return source.read(tile_path(level, index), limit)


def named_content(entry: bytes) -> tuple[str, ...]:
    """The digests of the files that an entry says are public; none if it is not a statement of a kind that we know."""
    if _names_nothing(entry):
        return ()
    try:
        statement = parse_statement(parse_envelope(entry).payload)
    except UnreadableError:
        return ()
    return tuple(sorted({subject.sha256 for subject in statement.carried}))


def _names_nothing(entry: bytes) -> bool:
    """True if an entry surely names no public file, seen without parsing it: most do not, and parsing takes several times
    longer than everything else that a pull does.

    An envelope has one byte form, which begins with its payload. If no `"files"` in there stands before a list that is not
    empty, and nothing is escaped, no key can be spelled that way.
    """
    begin = b'{"payload":"'
    end = entry.find(b'"', len(begin))
    if not entry.startswith(begin) or end < 0:
        return True  # no envelope
    try:
        payload = b64decode(entry[len(begin) : end])
    except ValueError:
        return True
    return b"\\" not in payload and payload.count(b'"files"') == payload.count(b'"files":[]')
