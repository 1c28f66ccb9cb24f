"""The record `purchase-1`: what becomes public of a decided purchase. Knows no database, no request.

It names the chosen supplier and says, point by point, what their answer rests on; of the others it says how many there were.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

FORM, FILE = "purchase-1", "record.json"
PUBLISHED, CHECKED, DECLARED, CANNOT, NONE = "published", "checked", "declared", "cannot", "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rests:
    """What an answer rests on.

    Args:
        kind: published, checked, declared, cannot or none.
        verdict: of the finding on this very point, "" where the evidence has none.
        entry: position of the published assessment.
        envelope: SHA-256 of the assessment's signed statement, of a pack that was checked and stays private.
        assessor: the organisation whose key signed it, "" if it has none on record.
    """

    kind: str
    verdict: str = ""
    entry: int | None = None
    envelope: str = ""
    assessor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One point: its texts by language, the provisions it answers as (id, citation), why it was taken out, what answers it."""

    requirement: str
    titles: Mapping[str, str]
    provisions: tuple[tuple[str, str], ...]
    wants: str
    out: str
    rests: Rests | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decided purchase, as anybody may read it. `chosen` is "" where nobody was; times are ISO 8601 in UTC."""

    slug: str
    organisation: str
    system: str
    language: str
    title: str
    purpose: str
    profile: str
    rulebook: str
    closed: str
    asked: int
    answered: int
    chosen: str
    reasons: str
    lines: tuple[Line, ...]

    @property
    def last_day(self) -> date:
        """The last day on which suppliers could answer, in UTC."""
        return (datetime.fromisoformat(self.closed) - timedelta(seconds=1)).date()

    @property
    def titles(self) -> dict[str, str]:
        """The title by its language."""
        return {self.language: self.title}

    @property
    def purposes(self) -> dict[str, str]:
        """The purpose by its language."""
        return {self.language: self.purpose}

    @property
    def why(self) -> dict[str, str]:
        """The reasons by their language."""
        return {self.language: self.reasons}

    def taken_out(self) -> Sequence[tuple[Line, dict[str, str]]]:
        """The points that were taken out, each with the reason by its language."""
        return [(line, {self.language: line.out}) for line in self.lines if line.out]

    def asked_lines(self) -> Sequence[Line]:
        """The points that the suppliers were asked."""
        return [line for line in self.lines if not line.out]


def write(decision: Decision) -> bytes:
    """The file of the record: the same decision gives the same bytes."""
    said: dict[str, Any] = {
        "answered": decision.answered,
        "asked": decision.asked,
        "chosen": decision.chosen or None,
        "closed": decision.closed,
        "form": FORM,
        "id": decision.slug,
        "language": decision.language,
        "organisation": decision.organisation,
        "points": [_point(line) for line in decision.lines],
        "profile": decision.profile,
        "purpose": decision.purpose,
        "reasons": decision.reasons,
        "rulebook": decision.rulebook,
        "system": decision.system or None,
        "title": decision.title,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read(raw: bytes) -> Decision:
    """What `write` wrote, as it was agreed to by two people. Raises ValueError, KeyError: bytes of another form."""
    said: dict[str, Any] = json.loads(raw)
    return Decision(
        slug=said["id"],
        organisation=said["organisation"],
        system=said["system"] or "",
        language=said["language"],
        title=said["title"],
        purpose=said["purpose"],
        profile=said["profile"],
        rulebook=said["rulebook"],
        closed=said["closed"],
        asked=said["asked"],
        answered=said["answered"],
        chosen=said["chosen"] or "",
        reasons=said["reasons"],
        lines=tuple(_line(one) for one in said["points"]),
    )


def _point(line: Line) -> dict[str, Any]:
    return {
        "provisions": [list(pair) for pair in line.provisions],
        "requirement": line.requirement or None,
        "rests_on": None if line.rests is None else _rests(line.rests),
        "taken_out": line.out or None,
        "title": dict(line.titles),
        "wants": line.wants,
    }


def _rests(rests: Rests) -> dict[str, Any]:
    return {
        "assessor": rests.assessor or None,
        "entry": rests.entry,
        "envelope": rests.envelope or None,
        "kind": rests.kind,
        "verdict": rests.verdict or None,
    }


def _line(said: Mapping[str, Any]) -> Line:
    rests = said["rests_on"]
    return Line(
        requirement=said["requirement"] or "",
        titles=said["title"],
        provisions=tuple((name, citation) for name, citation in said["provisions"]),
        wants=said["wants"],
        out=said["taken_out"] or "",
        rests=None if rests is None else _read_rests(rests),
    )


def _read_rests(said: Mapping[str, Any]) -> Rests:
    return Rests(
        kind=said["kind"],
        verdict=said["verdict"] or "",
        entry=said["entry"],
        envelope=said["envelope"] or "",
        assessor=said["assessor"] or "",
    )
