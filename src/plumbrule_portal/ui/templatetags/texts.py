"""Tags that say texts which exist in several languages, and words of ours for tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from django import template
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext, pgettext, pgettext_lazy

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
    code = best_of(texts)
    text = Truncator(texts[code]).chars(most) if most else texts[code]
    if code == current():
        return text
    return format_html('<span lang="{}" dir="{}" class="foreign">{}</span>', code, direction(code), text)


@register.simple_tag
def paragraphs(texts: Mapping[str, str] | None) -> SafeString | str:
    """A longer text like `said`, its paragraphs apart, with the name of its language where that is not the reader's."""
    if not texts:
        return "–"
    code = best_of(texts)
    body = linebreaks(texts[code], autoescape=True)
    if code == current():
        return format_html("{}", mark_safe(body))  # noqa: S308 - `linebreaks` escaped it
    name = locale(current()).languages.get(code.replace("-", "_"), code)
    return format_html(
        '<p class="quiet small">{}</p><div lang="{}" dir="{}">{}</div>',
        gettext("In %(language)s:") % {"language": name},
        code,
        direction(code),
        mark_safe(body),  # noqa: S308 - as above
    )


def best_of(texts: Mapping[str, str]) -> str:
    """The language in which to say a text: the reader's, its primary language, English, or whichever there is."""
    language = current()
    return next((code for code in (language, language.split("-")[0], "en") if code in texts), next(iter(texts)))


@register.filter
def whole(value: int) -> str:
    """A count, grouped as the language groups."""
    return format_decimal(value, format="#,##0", locale=locale(current()))


@register.filter
def direction_of(code: str) -> str:
    """In which direction a language is written: ltr or rtl."""
    return direction(code)


@register.filter
def day(value: date | str | None) -> str:
    """The day of a date, a time or an ISO 8601 text, written out in the reader's language."""
    if not value:
        return "–"
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    return format_date(when.date() if isinstance(when, datetime) else when, format="long", locale=locale(current()))


@register.filter
def moment(value: datetime | None) -> str:
    """A time with its day, in UTC and saying so, written out in the reader's language."""
    return format_datetime(value, format="long", tzinfo=UTC, locale=locale(current())) if value else "–"


@register.simple_tag
def verdict(code: str) -> str:
    """The word for a verdict."""
    return VERDICTS.get(code, lambda: code)()


@register.simple_tag
def tier_word(code: str) -> str:
    """The word for a tier."""
    return str(TIERS.get(code, code))


@register.simple_tag
def entry_kind(predicate: str) -> str:
    """What an entry of the log is, by the type of its statement; the type itself where it is none of ours."""
    return str(ENTRIES.get(predicate.removeprefix("urn:x-plumbrule:").partition(":")[0], predicate))


TIERS = {
    "unacceptable": pgettext_lazy("tier", "unacceptable risk"),
    "high": pgettext_lazy("tier", "high risk"),
    "limited": pgettext_lazy("tier", "limited risk"),
    "minimal": pgettext_lazy("tier", "minimal risk"),
}
ENTRIES = {
    "record": pgettext_lazy("entry", "Record"),
    "plan": pgettext_lazy("entry", "Plan of an assessment"),
    "assessment": pgettext_lazy("entry", "Assessment"),
    "classification": pgettext_lazy("entry", "Risk tier"),
    "trust-label": pgettext_lazy("entry", "Trust label"),
    "supersedes": pgettext_lazy("entry", "A newer entry takes the place of an older one"),
    "withdrawal": pgettext_lazy("entry", "Withdrawal of files"),
    "key-event": pgettext_lazy("entry", "Act on a key"),
    "steward-event": pgettext_lazy("entry", "Act on who may act on keys"),
    "endorsement": pgettext_lazy("entry", "Earlier entries endorsed"),
}
VERDICTS = {
    "satisfied": lambda: pgettext("verdict", "satisfied"),
    "not-satisfied": lambda: pgettext("verdict", "not satisfied"),
    "inconclusive": lambda: pgettext("verdict", "inconclusive"),
    "not-applicable": lambda: pgettext("verdict", "not applicable"),
    "not-assessed": lambda: pgettext("verdict", "not assessed"),
}
