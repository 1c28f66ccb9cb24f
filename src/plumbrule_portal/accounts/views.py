"""Signing in and out, the account that a link makes, and the second factor."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from plumbrule.errors import InputError
from plumbrule_portal.accounts import access, actions, limits, second_factor, signing_in
from plumbrule_portal.accounts.access import everybody, signed_in
from plumbrule_portal.accounts.forms import Code, NewAccount, NewPassword, SignIn
from plumbrule_portal.accounts.models import Invitation, User
from plumbrule_portal.ui.languages import current

BACKEND = "django.contrib.auth.backends.ModelBackend"
ASKS = ["GET", "HEAD", "POST"]


@require_http_methods(ASKS)
@never_cache
@sensitive_post_parameters("password")
@everybody
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with an address and a password; then, where there is one, with the second factor."""
    form = SignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        user = signing_in.try_password(request, fields["email"], fields["password"], timezone.now())
        if user is not None:
            return _let_in(request, user)
        form.refuse()
    return render(request, "accounts/sign_in.html", {"form": form, "next": _there(request)})


def _let_in(request: HttpRequest, user: User) -> HttpResponse:
    there = _there(request)
    login(request, user, backend=BACKEND)
    wanted = second_factor.device_of(user) is not None
    response = _go("second-factor", there) if wanted else redirect(there)
    signing_in.remember(request, response, user, secure=settings.OFFICE.secure)
    return response


@require_POST
@everybody
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return redirect("home")


@require_http_methods(ASKS)
@never_cache
@sensitive_post_parameters("password")
@everybody
def start(request: HttpRequest, secret: str) -> HttpResponse:
    """Make an account by a link that works once, or, signed in, take the role that it gives."""
    now = timezone.now()
    limits.count(limits.LINK, limits.address(request), now)
    invitation = actions.invitation(secret, now)
    if invitation is None:
        raise Http404
    if invitation.resets is not None:
        return _new_password(request, invitation)
    if isinstance(request.user, User):
        return _take(request, invitation, request.user)
    form = NewAccount(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.accept(invitation, form.cleaned_data | {"language": current()}, now)
        except InputError:
            form.add_error("email", _("There is an account with this address. Sign in with it, then open the link again."))
        else:
            login(request, user, backend=BACKEND)
            return redirect("second-factor-new" if access.given(user) & access.STRONG else "desk")
    return render(request, "accounts/start.html", {"form": form, "invitation": invitation})


def _take(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    if request.method == "POST":
        actions.take_role(invitation, user, timezone.now())
        return redirect("desk")
    return render(request, "accounts/take_role.html", {"invitation": invitation})


def _new_password(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = NewPassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.new_password(invitation, form.cleaned_data["password"], timezone.now())
        logout(request)
        messages.success(request, _("Your password is changed. Sign in with it."))
        return redirect("sign-in")
    return render(request, "accounts/new_password.html", {"form": form})


@require_http_methods(ASKS)
@never_cache
@sensitive_post_parameters("code")
@signed_in
def show_second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for six digits or a recovery code."""
    user = person(request)
    if second_factor.device_of(user) is None:
        return _go("second-factor-new", _there(request))
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = second_factor.show(user, form.cleaned_data["code"], timezone.now())
        if device is not None:
            signing_in.show_second_factor(request, device)
            return redirect(_there(request))
        form.refuse()
    return render(request, "accounts/second_factor.html", {"form": form, "next": _there(request)})


@require_http_methods(ASKS)
@never_cache
@sensitive_post_parameters("code")
@signed_in
def new_second_factor(request: HttpRequest) -> HttpResponse:
    """Take a telephone into use. Who has one shows it first: else a stolen password would be enough for another."""
    user = person(request)
    if second_factor.device_of(user) is not None and not verified(request):
        return _go("second-factor", request.path)
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = second_factor.confirm(user, form.cleaned_data["code"], timezone.now())
        if codes:
            signing_in.show_second_factor(request, second_factor.device_of(user))
            return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": _there(request)})
        form.refuse()
    device = second_factor.enrol(user)
    shown = {
        "form": form,
        "secret": second_factor.secret_of(device),
        "address": second_factor.address_of(device),
        "picture": second_factor.picture_of(device),
        "next": _there(request),
    }
    return render(request, "accounts/second_factor_new.html", shown)


@require_POST
@never_cache
@signed_in
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them once."""
    if not verified(request):
        return _go("second-factor", "/account")
    codes = second_factor.new_codes(person(request), timezone.now())
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": "/account"})


def _go(name: str, there: str) -> HttpResponse:
    return redirect(reverse(name, query={"next": there}))


def person(request: HttpRequest) -> User:
    """Who is signed in; `signed_in` has seen to it that somebody is."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def verified(request: HttpRequest) -> bool:
    """Whether this session counts with the second factor."""
    return bool(request.user.is_verified())  # type: ignore[union-attr] # put there by django_otp's middleware


def _there(request: HttpRequest) -> str:
    """Where the person wanted to go; their desk if that is no address of this site."""
    wish = request.POST.get("next") or request.GET.get("next") or "/desk"
    return wish if url_has_allowed_host_and_scheme(wish, allowed_hosts=None) else "/desk"
