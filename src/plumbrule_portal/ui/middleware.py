"""What every answer carries: security headers, and the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from plumbrule_portal.ui.languages import django_code

Answer = Callable[[HttpRequest], HttpResponse]
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
COOKIE = "language"


def headers(answer: Answer) -> Answer:
    """A content security policy without scripts, and no more rights than a page of text needs."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return answered


def language(answer: Answer) -> Answer:
    """The language: `?lang=xx` for this page, else the cookie that the choice at the foot sets, else the browser's wish."""

    def answered(request: HttpRequest) -> HttpResponse:
        code = wished(request)
        with translation.override(django_code(code)):
            request.LANGUAGE_CODE = code
            response = answer(request)
        response.headers.setdefault("Content-Language", code)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return answered


def wished(request: HttpRequest) -> str:
    """The language that a reader gets."""
    asked, kept = request.GET.get("lang", ""), request.COOKIES.get(COOKIE, "")
    return _first(asked[:10], kept[:10], request.META.get("HTTP_ACCEPT_LANGUAGE", "")[:500], settings.OFFICE.languages)


@lru_cache(maxsize=1024)
def _first(asked: str, kept: str, header: str, offered: tuple[str, ...]) -> str:
    written = {code.lower(): code for code in offered}
    for wish in (asked.lower(), kept.lower()):
        if wish in written:
            return written[wish]
    for code, _ in sorted(_accepted(header), key=lambda item: -item[1]):
        for candidate in (code, code.split("-", maxsplit=1)[0]):
            if candidate in written:
                return written[candidate]
    return "en" if "en" in offered else str(offered[0])


def _accepted(header: str) -> list[tuple[str, float]]:
    found = []
    for part in header[:500].lower().split(","):
        code, _, weight = part.strip().partition(";q=")
        try:
            found.append((code, float(weight or 1)))
        except ValueError:
            continue
    return found
