"""`plumbrule watch`: look at a decision table again and again, and ring when it has changed."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from plumbrule.cli.progress import bar
from plumbrule.cli.speech import words_in
from plumbrule.errors import InputError

if TYPE_CHECKING:
    from plumbrule.base.words import Words
    from plumbrule.lab.families.watch.run import Watched

ALARM = 1


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("watch")(run)


def run(
    config: Annotated[Path, typer.Argument(help="What is watched, in the form of plumbrule-watch/1", metavar="CONFIG")],
    today: Annotated[
        str | None, typer.Option(help="Look at windows that ended before this day; the computer's date.", metavar="DATE")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Look once at every closed window of a decision table, write down what it shows, and ring when something has changed.

    Made to run daily from cron: a window already looked at is left alone. Exit code 0: quiet; 1: an alarm has rung, now or
    in an earlier run; 2: bad input.
    """
    from plumbrule.lab.families.watch.run import run_watch  # noqa: PLC0415 - numpy and duckdb load only when a table is read

    words, day = words_in(lang), _day(today)
    with bar(words.text("Counting")):
        seen = run_watch(config, today=day)
    if as_json:
        typer.echo(json.dumps(_document(seen), ensure_ascii=False, allow_nan=False))
    else:
        _show(seen, words, Console(soft_wrap=True, highlight=False))
    raise typer.Exit(ALARM if seen.exit_code() else 0)


def _day(text: str | None) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if text else dt.date.today()
    except ValueError:
        raise InputError(f"{text!r} is no day.", expected="a date such as 2026-11-21", cure="Correct --today.") from None


def _document(seen: Watched) -> dict[str, object]:
    from dataclasses import asdict  # noqa: PLC0415

    return {
        "watch": seen.state.watch,
        "windows": [asdict(line) for line in seen.lines],
        "rang": [{"stream": stream.name, "window": stream.rang} for stream in seen.state.rang()],
        "changed": list(seen.changed),
        "undated": seen.undated,
    }


def _show(seen: Watched, words: Words, console: Console) -> None:
    if not seen.lines:
        console.print(words.text("No new window."))
    else:
        table = Table(title_justify="left")
        for name in (words.text("Window"), words.text("Rows"), words.text("Strongest evidence of a change")):
            table.add_column(name, overflow="fold")
        for line in seen.lines:
            most = max(line.streams, key=lambda one: one.worth)
            shown = f"{most.stream}: {words.number(most.worth, 1)} / {words.number(most.limit)}"
            table.add_row(line.window, words.whole(line.rows), words.text("too few rows") if line.left_out else shown)
        console.print(table)
    for stream in seen.state.rang():
        said = words.say("The alarm of {stream} rang in window {window}.", stream=stream.name, window=stream.rang)
        console.print(said, style="bold red", markup=False)
    if not seen.state.rang():
        console.print(words.text("No alarm has rung. That is no proof that nothing has changed."))
    for window in seen.changed:
        console.print(words.say("Window {window} has other rows than when it was looked at.", window=window), markup=False)
    if seen.undated:
        console.print(words.say("{n} rows belong to no window: no time, or before the baseline.", n=words.whole(seen.undated)))
