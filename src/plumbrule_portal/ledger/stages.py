"""How far an entry has come: recorded, published under a signed head, witnessed by somebody outside."""

from __future__ import annotations

from dataclasses import dataclass

from plumbrule.evidence import parse_note
from plumbrule_portal.ledger import node, queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`name` is recorded, published or witnessed; `witnesses` are the names of those who cosigned a state with the entry."""

    name: str
    witnesses: tuple[str, ...] = ()


def stage(index: int) -> Stage:
    """How far the entry at a position has come."""
    names = _witnesses(index)
    if names:
        return Stage(name="witnessed", witnesses=names)
    return Stage(name="published" if index < queries.published_size() else "recorded")


def _witnesses(index: int) -> tuple[str, ...]:
    """Who cosigned; `plumbrule node sync` checked each cosignature before it kept it."""
    folder = node.folder() / "witnessed"
    sizes = sorted(int(path.name) for path in folder.glob("*") if path.name.isdecimal()) if folder.is_dir() else []
    for size in (size for size in sizes if size > index):
        own = node.log_key()
        note = parse_note((folder / str(size)).read_bytes())
        return tuple(line.name for line in note.signatures if (line.name, line.key_id) != (own.name, own.id))
    return ()
