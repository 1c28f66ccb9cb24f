"""What is said of attributes that are too fine to make groups: `notes` in `plumbrule audit --json`, and a line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from plumbrule.base.messages import message
from plumbrule.base.words import Words
from plumbrule.lab import Fineness
from plumbrule.report.console import STYLES, say

TEXTS: Mapping[str, str] = {
    "fine": message(
        "{attribute} has about {levels} values in {rows} rows, fewer than ten rows to a value: most of its groups are too "
        "small to compare. Group its values, in a query or with --cut."
    ),
    "fine-cut": message(
        "{attribute} has about {levels} values in {rows} rows, fewer than ten rows to a value: most of its groups are too "
        "small to compare. If it is an amount, cut it: --cut {cut}"
    ),
    "left-out": message(
        "{attribute} was left out: about {levels} values in {rows} rows are single people, not groups. Group its values in a "
        "query, for instance by their first letters."
    ),
    "left-out-cut": message(
        "{attribute} was left out: about {levels} values in {rows} rows are single people, not groups. If it is an amount, "
        "cut it: --cut {cut}"
    ),
    "too-many": message(
        "{attribute} was left out: together with the others its {levels} values would make about {rows} combinations. Look at "
        "it by itself, or group its values."
    ),
    "limited": message(
        "Combinations of more than {order} attributes were not looked at: there would be more than {most} groups. Name fewer "
        "attributes, or group their values."
    ),
}
"""What is said, by its code; `-cut` where there is a cut to copy."""


def notes_object(fine: Sequence[Fineness], order: int | None, most: int) -> list[dict[str, Any]]:
    """One object for each thing to know about the attributes; `text` is English, the numbers stand beside it.

    Args:
        fine: what was seen of attributes before the count.
        order: the most attributes that were combined, where that was limited to look at no more than `most` groups.
        most: see `order`.
    """
    notes = []
    for one in fine:
        code = {"kept": "fine", "left-out": "left-out", "too-many": "too-many"}[one.became] + ("-cut" if one.cut else "")
        values = {"attribute": one.attribute, "levels": one.levels, "rows": one.rows, **({"cut": one.cut} if one.cut else {})}
        notes.append(_note(code, values))
    if order is not None:
        notes.append(_note("limited", {"order": order, "most": most}))
    return notes


def print_notes(found: Mapping[str, Any], console: Console, words: Words) -> None:
    """A line for each note, in the reader's language."""
    for one in found.get("notes", ()):
        values = {name: words.whole(value) if isinstance(value, int) else value for name, value in one.items()}
        text = TEXTS[one["code"]]
        say(
            console,
            words.say(text, **{name: value for name, value in values.items() if f"{{{name}}}" in text}),
            style=STYLES["open"],
        )


def _note(code: str, values: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
    return {"code": code, "text": TEXTS[code].format(**shown), **values}
