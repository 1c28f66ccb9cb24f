"""The page that says: too often, wait so long."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from plumbrule_portal.accounts.limits import TooOftenError


def too_often(request: HttpRequest, error: TooOftenError) -> HttpResponse:
    """429, with the minutes to wait in words and the seconds in the header."""
    minutes = -(-error.wait // 60)
    response = render(request, "429.html", {"minutes": minutes}, status=429)
    response.headers["Retry-After"] = str(error.wait)
    return response
