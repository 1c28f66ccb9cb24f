"""The register's public pages."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from plumbrule.rulebook import cite, load_rulebook
from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.ledger.access import may_propose
from plumbrule_portal.ledger.models import Kind
from plumbrule_portal.systems import card, queries, views_then
from plumbrule_portal.systems import shown as findings
from plumbrule_portal.systems.grading import queries as grading
from plumbrule_portal.systems.labels import queries as labels
from plumbrule_portal.systems.purchases import queries_public as purchases
from plumbrule_portal.systems.record import read_form
from plumbrule_portal.systems.withholding import counted
from plumbrule_portal.ui.caching import from_the_log
from plumbrule_portal.ui.languages import current


@from_the_log
@everybody
@require_safe
def system(request: HttpRequest, slug: str) -> HttpResponse:
    """One system: its card, its findings, how to check them, its history."""
    if "on" in request.GET:
        return views_then.system(request, slug)
    found, history = queries.system(slug), queries.history(slug)
    if found is None and not history:
        raise Http404
    if found is None:
        return render(request, "systems/withdrawn.html", {"slug": slug, "history": history}, status=410)
    shown = {
        "system": found,
        "assessments": findings.of_system(slug, current()),
        "history": history,
        "sections": card.sections(found.form, found.fields),
        "steps": card.steps(found.form, found.fields),
        "graded": grading.graded(slug),
        "answered": queries.questionnaires(slug),
        "purchases": purchases.of_system(slug),
        "may_write": request.user.is_authenticated and may_propose(request.user, Kind.RECORD, found.organisation.slug),
        "labels": labels.of_system(found, timezone.now().date()),
    }
    return render(request, "systems/system.html", shown)


@from_the_log
@everybody
@require_safe
def questionnaire(request: HttpRequest, entry: int) -> HttpResponse:
    """Published answers about a system, the newest ones or earlier ones."""
    found = queries.questionnaire(entry)
    if found is None:
        raise Http404
    form, book = read_form(found.form), load_rulebook()
    shown = {
        "answers": found,
        "system": queries.system(found.system),
        "form": form,
        "cited": [cite(book, source) for source in form.sources],
        "sections": card.sections(found.form, found.fields),
    }
    return render(request, "systems/questionnaire.html", shown)


@everybody
@require_safe
def withheld(request: HttpRequest) -> HttpResponse:
    """What is withheld from the register, counted by class, and what should have been looked at again."""
    return render(request, "systems/withheld.html", {"counted": counted(timezone.now().date())})
