"""`plumbrule node`: a node's keys and log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from plumbrule.errors import OutputError

STATEMENT_KEY = "statement.key"


def add_to(app: typer.Typer) -> None:
    """Add the group of verbs."""
    group = typer.Typer(help="Keys and log of a node.", no_args_is_help=True)
    group.command("init")(init)
    app.add_typer(group, name="node")


def init(
    directory: Annotated[Path, typer.Argument(help="Folder of the new node", metavar="DIR")],
    origin: Annotated[str, typer.Option(help="Name of the log, for ever: a host and path of yours, without a scheme.", metavar="NAME")],
    name: Annotated[str, typer.Option(help="Name of the organisation or role that signs statements.", metavar="NAME")],
) -> None:
    """Make a node: a key that signs statements, a log with its own key. Keep both keys out of backups that others read."""
    make(directory, origin=origin, name=name)
    Console().print(f"{directory / STATEMENT_KEY}\n{directory / 'log'}", highlight=False, soft_wrap=True)


def make(directory: Path, *, origin: str, name: str) -> None:
    """Create the keys and the log.

    Raises:
        OutputError: the folder holds something already.
    """
    from plumbrule import evidence  # noqa: PLC0415 - cryptography loads only when something is signed
    from plumbrule.evidence.log import Log  # noqa: PLC0415

    if directory.exists() and any(directory.iterdir()):
        raise OutputError(f"{directory} is not empty.", expected="a new or empty folder", cure="Choose another folder; a node's keys are never replaced.")
    directory.mkdir(parents=True, exist_ok=True)
    evidence.write_key(directory / STATEMENT_KEY, evidence.new_signer(name))
    Log.create(directory / "log", origin)
