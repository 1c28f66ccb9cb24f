"""The list of systems, searched and filtered, and systems side by side."""

from __future__ import annotations

from django.core.validators import slug_re
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.systems import queries, views_then
from plumbrule_portal.systems import queries_search as search
from plumbrule_portal.systems.beside import MOST_COMPARED, side_by_side
from plumbrule_portal.systems.wishes import query_of, shelves, wish_of
from plumbrule_portal.ui.caching import from_the_log


@from_the_log
@everybody
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """The list of systems: searched, filtered, a page at a time."""
    if "on" in request.GET:
        return views_then.register(request)
    wish = wish_of(request.GET)
    organisations, assessments = ((), ()) if "after" in request.GET or "before" in request.GET else search.others(wish.words)
    shown = {
        "wish": wish,
        "organisations": organisations,
        "assessments": assessments,
        "page": search.page(wish, after=request.GET.get("after", ""), before=request.GET.get("before", "")),
        "count": (found := search.facets(wish)).of,
        "shelves": shelves(found, wish, request.GET),
        "query": query_of(request.GET),
    }
    return render(request, "systems/register.html", shown)


@from_the_log
@everybody
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two to four systems side by side: what their records say, field by field."""
    slugs = [slug for slug in dict.fromkeys(request.GET.getlist("system")) if slug_re.match(slug)][:MOST_COMPARED]
    found = [one for one in map(queries.system, slugs) if one is not None]
    return render(request, "systems/compare.html", {"systems": found, "rows": side_by_side(found)})
