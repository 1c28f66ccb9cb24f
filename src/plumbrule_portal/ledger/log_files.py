"""The log as other nodes and Go's client ask for it (c2sp.org/tlog-tiles), read from the database, never beyond the signed head.

    checkpoint · log.vkey · tile/<level>/<number>[.p/<width>] · tile/entries/<number>[.p/<width>] · content/<SHA-256>
    witness.vkey · cosigned/<log> · mirrors/<log>/…     what `plumbrule node sync` has laid out in DIR/share, if anything

Reads only; `actions` is where the log is written to.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import cast

from django.db import connection

from plumbrule.evidence import VerifierKey
from plumbrule.evidence.log import read_settings, store
from plumbrule.evidence.log.dialect import Cursor
from plumbrule.evidence.log.guard import read_head
from plumbrule.evidence.log.tiles import HEIGHT, WIDTH
from plumbrule.evidence.tree import HASH_SIZE
from plumbrule_portal.ledger import node

_TILE = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
_LAID_OUT = re.compile(r"(?:cosigned|mirrors)(?:/[A-Za-z0-9+_-][A-Za-z0-9.+_-]*){1,8}|witness\.vkey")


def checkpoint() -> bytes:
    """The last signed head, as it lies in the head guard."""
    log = node.folder() / "log"
    return read_settings(log).guard_in(log).read_bytes()


def tile(path: str) -> bytes:
    """A tile or a bundle of entries by its path, `tile/…`; empty if the path is none, or goes beyond the signed head."""
    found = _TILE.fullmatch(path)
    if found is None:
        return b""
    level, width = found["level"], int(found["width"] or WIDTH)
    index = int("".join(part.removeprefix("x") for part in found["index"].split("/")))
    height = 0 if level == "entries" else int(level) * HEIGHT
    held = (_size(checkpoint(), node.log_key()) >> height) - index * WIDTH
    if not 0 < width <= min(held, WIDTH) or (found["width"] and width == WIDTH) or _padded(found["index"]):
        return b""
    with connection.cursor() as cursor:
        reading = cast("Cursor", cursor)
        if level != "entries":
            return store.tile_fetcher(reading)(int(level), index)[: width * HASH_SIZE]
        start = index * WIDTH
        rows = store.read_entries(reading, start, start + width)
        return b"".join(len(envelope).to_bytes(2, "big") + envelope for _, envelope in rows)


def laid_out(path: str) -> Path | None:
    """A file of DIR/share that this node has laid out as a witness and a mirror; None for everything else."""
    if _LAID_OUT.fullmatch(path) is None or ".." in path:
        return None
    place = node.folder() / "share" / path
    return place if place.is_file() else None


def _padded(index: str) -> bool:
    """An index is written in one way only: no leading group of zeros."""
    return index.startswith("x000")


@lru_cache(maxsize=8)
def _size(raw: bytes, key: VerifierKey) -> int:
    return read_head(raw, key, "the head guard").size
