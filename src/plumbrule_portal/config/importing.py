"""`plumbrule import`: take in what other registers declare."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from plumbrule.errors import InputError
from plumbrule_portal.config.heads import sign_head
from plumbrule_portal.config.upgrading import ready

MAX_FILE = 256 * 2**20
FORMATS = {
    "nl-register": "The Dutch algorithm register, as one JSON file of all entries.",
    "nl-standard-1.0": "The Dutch publication standard 1.0: one or more whole entries.",
    "uk-atrs": "The British records of algorithmic transparency, JSON or CSV.",
    "cyclonedx": "A CycloneDX ML-BOM.",
    "model-card": "A model card in Markdown.",
}


def add_to(app: typer.Typer) -> None:
    """Add the group of verbs, one for each format."""
    group = typer.Typer(
        help="Take in what other registers declare; it is marked as declared, not verified.", no_args_is_help=True
    )
    for name, meaning in FORMATS.items():
        group.command(name, help=meaning)(_verb(name))
    app.add_typer(group, name="import")


def _verb(kind: str) -> Callable[[Path, Path], None]:
    def run(
        file: Annotated[Path, typer.Argument(help="The file.", metavar="FILE")],
        node: Annotated[Path, typer.Option(help="Folder of the node.", metavar="DIR", envvar="PLUMBRULE_NODE")] = Path("node"),
    ) -> None:
        _take(kind, file, node)

    return run


def _take(kind: str, file: Path, node: Path) -> None:
    content = _read(file)
    ready(node)
    from plumbrule_portal.systems.importing import take  # noqa: PLC0415 - needs Django's settings

    console = Console(highlight=False, soft_wrap=True)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Publishing", total=None)
        taken = take(content, kind, datetime.now(UTC), lambda done, all_: progress.update(task, completed=done, total=all_))
    for line in taken.report.lines():
        console.print(line, markup=False)
    console.print(f"{taken.new} new, {taken.changed} changed, {taken.same} as before; {taken.organisations} new organisations.")
    if taken.withdrawn:
        console.print(f"{taken.withdrawn} were withdrawn here, and stay so: enter them by hand if they should come back.")
    sign_head(node, datetime.now(UTC))  # last: what came in is told, and stays, also where the log may not sign yet


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", expected="a file.", cure="check the path.") from None
    if len(content) > MAX_FILE:
        raise InputError(f"{file} is larger than {MAX_FILE >> 20} MiB.", expected="one register.", cure="split it.")
    return content
