"""`plumbrule read`: an official text in, every provision and every ask out, and what could not be read named as such."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from plumbrule.base.messages import message
from plumbrule.cli.speech import words_in
from plumbrule.errors import InputError

if TYPE_CHECKING:
    from plumbrule.base.words import Words
    from plumbrule.rulebook.reading import Ask, Document, Heading, Passage, Reading

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FIRST_WORDS = 72
MOST_SHOWN = 12
KINDS = {
    "preamble": message("paragraphs of the preamble"),
    "operative": message("numbered paragraphs"),
    "item": message("items"),
    "section": message("sections"),
    "objective": message("objectives"),
    "action": message("actions"),
    "bullet": message("second-level bullets"),
    "dash": message("dash paragraphs"),
    "footnote": message("footnotes"),
    "heading": message("headings"),
    "annex": message("annexes"),
}


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("read")(run)


def run(
    files: Annotated[
        list[Path],
        typer.Argument(help="Plain text, PDF, HTML, DOCX or Akoma Ntoso XML; several, or a folder, with --out.", metavar="FILE…"),
    ],
    lang: Annotated[str, typer.Option(help="Language of the text; found by itself when left out.", metavar="xx")] = "",
    form: Annotated[str, typer.Option("--format", help="json, akn or oscal; for people when left out.", metavar="FORM")] = "",
    corrections: Annotated[
        Path | None, typer.Option(help="What people confirmed or corrected; FILE.corrections.yaml when left out.", metavar="FILE")
    ] = None,
    confirm: Annotated[
        list[str] | None, typer.Option(help="Confirm every ask of a provision as it is read now; needs --by.", metavar="ID")
    ] = None,
    by: Annotated[str, typer.Option(help="Name of the person who confirms.", metavar="NAME")] = "",
    encoding: Annotated[str, typer.Option(help="Encoding of a text file; found by itself when left out.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="A new folder for the readings of several texts; json when no --format.", metavar="DIR")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a folder that an earlier run wrote.")] = False,
    words: Annotated[str, typer.Option(help="Language of the output: en, zh.", metavar="xx")] = "en",
) -> None:
    """Read an official text: its provisions with their places, who is asked what, and all that no rule knew.

    Rules and lexicons read, no model does. Functions, ranks and classes are ours and unreviewed; a person can confirm or
    correct an ask, and that survives a second reading. Exit code 0: it was read; 2: it, or one of several, could not be.
    """
    from plumbrule.rulebook.reading.writers import writer_of  # noqa: PLC0415 - the rules load when a text is read

    write = writer_of(form) if form else None
    said = words_in(words)
    if out or len(files) > 1 or files[0].is_dir():
        _alone(corrections or confirm)
        _many(files, out, form or "json", lang, encoding, force, said)
        return
    document, reading = read_with_corrections(files[0], language=lang, encoding=encoding, corrections=corrections)
    if confirm:
        reading = _confirmed(reading, files[0], corrections, confirm, by)
    if write:
        typer.echo(write(reading, document))
    else:
        show(reading, document, said, Console(soft_wrap=True, highlight=False))


def _alone(given: object) -> None:
    if given:
        raise InputError(
            "Corrections belong to one text.",
            expected="one FILE with --confirm or --corrections",
            cure="Confirm text by text; NAME.corrections.yaml beside a text is used by itself.",
        )


def _many(files: list[Path], out: Path | None, form: str, lang: str, encoding: str, force: bool, words: Words) -> None:
    """Read several into a folder, and say what became of them."""
    from plumbrule.cli.read_many import read_many, texts_in  # noqa: PLC0415

    if out is None:
        raise InputError("Several texts were named.", expected="a folder for their readings", cure="Add --out DIR.")
    rows = read_many(texts_in(files), out, form=form, language=lang, encoding=encoding, force=force, words=words)
    refused = [row for row in rows if row.refused]
    console, errors = Console(soft_wrap=True, highlight=False), Console(stderr=True, soft_wrap=True, highlight=False)
    found = words.say(
        "{read} of {all} texts were read: {provisions} provisions, {asks} asks.",
        read=words.whole(len(rows) - len(refused)),
        all=words.whole(len(rows)),
        provisions=words.whole(sum(row.provisions for row in rows)),
        asks=words.whole(sum(row.asks for row in rows)),
    )
    console.print(_plain(found, style="bold"))
    for row in rows:
        if row.unread:
            console.print(_plain(words.say("{name}: {size} characters unread", name=row.name, size=words.whole(row.unread))))
    for row in refused:
        errors.print(_plain(f"{row.name}: {' '.join(row.refused or ())}"))
    if refused:
        raise typer.Exit(2)


def read_with_corrections(
    file: Path, *, language: str = "", encoding: str = "", corrections: Path | None = None
) -> tuple[Document, Reading]:
    """A document, and its reading with what people confirmed or corrected laid over it.

    Raises:
        InputError: the file, or its corrections, cannot be read.
    """
    from plumbrule.rulebook.reading import load_document, read_document  # noqa: PLC0415
    from plumbrule.rulebook.reading.corrections import beside, corrected, load_corrections  # noqa: PLC0415

    document = load_document(file, language=language, encoding=encoding)
    reading = read_document(document)
    path = corrections or beside(file)
    return document, corrected(reading, load_corrections(path)) if corrections or path.exists() else reading


def _confirmed(reading: Reading, file: Path, given: Path | None, ids: list[str], by: str) -> Reading:
    """Add entries to the file of corrections, which appears whole or not at all."""
    from plumbrule.base.files import write_file_aside  # noqa: PLC0415
    from plumbrule.rulebook.reading import corrections as kept  # noqa: PLC0415

    if not by.strip():
        raise InputError("Nobody's name was given.", expected="the name of the person who confirms", cure="Add --by NAME.")
    passages = {passage.id: passage for passage in reading.passages}
    missing = [name for name in ids if name not in passages]
    if missing:
        raise InputError(
            f"The text has no provision {missing[0]!r}.", expected=f"one of {', '.join([*passages][:6])}…", cure="Check the id."
        )
    path = given or kept.beside(file)
    old = kept.load_corrections(path).corrections if path.exists() else ()
    today = date.today().isoformat()
    new = [entry for name in ids for entry in kept.confirmations(passages[name], by=by, on=today)]
    known = {(entry.provision, entry.verb, tuple(entry.verb_at), entry.order) for entry in old}
    added = [entry for entry in new if (entry.provision, entry.verb, tuple(entry.verb_at), entry.order) not in known]
    write_file_aside(path, kept.written(reading.sha256, (*old, *added)).encode("utf-8"))
    return kept.corrected(reading, kept.load_corrections(path))


def show(reading: Reading, document: Document, words: Words, console: Console) -> None:
    """For people: what the text says of itself, its tree, counts, what is unread, and what was damaged."""
    _heading(reading.heading, words, console)
    depth: dict[str, int] = {}
    notes = [passage for passage in reading.passages if passage.kind == "footnote"]
    for passage in [*(p for p in reading.passages if p.kind != "footnote"), *notes]:
        depth[passage.id] = depth.get(passage.parent or "", -1) + 1 if passage.kind != "footnote" else 0
        _line(passage, depth[passage.id], words, console)
    if not reading.heading.about:
        _counts(reading, words, console)
    _unread(reading, document, words, console)
    _faults(reading, words, console)


def _plain(text: str, style: str = "") -> Text:
    """A text as it may go to a terminal: no control characters, which could be commands to it."""
    return Text(_CONTROLS.sub("�", text), style=style)


def _heading(heading: Heading, words: Words, console: Console) -> None:
    title = heading.title or words.text("no title printed")
    console.print(_plain(f"{heading.symbol or words.text('no symbol printed')} · {title}", style="bold"))
    if heading.about:
        about = words.say("A report about {about}: no instrument, and it holds no provisions.", about=heading.about)
        console.print(_plain(about))
        return
    session = words.say("session {number}", number=heading.session) if heading.session else ""
    parts = [heading.body or "", session, heading.status or "", heading.date or "", heading.language]
    console.print(_plain(" · ".join(part for part in parts if part)))
    if heading.sponsors:
        console.print(_plain(words.say("{count} sponsors", count=len(heading.sponsors))))
    if heading.cites:
        console.print(_plain(words.say("Cites {documents}", documents=", ".join(heading.cites))))


def _line(passage: Passage, depth: int, words: Words, console: Console) -> None:
    """Id, first words, and one line for each ask."""
    text = passage.text if len(passage.text) <= FIRST_WORDS else passage.text[:FIRST_WORDS] + "…"
    console.print(_plain("  " * depth + f"{passage.id:<14} {text}"))
    for ask in passage.asks:
        console.print(_plain("  " * depth + " " * 15 + _ask(ask, words), style="cyan"))


def _ask(ask: Ask, words: Words) -> str:
    who = ", ".join(to.name or to.kind for to in ask.addressees) or words.text("nobody named")
    said = [f"{ask.verb} → {who}", ask.rank or ask.function]
    said += [ask.polarity] if ask.polarity != "do" else []
    said += [*ask.qualifiers, *([ask.deadline] if ask.deadline else [])]
    said += [f"{ask.quantity.value:g} {ask.quantity.unit}"] if ask.quantity else []
    said += [words.say("confirmed by {name}", name=ask.confirmed_by)] if ask.confirmed_by else []
    return " · ".join(said)


def _counts(reading: Reading, words: Words, console: Console) -> None:
    counts = Counter(passage.kind for passage in reading.passages)
    asks = sum(len(passage.asks) for passage in reading.passages)
    parts = [f"{number} {words.text(KINDS[kind])}" for kind, number in counts.items()]
    console.print()
    console.print(_plain(words.say("Found: {parts}; {asks} asks.", parts=", ".join(parts) or "0", asks=asks), style="bold"))
    silent = reading.without_asks
    if silent and asks:
        shown = ", ".join(silent[:MOST_SHOWN]) + ("…" if len(silent) > MOST_SHOWN else "")
        console.print(_plain(words.say("No ask was read in {count} of them: {provisions}", count=len(silent), provisions=shown)))


def _unread(reading: Reading, document: Document, words: Words, console: Console) -> None:
    unread = reading.unread
    if not unread:
        console.print(words.text("Every visible character was given to a provision or to what stands around them."))
        return
    size = sum(piece.end - piece.start for piece in unread)
    title = words.say("Unread: {pieces} stretches, {size} characters", pieces=len(unread), size=size)
    console.print(_plain(title, style="bold yellow"))
    for piece in unread[:MOST_SHOWN]:
        text = " ".join(document.text[piece.start : min(piece.end, piece.start + FIRST_WORDS)].split())
        console.print(_plain(f"  {piece.start}–{piece.end}  {text}"))


def _faults(reading: Reading, words: Words, console: Console) -> None:
    if reading.faults:
        console.print(_plain(words.say("Damage that was lived with: {count}", count=len(reading.faults)), style="bold yellow"))
    for fault in reading.faults[:MOST_SHOWN]:
        console.print(_plain(f"  {fault.at[0]}–{fault.at[1]}  {words.say(fault.what, **dict(fault.values))}"))
