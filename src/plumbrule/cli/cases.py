"""`plumbrule node cases`: cases of people in a restricted log, and what is published of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from plumbrule.base.messages import message
from plumbrule.cli.outside import open_to_sign
from plumbrule.cli.passphrase import ask, log_signer, read_signer
from plumbrule.cli.speech import words_in
from plumbrule.errors import InputError, OutputError, UnreadableError, VerificationError

if TYPE_CHECKING:
    from plumbrule.evidence import KeySigner
    from plumbrule.evidence.log import Cases

_NODE = typer.Argument(help="Folder of the node", metavar="DIR")
_CASE = typer.Argument(help="The case, as `node cases add` called it", metavar="SALTED")
_KEY = typer.Option(help="Key file that signs; if it is not DIR/keys/statement.key.", metavar="FILE")
_LANG = typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")


def add_to(group: typer.Typer) -> None:
    """Add the verbs to the group `node`."""
    cases = typer.Typer(help="Cases of people: a restricted log, published as root and counts only.", no_args_is_help=True)
    for verb in (add, erase, publish, prove, check, sweep):
        cases.command(verb.__name__)(verb)
    group.add_typer(cases, name="cases")


def add(
    directory: Annotated[Path, _NODE],
    file: Annotated[Path, typer.Argument(help="The case, in any form", metavar="FILE")],
    kind: Annotated[str, typer.Option(help="One word, as appeal:upheld; it may become public with its count.", metavar="WORD")],
    key: Annotated[Path | None, _KEY] = None,
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Record a case in the node's restricted log, which is made with the first. FILE is copied, and can be erased again.

    The log holds its kind and a salted commitment. Nothing of it leaves DIR/cases; keep that folder out of what others read.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{file} cannot be read: {error.strerror}.", expected="a file.", cure="check the path.") from None
    with _open(directory, make=True) as cases:
        index, commitment = cases.add(kind, content, _signer(directory, key), _now)
    _say(lang, message("Case {index} of the restricted log: {case}"), index=str(index), case=commitment)


def erase(
    directory: Annotated[Path, _NODE],
    case: Annotated[str, _CASE],
    reason: Annotated[str, typer.Option(help="error, order, personal-data or rights-of-others.", metavar="WORD")],
    key: Annotated[Path | None, _KEY] = None,
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Delete salt and content of a case for good, and record that. Every root that was published stays true.

    Backups are not reached, nor disks that keep old blocks.
    """
    with _open(directory) as cases:
        index = cases.erase(case, reason, _signer(directory, key), _now)
    _say(lang, message("Erased; entry {index} of the restricted log says so: {case}"), index=str(index), case=case)


def publish(
    directory: Annotated[Path, _NODE],
    key: Annotated[Path | None, _KEY] = None,
    least: Annotated[int, typer.Option(help="How many new cases a batch has at least; never fewer than 5.", metavar="N")] = 10,
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Publish the restricted log's root, size and counts in the public log, if enough cases came since the last time.

    No count below 5 is shown: smaller kinds are counted together as `other`.
    """
    with open_to_sign(directory / "log") as public, _open(directory) as cases:
        batch = cases.publish(public, _signer(directory, key), _now, least)
        public.publish(_now)
    counts = ", ".join(f"{kind} {count}" for kind, count in batch.counts.items())
    said = message("Entry {index} of the public log: {size} entries in the restricted one; new: {counts}.")
    _say(lang, said, index=str(batch.index), size=str(batch.size), counts=counts)


def prove(
    directory: Annotated[Path, _NODE],
    case: Annotated[str, _CASE],
    out: Annotated[Path, typer.Option(help="Folder for the files; new or empty.", metavar="FOLDER")],
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Write the files by which a person can be shown that their case is under a published root.

    They hold the case itself: hand them to nobody else. `plumbrule node cases check` checks them, on any machine.
    """
    from plumbrule.evidence.log import Log  # noqa: PLC0415 - loaded only when the verb runs

    with Log.open(directory / "log") as public, _open(directory) as cases:
        files = cases.prove(case, public)
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise OutputError(f"{out} is not empty.", expected="a new folder.", cure="choose another.")
        for name, raw in files.items():
            (out / name).write_bytes(raw)
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror}.", cure="check the folder.") from None
    _say(lang, message("{count} files for the person whose case it is: {folder}"), count=str(len(files)), folder=str(out))


def check(
    folder: Annotated[Path, typer.Argument(help="Folder with the files of `node cases prove`", metavar="FOLDER")],
    policy: Annotated[Path, typer.Option(help="Which logs count; from elsewhere.", metavar="FILE")],
    trust: Annotated[Path, typer.Option(help="Who may sign about cases; from elsewhere.", metavar="FILE")],
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Check that a case is in a restricted log whose root the public log holds. Exit code 0: it is; 1: not shown; 2: unreadable.

    Policy and trust file come from somebody other than who made the files.
    """
    from plumbrule import evidence  # noqa: PLC0415 - loaded only when the verb runs
    from plumbrule.evidence.case import FILES  # noqa: PLC0415

    for path in (policy, trust):
        if folder.resolve() in path.resolve().parents:
            raise UnreadableError(f"{path} lies in the folder that it is to judge.", expected="a file from elsewhere.")
    files = {name: _read(folder / name) for name in FILES}
    rules, trusted = evidence.parse_policy(_read(policy), policy.name), evidence.parse_trust(_read(trust), trust.name)
    words, console = words_in(lang), Console(highlight=False, soft_wrap=True)
    try:
        checked = evidence.check_case(files, rules, trusted)
    except VerificationError as error:
        console.print(str(error), style="bold red", markup=False)
        raise typer.Exit(1) from None
    for line in (*checked.proved, evidence.Sentence(text=message("Not shown")), *checked.not_shown):
        console.print("•", words.say(line.text, **line.values), markup=False)


def sweep(
    directory: Annotated[Path, _NODE],
    strays: Annotated[bool, typer.Option("--strays", help="Also what no entry names.")] = False,
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Delete what a crash left of withdrawn cases; with --strays also of cases that were never recorded.

    If the restricted log was set back to an older copy, strays are people's cases: then do not delete them.
    """
    with _open(directory) as cases:
        count = cases.sweep(strays=strays)
    _say(lang, message("Deleted in the private folder: {count}."), count=str(count))


@contextmanager
def _open(directory: Path, *, make: bool = False) -> Iterator[Cases]:
    from plumbrule.evidence import key_is_locked  # noqa: PLC0415 - loaded only when the verb runs
    from plumbrule.evidence.log import Cases  # noqa: PLC0415

    log, own = directory / "cases" / "log", directory / "log" / "log.key"
    new = not (log / "log.vkey").is_file()
    if new and not make:
        cure = "plumbrule node cases add makes the first."
        raise InputError(f"{directory} holds no cases.", expected="a node with cases.", cure=cure)
    locked = new and own.is_file() and key_is_locked(own)
    with Cases.open(directory, log_signer(log), ask(log / "log.key") if locked else None) as cases:
        yield cases


def _signer(directory: Path, key: Path | None) -> KeySigner:
    return read_signer(key or directory / "keys" / "statement.key")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(64 * 2**20)
    except OSError as error:
        raise UnreadableError(f"{path} cannot be read: {error.strerror}.", expected="a file.", cure="check the path.") from None


def _say(lang: str, text: str, **values: str) -> None:
    Console(highlight=False, soft_wrap=True).print(words_in(lang).say(text, **values), markup=False)


def _now() -> datetime:
    return datetime.now(UTC)
