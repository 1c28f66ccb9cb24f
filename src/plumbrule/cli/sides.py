"""What a person names on the command line when a text is meant: a file, a saved reading, or an id of the rulebook."""

from __future__ import annotations

import sys
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from plumbrule.base.languages import UN_LANGUAGES
from plumbrule.errors import InputError

if TYPE_CHECKING:
    from plumbrule.base.words import Words
    from plumbrule.rulebook.model import Rulebook
    from plumbrule.rulebook.reading.versions import Version


def speak_every_script() -> Console:
    """A console for texts in any script: where stdout could not say them (a pipe on Windows), it becomes UTF-8."""
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.encoding.lower().replace("-", "") != "utf8":
        sys.stdout.reconfigure(encoding="utf-8")
    return Console(soft_wrap=True, highlight=False)


def words_or_english(lang: str) -> Words:
    """The words of a United Nations language; English where the interface does not speak it yet.

    Raises:
        InputError: it is none of the six.
    """
    from plumbrule.base.words import translator  # noqa: PLC0415 - Babel loads only when something is said in words

    if lang.split("-", maxsplit=1)[0] not in UN_LANGUAGES:
        raise InputError(
            f"There is no wording in {lang!r}.",
            expected=f"one of {', '.join(UN_LANGUAGES)}",
            cure="Choose one of these with --lang.",
        )
    return translator(lang)


def version_named(name: str, rulebook: Rulebook, *, language: str = "", wording: str = "en") -> tuple[Version, bool]:
    """The version a person names, and whether it is one provision only. A file comes before an id of the same name.

    Args:
        language: language of a text that is read; found by itself when empty.
        wording: the language in which the rulebook's own wording is taken.

    Raises:
        InputError: neither a file nor an id, or a file that cannot be read.
    """
    path = Path(name)
    if path.is_file():
        return file_version(path, language=language), False
    from plumbrule.rulebook.lookup import holds, look_up, near_ids  # noqa: PLC0415
    from plumbrule.rulebook.model import Instrument, Provision  # noqa: PLC0415
    from plumbrule.rulebook.reading.versions import version_of_rulebook  # noqa: PLC0415

    if not holds(rulebook, name):
        near = near_ids(rulebook, name)
        raise InputError(
            f"{name} is no file, and the rulebook holds no such instrument or provision.",
            expected=f"a file, or an id such as {', '.join([*rulebook.instruments][:3])}, R265/6.h",
            cure=f"Did you mean {', '.join(near)}?" if near else "Check the name of the file.",
        )
    thing = look_up(rulebook, name)
    if isinstance(thing, Provision):
        instrument = rulebook.instruments[thing.instrument]
        return replace(version_of_rulebook(instrument, [thing], wording), name=thing.id), True
    if not isinstance(thing, Instrument) or not (held := [p for p in rulebook.provisions.values() if p.instrument == thing.id]):
        raise InputError(
            f"The rulebook holds no provision of {name}.",
            expected="an instrument whose text was in hand",
            cure=f"`plumbrule show {name}` says why.",
        )
    return version_of_rulebook(thing, held, wording), False


def file_version(path: Path, *, language: str = "") -> Version:
    """A file as a version: a reading that was saved, or a text that is read now, with what people corrected.

    Raises:
        InputError: it cannot be read, or holds no provisions.
    """
    from plumbrule.cli.read import read_with_corrections  # noqa: PLC0415 - the rules load when a text is read
    from plumbrule.rulebook.reading.saved import load_saved  # noqa: PLC0415
    from plumbrule.rulebook.reading.versions import version_of_reading  # noqa: PLC0415

    if path.suffix.casefold() == ".json":
        version = load_saved(path)
    else:
        document, reading = read_with_corrections(path, language=language)
        version = version_of_reading(reading, document)
    if not version.clauses:
        raise InputError(
            f"{path.name} holds no provisions that could be read.",
            expected="the text of an instrument",
            cure=f"`plumbrule read {path.name}` shows what was read of it and what was not.",
        )
    return version
