"""Tiles: the tree's hashes in rows of 256, as c2sp.org/tlog-tiles has them.

Only every eighth level is kept; the seven between are hashed again when needed. That costs 32 bytes per entry and a
little, and a proof reads a handful of tiles however large the log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from plumbrule.evidence.reading import refuse
from plumbrule.evidence.tree import HASH_SIZE, HashReader, layers

HEIGHT = 8
RESTORE = "restore the log from a mirror or a backup that holds at least the published entries; never continue this one."
WIDTH = 1 << HEIGHT

Fetch = Callable[[int, int], bytes]
"""`fetch(level, index)`: the bytes of a tile, full or partial; empty if there is none."""


def hash_reader(fetch: Fetch, what: str) -> HashReader:
    """Read single hashes of the tree from its tiles. The reader raises UnreadableError when a tile is missing or short."""

    def read(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        tile, offset = divmod(index << height, WIDTH)
        expanded = _layers_of(fetch(tile_level, tile))
        start = (offset >> height) * HASH_SIZE
        if height >= len(expanded) or len(expanded[height]) < start + HASH_SIZE:
            refuse(what, f"tile {tile} of level {tile_level} is missing or short", cure=RESTORE)
        return expanded[height][start : start + HASH_SIZE]

    return read


# The upper tiles are in every proof; a lower one comes again when entries are proved in order.
@lru_cache(maxsize=256)
def _layers_of(tile: bytes) -> tuple[bytes, ...]:
    return layers(tile)


def tile_root(tile: bytes) -> bytes:
    """The one hash over a full tile."""
    return _layers_of(tile)[HEIGHT]  # a tile that has just become full is asked for once more, when the next head is signed


def tile_widths(size: int) -> list[int]:
    """How many hashes each tile level holds in a tree of `size` entries, from level 0.

    >>> tile_widths(70_000)
    [70000, 273, 1]
    """
    widths = []
    while size:
        widths.append(size)
        size //= WIDTH
    return widths


def extend(start: int, hashes: Sequence[bytes], fetch: Fetch) -> list[tuple[int, int, bytes]]:
    """The tiles that change when `hashes` follow the first `start` leaves: (level, index, bytes), lowest level first."""
    changed, level = [], 0
    while hashes:
        index, width = divmod(start, WIDTH)
        run = (fetch(level, index)[: width * HASH_SIZE] if width else b"") + b"".join(hashes)
        tiles = [run[i : i + WIDTH * HASH_SIZE] for i in range(0, len(run), WIDTH * HASH_SIZE)]
        changed += [(level, index + i, tile) for i, tile in enumerate(tiles)]
        hashes = [tile_root(tile) for tile in tiles if len(tile) == WIDTH * HASH_SIZE]
        start, level = index, level + 1
    return changed


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """The path of a tile below the log's prefix; `level` is a number or `"entries"`.

    >>> tile_path(0, 1234067), tile_path("entries", 273, 112)
    ('tile/0/x001/x234/067', 'tile/entries/273.p/112')
    """
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.insert(0, f"x{index % 1000:03d}")
    return f"tile/{level}/{'/'.join(parts)}" + ("" if width == WIDTH else f".p/{width}")
