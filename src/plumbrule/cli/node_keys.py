"""`plumbrule node key …`: keys are requested, added, rotated, revoked, endorsed again and listed, all by entries of the log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from plumbrule.base.messages import message
from plumbrule.cli import key_log
from plumbrule.cli.passphrase import new_passphrase
from plumbrule.cli.speech import words_in
from plumbrule.errors import InputError, OutputError

if TYPE_CHECKING:
    from plumbrule.base.words import Words
    from plumbrule.evidence import Sentence

_LOG = typer.Option("--log", help="The log; to list and to trust, also a mirror of another's.", metavar="DIR")
_KEY = typer.Option("--key", help="Key file of a steward, or the offline key.", metavar="FILE")
_ROOT = typer.Option("--root", help="Who may act on keys; default: trust/root.toml beside the log.", metavar="FILE")
_REQUEST = typer.Argument(help="What the organisation sent", metavar="REQUEST")
_WHICH = typer.Argument(help="The key: name+id, or as much of it as no other key has", metavar="KEY")
_FROM = typer.Option("--from", help="First position at which it counts; never before its own entry.", metavar="N", min=0)
_SUSPECT = typer.Option("--suspect-from", help="From here its entries must be endorsed again.", metavar="N", min=0)
_LANG = typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")


def add_to(group: typer.Typer) -> None:
    """Add the group of verbs to the group `node`."""
    keys = typer.Typer(help="Whose keys count in a log, and from which position to which.", no_args_is_help=True)
    keys.command("new")(new)
    keys.command("request")(request)
    keys.command("add")(add)
    keys.command("rotate")(rotate)
    keys.command("revoke")(revoke)
    keys.command("endorse")(endorse)
    keys.command("list")(listed)
    keys.command("trust")(trust)
    keys.command("root")(root_file)
    group.add_typer(keys, name="key")


def new(
    file: Annotated[Path, typer.Argument(help="The new key file", metavar="FILE")],
    name: Annotated[str, typer.Option(help="Whose key: a host and a role, in ASCII; it stays.", metavar="NAME")],
    kind: Annotated[str, typer.Option(help="What it signs: statement, log, witness.", metavar="WORD")] = "statement",
    passphrase: Annotated[bool, typer.Option("--passphrase", help="Encrypt it; PLUMBRULE_PASSPHRASE, or asked.")] = False,
) -> None:
    """Make a key that only you can read, and print its public half. One key for one purpose, one for each role."""
    from plumbrule.evidence import Kind, new_signer, write_key  # noqa: PLC0415 - cryptography loads only when it is needed

    kinds = {"statement": Kind.STATEMENT, "log": Kind.LOG, "witness": Kind.WITNESS}
    if kind not in kinds:
        raise InputError(f"{kind!r} is no purpose of a key.", expected=f"one of {', '.join(kinds)}.")
    signer = new_signer(name, kinds[kind])
    write_key(file, signer, new_passphrase(passphrase, file))
    _print(str(signer.verifier))


def request(
    key: Annotated[Path, typer.Argument(help="Your key file", metavar="FILE")],
    origin: Annotated[str, typer.Option(help="Name of the log in which the key is to count.", metavar="NAME")],
    party: Annotated[str, typer.Option(help="Id of your organisation: a host of yours, in ASCII.", metavar="ID")],
    out: Annotated[Path, typer.Option(help="Where the request goes.", metavar="FILE")],
    lang: Annotated[str, typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
) -> None:
    """Show that you have a key: a small file, signed with it, for the steward of a log. The fingerprint goes by another way."""
    from plumbrule.evidence import fingerprint, write_request  # noqa: PLC0415 - cryptography loads only when it is needed

    signer = key_log.signer_of_any_kind(key)
    raw = write_request(signer, origin, party)
    _write(out, raw)
    text = message("{file}: a request of {party} for the key {key} in the log {log}. Fingerprint: {fingerprint}")
    values = {"file": str(out), "party": party, "key": signer.verifier.label, "log": origin, "fingerprint": fingerprint(raw)}
    _print(words_in(lang).say(text, **values))


def add(
    asked: Annotated[Path, _REQUEST],
    key: Annotated[Path, _KEY],
    log: Annotated[Path, _LOG],
    root: Annotated[Path | None, _ROOT] = None,
    predicate: Annotated[
        list[str] | None, typer.Option(help="What it may sign: plan, assessment, …; default: everything.", metavar="WORD")
    ] = None,
    system: Annotated[list[str] | None, typer.Option(help="About which system; default: every one.", metavar="ID")] = None,
    first: Annotated[int, _FROM] = 0,
    steward: Annotated[bool, typer.Option("--steward", help="It may act on keys, too; needs the offline key.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="It is a further offline key; needs the offline key.")] = False,
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Let an organisation's key count, from the next entry on. Check the request's fingerprint with the organisation first.

    Exit code 1: the request was not signed by the key that it names, or you may not act on keys; nothing was recorded.
    """
    from plumbrule.evidence import Scope, add_key  # noqa: PLC0415 - cryptography loads only when something is signed

    scope = Scope(steward=steward, offline=offline, systems=tuple(system or ("*",)))
    scope = Scope(
        predicates=() if offline else key_log.predicates(predicate or (), scope),
        systems=scope.systems,
        steward=steward,
        offline=offline,
    )
    with key_log.acting(key, log, root) as here:
        wanted = here.request(asked)
        after = here.record(add_key(wanted, scope, signer=here.signer, now=here.now, first=first), wanted)
        _tell(here.said(after, str(wanted.key)), words_in(lang))


def rotate(
    asked: Annotated[Path, _REQUEST],
    replaces: Annotated[str, typer.Option(help="The key whose place it takes.", metavar="KEY")],
    key: Annotated[Path, _KEY],
    log: Annotated[Path, _LOG],
    root: Annotated[Path | None, _ROOT] = None,
    first: Annotated[int, _FROM] = 0,
    suspect_from: Annotated[int | None, _SUSPECT] = None,
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Let a requested key take the place of another of the same organisation, from the next entry on."""
    from plumbrule.evidence import rotate_key  # noqa: PLC0415 - cryptography loads only when something is signed

    with key_log.acting(key, log, root) as here:
        wanted, old = here.request(asked), here.find(replaces)
        act = rotate_key(wanted, old, signer=here.signer, now=here.now, first=first, suspect_from=suspect_from)
        after = here.record(act, wanted)
        _tell(here.said(after, str(old.key), str(wanted.key)), words_in(lang))


def revoke(
    which: Annotated[str, _WHICH],
    key: Annotated[Path, _KEY],
    log: Annotated[Path, _LOG],
    root: Annotated[Path | None, _ROOT] = None,
    end: Annotated[
        int | None,
        typer.Option("--from", help="First position at which it no longer counts; default: now.", metavar="N", min=0),
    ] = None,
    suspect_from: Annotated[int | None, _SUSPECT] = None,
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """End a key by position: what it signed before stays good, but for what is suspect. It never comes back."""
    from plumbrule.evidence import revoke_key  # noqa: PLC0415 - cryptography loads only when something is signed

    with key_log.acting(key, log, root) as here:
        old, last = here.find(which), here.log.size if end is None else end
        after = here.record(
            revoke_key(old, here.log.origin, signer=here.signer, now=here.now, end=last, suspect_from=suspect_from)
        )
        _tell(here.said(after, str(old.key)), words_in(lang))


def endorse(
    indexes: Annotated[list[int], typer.Argument(help="Positions of suspect entries that are good", metavar="INDEX…")],
    key: Annotated[Path, typer.Option("--key", help="A good key of the same organisation, or a steward's.", metavar="FILE")],
    log: Annotated[Path, _LOG],
    root: Annotated[Path | None, _ROOT] = None,
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Let entries count again that a key signed while it was suspect. Look at each of them before: you vouch for it."""
    from plumbrule.evidence import endorse as make  # noqa: PLC0415 - cryptography loads only when something is signed

    with key_log.acting(key, log, root) as here:
        entries, suspects = here.suspect(indexes)
        act = make(entries, here.log.origin, here.party(), signer=here.signer, now=here.now)
        after = here.record(act)
        _tell(here.said(after, *suspects), words_in(lang))


def listed(
    log: Annotated[Path, _LOG],
    root: Annotated[Path | None, _ROOT] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Say of every key whose it is, from which position to which it counts, what is suspect, and what was ignored and why."""
    found = key_log.read(log, root)
    if as_json:
        typer.echo(json.dumps(found.to_json(), ensure_ascii=False))
    else:
        _tell(found.sentences(), words_in(lang))


def trust(
    log: Annotated[Path, _LOG],
    out: Annotated[Path, typer.Option(help="The new trust file.", metavar="FILE")],
    root: Annotated[Path | None, _ROOT] = None,
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Write a trust file for `plumbrule verify` from what the log says about keys, and print its fingerprint.

    Everything is told by positions: a suspect range is a gap. Hand it over by another way than the packs.
    """
    from plumbrule.evidence import fingerprint  # noqa: PLC0415 - cryptography loads only when it is needed

    found, words = key_log.read(log, root), words_in(lang)
    raw = found.trust()
    _write(out, raw)
    text = message("Trust file {file}, fingerprint for paper: {fingerprint}")
    _print(words.say(text, file=str(out), fingerprint=fingerprint(raw)))
    for record in found.unfounded:
        text = message("Left out: {key}. Its request lies here, and does not show possession.")
        _print(words.say(text, key=record.key.label))
    if found.keyring.ignored:
        text = message("Entries that speak of keys, and from which nothing follows: {count}. plumbrule node key list says why.")
        _print(words.say(text, count=str(len(found.keyring.ignored))))


def root_file(
    log: Annotated[Path, typer.Option("--log", help="The log.", metavar="DIR")],
    steward: Annotated[Path, typer.Option(help="Key file of the steward.", metavar="FILE")],
    out: Annotated[Path, typer.Option(help="The new root file.", metavar="FILE")],
    offline_key: Annotated[Path | None, typer.Option(help="Key file of the offline key.", metavar="FILE")] = None,
    lang: Annotated[str, _LANG] = "en",
) -> None:
    """Write a root file by hand: for a log that has none, or whose stewards are others from now on. `node init` writes the first.

    Everybody who reads the log's keys needs it, by another way than the log, with its fingerprint.
    """
    from plumbrule.evidence import fingerprint  # noqa: PLC0415 - cryptography loads only when it is needed

    raw = key_log.root_of(log, steward, offline_key)
    _write(out, raw)
    text = message("Root file {file}, fingerprint for paper: {fingerprint}")
    _print(words_in(lang).say(text, file=str(out), fingerprint=fingerprint(raw)))


def _write(path: Path, raw: bytes) -> None:
    try:
        with path.open("xb") as stream:
            stream.write(raw)
    except FileExistsError:
        raise OutputError(f"{path} exists already.", expected="a new file.", cure="name another, or take it away.") from None
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.", cure="check the folder.") from None


def _tell(lines: tuple[Sentence, ...], words: Words) -> None:
    for line in lines:
        _print(f"• {words.say(line.text, **line.values)}")


def _print(text: str) -> None:
    Console(highlight=False, soft_wrap=True).print(text, markup=False)
