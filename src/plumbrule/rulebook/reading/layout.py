"""What structure gives: stretches of the text, each with its owner, and the units among the owners."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from plumbrule.base.messages import message
from plumbrule.rulebook.reading.model import Fault, Kind, Outside, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A unit as structure finds it. `mark` is how many characters its number or bullet takes; `governed_by` names the unit
    or gives the stretch that is its lead-in."""

    id: str
    kind: Kind
    parent: str | None = None
    mark: int = 0
    governed_by: str | Span | None = None
    displaced: bool = False


@dataclass(slots=True, kw_only=True)
class Layout:
    """Who owns which line, filled rule by rule. An owner is the id of a unit or a word for what stands outside."""

    units: dict[str, Found] = field(default_factory=dict)
    parts: dict[str, list[Span]] = field(default_factory=dict)
    outside: list[tuple[Span, Outside]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    times: dict[str, int] = field(default_factory=dict)

    def add(self, unit: Found, *spans: Span) -> str:
        """A new unit with its first stretches; a second one with the same id gets a number and a fault."""
        self.times[unit.id] = times = self.times.get(unit.id, 0) + 1
        if times > 1:
            what = message("the number {number} stands more than once")
            self.faults.append(Fault(at=spans[0] if spans else (0, 0), what=what, values=(("number", unit.id),)))
            unit = replace(unit, id=f"{unit.id}~{times}")
        self.units[unit.id] = unit
        self.parts[unit.id] = list(spans)
        return unit.id

    def extend(self, name: str, span: Span) -> None:
        """One more stretch of a unit."""
        self.parts[name].append(span)

    def leave(self, span: Span, what: Outside) -> None:
        """A stretch outside the provisions."""
        if span[1] > span[0]:
            self.outside.append((span, what))
