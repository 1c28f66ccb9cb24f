"""A reading as a tree: what stands under what, pieces between the passages, notes with the text they belong to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from plumbrule.rulebook.reading.model import Passage, Piece, Reading


@dataclass(slots=True, kw_only=True)
class Node:
    """A passage with what stands under it, in order; `last` is where the last of that begins."""

    passage: Passage
    below: list[Node | Piece] = field(default_factory=list)
    notes: list[Passage] = field(default_factory=list)
    last: int = 0

    @property
    def start(self) -> int:
        """Where the passage begins."""
        return self.passage.start

    def nodes(self) -> list[Node]:
        """The passages right under it."""
        return [part for part in self.below if isinstance(part, Node)]

    def walk(self) -> Iterator[Node]:
        """All passages under it, in order, without this one."""
        stack = self.nodes()[::-1]
        while stack:
            node = stack.pop()
            yield node
            stack += node.nodes()[::-1]


Part = Node | Piece


def tree_of(reading: Reading, pieces: Iterable[Piece]) -> tuple[list[Part], list[Passage]]:
    """What stands at the top, pieces between; and the notes that belong to no passage.

    A parent counts where it stands before its child, so that no circle can be made.
    """
    made: dict[str, Node] = {}
    top: list[Part] = []
    for passage in reading.passages:
        if passage.kind != "footnote":
            node = Node(passage=passage, last=passage.start)
            above = made.get(passage.parent or "")
            (above.below if above else top).append(node)
            made.setdefault(passage.id, node)
    loose = [p for p in reading.passages if p.kind == "footnote" and p.parent not in made]
    for note in reading.passages:
        if note.kind == "footnote" and note.parent in made:
            made[note.parent].notes.append(note)
    for passage in reversed(reading.passages):
        node = made.get(passage.id, Node(passage=passage))
        node.last = max([node.start, *(child.last for child in node.nodes())])
    for piece in pieces:
        _place(top, piece)
    return top, loose


def _place(parts: list[Part], piece: Piece) -> None:
    """A piece goes between the passages of the deepest row that has one after it."""
    while True:
        at = bisect_right(parts, piece.start, key=lambda part: part.start)
        before = parts[at - 1] if at else None
        if not isinstance(before, Node) or before.last <= piece.start:
            parts.insert(at, piece)
            return
        parts = before.below
