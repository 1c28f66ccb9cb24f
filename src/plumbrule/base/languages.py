"""Languages: codes, direction, texts in several of them, and the words of the interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

UN_LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def direction(language: str) -> str:
    """`"rtl"` or `"ltr"`, by the primary subtag of a BCP 47 code.

    >>> direction("ar"), direction("zh-Hans")
    ('rtl', 'ltr')
    """
    return "rtl" if language.split("-", maxsplit=1)[0].lower() in RIGHT_TO_LEFT else "ltr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Our own short wording of something, in several languages.

    `texts` maps language code to text and always holds `en`; `reviewed_by` maps language code to the named person who
    reviewed that text. A language that is missing there is a draft, and is shown as one.
    """

    texts: Mapping[str, str]
    reviewed_by: Mapping[str, str] = field(default_factory=dict)

    def said(self, language: str) -> tuple[str, str]:
        """The text and the language it is in: the one asked for, else English."""
        if language in self.texts:
            return self.texts[language], language
        return self.texts["en"], "en"
