"""Entries and files by digest, for people and for other nodes."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.ledger import content as store
from plumbrule_portal.ledger import queries
from plumbrule_portal.ledger.access import may_propose
from plumbrule_portal.ledger.models import Entry, Kind
from plumbrule_portal.ledger.stages import stage
from plumbrule_portal.ui.caching import from_the_log


@from_the_log
@everybody
@require_safe
def entry(request: HttpRequest, index: int) -> HttpResponse:
    """One entry of the log: what was signed, how it stands today, how far it has come."""
    found = Entry.objects.filter(index=index).first()
    if found is None:
        raise Http404
    shown = {
        "entry": found,
        "says": queries.says(found),
        "earlier": queries.earlier(found),
        "about": queries.page_of(found),
        "stage": stage(index),
        "files": [(name, digest, found.withdrawn_by is None and store.has(digest)) for name, digest in found.files],
        "may_change": request.user.is_authenticated and may_propose(request.user, Kind.WITHDRAWAL, queries.owner_of(found)),
    }
    return render(request, "ledger/entry.html", shown)


@everybody
@require_safe
def content(request: HttpRequest, digest: str) -> HttpResponse:
    """A public file by its SHA-256. It is handed out as bytes, never as a page of this site."""
    if len(digest) != 64 or not all(sign in "0123456789abcdef" for sign in digest):
        raise Http404
    etag = f'"{digest}"'
    if etag in request.headers.get("If-None-Match", "") and store.has(digest):
        return HttpResponse(status=304, headers={"ETag": etag})
    raw = store.read(digest)
    if not raw:
        raise Http404
    return HttpResponse(
        raw,
        content_type="application/octet-stream",
        headers={"Cache-Control": "public, max-age=31536000, immutable", "Content-Disposition": "attachment", "ETag": etag},
    )
