"""Nothing is left in English: every message of the pages stands in the catalogues, with the slots that it needs."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("django", reason="needs the portal's libraries: they are in the dev group")

import portal_words as tool
import verify_words

SLOT = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


@pytest.mark.parametrize("language", tool.LANGUAGES)
def test_nothing_is_left_in_english(language: str) -> None:
    """Whole in the languages of the United Nations, on public pages in the others. Mend: tools/portal_words.py."""
    assert tool.missing(language) == []


@pytest.mark.parametrize("language", tool.LANGUAGES)
def test_no_slot_is_lost_or_made_up(language: str) -> None:
    """Each translation has the slots of its message, in every plural form."""
    for item in tool.read(language):
        if not item.id:
            continue
        one, *more = [item.id] if isinstance(item.id, str) else item.id
        wanted = {frozenset(SLOT.findall(one)), *(frozenset(SLOT.findall(form)) for form in more)}
        for said in [item.string] if isinstance(item.string, str) else item.string:
            assert not said or frozenset(SLOT.findall(said)) in wanted, (one, said)


@pytest.mark.parametrize("language", tool.LANGUAGES)
def test_catalogue_and_its_compiled_form_say_the_same(language: str) -> None:
    """The `.mo` beside a `.po` is made from it."""
    folder = tool.LOCALES / language / "LC_MESSAGES"
    assert (folder / "django.mo").read_bytes() == tool.mo_bytes(tool.read(language))


def test_the_page_that_checks_says_what_the_command_says() -> None:
    """The sentences in verify.html are those of the core's catalogues, in each language. Mend: tools/verify_words.py."""
    page = verify_words.PAGE.read_text("utf-8")
    assert verify_words.written(page) == page
    assert page.count('["') > 50
