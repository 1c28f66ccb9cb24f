"""The command line: one file per verb. Only here does an error become an exit code.

Other packages add verbs through the entry points `plumbrule.commands`, each a function that takes the Typer
application and adds to it.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from contextlib import suppress
from importlib.metadata import entry_points
from typing import NoReturn

import typer
from rich.console import Console

from plumbrule import __version__
from plumbrule.base.messages import harmless
from plumbrule.cli import ask, assess, audit, compare, demo, log, node, plan, read, rulebook, search, show, verify, watch
from plumbrule.errors import LimitError, OutputError, PlumbruleError

__all__ = ["application", "main"]

INTERRUPTED = 130
_NO_PLACE = "No usable temporary directory"  # what Python says where no disk for temporary files has room
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


def application() -> typer.Typer:
    """The Typer application with all verbs, ours and those of other packages."""
    app = typer.Typer(
        name="plumbrule",
        help="A rule on one side, facts on the other, and a finding where they meet, signed so that a stranger can check it.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    app.callback()(_root)
    for verb in (audit, plan, assess, verify, watch, ask, read, search, show, compare, demo):
        verb.add_to(app)
    for group in (node, log, rulebook):
        group.add_to(app)
    for found in entry_points(group="plumbrule.commands"):
        found.load()(app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"plumbrule {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and stop.", callback=_version, is_eager=True),
) -> None:
    pass


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        code = _run()
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        # A library may hand the same Ctrl-C on a second time; it must not end us in another way than the first.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        Console(stderr=True).print("Interrupted. Nothing half-written was left behind.", style="bold")
        _leave_at_once(code)
    sys.exit(code)


def _leave_at_once(code: int) -> NoReturn:
    """Where Ctrl-C came inside text that Python ran (dataclasses are made so), `sys.exit` would end us by the signal."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _run() -> int:
    failure: PlumbruleError
    try:
        code = _called()
        sys.stdout.flush()  # here, where a full disk can still be told
    except PlumbruleError as error:
        failure = error
    except MemoryError:
        failure = LimitError(
            "There is not enough memory for this.",
            expected="a table whose groups fit into the memory of this machine",
            cure="Name fewer attributes, cut those with very many values into classes (--cut), or use a larger machine.",
        )
    except OSError as error:
        if error.errno not in {*_NO_ROOM, errno.EPIPE} and _NO_PLACE not in str(error):
            raise
        _drop_output()
        if error.errno == errno.EPIPE:  # the reader has seen enough
            return 0
        failure = OutputError(
            f"{error.filename or 'The output'} cannot be written ({error.strerror}).",
            expected="room on the disk",
            cure="Free some room, or write to another place. Nothing half-written was left behind.",
        )
    else:
        return code
    _explain(failure)  # outside, when the memory of the run is free again
    return failure.exit_code


def _called() -> int:
    try:
        application()()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def _drop_output() -> None:
    """What could not be written is not tried again when Python ends."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _explain(error: PlumbruleError) -> None:
    """What we got, what we expected, how to mend it: three lines on stderr."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[bold red]Got:[/] {_plain(error.got)}")
    if error.expected:
        console.print(f"[bold]Expected:[/] {_plain(error.expected)}")
    if error.cure:
        console.print(f"[bold green]Cure:[/] {_plain(error.cure)}")


def _plain(text: str) -> str:
    return harmless(text).replace("[", r"\[")
