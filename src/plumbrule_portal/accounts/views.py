"""Signing in and out, the first account, and a person's desk."""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plumbrule_portal.accounts import actions
from plumbrule_portal.accounts.forms import NewAccount, SignIn


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with an address and a password."""
    form = SignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, username=form.cleaned_data["email"].lower(), password=form.cleaned_data["password"])
        if user is not None:
            login(request, user)
            return redirect("desk")
        form.refuse()
    return render(request, "accounts/sign_in.html", {"form": form})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def start(request: HttpRequest, secret: str) -> HttpResponse:
    """Make an account by a link that works once."""
    invitation = actions.invitation(secret, timezone.now())
    if invitation is None:
        raise Http404
    form = NewAccount(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = actions.accept(invitation, form.cleaned_data, timezone.now())
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("desk")
    return render(request, "accounts/start.html", {"form": form, "invitation": invitation})


@require_safe
@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this person."""
    return render(request, "accounts/desk.html")
