"""`plumbrule rulebook`: hand the rulebook on in formats that other tools read."""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from plumbrule.base.messages import message
from plumbrule.cli.speech import words_in
from plumbrule.errors import InputError

FORMS = ("oscal", "akn")
CONTENTS = "rulebook.json"
"""What stands beside the documents: which rulebook, and the digest of each file."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def add_to(app: typer.Typer) -> None:
    """Add the group of verbs."""
    group = typer.Typer(help="Hand the rulebook on in formats that other tools read.", no_args_is_help=True)
    group.callback()(_group)
    group.command("export")(export)
    app.add_typer(group, name="rulebook")


def _group() -> None:
    """Hand the rulebook on in formats that other tools read."""


def export(
    out: Annotated[Path, typer.Option(help="Folder for the files; must not exist, unless --force.", metavar="DIR")],
    form: Annotated[str, typer.Option("--format", help="oscal or akn.", metavar="FORM")] = "oscal",
    lang: Annotated[
        str, typer.Option(help="Language of the wording; what is not held in it is given in English.", metavar="xx")
    ] = "en",
    date: Annotated[
        str, typer.Option(help="When this is written, a day or a time; left out, the files say that nobody gave one.")
    ] = "",
    force: Annotated[bool, typer.Option(help="Replace a folder that an earlier export wrote.")] = False,
    words: Annotated[str, typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
) -> None:
    """Write the rulebook as OSCAL 1.2 or as Akoma Ntoso 3.0, the same bytes each time.

    oscal: catalog.json (instruments and provisions as groups, requirements as controls), a profile for each tier with its
    thresholds as parameters, mapping-collection.json for the crosswalks. akn: a document for each instrument with our own
    short wording of its provisions, never the official text. A wording that nobody has reviewed is marked a draft.
    """
    from plumbrule.base.files import write_aside  # noqa: PLC0415 - loaded only when the verb runs
    from plumbrule.rulebook import load_rulebook  # noqa: PLC0415
    from plumbrule.rulebook.exchange import dumped  # noqa: PLC0415

    said = words_in(words)
    when = _when(date)
    rulebook = load_rulebook()
    files = _files(form, lang, when)
    digests = {name: sha256(text.encode()).hexdigest() for name, text in sorted(files.items())}
    listed = {"rulebook": rulebook.version, "format": form, "language": lang, "files": digests}
    with write_aside(out, force=force, marker=CONTENTS, ours=frozenset({*files, CONTENTS, *_earlier(out)})) as folder:
        for name, text in {**files, CONTENTS: dumped(listed)}.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    what = message("{count} files of rulebook {version} in {folder}")
    shown = said.say(what, count=len(files), version=rulebook.version, folder=out)
    Console(highlight=False, soft_wrap=True, markup=False).print(shown)


def _files(form: str, lang: str, when: str) -> dict[str, str]:
    """The documents of a format, as text."""
    from plumbrule.rulebook import load_rulebook  # noqa: PLC0415 - loaded only when the verb runs
    from plumbrule.rulebook.exchange import dumped, rulebook_documents, wording_documents  # noqa: PLC0415

    rulebook = load_rulebook()
    held = sorted({code for provision in rulebook.provisions.values() for code in provision.wording.texts})
    if lang not in held:
        raise InputError(
            f"The rulebook has no wording in {lang!r}.", expected=f"one of {', '.join(held)}", cure="Choose one with --lang."
        )
    if form == "akn":
        return wording_documents(rulebook, language=lang, when=when)
    if form == "oscal":
        documents = rulebook_documents(rulebook, language=lang, when=when)
        return {name: dumped(document) for name, document in documents.items()}
    raise InputError(f"There is no form {form!r}.", expected=f"one of {', '.join(FORMS)}", cure="Choose one with --format.")


def _when(date: str) -> str:
    """A day as the beginning of that day in UTC; a time must name its zone."""
    try:
        time = datetime.fromisoformat(f"{date}T00:00:00+00:00" if _DAY.fullmatch(date) else date) if date else None
    except ValueError:
        time = None
    if date and (time is None or time.tzinfo is None):
        raise InputError(
            f"{date!r} is no date.",
            expected="a day (2026-11-21) or a time with its zone (2026-11-21T09:30:00Z)",
            cure="Mend --date.",
        )
    return time.isoformat().replace("+00:00", "Z") if time else ""


def _earlier(out: Path) -> set[str]:
    """The files of an earlier export that are still as it wrote them; only these may be replaced."""
    import json  # noqa: PLC0415 - only where a folder is replaced

    from plumbrule.base.files import sha256_file  # noqa: PLC0415

    try:
        listed = json.loads((out / CONTENTS).read_text(encoding="utf-8"))["files"].items()
        return {name for name, digest in listed if (out / name).is_file() and sha256_file(out / name) == digest}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()
