"""The language of the output, as the user asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.errors import InputError

if TYPE_CHECKING:
    from plumbrule.base.words import Words


def words_in(lang: str) -> Words:
    """The words of a language that we have.

    Raises:
        InputError: there is no catalogue for it.
    """
    from plumbrule.base.words import LOCALES, translator  # noqa: PLC0415 - Babel loads only when something is said in words

    words = translator(lang)
    if words.language == "en" and lang.split("-", maxsplit=1)[0] != "en":
        had = sorted({"en", *(path.parent.parent.name.replace("_", "-") for path in LOCALES.rglob("*.mo"))})
        raise InputError(
            f"There is no wording in {lang!r} yet.", expected=f"one of {', '.join(had)}", cure="Choose one of these with --lang."
        )
    return words
