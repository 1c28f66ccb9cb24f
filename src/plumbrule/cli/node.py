"""`plumbrule node`: a node's keys and log."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from plumbrule.cli import cases, follow, node_begin, node_keys, outside
from plumbrule.cli.speech import words_in


def add_to(app: typer.Typer) -> None:
    """Add the group of verbs."""
    group = typer.Typer(help="Keys and log of a node, and the nodes that it follows.", no_args_is_help=True)
    group.command("init")(init)
    group.command("status")(status)
    group.command("outside")(outside.run)
    follow.add_to(group)
    node_keys.add_to(group)
    cases.add_to(group)
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
    witness: Annotated[
        list[Path] | None,
        typer.Option("--outside", help="Verifier key of a witness whose head must be seen before the log signs.", metavar="FILE"),
    ] = None,
    offline_key: Annotated[
        Path | None,
        typer.Option(help="Make a second key here, on a stick: it alone can replace yours. Take it away.", metavar="FILE"),
    ] = None,
    passphrase: Annotated[bool, typer.Option("--passphrase", help="Encrypt the keys; PLUMBRULE_PASSPHRASE, or asked.")] = False,
    lang: Annotated[str, typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
) -> None:
    """Make a node: a key that signs statements and acts on keys, and a log with a key of its own.

    The keys lie in files that only you can read. Keep them out of backups that others can read. Who may act on keys stands in
    DIR/trust/root.toml: give it to others by another way than the log, and let them compare the fingerprint.
    """
    from plumbrule.evidence.log import Settings, waiting_for  # noqa: PLC0415 - cryptography loads on use

    words = words_in(lang)
    settings = Settings(database=database, guard=guard and guard.absolute())
    settings = waiting_for(settings, tuple(outside.read_vkey(path) for path in witness or ()))
    node = node_begin.make(directory, name, settings, offline_key, encrypt=passphrase)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"--key {node.statement_key} --log {node.log}")
    console.print(f"{node.signer}\n{node.log_verifier}", style="dim", markup=False)
    for line in node_begin.said(node, offline_key):
        console.print("•", words.say(line.text, **line.values), markup=False)


def status(
    directory: Annotated[Path, typer.Argument(help="Folder of the node", metavar="DIR")],
    lang: Annotated[str, typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
) -> None:
    """Say in one screen how the log stands, and everybody whom the node follows: how far, silent, or disagreeing.

    The log and every mirror are checked as at every start; nobody is asked anything. Exit code 1 if somebody disagrees, 2
    if the log or a mirror does not open.
    """
    from plumbrule.evidence.federation import standing  # noqa: PLC0415 - loaded only when the verb runs
    from plumbrule.evidence.log import Log, log_status  # noqa: PLC0415

    words, console = words_in(lang), Console(highlight=False, soft_wrap=True)
    others, own = standing(directory), None
    if others.published is not None or not others.peers:
        with Log.open(directory / "log") as log:
            own = log_status(log)
    if as_json:
        told = {} if own is None else {**asdict(own), "guard": str(own.guard)}
        typer.echo(json.dumps({"log": told or None, **others.to_json()}, ensure_ascii=False))
    else:
        for line in (*(own.sentences() if own else ()), *others.sentences()):
            console.print("•", words.say(line.text, **line.values), markup=False)
    raise typer.Exit(0 if others.holds else 1)
