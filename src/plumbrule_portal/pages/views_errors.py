"""Pages for what goes wrong, in the look of the site and in plain words."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from plumbrule.base.languages import direction
from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.ui.context import named_office
from plumbrule_portal.ui.languages import current
from plumbrule_portal.ui.middleware import POLICY

_TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


@everybody
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 for what is too large. Nothing that the visitor sent is repeated."""
    status = 413 if isinstance(exception, _TOO_LARGE) else 400
    response = render(request, f"{status}.html", status=status)
    response.headers.setdefault("Content-Security-Policy", POLICY)  # a host that is not ours is refused outside of `headers`
    return response


@everybody
def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 where a form came without the mark of a page of ours; the reason helps attackers more than visitors."""
    return render(request, "403_csrf.html", status=403)


@everybody
def server_error(request: HttpRequest) -> HttpResponse:
    """500, made without the database, which may be what is broken."""
    language = current()
    shown = {"office": named_office(), "language": language, "direction": direction(language)}
    return HttpResponse(render_to_string("500.html", shown), status=500)
