"""`plumbrule node outside`, and how every verb that signs opens a log: ask those outside first what they saw last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from plumbrule.base.messages import message
from plumbrule.cli.passphrase import log_signer
from plumbrule.cli.speech import words_in
from plumbrule.errors import InputError, UnreadableError

if TYPE_CHECKING:
    from plumbrule.evidence import VerifierKey
    from plumbrule.evidence.log import Log


def open_to_sign(directory: Path, seen: Sequence[Path] = ()) -> Log:
    """Open a log and hold it against what its parties outside saw last; their witnesses are asked where the node follows them.

    Raises:
        WaitingError: too few of them could be heard; nothing was signed or recorded.
        UnreadableError: the log does not open, or does not continue what somebody saw.
    """
    from plumbrule.evidence.federation import hear_outside  # noqa: PLC0415 - the network loads only when somebody asks for it
    from plumbrule.evidence.log import Log, WaitingError  # noqa: PLC0415

    log = Log.open(directory, log_signer(directory), seen=[read_checkpoint(path) for path in seen])
    try:
        said = hear_outside(directory.absolute().parent, log)
        log.gate.check()
    except WaitingError as error:
        log.close()
        got = " ".join([error.got, *map(str, said)])
        raise WaitingError(got, expected=error.expected, cure=error.cure) from None
    except BaseException:
        log.close()
        raise
    return log


def wait_for(log: Path, keys: Iterable[VerifierKey]) -> tuple[str, ...]:
    """Let a log wait for these witnesses as well before it signs; returns the names of all that it waits for."""
    from plumbrule.evidence.log import read_settings, set_outside  # noqa: PLC0415 - loaded only when the verb runs

    settings = read_settings(log)
    parties = tuple({key.label: key for key in (*settings.outside, *keys)}.values())
    return tuple(key.name for key in set_outside(log, parties, settings.required).outside)


def run(
    directory: Annotated[Path, typer.Argument(help="Folder of the node", metavar="DIR")],
    add: Annotated[
        list[Path] | None, typer.Option(help="Verifier key of a witness whose head must be seen.", metavar="FILE")
    ] = None,
    drop: Annotated[list[str] | None, typer.Option(help="Name of a witness that is waited for no more.", metavar="NAME")] = None,
    required: Annotated[int | None, typer.Option(help="How many of them must be heard.", min=1, metavar="N")] = None,
    lang: Annotated[str, typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
) -> None:
    """Name the witnesses whose latest head must be seen, each time the log is opened, before it signs; without options: say who.

    A snapshot of a machine, restored, rolls back everything that lies on it. Only somebody outside can tell. Following a
    witness of one's own log (`node follow`) names it here, too. Dropping the last takes the protection away.
    """
    from plumbrule.evidence.log import Log, log_status, read_settings, set_outside  # noqa: PLC0415 - loaded only when it runs

    log, settings = directory / "log", read_settings(directory / "log")
    strangers = set(drop or ()) - {key.name for key in settings.outside}
    if strangers:
        raise InputError(f"this log does not wait for {min(strangers)}.", expected="a name that `node outside DIR` prints.")
    parties = [key for key in settings.outside if key.name not in (drop or ())] + [read_vkey(path) for path in add or ()]
    if add or drop or required:
        kept = {key.label: key for key in parties}
        least = required or max(1, min(settings.required, len(kept)))
        set_outside(log, tuple(kept.values()), least)
    with Log.open(log) as opened:
        line = log_status(opened).about_outside()
    Console(highlight=False, soft_wrap=True).print("•", words_in(lang).say(line.text, **line.values), markup=False)


def publish(
    log: Annotated[Path, typer.Option("--log", help="The log.", metavar="DIR")] = Path("log"),
    seen: Annotated[
        list[Path] | None,
        typer.Option(help="A head of this log that a witness shows now; not from this machine's disk.", metavar="FILE"),
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
) -> None:
    """Sign a checkpoint over everything that is recorded. The witnesses that the node follows are asked first."""
    from datetime import UTC, datetime  # noqa: PLC0415 - loaded only when the verb runs

    from plumbrule.evidence import parse_checkpoint, parse_note  # noqa: PLC0415

    with open_to_sign(log, seen or ()) as opened:
        size = parse_checkpoint(parse_note(opened.publish(lambda: datetime.now(UTC)))).size
    said = words_in(lang).say(message("Published entries of the log {log}: {count}."), log=opened.origin, count=str(size))
    Console(highlight=False, soft_wrap=True).print(said, markup=False)


def read_vkey(path: Path) -> VerifierKey:
    """The verifier key in a file. Raises UnreadableError."""
    from plumbrule.evidence import parse_verifier_key  # noqa: PLC0415 - cryptography loads only when it is needed

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnreadableError(f"{path} cannot be read.", expected="a verifier key.", cure="give the .vkey file.") from None
    return parse_verifier_key(text.removesuffix("\n"), str(path))


def read_checkpoint(path: Path) -> bytes:
    """A checkpoint by itself, as a witness lays it out, or the one in the proof of a pack. Raises UnreadableError."""
    from plumbrule.evidence import parse_proof  # noqa: PLC0415 - as above

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableError(
            f"{path} cannot be read: {error.strerror}.", expected="a checkpoint.", cure="give the file of a checkpoint."
        ) from None
    return parse_proof(raw, str(path)).checkpoint if path.suffix == ".tlog-proof" else raw
