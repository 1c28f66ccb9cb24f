"""From an address to what a reader wants to see, and from counts to links with words. Views ask here; no rules are here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.systems.queries_search import FILTERS, Facets, Wish
from plumbrule_portal.systems.record import LATEST, Choice, read_form
from plumbrule_portal.ui.languages import current, locale
from plumbrule_portal.ui.templatetags.texts import said, verdict

TITLES = {
    "organisation": gettext_lazy("Organisation"),
    "phase": gettext_lazy("Phase of life"),
    "tier": gettext_lazy("Tier"),
    "source": gettext_lazy("Where the record comes from"),
    "assessed": gettext_lazy("Assessment"),
    "verdict": gettext_lazy("Verdict on a requirement"),
    "language": gettext_lazy("Language served"),
    "country": gettext_lazy("Country"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One value of a filter: its words, how many systems fit, and the query string that takes it or lets it go."""

    label: SafeString | str
    n: int
    query: str
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One filter with the values that are offered."""

    title: str
    offers: tuple[Offer, ...]
    taken: bool


def wish_of(asked: QueryDict) -> Wish:
    """What a query string asks for. What is no filter is passed over."""
    filters = {name: str(asked[name])[:200] for name in FILTERS if asked.get(name)}
    if "declared" in asked and "source" not in filters:  # the name that the filter had at first
        filters["source"] = str(asked["declared"])[:200]
    return Wish(words=asked.get("q", "")[:200], filters=filters, oldest_first=asked.get("sort") == "oldest")


def query_of(asked: QueryDict) -> str:
    """The query string of the whole list: without the page, and without the language, which an address need not carry."""
    kept = asked.copy()
    for gone in ("after", "before", "lang"):
        kept.pop(gone, None)
    return kept.urlencode()


def shelves(found: Facets, wish: Wish, asked: QueryDict) -> list[Shelf]:
    """The filters as they are offered beside the list. A filter with one value only that is not taken offers nothing."""
    made = []
    names = _organisations([value for value, _ in found.values["organisation"]])
    for name, values in found.values.items():
        taken = wish.filters.get(name, "")
        if len(values) < 2 and not taken:
            continue
        offers = tuple(
            Offer(
                label=names.get(value, value) if name == "organisation" else label(name, value),
                n=n,
                query=_query(asked, name, "" if value == taken else value),
                taken=value == taken,
            )
            for value, n in values
        )
        made.append(Shelf(title=str(TITLES[name]), offers=offers, taken=bool(taken)))
    return made


def label(name: str, value: str) -> str:
    """The words for a value of a filter, in the reader's language; the value itself where there are none."""
    if name == "phase":
        return gettext(_phases().get(value, value))
    if name == "verdict":
        return verdict(value)
    if name in {"language", "country"}:
        here = locale(current())
        table: Mapping[str, str] = here.languages if name == "language" else here.territories
        return str(table.get(value, value))
    if name == "assessed":
        return gettext("With a published assessment") if value == "yes" else gettext("Without one")
    if name == "source":
        return gettext("Entered here") if value == "entered" else value
    return value


@lru_cache(maxsize=1)
def _phases() -> dict[str, str]:
    columns = {column.id: column for column in read_form(LATEST).field("phases").columns}
    choices: tuple[Choice, ...] = columns["phase"].choices
    return {choice.id: choice.label for choice in choices}


def _organisations(slugs: list[str]) -> dict[str, SafeString | str]:
    return {one.slug: said(one.names) for one in Organisation.objects.filter(slug__in=slugs)}


def _query(asked: QueryDict, name: str, value: str) -> str:
    kept = asked.copy()
    for gone in ("after", "before", "page", "declared" if name == "source" else name, name):
        kept.pop(gone, None)
    if value:
        kept[name] = value
    return kept.urlencode()
