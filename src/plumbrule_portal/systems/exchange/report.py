"""What an import or an export did: what mapped, what did not and why, what was changed on the way, what is lacking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["mapped", "not-mapped", "altered", "lacking", "refused"]
"""
mapped      went from one side to the other, and comes back equal
not-mapped  stayed behind: the other side has no place for it, or it does not fit there
altered     went over, and would not come back exactly as it was
lacking     the other side asks for it, and there is nothing to give
refused     a whole entry that could not be used
"""

_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing about one entry. `reason` is a message id, `slots` fills its places; `value` is shortened for showing."""

    kind: Kind
    entry: str
    theirs: str = ""
    ours: str = ""
    reason: str = ""
    slots: tuple[tuple[str, str], ...] = ()
    value: str = ""

    def said(self) -> str:
        """The reason in English, with its places filled."""
        return self.reason.format(**dict(self.slots))


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """The same remark about one or more entries: `entries` names them all, `value` is that of the first."""

    kind: Kind
    theirs: str
    ours: str
    reason: str
    slots: tuple[tuple[str, str], ...]
    entries: tuple[str, ...]
    value: str

    def said(self) -> str:
        """The reason in English, with its places filled."""
        return self.reason.format(**dict(self.slots))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is to be said about an import or an export.

    `entries` counts what the file held (or what was to be written), `done` what came through.
    """

    direction: Literal["import", "export"]
    format: str
    entries: int
    done: int
    notes: tuple[Note, ...]

    def of(self, kind: Kind) -> tuple[Note, ...]:
        """The notes of one kind."""
        return tuple(note for note in self.notes if note.kind == kind)

    def lines(self) -> tuple[str, ...]:
        """The report in English, a line for each note; the most frequent first within each kind."""
        counts = f"{self.done} of {self.entries} entries"
        notes = [f"{note.kind}: {_way(note)}: {len(note.entries)}{_because(note)}" for note in self.notes]
        return (f"{self.direction} {self.format}: {counts}", *notes)


def _way(note: Note) -> str:
    return " - ".join(part for part in (note.theirs, note.ours) if part) or "entry"


def _because(note: Note) -> str:
    shown = f" (for example {note.entries[0]}: {note.value})" if note.value else ""
    return f". {note.said()}{shown}" if note.reason else ""


def shortened(value: object) -> str:
    """A value as one short line, for a person to recognise it.

    >>> shortened("One\\ntwo")
    'One two'
    """
    said = " ".join(str(value)[: 4 * _SHOWN].split())
    said = said.encode("utf-8", "replace").decode("utf-8")
    return said if len(said) <= _SHOWN else said[: _SHOWN - 1] + "\N{HORIZONTAL ELLIPSIS}"


_ORDER = ("refused", "lacking", "not-mapped", "altered", "mapped")


def gathered(remarks: Iterable[Remark]) -> tuple[Note, ...]:
    """Remarks that say the same become one note."""
    together: dict[tuple[Any, ...], list[Remark]] = {}
    for one in remarks:
        together.setdefault((one.kind, one.theirs, one.ours, one.reason, one.slots), []).append(one)
    notes = [
        Note(
            kind=same[0].kind,
            theirs=same[0].theirs,
            ours=same[0].ours,
            reason=same[0].reason,
            slots=same[0].slots,
            entries=tuple(one.entry for one in same),
            value=same[0].value,
        )
        for same in together.values()
    ]
    return tuple(sorted(notes, key=lambda note: (_ORDER.index(note.kind), -len(note.entries))))
