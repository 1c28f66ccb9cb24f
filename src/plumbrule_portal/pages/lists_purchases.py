"""What the list of decided purchases holds: plain values that every format writes."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from plumbrule_portal.pages.lists import address, moment
from plumbrule_portal.systems.purchases.queries_public import Published

COLUMNS = (
    "id", "address", "title", "title_language", "organisation", "system", "profile", "last_day", "asked", "answered", "chosen",
    "published", "checked", "declared", "cannot", "none", "entry", "created", "licence",
)  # fmt: skip
"""`published` to `none` count the points by what the chosen supplier's answer rests on."""
KINDS = ("published", "checked", "declared", "cannot", "none")


def purchase_object(one: Published) -> dict[str, Any]:
    """A decision with its points. Where its file was withdrawn, only who decided and where it stands in the log."""
    said, row = one.said, one.row
    head: dict[str, Any] = {
        "id": row.slug,
        "address": address("decision", row.slug),
        "organisation": row.organisation,
        "system": row.system or None,
        "entry": row.entry,
        "created": moment(row.created),
        "withdrawn": said is None,
    }
    if said is None:
        return head
    return head | {
        "title": said.titles,
        "purpose": said.purposes,
        "reasons": said.why,
        "profile": said.profile,
        "rulebook": said.rulebook,
        "last_day": said.last_day.isoformat(),
        "asked": said.asked,
        "answered": said.answered,
        "chosen": said.chosen or None,
        "points": [
            {
                "requirement": line.requirement or None,
                "title": line.titles,
                "provisions": [citation for _, citation in line.provisions],
                "taken_out": line.out or None,
                "rests_on": line.rests.kind if line.rests else None,
                "verdict": (line.rests.verdict or None) if line.rests else None,
                "evidence": line.rests.entry if line.rests else None,
            }
            for line in said.lines
        ],
    }


def purchase_line(one: Published) -> dict[str, Any]:
    """A decision in one line."""
    said, row = one.said, one.row
    kinds = [line.rests.kind for line in said.asked_lines() if line.rests] if said else []
    return {
        "id": row.slug,
        "address": address("decision", row.slug),
        "title": said.title if said else "",
        "title_language": said.language if said else "",
        "organisation": row.organisation,
        "system": row.system,
        "profile": said.profile if said else "",
        "last_day": said.last_day.isoformat() if said else "",
        "asked": said.asked if said else "",
        "answered": said.answered if said else "",
        "chosen": said.chosen if said else "",
        **{kind: kinds.count(kind) if said and said.chosen else "" for kind in KINDS},
        "entry": row.entry,
        "created": moment(row.created),
        "licence": settings.OFFICE.licence,
    }
