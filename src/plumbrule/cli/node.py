"""`plumbrule node`: a node's keys and log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from plumbrule.cli.speech import words_in


def add_to(app: typer.Typer) -> None:
    """Add the group of verbs."""
    group = typer.Typer(help="Keys and log of a node.", no_args_is_help=True)
    group.command("init")(init)
    group.command("status")(status)
    app.add_typer(group, name="node")


def init(
    directory: Annotated[Path, typer.Argument(help="Folder of the new node", metavar="DIR")],
    name: Annotated[str, typer.Option(help="Who signs: a host of yours and a role, without a scheme; it stays.", metavar="NAME")],
    guard: Annotated[
        Path | None, typer.Option(help="Where the log's last signed checkpoint lies: best on another disk.", metavar="FILE")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(help="postgresql://USER@HOST/NAME instead of a file; its password in PGPASSWORD.", metavar="ADDRESS"),
    ] = None,
) -> None:
    """Make a node: a key that signs statements, and a log with a key of its own.

    The keys lie in files that only you can read. Keep them out of backups that others can read.
    """
    from plumbrule.evidence.log import Settings, create_node  # noqa: PLC0415 - cryptography loads only when something is signed

    node = create_node(directory, name=name, settings=Settings(database=database, guard=guard and guard.absolute()))
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"--key {node.statement_key} --log {node.log}")
    console.print(f"{node.signer}\n{node.log_verifier}", style="dim", markup=False)


def status(
    directory: Annotated[Path, typer.Argument(help="Folder of the node", metavar="DIR")],
    lang: Annotated[str, typer.Option(help="Language of the output: en, zh.", metavar="xx")] = "en",
) -> None:
    """Say how the node's log stands: what is recorded, what is published, where its parts lie.

    The log is checked as at every start. Exit code 2 if it does not open.
    """
    from plumbrule.evidence.log import Log, log_status  # noqa: PLC0415 - loaded only when the verb runs

    words, console = words_in(lang), Console(highlight=False, soft_wrap=True)
    with Log.open(directory / "log") as log:
        for line in log_status(log).sentences():
            console.print("•", words.say(line.text, **line.values), markup=False)
