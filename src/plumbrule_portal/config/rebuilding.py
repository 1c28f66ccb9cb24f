"""`plumbrule rebuild`: every public table anew, from the log and the content store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from plumbrule_portal.config.start import start
from plumbrule_portal.config.upgrading import upgrade


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("rebuild")(rebuild)


def rebuild(
    node: Annotated[Path, typer.Option(help="Folder of the node.", metavar="DIR", envvar="PLUMBRULE_NODE")] = Path("node"),
) -> None:
    """Make every public page's tables anew, from the log and the content store. Readers see the old ones until it is done."""
    start(node)
    for line in upgrade(node, datetime.now(UTC)):
        Console(highlight=False, soft_wrap=True).print(line, markup=False)
    from plumbrule_portal.ledger import actions  # noqa: PLC0415 - needs Django's settings

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Reading the log", total=None)
        size = actions.rebuild(lambda done, all_: progress.update(task, completed=done, total=all_))
    Console(highlight=False).print(f"{size} entries read; every public table was made anew.")
