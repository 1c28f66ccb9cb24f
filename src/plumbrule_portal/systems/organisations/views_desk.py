"""The pages on which an organisation is described."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from plumbrule.errors import InputError
from plumbrule_portal.accounts.access import NODE, acting, may
from plumbrule_portal.accounts.models import Role
from plumbrule_portal.accounts.views import person
from plumbrule_portal.systems.drafts.access import WRITERS
from plumbrule_portal.systems.organisations import access, actions, queries
from plumbrule_portal.systems.organisations.forms import Describe, Which


@require_http_methods(["GET", "HEAD", "POST"])
@acting(*WRITERS)
def mine(request: HttpRequest) -> HttpResponse:
    """The organisations for which this person writes; for stewards of the register also the way to any other."""
    form = Which(request.POST if request.method == "POST" else None)
    if form.is_valid():
        slug = form.cleaned_data["slug"]
        if queries.organisation(slug) or not access.is_taken(slug):
            return redirect("organisation-write", slug)
        form.add_error("slug", gettext("This name is taken already. Choose another one."))
    shown = {"own": access.own(request.user), "all": may(request.user, NODE, Role.STEWARD), "form": form}
    return render(request, "systems/organisations/mine.html", shown, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@acting(*WRITERS)
def write(request: HttpRequest, slug: str) -> HttpResponse:
    """Describe an organisation, or change what the register says of it: another person agrees."""
    today = access.to_describe(request.user, slug)
    form = Describe(request.POST if request.method == "POST" else None, today=today)
    if form.is_valid():
        try:
            made = actions.propose(form.described(), person(request), timezone.now())
        except InputError:
            form.add_error(None, gettext("It says the same as today."))
        else:
            return redirect("proposal", made.pk)
    shown = {
        "slug": slug,
        "organisation": queries.organisation(slug),
        "form": form,
        "waiting": access.waiting(request.user, slug),
    }
    return render(request, "systems/organisations/write.html", shown, status=422 if form.errors else 200)
