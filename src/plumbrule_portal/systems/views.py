"""The register's public pages."""

from __future__ import annotations

import io
import zipfile

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plumbrule_portal.ledger.content import read
from plumbrule_portal.systems import card, queries
from plumbrule_portal.systems.models import Assessment


@require_safe
def system(request: HttpRequest, slug: str) -> HttpResponse:
    """One system: its card, its findings, how to check them, its history."""
    found = queries.system(slug)
    if found is None:
        raise Http404
    shown = {
        "system": found,
        "assessments": queries.assessments(slug),
        "history": queries.history(slug),
        "sections": card.sections(found.form, found.fields),
        "steps": card.steps(found.form, found.fields),
    }
    return render(request, "systems/system.html", shown)


@require_safe
def assessment(request: HttpRequest, entry: int) -> HttpResponse:
    """One assessment with its findings."""
    found = Assessment.objects.prefetch_related("findings").filter(entry=entry).first()
    if found is None:
        raise Http404
    return render(request, "systems/assessment.html", {"assessment": found, "system": queries.system(found.system)})


@require_safe
def pack(request: HttpRequest, entry: int) -> HttpResponse:
    """The pack with which anybody can check an assessment on their own machine."""
    found = Assessment.objects.filter(entry=entry).first()
    if found is None or not found.pack:
        raise Http404
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, digest in sorted({**found.files, **found.pack}.items()):
            archive.writestr(zipfile.ZipInfo(PACK_NAMES.get(name, name)), read(digest))
    return HttpResponse(
        raw.getvalue(),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="pack-{found.entry}.zip"'},
    )


PACK_NAMES = {
    "assessment-envelope.json": "assessment.dsse.json",
    "assessment-proof.txt": "assessment.tlog-proof",
    "plan-envelope.json": "plan.dsse.json",
    "plan-proof.txt": "plan.tlog-proof",
}
"""What a pack's own files are called as files of a record, which may not have a pack's names."""
