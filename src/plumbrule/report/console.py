"""What every table in a terminal is made of: groups, values with their interval, signs that need no colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from plumbrule.base.messages import harmless, message
from plumbrule.base.observation import Group
from plumbrule.base.words import MINUS, Words
from plumbrule.report.views.figures import scaled

STYLES: Mapping[str, str] = {"good": "green", "bad": "bold red", "open": "yellow", "faint": "dim", "plain": ""}
SIGNS: Mapping[str, str] = {"good": "+", "bad": "x", "open": "?", "faint": "-", "plain": " "}
"""A sign of its own for each tone: colour is never the only thing that says it."""
MOST = 24
"""How many lines of one table an audit prints; `--json` holds all of them."""


class _Plain(Table):
    """A table whose texts are only texts: names from somebody's file may hold escapes, or brackets that rich would obey."""

    def add_row(self, *cells: Any, **options: Any) -> None:
        super().add_row(*(Text(harmless(cell)) if isinstance(cell, str) else cell for cell in cells), **options)


def new_table(words: Words, title: str, *columns: str, translate: bool = True) -> Table:
    """A table whose cells wrap: nothing is cut off in a narrow terminal."""
    table = _Plain(
        title=Text(words.text(title) if translate else title, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        expand=False,
        pad_edge=False,
    )
    for column in columns:
        table.add_column(words.text(column), overflow="fold")
    return table


def put(console: Console, table: Table) -> None:
    """Print; where the terminal's encoding lacks a sign, its plain form stands for it."""
    if _speaks(console):
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    console.out(_plain(captured.get(), console.encoding), highlight=False)


def say(console: Console, text: str, style: str = "") -> None:
    """A line of text, as plain as the terminal needs it."""
    text = harmless(text)
    console.print(Text(text if _speaks(console) else _plain(text, console.encoding), style=style))


def say_more(console: Console, words: Words, length: int, printed: int = MOST) -> None:
    """How many lines were left out."""
    if length > printed:
        say(console, words.many("{n} more line: see --json.", "{n} more lines: see --json.", length - printed), style="dim")


def group_text(words: Words, group: Group, *, names: bool = False) -> str:
    """Who is looked at, in the table's own words."""
    if not group:
        return words.text(message("everybody"))
    said = [(name, words.text(message("unknown")) if value is None else value) for name, value in group.items()]
    return harmless(", ".join(f"{name}: {value}" if names else value for name, value in said))


def pair_text(words: Words, gap: Mapping[str, Any]) -> Text:
    """Who is compared with whom."""
    return Text(
        words.say(
            message("{group} compared with {reference}"),
            group=group_text(words, gap["group"]),
            reference=group_text(words, gap["reference"]),
        )
    )


def estimate_cells(estimate: Mapping[str, Any], metric: str, measure: str, words: Words) -> tuple[str, str, str]:
    """Value, interval and sample size; an unknown value says why in the place of the interval."""
    n = estimate.get("n", 0)
    rows = " / ".join(people_text(part, words) for part in (n if isinstance(n, list | tuple) else [n]))
    if estimate["state"] != "known":
        return words.text(message("not known")), _why(estimate, metric, measure, words), rows
    low, high = (scaled(words, measure, metric, estimate[side], unit=False) for side in ("low", "high"))
    return scaled(words, measure, metric, estimate["value"]), words.say(message("{low} to {high}"), low=low, high=high), rows


def _why(unknown: Mapping[str, Any], metric: str, measure: str, words: Words) -> str:
    """Why a value is not known, after the bounds it lies between where there are any."""
    if "bounds" not in unknown:
        return reason_text(words, unknown)
    low, high = (scaled(words, measure, metric, side, unit=False) for side in unknown["bounds"])
    return words.say(message("between {low} and {high}: {reason}"), low=low, high=high, reason=reason_text(words, unknown))


def people_text(n: int | Mapping[str, Any], words: Words) -> str:
    """A number of people, or what is known of it."""
    if isinstance(n, int):
        return words.whole(n)
    if "most" in n:
        return words.say(message("{low} to {high}"), low=words.whole(n["least"]), high=words.whole(n["most"]))
    return words.say(message("at least {n}"), n=words.whole(n["least"]))


def reason_text(words: Words, unknown: Mapping[str, Any]) -> str:
    """Why a value is not known."""
    reason: str = unknown["reason"]
    return words.text(reason)


def beyond_text(words: Words, gap: Mapping[str, Any]) -> Text:
    """Whether a gap is beyond the tolerance, with a sign that needs no colour."""
    said, tone = {True: (message("yes"), "bad"), False: (message("no"), "good")}.get(
        gap["beyond"], (message("cannot be said"), "open")
    )
    return Text(f"{SIGNS[tone]} {words.text(said)}", style=STYLES[tone])


def _speaks(console: Console) -> bool:
    return console.encoding.lower().replace("-", "") in {"utf8", "utf16", "utf32"}


def _plain(text: str, encoding: str) -> str:
    """The text in an encoding without our signs (a pipe on Windows): a hyphen for the minus, `?` for what is left."""
    for sign, stand_in in ((MINUS, "-"), ("–", "-"), ("×", "x"), ("’", "'"), ("“", '"'), ("”", '"'), ("…", "...")):
        text = text.replace(sign, stand_in)
    return text.encode(encoding, errors="replace").decode(encoding)
