"""`plumbrule serve`: a node with a public face, from nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from plumbrule.errors import InputError

THREADS = 6
"""How many answers a process works on at once. Each thread has its own connection; a slow reader of a long list holds one."""
EXAMPLE_NAME = "demo.plumbrule.invalid"


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("serve")(serve)


def serve(
    directory: Annotated[Path, typer.Argument(help="Folder of the node; made if it is missing.", metavar="DIR")],
    name: Annotated[
        str, typer.Option(help="For a new node: who signs, a host of yours and a role; it stays.", metavar="NAME")
    ] = EXAMPLE_NAME,
    address: Annotated[str, typer.Option("--listen", help="Where to listen.", metavar="HOST:PORT")] = "127.0.0.1:8000",
    example: Annotated[bool, typer.Option(help="Bring an example into a register that is empty.")] = True,
    database: Annotated[
        str,
        typer.Option(help="For a new node: keep log and tables in PostgreSQL, not in a file; it stays.", metavar="ADDRESS"),
    ] = "",
    copy: Annotated[bool, typer.Option(help="Before an upgrade, copy the node to DIR/backups.")] = True,
    workers: Annotated[int, typer.Option(help="How many processes answer; more need PostgreSQL to be of use.", min=1)] = 1,
) -> None:
    """Run a node with its public register: the first start makes it, and prints a link for the first account.

    It listens on this machine only, unless told otherwise. Put a server with TLS before it (docs/portal/operation.md).
    """
    if find_spec("django") is None:
        raise InputError(
            "The portal's libraries are not installed.",
            expected="the extra `portal`.",
            cure="pip install 'plumbrule[portal]'",
        )
    from plumbrule_portal.config.first_start import may_sign, prepare  # noqa: PLC0415 - loads Django

    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise InputError(f"--listen {address} is no address.", expected="HOST:PORT, like 127.0.0.1:8000.", cure="mend it.")
    if database:
        os.environ["DATABASE_URL"] = database
    console = Console(highlight=False, soft_wrap=True)
    for line in prepare(directory, name=name, at=f"http://{host}:{port}", example=example, copy=copy):
        console.print(line, markup=False)
    _run(host, int(port), workers, publishes=may_sign(directory))


def _run(host: str, port: int, workers: int, *, publishes: bool) -> None:
    """The publisher as a process of its own, and the server in this one; when the server ends, so does the publisher."""
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # threads that each keep their own free memory keep too much of it
    with ExitStack() as beside:
        if publishes:
            beside.enter_context(_publisher())
        Server(
            "plumbrule_portal.config.wsgi:application",
            address=host.strip("[]"),
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            log_access=False,
        ).serve()


@contextmanager
def _publisher() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "plumbrule_portal.config.publisher"], env=dict(os.environ))
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)
