"""Tokens on the desk, and the page that explains the API."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plumbrule_portal.accounts.access import acting, everybody, signed_in
from plumbrule_portal.accounts.models import Role
from plumbrule_portal.accounts.views import ASKS, person
from plumbrule_portal.pages import actions
from plumbrule_portal.pages.api import api
from plumbrule_portal.pages.described import operations
from plumbrule_portal.pages.forms import NewToken
from plumbrule_portal.pages.lists import said_in
from plumbrule_portal.pages.models import Scope, Token
from plumbrule_portal.systems.drafts import access
from plumbrule_portal.ui.caching import from_the_log
from plumbrule_portal.ui.languages import current


@require_http_methods(ASKS)
@never_cache
@acting(Role.FOCAL_POINT, Role.STEWARD)
def tokens(request: HttpRequest) -> HttpResponse:
    """The person's tokens, and a form for another one. Its secret is shown once."""
    user = person(request)
    offered = [(one.slug, said_in(one.names, current())[0] or one.slug) for one in access.organisations(user)]
    form, secret = NewToken(offered, request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        scopes = [Scope(scope) for scope in said["scopes"]]
        secret = actions.make_token(user, said["organisation"], said["name"], scopes, said["days"], timezone.now())
        form = NewToken(offered)
    shown = {"form": form, "secret": secret, "tokens": Token.objects.filter(user=user), "now": timezone.now()}
    return render(request, "pages/tokens.html", shown)


@require_POST
@never_cache
@signed_in
def end_token(request: HttpRequest, number: int) -> HttpResponse:
    """End one of the person's own tokens."""
    user = person(request)
    found = Token.objects.filter(user=user, pk=number, ended=None).first()
    if found is None:
        raise Http404
    actions.end_token(found, user, timezone.now())
    return redirect("tokens")


@from_the_log
@everybody
@require_safe
def described(request: HttpRequest) -> HttpResponse:
    """The API in words: what can be asked at which address."""
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    return render(request, "pages/api.html", {"operations": operations(schema), "address": settings.OFFICE.address})
