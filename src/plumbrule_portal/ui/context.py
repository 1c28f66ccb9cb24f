"""What every template may ask for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from plumbrule.base.languages import direction
from plumbrule_portal.ui.languages import OWN_NAMES, current


def office(request: HttpRequest) -> dict[str, Any]:
    """The office, its languages with their own names, and the direction of the page."""
    language = current()
    return {
        "office": settings.OFFICE,
        "language": language,
        "direction": direction(language),
        "languages": [(code, OWN_NAMES[code]) for code in settings.OFFICE.languages],
        "here": request.get_full_path(),
    }
