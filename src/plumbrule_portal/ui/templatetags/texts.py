"""Tags that say texts which exist in several languages, and words of ours for tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from babel.dates import format_date
from babel.numbers import format_decimal
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import pgettext

from plumbrule.base.languages import direction
from plumbrule_portal.ui.languages import current, locale

register = template.Library()


@register.simple_tag
def said(texts: Mapping[str, str] | None, most: int = 0) -> SafeString | str:
    """A text in the reader's language; if there is none, another one, marked with its language and set apart.

    `most` shortens it to so many characters.
    """
    if not texts:
        return "–"
    language = current()
    code = next((code for code in (language, language.split("-")[0], "en") if code in texts), next(iter(texts)))
    text = Truncator(texts[code]).chars(most) if most else texts[code]
    if code == language:
        return text
    return format_html('<span lang="{}" dir="{}" class="foreign">{}</span>', code, direction(code), text)


@register.filter
def whole(value: int) -> str:
    """A count, grouped as the language groups."""
    return format_decimal(value, format="#,##0", locale=locale(current()))


@register.filter
def day(value: date | str | None) -> str:
    """The day of a date, a time or an ISO 8601 text, written out in the reader's language."""
    if not value:
        return "–"
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    return format_date(when.date() if isinstance(when, datetime) else when, format="long", locale=locale(current()))


@register.simple_tag
def verdict(code: str) -> str:
    """The word for a verdict."""
    return VERDICTS.get(code, lambda: code)()


VERDICTS = {
    "satisfied": lambda: pgettext("verdict", "satisfied"),
    "not-satisfied": lambda: pgettext("verdict", "not satisfied"),
    "inconclusive": lambda: pgettext("verdict", "inconclusive"),
    "not-applicable": lambda: pgettext("verdict", "not applicable"),
    "not-assessed": lambda: pgettext("verdict", "not assessed"),
}
