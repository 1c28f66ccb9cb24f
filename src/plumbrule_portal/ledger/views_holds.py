"""Legal holds: stewards of the node ask for one, agree to it, ask to lift it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from plumbrule.errors import PlumbruleError
from plumbrule_portal.accounts.access import NODE, acting, demand
from plumbrule_portal.accounts.models import Role
from plumbrule_portal.accounts.views import ASKS, person
from plumbrule_portal.ledger import holds, queries_holds
from plumbrule_portal.ledger.forms_holds import Ask, Why
from plumbrule_portal.ledger.models import Hold


@require_http_methods(ASKS)
@never_cache
@acting(Role.STEWARD)
def listed(request: HttpRequest) -> HttpResponse:
    """Every hold, and the form to ask for one."""
    demand(request.user, NODE, Role.STEWARD)
    form, now = Ask(request.POST or None), timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            holds.ask(form.cleaned_data["system"], form.cleaned_data["reason"], person(request), now)
        except PlumbruleError:
            form.add_error("system", _("Nothing is kept here about a system of this name."))
        else:
            messages.success(request, _("From now on nothing about this system is deleted. A second person has to agree."))
            return redirect("holds")
    shown = {"rows": queries_holds.rows(now), "form": form, "me": request.user.pk}
    return render(request, "ledger/holds.html", shown, status=422 if form.errors else 200)


@require_POST
@acting(Role.STEWARD)
def agree(request: HttpRequest, number: int) -> HttpResponse:
    """The second person's yes to what was asked: a hold, or its end."""
    found = _hold(request, number)
    try:
        holds.agree(found, person(request), timezone.now())
    except PlumbruleError:
        messages.error(request, _("This waits no longer for a second person."))
    return redirect("holds")


@require_POST
@acting(Role.STEWARD)
def lift(request: HttpRequest, number: int) -> HttpResponse:
    """Ask that a hold end."""
    found, form = _hold(request, number), Why(request.POST)
    try:
        holds.ask_to_lift(found, form.cleaned_data["reason"] if form.is_valid() else "", person(request), timezone.now())
    except PlumbruleError:
        messages.error(request, _("Say why. If somebody asked before you, agree or wait."))
    return redirect("holds")


def _hold(request: HttpRequest, number: int) -> Hold:
    demand(request.user, NODE, Role.STEWARD)
    found = Hold.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    return found
