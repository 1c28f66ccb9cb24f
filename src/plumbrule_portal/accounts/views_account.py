"""What people see and change of their own account."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plumbrule.errors import InputError
from plumbrule_portal.accounts import actions, limits, second_factor, signing_in
from plumbrule_portal.accounts.access import signed_in
from plumbrule_portal.accounts.forms import ChangePassword, OwnPassword
from plumbrule_portal.accounts.models import Session
from plumbrule_portal.accounts.views import ASKS, person, verified


@require_safe
@never_cache
@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """Name, roles, second factor, browsers in which the person is signed in."""
    user = person(request)
    shown = {
        "memberships": user.memberships.order_by("organisation", "role"),
        "second_factor": second_factor.device_of(user) is not None,
        "codes_left": second_factor.left(user),
        "verified": verified(request),
        "sessions": user.sessions.all(),
        "this": request.session.session_key,
    }
    return render(request, "accounts/account.html", shown)


@require_http_methods(ASKS)
@never_cache
@sensitive_post_parameters("current", "password")
@signed_in
def password(request: HttpRequest) -> HttpResponse:
    """Change the password."""
    user = person(request)
    if request.method == "POST":
        limits.count(limits.CODE, f"own password {user.pk}", timezone.now())
    form = ChangePassword(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        actions.change_password(user, form.cleaned_data["password"], timezone.now())
        signing_in.keep_signed_in(request, user)
        messages.success(request, _("Your password is changed. In every other browser you are signed out."))
        return redirect("account")
    return render(request, "accounts/password.html", {"form": form})


@require_POST
@signed_in
def end_session(request: HttpRequest, number: int) -> HttpResponse:
    """Sign out in another browser."""
    found = get_object_or_404(Session, pk=number, user=person(request))
    actions.end_session(found, timezone.now())
    return redirect("account")


@require_http_methods(ASKS)
@never_cache
@sensitive_post_parameters("current")
@signed_in
def close(request: HttpRequest) -> HttpResponse:
    """Close the account."""
    user = person(request)
    if request.method == "POST":
        limits.count(limits.CODE, f"own password {user.pk}", timezone.now())
    form = OwnPassword(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.close(user, timezone.now())
        except InputError:
            form.add_error(
                None, _("Nobody else is administrator of this register. Invite somebody first; then close your account.")
            )
        else:
            logout(request)
            return render(request, "accounts/closed.html")
    return render(request, "accounts/close.html", {"form": form})
