"""The languages of the pages: our codes (BCP 47), Django's, and the form of numbers and dates in each."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language

OWN_NAMES = {
    "ar": "العربية",
    "zh": "中文",
    "en": "English",
    "fr": "Français",
    "ru": "Русский",
    "es": "Español",
    "kk": "Қазақша",
    "ky": "Кыргызча",
    "tg": "Тоҷикӣ",
    "tk": "Türkmençe",
    "uz": "Oʻzbekcha",
    "uz-Cyrl": "Ўзбекча",
}
_DJANGOS = {"zh": "zh-hans", "uz-Cyrl": "uz-cyrl"}
_OURS = {theirs: ours for ours, theirs in _DJANGOS.items()}


def django_code(code: str) -> str:
    """What Django calls one of our languages."""
    return _DJANGOS.get(code, code)


def current() -> str:
    """The language of the page that is being made, in our code."""
    language = get_language() or "en"
    return _OURS.get(language, language)


@lru_cache(maxsize=32)
def locale(code: str) -> Locale:
    """The form of numbers and dates in a language; English is written the British way."""
    if code == "en":
        return Locale("en", "GB")
    language, _, script = code.partition("-")
    return Locale(language, script=script or None)
