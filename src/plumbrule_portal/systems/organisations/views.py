"""Organisations, for everybody."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.systems.organisations import queries
from plumbrule_portal.ui.caching import from_the_log


@from_the_log
@everybody
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """All organisations by their names in addresses, each with the number of its systems."""
    found, following = queries.page(request.GET.get("after", ""))
    return render(request, "systems/organisations/organisations.html", {"found": found, "next": following})


@from_the_log
@everybody
@require_safe
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """One organisation: what it answers for, what it signed, what it bought, and the history of its record."""
    found = queries.organisation(slug)
    if found is None:
        raise Http404
    return render(request, "systems/organisations/organisation.html", {"page": queries.shown(found)})
