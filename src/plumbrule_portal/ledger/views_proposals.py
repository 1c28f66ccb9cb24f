"""The desk, and the page on which a second person decides."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from plumbrule.errors import PlumbruleError
from plumbrule_portal.accounts.access import NODE, acting, held, signed_in
from plumbrule_portal.accounts.models import Role
from plumbrule_portal.accounts.views import person
from plumbrule_portal.ledger import access, agreements, proposals
from plumbrule_portal.ledger import queries_proposals as queries
from plumbrule_portal.ledger.forms import Agreement, SendBack
from plumbrule_portal.ledger.models import Proposal

MAX_AGREEMENT = 65_535


@require_safe
@never_cache
@signed_in
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this person, and what became of what they proposed."""
    user = person(request)
    shown = {
        "waiting": queries.waiting(user),
        "mine": queries.mine(user),
        "roles": {role.value for _, role in held(user)},
        "node_roles": {role.value for of, role in held(user) if of == NODE},
        "missing": access.factor_missing(user),
    }
    return render(request, "ledger/desk.html", shown)


@require_safe
@never_cache
@signed_in
def proposal(request: HttpRequest, number: int) -> HttpResponse:
    """Exactly what would be published, and what changes against today."""
    return _page(request, access.proposal(request.user, number), SendBack())


@require_POST
@acting(Role.STEWARD)
def agree(request: HttpRequest, number: int) -> HttpResponse:
    """The second person's yes, to what the page showed."""
    found = access.proposal(request.user, number)
    if request.POST.get("seen") != queries.seen(found):
        messages.error(request, _("Something changed since you opened this page. Look at it once more, then decide."))
        return redirect("proposal", number)
    try:
        entry = proposals.agree(found, person(request), timezone.now())
    except PlumbruleError:
        said = _("This cannot be published as it was proposed: something newer was published since, or it waits no longer.")
        messages.error(request, said)
        return redirect("proposal", number)
    if entry is None:
        messages.success(request, _("You agreed. It is published when the time to answer is over."))
        return redirect("proposal", number)
    messages.success(request, _("Published."))
    return redirect("entry", entry.index)


@require_safe
@never_cache
@signed_in
def handed_out(request: HttpRequest, number: int) -> HttpResponse:
    """The proposal as a file, for a second person in another office."""
    found = access.proposal(request.user, number)
    name = f'attachment; filename="proposal-{number}.json"'
    return HttpResponse(agreements.text_of(found), content_type="application/json", headers={"Content-Disposition": name})


@require_POST
@signed_in
def agreement(request: HttpRequest, number: int) -> HttpResponse:
    """Hand in what somebody in another office signed. Whoever sees the proposal may bring it: the signature decides."""
    found = access.proposal(request.user, number)
    form = Agreement(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose the file with the signed agreement."))
        return redirect("proposal", number)
    try:
        entry = agreements.accept(found, form.cleaned_data["agreement"].read(MAX_AGREEMENT), timezone.now())
    except PlumbruleError:
        said = _("This agreement does not count: it is about something else, or nobody signed it whose agreement counts here.")
        messages.error(request, said)
        return redirect("proposal", number)
    messages.success(request, _("Published."))
    return redirect("entry", entry.index)


@require_POST
@acting(Role.STEWARD)
def send_back(request: HttpRequest, number: int) -> HttpResponse:
    """The second person's no, with a reason."""
    found = access.proposal(request.user, number)
    form = SendBack(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        proposals.send_back(found, person(request), form.cleaned_data["reason"], timezone.now())
    except PlumbruleError:
        messages.error(request, _("This proposal waits no longer."))
    return redirect("proposal", number)


@require_POST
@signed_in
def take_back(request: HttpRequest, number: int) -> HttpResponse:
    """The proposer does not want it any more."""
    found = access.proposal(request.user, number)
    try:
        proposals.take_back(found, person(request), timezone.now())
    except PlumbruleError:
        messages.error(request, _("This proposal waits no longer."))
    return redirect("proposal", number)


def _parts(found: Proposal) -> tuple[queries.Part, ...] | None:
    """What would be published; None if a waiting file is gone or was changed, so that nobody agrees to the rest."""
    try:
        return queries.parts(found)
    except PlumbruleError:
        return None


def _page(request: HttpRequest, found: Proposal, form: SendBack) -> HttpResponse:
    user = person(request)
    opened = found.state in queries.OPEN
    own = found.proposed_by_id == user.pk
    decides = found.state == Proposal.State.WAITING and access.may_agree(user, found)
    shown = {
        "proposal": found,
        "parts": _parts(found) if opened else (),
        "open": opened,
        "own": own and opened,
        "decides": decides and (settings.OFFICE.alone or not own),
        "own_only": decides and own and not settings.OFFICE.alone,
        "seen": queries.seen(found),
        "elsewhere": queries.agreed_by(found),
        "agreement": Agreement(),
        "form": form,
    }
    return render(request, "ledger/proposal.html", shown, status=422 if form.errors else 200)
