"""Home and the choice of language."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.pages import lists, queries
from plumbrule_portal.ui.caching import from_the_log
from plumbrule_portal.ui.middleware import COOKIE


@from_the_log
@everybody
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this register is, how much it holds, what came last."""
    shown = {
        "counts": queries.counts(),
        "newest": queries.newest_systems(),
        "phases": queries.phases(),
        "tiers": queries.tiers(),
    }
    return render(request, "pages/home.html", shown)


@from_the_log
@everybody
@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """The entries of the log, newest first."""
    after, about = request.GET.get("after", ""), request.GET.get("about", "").replace("\x00", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    page, following = lists.entries_page(place, about, 50)
    shown = {"page": page, "next": following, "about": about, "query": urlencode({"about": about} if about else {})}
    return render(request, "pages/entries.html", shown)


@everybody
@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice of language in a cookie, and go back to where they were (decision 171).

    It is asked for by GET, so that the form at the foot of every page needs no token, and pages no cookie. Nothing but the
    language of what one reader sees depends on it.
    """
    there, code = _without_language(request.GET.get("next", "/")), request.GET.get("language", "")
    if not url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        there = "/"
    response = HttpResponseRedirect(there)
    if code in settings.OFFICE.languages:
        response.set_cookie(COOKIE, code, max_age=31_536_000, samesite="Lax", secure=settings.OFFICE.secure, httponly=True)
    response.headers["Cache-Control"] = "no-store"
    return response


def _without_language(there: str) -> str:
    """The address without `lang`, which would weigh more than the choice just made."""
    path, _, asked = there.partition("?")
    kept = [(key, value) for key, value in parse_qsl(asked, keep_blank_values=True) if key != "lang"]
    return f"{path}?{urlencode(kept)}" if kept else path
