"""`plumbrule node`: a node's keys and log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def add_to(app: typer.Typer) -> None:
    """Add the group of verbs."""
    group = typer.Typer(help="Keys and log of a node.", no_args_is_help=True)
    group.command("init")(init)
    app.add_typer(group, name="node")


def init(
    directory: Annotated[Path, typer.Argument(help="Folder of the new node", metavar="DIR")],
    name: Annotated[str, typer.Option(help="Who signs: a host of yours and a role, without a scheme; it stays.", metavar="NAME")],
) -> None:
    """Make a node: a key that signs statements, and a log with a key of its own.

    The keys lie in files that only you can read. Keep them out of backups that others can read.
    """
    from plumbrule.evidence.log import create_node  # noqa: PLC0415 - cryptography loads only when something is signed

    node = create_node(directory, name=name)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"--key {node.statement_key} --log {node.log}")
    console.print(f"{node.signer}\n{node.log_verifier}", style="dim", markup=False)
