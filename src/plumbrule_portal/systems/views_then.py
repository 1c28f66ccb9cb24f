"""Pages as they were on a day: the same addresses, with `?on=2026-11-01`."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from plumbrule_portal.systems import card, queries, queries_then


def system(request: HttpRequest, slug: str) -> HttpResponse:
    """One system as it was."""
    day = queries_then.day_of(request.GET["on"])
    then = queries_then.system_on(slug, day) if day else None
    if then is None:
        return render(request, "systems/then_none.html", {"day": day, "now": queries.system(slug)}, status=404)
    shown = {
        "then": then,
        "system": then.system,
        "sections": card.sections(then.system.form, then.system.fields),
        "steps": card.steps(then.system.form, then.system.fields),
    }
    return render(request, "systems/then.html", shown)


def register(request: HttpRequest) -> HttpResponse:
    """The list of systems as it was."""
    day = queries_then.day_of(request.GET["on"])
    if day is None:
        raise Http404
    after = request.GET.get("after", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    found, following = queries_then.systems_on(day, place)
    return render(request, "systems/then_list.html", {"day": day, "found": found, "next": following})
