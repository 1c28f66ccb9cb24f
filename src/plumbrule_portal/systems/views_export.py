"""A system's record in the formats of others."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plumbrule.errors import InputError
from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.systems import exchange, exporting, queries
from plumbrule_portal.systems.models import System
from plumbrule_portal.ui.caching import from_the_log


@from_the_log
@everybody
@require_safe
def formats(request: HttpRequest, slug: str) -> HttpResponse:
    """Which formats there are, and how far the record fills each."""
    system = _system(slug)
    return render(request, "systems/formats.html", {"system": system, "formats": exporting.filled(system)})


@from_the_log
@everybody
@require_safe
def report(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """What goes into the file, what stays behind and why, what the format asks for in vain."""
    system = _system(slug)
    if name not in exchange.formats():
        raise Http404
    try:
        content, said = exporting.written(system, name)
    except InputError:
        raise Http404 from None
    shown = {"system": system, "format": name, "title": exchange.table_of(name).title, "report": said, "size": len(content)}
    return render(request, "systems/format.html", shown)


@from_the_log
@everybody
@require_safe
def file(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """The file itself."""
    system = _system(slug)
    if name not in exchange.formats():
        raise Http404
    try:
        content, _ = exporting.written(system, name)
    except InputError:
        raise Http404 from None
    called, media = exporting.file_name(system, name)
    return HttpResponse(content, content_type=media, headers={"Content-Disposition": f'attachment; filename="{called}"'})


def _system(slug: str) -> System:
    found = queries.system(slug)
    if found is None:
        raise Http404
    return found
