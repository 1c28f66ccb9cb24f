"""`plumbrule log`: hand the log to others, and check it whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

_LOG = typer.Option("--log", help="The log.", metavar="DIR")


def add_to(app: typer.Typer) -> None:
    """Add the group of verbs."""
    group = typer.Typer(help="Export and check the log.", no_args_is_help=True)
    group.command("export")(export)
    group.command("fsck")(fsck)
    app.add_typer(group, name="log")


def export(
    directory: Annotated[Path, typer.Argument(help="Folder for the copy", metavar="DIR")],
    log: Annotated[Path, _LOG] = Path("log"),
) -> None:
    """Write the log as static files (C2SP tlog-tiles) that any web server can serve."""
    from plumbrule.evidence.log import Log  # noqa: PLC0415 - loaded only when the verb runs

    size = Log.open(log).export(directory)
    Console().print(f"{directory}: {size} entries", highlight=False, soft_wrap=True)


def fsck(log: Annotated[Path, _LOG] = Path("log")) -> None:
    """Recompute every hash of the log. Exit code 0: holds; 1: does not; 2: could not be read."""
    from plumbrule.evidence.log import Log  # noqa: PLC0415 - loaded only when the verb runs

    report = Log.open(log).fsck()
    console = Console(highlight=False, soft_wrap=True)
    for line in report.failures:
        console.print(line, style="bold red")
    console.print(f"{report.size} entries, {len(report.failures)} faults")
    raise typer.Exit(1 if report.failures else 0)
