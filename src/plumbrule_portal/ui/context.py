"""What every template may ask for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from plumbrule.base.languages import direction


def office(request: HttpRequest) -> dict[str, Any]:
    """The office, its languages with their own names, and the direction of the page."""
    language = get_language() or "en"
    return {
        "office": settings.OFFICE,
        "language": language,
        "direction": direction(language),
        "languages": [(code, OWN_NAMES[code]) for code in settings.OFFICE.languages],
        "here": request.get_full_path(),
    }


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
    "uz-cyrl": "Ўзбекча",
}
