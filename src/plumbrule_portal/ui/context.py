"""What every template may ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext

from plumbrule.base.languages import direction
from plumbrule_portal.ui.languages import OWN_NAMES, current


def named_office() -> Any:
    """The office; a register that has no name of its own is called what it is, in the reader's language."""
    found = settings.OFFICE
    return replace(found, name=gettext("Register of AI systems")) if found.is_unnamed else found


def office(request: HttpRequest) -> dict[str, Any]:
    """The office, its languages with their own names, and the direction of the page."""
    language = current()
    return {
        "office": named_office(),
        "language": language,
        "direction": direction(language),
        "languages": [(code, OWN_NAMES[code]) for code in settings.OFFICE.languages],
        "here": request.get_full_path(),
    }
