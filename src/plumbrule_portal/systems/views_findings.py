"""A published assessment: its page, its dossier, and what is needed to check it without this site."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.accounts.models import User
from plumbrule_portal.ledger.access import may_propose
from plumbrule_portal.ledger.content import read
from plumbrule_portal.ledger.models import Kind
from plumbrule_portal.ledger.stages import stage
from plumbrule_portal.systems import checking, queries, shown
from plumbrule_portal.systems.labels.definitions import definitions
from plumbrule_portal.systems.labels.queries import Standing, of_system, standing
from plumbrule_portal.systems.models import Assessment, System
from plumbrule_portal.systems.pack import zipped
from plumbrule_portal.systems.submissions.access import may_answer
from plumbrule_portal.ui.caching import from_the_log
from plumbrule_portal.ui.languages import current


@everybody
@require_safe
def assessment(request: HttpRequest, entry: int) -> HttpResponse:
    """One assessment with every finding in full."""
    found = _found(entry)
    system = queries.system(found.system)
    told = {
        "shown": shown.shown(found, current(), whole=True),
        "assessment": found,
        "system": system,
        "stage": stage(found.entry),
        "means": checking.means(found),
        "command": checking.COMMAND,
        "labels": [] if system is None else _labels(request.user, system),
        "may_answer": system is not None and may_answer(request.user, system.organisation.slug),
    }
    return render(request, "systems/assessment.html", told)


@from_the_log
@everybody
@require_safe
def pack(request: HttpRequest, entry: int) -> HttpResponse:
    """The pack with which anybody can check an assessment on their own machine."""
    found = _found(entry)
    if not found.pack or found.withdrawn_by is not None:
        raise Http404
    files = {name: read(digest) for name, digest in {**found.files, **found.pack, **_plan(found)}.items()}
    return _file(zipped(files), "application/zip", f"pack-{found.entry}.zip")


@from_the_log
@everybody
@require_safe
def dossier(request: HttpRequest, entry: int) -> HttpResponse:
    """The dossier as the assessor made it: a file to keep, never a page of this site."""
    found = _found(entry)
    raw = read(found.files.get(shown.DOSSIER, "")) if found.withdrawn_by is None else b""
    if not raw:
        raise Http404
    return _file(raw, "text/html; charset=utf-8", f"dossier-{entry}.html")


@everybody
@require_safe
def policy(request: HttpRequest, entry: int) -> HttpResponse:
    """Which logs count for this pack."""
    return _file(_means(entry).policy, "text/plain; charset=utf-8", "policy.txt")


@everybody
@require_safe
def trust(request: HttpRequest, entry: int) -> HttpResponse:
    """Whose signature counts for this pack."""
    return _file(_means(entry).trust, "application/toml; charset=utf-8", "trust.toml")


def _labels(user: User | AnonymousUser, system: System) -> list[Standing]:
    """The labels that the system carries; for stewards also those that it could be given."""
    today = timezone.now().date()
    if not may_propose(user, Kind.LABEL, system.organisation.slug):
        return [one for one in of_system(system, today) if one.holds]
    return [found for one in definitions() if (found := standing(system, one.id, today)) is not None]


def _found(entry: int) -> Assessment:
    found = Assessment.objects.filter(entry=entry).first()
    if found is None:
        raise Http404
    return found


def _means(entry: int) -> checking.Means:
    found = checking.means(_found(entry))
    if found is None:
        raise Http404
    return found


def _plan(found: Assessment) -> dict[str, str]:
    """The files that the plan is about, which are files of its own entry."""
    return {} if found.plan_entry is None else queries.files_of(found.plan_entry)


def _file(raw: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(raw, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
