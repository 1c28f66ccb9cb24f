"""Decided purchases, for everybody."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.systems.purchases import checklist
from plumbrule_portal.systems.purchases import queries_public as queries
from plumbrule_portal.ui.caching import from_the_log


@from_the_log
@everybody
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """Decided purchases, newest first; of one organisation, if it is named."""
    organisation, after = request.GET.get("organisation", "").replace("\x00", ""), request.GET.get("after", "")
    number = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    found, following = queries.page(organisation, number)
    query = urlencode({"organisation": organisation}) if organisation else ""
    shown = {"found": found, "next": following, "organisation": organisation, "query": query}
    return render(request, "systems/purchases/decisions.html", shown)


@from_the_log
@everybody
@require_safe
def decision(request: HttpRequest, slug: str) -> HttpResponse:
    """One decision: what was asked, whom, what the chosen supplier's answers rest on, and why."""
    found = queries.published(slug)
    if found is None:
        raise Http404
    profile = checklist.profiles().get(found.said.profile) if found.said else None
    shown = {"found": found, "said": found.said, "profile": profile, "withdrawn": queries.withdrawn_by(found.row)}
    return render(request, "systems/purchases/decision.html", shown)
