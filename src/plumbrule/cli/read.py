"""`plumbrule read`: an official text in, every provision and every ask out, and what could not be read named as such."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from plumbrule.cli.read_shown import plain, show
from plumbrule.cli.sides import speak_every_script
from plumbrule.cli.speech import words_in
from plumbrule.errors import InputError

if TYPE_CHECKING:
    from plumbrule.base.words import Words
    from plumbrule.rulebook.reading import Document, Reading



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
    words: Annotated[str, typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
) -> None:
    """Read an official text: its provisions with their places, who is asked what, and all that no rule knew.

    Rules and lexicons read, no model does. Functions, ranks and classes are ours and unreviewed; a person can confirm or
    correct an ask, and that survives a second reading. Exit code 0: it was read; 2: it, or one of several, could not be.
    """
    from plumbrule.rulebook.reading.writers import writer_of  # noqa: PLC0415 - the rules load when a text is read

    write = writer_of(form) if form else None
    said, console = words_in(words), speak_every_script()
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
        show(reading, document, said, console)


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
    console, errors = speak_every_script(), Console(stderr=True, soft_wrap=True, highlight=False)
    found = words.say(
        "{read} of {all} texts were read: {provisions} provisions, {asks} asks.",
        read=words.whole(len(rows) - len(refused)),
        all=words.whole(len(rows)),
        provisions=words.whole(sum(row.provisions for row in rows)),
        asks=words.whole(sum(row.asks for row in rows)),
    )
    console.print(plain(found, style="bold"))
    for row in rows:
        if row.unread:
            console.print(plain(words.say("{name}: {size} characters unread", name=row.name, size=words.whole(row.unread))))
    for row in refused:
        errors.print(plain(f"{row.name}: {' '.join(row.refused or ())}"))
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
