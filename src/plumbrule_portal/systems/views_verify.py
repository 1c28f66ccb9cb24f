"""The page of one file that checks a pack in a browser: what it is, and the file itself, to keep."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.systems import queries, verifier


@everybody
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """What the file does, what it cannot show, its digest, and where the log says the same."""
    said = queries.tool(verifier.FORM, verifier.RECORD, verifier.FILE)
    here = said is not None and dict(said.files)[verifier.FILE] == verifier.digest()
    told = {"digest": verifier.digest(), "entry": said.index if said and here else None}
    return render(request, "systems/verify.html", told)


@everybody
@require_safe
def verify_file(request: HttpRequest) -> HttpResponse:
    """The file, as an attachment: it is not a page of this site, and this site's policy lets no script run."""
    headers = {"Content-Disposition": f'attachment; filename="{verifier.FILE}"'}
    return HttpResponse(verifier.page(), content_type="text/html; charset=utf-8", headers=headers)
