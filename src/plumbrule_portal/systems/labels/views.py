"""A label's badge, and the page that says what it means, what it does not mean, and how to check it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from plumbrule.base.languages import direction
from plumbrule.errors import PlumbruleError
from plumbrule_portal.accounts.access import acting, everybody
from plumbrule_portal.accounts.models import Role, User
from plumbrule_portal.ledger.access import may_propose
from plumbrule_portal.ledger.models import Kind
from plumbrule_portal.systems import queries as register
from plumbrule_portal.systems.labels import actions, queries
from plumbrule_portal.systems.labels.badge import badge
from plumbrule_portal.systems.labels.definitions import definitions
from plumbrule_portal.systems.models import Assessment, System
from plumbrule_portal.ui.languages import current
from plumbrule_portal.ui.templatetags.texts import best_of, day


@everybody
@require_safe
def labels(request: HttpRequest) -> HttpResponse:
    """Which labels there are, and who carries one."""
    told = {"definitions": definitions(), "running": queries.running(timezone.now().date())}
    return render(request, "systems/labels.html", told)


@everybody
@require_safe
def label(request: HttpRequest, label: str, slug: str) -> HttpResponse:
    """One label of one system."""
    now = timezone.now()
    system, found = _found(label, slug, now)
    held = None if found.label is None else Assessment.objects.filter(entry=found.label.evidence).first()
    told = {
        "standing": found,
        "system": system,
        "assessment": held,
        "line": _line(found, now),
        "may_give": may_propose(request.user, Kind.LABEL, system.organisation.slug),
        "badge": settings.OFFICE.address + reverse("badge", args=[label, slug]),
        "alternative": found.definition.name[best_of(found.definition.name)],
        "page": settings.OFFICE.address + reverse("label", args=[label, slug]),
    }
    return render(request, "systems/label.html", told)


@everybody
@require_safe
def picture(request: HttpRequest, label: str, slug: str) -> HttpResponse:
    """The badge, as it is now: whoever shows it asks again each time, and a copy says as of when it was valid."""
    now = timezone.now()
    found = _found(label, slug, now)[1]
    language = best_of(found.definition.name)
    drawn = badge(
        name=found.definition.name[language],
        line=_line(found, now),
        holds=found.holds,
        language=current(),
        direction=direction(current()),
        name_language=language,
    )
    return HttpResponse(
        drawn,
        content_type="image/svg+xml; charset=utf-8",
        headers={
            "Cache-Control": "public, no-cache",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Access-Control-Allow-Origin": "*",
        },
    )


@acting(Role.STEWARD)
@require_POST
def give(request: HttpRequest, label: str, slug: str) -> HttpResponse:
    """Propose that a system carries a label; another steward agrees."""
    system, _found_standing = _found(label, slug, timezone.now())
    if isinstance(request.user, User):
        try:
            actions.propose_label(system, label, request.user, timezone.now())
        except PlumbruleError as error:
            messages.error(request, error.got)
        else:
            messages.success(request, _("The label waits for a second person."))
    return redirect("label", label=label, slug=slug)


def _found(label: str, slug: str, now: datetime) -> tuple[System, queries.Standing]:
    system = register.system(slug)
    found = None if system is None else queries.standing(system, label, now.date())
    if system is None or found is None:
        raise Http404
    return system, found


def _line(found: queries.Standing, now: datetime) -> str:
    """How it stands, in one line; it always says as of when, because a picture may be kept."""
    told = {"day": day(now.date()), "until": "" if found.label is None else day(found.label.until)}
    if found.holds:
        return _("Valid as of %(day)s, until %(until)s at most") % told
    said = {
        "none": _("Not carried, as of %(day)s"),
        "run-out": _("Run out on %(until)s"),
        "not-yet": _("Not valid yet, as of %(day)s"),
        "superseded": _("Fallen: its evidence was replaced. As of %(day)s"),
        "withdrawn": _("Fallen: its evidence was withdrawn. As of %(day)s"),
        "doubted": _("Fallen: a key behind it was revoked. As of %(day)s"),
    }
    return said[found.state] % told
