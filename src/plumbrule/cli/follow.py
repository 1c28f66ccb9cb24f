"""`plumbrule node follow | witness | sync | renew | recover | find`: nodes that follow one another, and the witness kit."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from plumbrule.base.messages import message
from plumbrule.cli.outside import wait_for
from plumbrule.cli.passphrase import ask, new_passphrase, words_for
from plumbrule.cli.progress import bar
from plumbrule.cli.speech import words_in
from plumbrule.errors import InputError, UnreadableError

if TYPE_CHECKING:
    from plumbrule.base.words import Words
    from plumbrule.evidence import Trust, VerifierKey
    from plumbrule.evidence.federation import Outcome

_DIRECTORY = typer.Argument(help="Folder of the node", metavar="DIR")
_AT = typer.Option(help="Where its files are: a web address, or a folder that was carried.", metavar="URL|FOLDER")
_VKEY = typer.Option(help="Its verifier key (log.vkey or witness.vkey), got by another way.", metavar="FILE")
_LANG = typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")


def add_to(group: typer.Typer) -> None:
    """Add the verbs to the group `node`."""
    group.command("follow")(follow)
    group.command("sync")(sync)
    group.command("witness")(witness)
    group.command("serve")(serve)
    group.command("renew")(renew)
    group.command("recover")(recover)
    group.command("acknowledge")(acknowledge)
    group.command("find")(find)


def follow(
    directory: Annotated[Path, _DIRECTORY],
    vkey: Annotated[Path, _VKEY],
    at: Annotated[str, _AT] = "",
    submit: Annotated[
        str, typer.Option(help="Where a witness takes new checkpoints of your log (C2SP tlog-witness).", metavar="URL")
    ] = "",
) -> None:
    """Follow a log, or collect what a witness says about yours: the key tells which. Nothing is fetched before `node sync`.

    Get the key by another way than the files: from the organisation itself, compared by telephone or on paper. Once it
    follows a witness, your log signs nothing before that witness, asked again each time, showed what it saw last.
    A witness with --submit is handed every new checkpoint at the next `node sync`; --at may then be left out.
    """
    from plumbrule.evidence import federation  # noqa: PLC0415 - the network loads only when somebody asks for it

    key = _read_vkey(vkey)
    if not at and not submit:
        raise InputError("no place is named.", expected="--at, or --submit for a witness.", cure="name where its files are.")
    federation.follow(directory, key, at, submit)
    if key.kind.name == "WITNESS" and (directory / "log" / "log.vkey").is_file():
        wait_for(directory / "log", [key])
    Console(highlight=False, soft_wrap=True).print(f"{key.label} ← {' '.join(filter(None, (at, submit)))}", markup=False)


def sync(directory: Annotated[Path, _DIRECTORY], lang: Annotated[str, _LANG] = "en") -> None:
    """One round with everybody: pull, check every byte, store, and only then cosign; collect cosignatures on your log.

    Run it as often as you like, also from cron. What others may have lies in DIR/share afterwards.
    Exit code 0: nothing is wrong, though some may be silent; 1: somebody disagrees, or serves what was not signed.
    """
    raise typer.Exit(_round(directory, words_in(lang), words_for(directory / "keys" / "witness.key")))


def witness(
    directory: Annotated[Path, typer.Argument(help="Folder of the witness; made if it is missing", metavar="DIR")],
    name: Annotated[str, typer.Option(help="Who witnesses: a host of yours, without a scheme; it stays.", metavar="NAME")],
    at: Annotated[str, _AT],
    vkey: Annotated[Path, _VKEY],
    passphrase: Annotated[bool, typer.Option("--passphrase", help="Encrypt a new key; PLUMBRULE_PASSPHRASE, or asked.")] = False,
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Be a witness of a log, in one command: make a key if there is none, follow the log, check all of it, and cosign.

    Run the same line again every hour. Serve DIR/share as static files, or carry it; give DIR/share/witness.vkey to
    those who write policies. Exit codes as `node sync`.
    """
    from plumbrule.evidence import federation  # noqa: PLC0415 - the network loads only when somebody asks for it

    key, words = _read_vkey(vkey), words_in(lang)
    path = directory / "keys" / "witness.key"
    secret = words_for(path) if path.is_file() else new_passphrase(passphrase, path)
    own = federation.make_witness(directory, name, secret)
    federation.follow(directory, key, at)
    Console(highlight=False, soft_wrap=True).print(str(own), style="dim", markup=False)
    raise typer.Exit(_round(directory, words, secret))


def serve(
    directory: Annotated[Path, _DIRECTORY],
    at: Annotated[
        str, typer.Option(help="Where to listen; other machines reach you only if you name it.", metavar="HOST:PORT")
    ] = "127.0.0.1:8700",
) -> None:
    """Let logs that this witness follows hand in their new checkpoints (C2SP tlog-witness), until it is interrupted.

    Cosigns what continues what it cosigned last. Entries still come by `node sync`; run both. Make the key with `node witness`.
    """
    from plumbrule.evidence import federation  # noqa: PLC0415 - the network loads only when somebody asks for it

    console = Console(highlight=False, soft_wrap=True, stderr=True)

    def tell(line: str) -> None:
        console.print(line, style="dim", markup=False)

    place, secret = federation.parse_place(at), words_for(directory / "keys" / "witness.key")
    with federation.witness_server(directory, place, lambda: datetime.now(UTC), tell, secret) as server:
        Console(highlight=False, soft_wrap=True).print(f"http://{server.server_name}:{server.server_port}/", markup=False)
        with suppress(KeyboardInterrupt):
            server.serve_forever()


def renew(
    directory: Annotated[Path, _DIRECTORY],
    pack: Annotated[Path, typer.Argument(help="A pack whose entries lie in the node's log", metavar="PACK")],
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Give a pack new proofs, at the checkpoint that most witnesses cosigned. Its envelopes and files stay as they are."""
    from plumbrule.evidence import federation  # noqa: PLC0415 - loaded only when the verb runs

    words, count = words_in(lang), federation.renew_pack(pack, directory)
    text = message("{pack}: cosigned by {count} now.")
    Console(highlight=False, soft_wrap=True).print(words.say(text, pack=str(pack), count=str(count)), markup=False)


def recover(
    directory: Annotated[Path, _DIRECTORY],
    places: Annotated[
        list[str] | None,
        typer.Option("--from", help="Where a copy of the log is: share/mirrors/… of another node.", metavar="URL|FOLDER"),
    ] = None,
    seen: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint of this log that somebody else kept.", metavar="FILE")
    ] = None,
    freeze: Annotated[
        str, typer.Option(help="If the tail is lost: end this log, and begin one of this name that cites it.", metavar="NAME")
    ] = "",
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Rebuild the node's log from mirrors, checked against every head that anybody saw. The broken one is kept as log.broken.

    One that was broken off in its last steps is finished, without --from. Exit code 1: a head was seen that no copy reaches,
    or two heads contradict each other; nothing was changed.
    """
    from plumbrule.evidence import federation  # noqa: PLC0415 - the network loads only when somebody asks for it

    words, raws = words_in(lang), [_read_checkpoint(path) for path in seen or ()]
    with bar(str(directory)):
        found = federation.recover(
            directory, places or (), lambda: datetime.now(UTC), seen=raws, freeze=freeze, passphrase=ask
        )
    text = message("{log} is back; entries: {size}.")
    if found.lost:
        text = message("{log} begins with the two heads of the log that ended; entries that were seen and are lost: {lost}.")
    said = words.say(text, log=found.origin, size=str(found.size), lost=str(found.lost))
    Console(highlight=False, soft_wrap=True).print(said, markup=False)


def _read_checkpoint(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path} cannot be read: {error.strerror}.", expected="a checkpoint.") from None


def acknowledge(
    directory: Annotated[Path, _DIRECTORY],
    log: Annotated[str, typer.Option(help="The log that signed two histories, as `node status` calls it.", metavar="ORIGIN")],
    by: Annotated[str, typer.Option(help="The person who takes note.", metavar="NAME")],
    why: Annotated[str, typer.Option(help="What was found out, in one line.", metavar="TEXT")],
) -> None:
    """Write down that a person knows of an alarm, so that the next one is noticed. It decides nothing, and deletes nothing.

    Both checkpoints are kept for ever, and of a followed log nothing more is pulled or cosigned. Of your own log, this is
    refused until it was recovered and holds both.
    """
    from plumbrule.evidence import federation  # noqa: PLC0415 - loaded only when the verb runs

    for place in federation.acknowledge(directory, log, by=by, why=why, clock=lambda: datetime.now(UTC)):
        Console(highlight=False, soft_wrap=True).print(str(place), markup=False)


def find(
    directory: Annotated[Path, _DIRECTORY],
    subject: Annotated[str, typer.Option(help="A file's name or SHA-256, or the id of a system.", metavar="TEXT")] = "",
    kind: Annotated[str, typer.Option(help="plan, assessment, commitment, measure, …", metavar="WORD")] = "",
    party: Annotated[str, typer.Option(help="Who signed, by the name of the key, or whom it is about.", metavar="NAME")] = "",
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000)] = 100,
    trust: Annotated[
        Path | None, typer.Option(help="Check the signatures by this trust file, and say which hold and count.", metavar="FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Find statements in the node's log and in every log that it follows. Says where they stand, not whether to believe them.

    With --trust also which signatures hold, by a trust file that came from elsewhere. The index, DIR/index.sqlite3, is
    built from the logs and may be deleted.
    """
    from plumbrule.evidence import federation  # noqa: PLC0415 - loaded only when the verb runs

    words, rules = words_in(lang), None if trust is None else _read_trust(trust)
    with bar(str(directory)):
        found = federation.find(directory, subject=subject, kind=kind, party=party, most=limit, trust=rules)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    console = Console(highlight=False, soft_wrap=True)
    for one in found:
        text = message("{log}, entry {index}: {kind} about {about}, said to be signed by {parties}.")
        values = {"log": one.origin, "index": str(one.index), "kind": one.kind, "about": one.about}
        console.print("•", words.say(text, **values, parties=", ".join(one.parties)), markup=False)
        for line in (signed.sentence() for signed in one.signatures):
            console.print("   ", words.say(line.text, **line.values), markup=False)
    if not found:
        console.print(words.text("Nothing found."))


def _read_trust(path: Path) -> Trust:
    from plumbrule.evidence import parse_trust  # noqa: PLC0415 - cryptography loads only when it is needed

    try:
        return parse_trust(path.read_bytes(), str(path))
    except OSError as error:
        raise UnreadableError(f"{path} cannot be read: {error.strerror}.", expected="a trust file.") from None


def _round(directory: Path, words: Words, secret: str | None) -> int:
    from plumbrule.evidence import federation  # noqa: PLC0415 - the network loads only when somebody asks for it

    with bar(str(directory)):
        outcomes = federation.sync(directory, lambda: datetime.now(UTC), secret)
    console = Console(highlight=False, soft_wrap=True)
    for outcome in outcomes:
        console.print("•", words.say(outcome.said.text, **outcome.said.values), style=_style(outcome), markup=False)
    return 1 if any(outcome.state in {"disagrees", "unfit"} for outcome in outcomes) else 0


def _style(outcome: Outcome) -> str:
    styles = {"disagrees": "bold red", "unfit": "bold red", "silent": "yellow", "behind": "yellow", "noted": "yellow"}
    return styles.get(outcome.state, "")



def _read_vkey(path: Path) -> VerifierKey:
    from plumbrule.evidence import parse_verifier_key  # noqa: PLC0415 - cryptography loads only when it is needed

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnreadableError(f"{path} cannot be read.", expected="a verifier key.", cure="give the .vkey file.") from None
    return parse_verifier_key(text.removesuffix("\n"), str(path))
