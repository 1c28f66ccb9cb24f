"""Administrators give roles, and take them away."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from plumbrule.errors import InputError
from plumbrule_portal.accounts import access, actions, queries
from plumbrule_portal.accounts.access import acting
from plumbrule_portal.accounts.forms import Invite
from plumbrule_portal.accounts.models import Invitation, Membership, Role, User
from plumbrule_portal.accounts.views import person


@require_safe
@never_cache
@acting(Role.ADMINISTRATOR)
def people(request: HttpRequest) -> HttpResponse:
    """Who has which role; which links were given; a form for the next one."""
    return _people(request, Invite())


@require_POST
@never_cache
@acting(Role.ADMINISTRATOR)
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody to a role. The link is shown once."""
    form = Invite(request.POST)
    if not form.is_valid():
        return _people(request, form)
    said = form.cleaned_data
    made, secret = actions.ask(person(request), Role(said["role"]), said["organisation"], said["whom"], timezone.now())
    if not secret:
        messages.success(request, _("Another administrator must agree. They see it on this page; then they get the link."))
        return redirect("people")
    return _link(request, made, secret)


@require_POST
@never_cache
@acting(Role.ADMINISTRATOR)
def agree(request: HttpRequest, number: int) -> HttpResponse:
    """The second administrator agrees. The link is shown once."""
    found = _invitation(request, number)
    try:
        secret = actions.agree_to_invite(found, person(request), timezone.now())
    except InputError:
        messages.error(request, _("This invitation waits no longer."))
        return redirect("people")
    return _link(request, found, secret)


@require_POST
@acting(Role.ADMINISTRATOR)
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Make an invitation worthless."""
    actions.cancel(_invitation(request, number), person(request), timezone.now())
    return redirect("people")


@require_POST
@acting(Role.ADMINISTRATOR)
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Take a role away."""
    found = get_object_or_404(Membership, pk=number)
    access.demand(request.user, found.organisation, Role.ADMINISTRATOR)
    try:
        actions.remove_role(found, person(request), timezone.now())
    except InputError:
        messages.error(request, _("Somebody must be administrator of this register. Invite another one first."))
    return redirect("people")


@require_POST
@never_cache
@acting(Role.ADMINISTRATOR)
def password_link(request: HttpRequest, number: int) -> HttpResponse:
    """A link for a new password, for somebody who forgot theirs. It is shown once."""
    access.demand(request.user, access.NODE, Role.ADMINISTRATOR)
    user = get_object_or_404(User, pk=number, is_active=True)
    secret = actions.password_link(user, person(request), timezone.now())
    return render(request, "accounts/password_link.html", {"whom": user, "link": _address(secret)})


def _address(secret: str) -> str:
    return f"{settings.OFFICE.address}/account/start/{secret}"


def _people(request: HttpRequest, form: Invite) -> HttpResponse:
    where = access.organisations_of(request.user, Role.ADMINISTRATOR)
    shown = {
        "form": form,
        "members": queries.members(where),
        "invitations": queries.invitations(where, timezone.now()),
        "me": request.user.pk,
        "of_node": where is None,
    }
    return render(request, "accounts/people.html", shown, status=400 if form.errors else 200)


def _link(request: HttpRequest, made: Invitation, secret: str) -> HttpResponse:
    return render(request, "accounts/invited.html", {"invitation": made, "link": _address(secret)})


def _invitation(request: HttpRequest, number: int) -> Invitation:
    found = get_object_or_404(Invitation, pk=number, used=None, resets=None)
    if not access.may(request.user, found.organisation, Role.ADMINISTRATOR):
        raise PermissionDenied
    return found
