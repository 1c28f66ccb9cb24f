"""Home and the choice of language."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from plumbrule_portal.pages import queries
from plumbrule_portal.ui.middleware import COOKIE


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this register is, how much it holds, what came last."""
    return render(request, "pages/home.html", {"counts": queries.counts(), "newest": queries.newest_systems()})


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice of language in a cookie, and go back to where they were."""
    there, code = request.POST.get("next", "/"), request.POST.get("language", "")
    if not url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        there = "/"
    response = HttpResponseRedirect(there)
    if code in settings.OFFICE.languages:
        response.set_cookie(COOKIE, code, max_age=31_536_000, samesite="Lax", secure=settings.OFFICE.secure, httponly=True)
    return response
