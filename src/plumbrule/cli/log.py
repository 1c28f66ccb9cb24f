"""`plumbrule log`: hand the log to others, and check it whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from plumbrule.cli import outside, withdraw
from plumbrule.cli.progress import bar

_LOG = typer.Option("--log", help="The log.", metavar="DIR")


def add_to(app: typer.Typer) -> None:
    """Add the group of verbs."""
    group = typer.Typer(help="Publish, export and check the log.", no_args_is_help=True)
    group.command("export")(export)
    group.command("fsck")(fsck)
    group.command("publish")(outside.publish)
    group.command("withdraw")(withdraw.run)
    group.command("move")(move)
    app.add_typer(group, name="log")


def export(
    directory: Annotated[Path, typer.Argument(help="Folder for the copy", metavar="DIR")],
    log: Annotated[Path, _LOG] = Path("log"),
    check: Annotated[bool, typer.Option("--check", help="Read and compare also what an earlier export wrote.")] = False,
) -> None:
    """Write the log as static files (C2SP tlog-tiles) that any web server can serve, its public files under content/.

    Exporting again adds what is new. Without --check, what lies there must be there, and is not read again.
    """
    from plumbrule.evidence.federation import share_content  # noqa: PLC0415 - loaded only when the verb runs
    from plumbrule.evidence.log import Log  # noqa: PLC0415

    with Log.open(log) as opened:
        with bar(f"{log} → {directory}"):
            opened.export(directory, whole=check)
            share_content(opened.content, directory)
        Console().print(f"{directory}: {opened.size} entries", highlight=False, soft_wrap=True)


def fsck(
    log: Annotated[Path, _LOG] = Path("log"),
    seen: Annotated[
        list[Path] | None,
        typer.Option(
            help="A checkpoint that somebody else kept, or a pack's .tlog-proof; shows whether all was rolled back.",
            metavar="FILE",
        ),
    ] = None,
) -> None:
    """Recompute every hash of the log. Exit code 0: holds; 1: does not; 2: could not be read."""
    from plumbrule.evidence import log as second_door  # noqa: PLC0415 - loaded only when the verb runs

    with bar(str(log)):
        report = second_door.fsck(log, seen=[outside.read_checkpoint(path) for path in seen or ()])
    console = Console(highlight=False, soft_wrap=True)
    for problem in report.problems:
        console.print(str(problem), style="bold red", markup=False)
    console.print(f"{report.size} entries, {report.checkpoints} checkpoints, {len(report.problems)} faults")
    raise typer.Exit(0 if report.holds else 1)


def move(
    address: Annotated[str, typer.Argument(help="postgresql://USER@HOST/NAME; the password in PGPASSWORD", metavar="ADDRESS")],
    log: Annotated[Path, _LOG] = Path("log"),
) -> None:
    """Move a log that has outgrown its file into PostgreSQL. Key, entries and checkpoints stay what they are.

    The old file is kept beside the log. Stop what writes to the log first; what goes on writing is refused.
    """
    from plumbrule.evidence.log import move_log  # noqa: PLC0415 - loaded only when the verb runs

    with bar(str(log)):
        moved = move_log(log, address)
    Console().print(f"{log}: {moved} entries", highlight=False, soft_wrap=True)

