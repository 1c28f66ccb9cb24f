"""Which keys count here, for everybody; and the forms in which stewards propose that one begins or ends."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from plumbrule.errors import PlumbruleError
from plumbrule_portal.accounts.access import acting, everybody, may
from plumbrule_portal.accounts.models import Role
from plumbrule_portal.accounts.views import ASKS, person
from plumbrule_portal.ledger import keyring, keys
from plumbrule_portal.ledger.forms_keys import EndKey, NewKey
from plumbrule_portal.ui.caching import from_the_log


@from_the_log
@everybody
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every key on record, whose it is, and where it counts."""
    found = keyring.keyring()
    position = keyring.size()
    rows = [] if found is None else [(one, one.standing(position).value) for one in found.keys]
    return render(request, "ledger/keys.html", {"rows": rows, "size": position})


@require_http_methods(ASKS)
@acting(Role.STEWARD)
def new(request: HttpRequest) -> HttpResponse:
    """Propose that a key counts."""
    form = NewKey(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = keys.propose_key(form.raw(), person(request), timezone.now())
        except PlumbruleError as error:
            form.add_error("request", error.got)
        else:
            return redirect("proposal", made.pk)
    return render(request, "ledger/key_new.html", {"form": form})


@require_http_methods(ASKS)
@acting(Role.STEWARD)
def end(request: HttpRequest) -> HttpResponse:
    """Propose that a key ends."""
    form = EndKey(request.POST or None, initial={"key": request.GET.get("key", "")[:300]})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        found = keyring.keyring()
        record = None if found is None else found.find(said["key"])
        if record is not None and not may(request.user, record.party, Role.STEWARD):
            raise PermissionDenied
        try:
            made = keys.propose_end(said["key"], said["suspect_from"], person(request), timezone.now())
        except PlumbruleError as error:
            form.add_error("key", error.got)
        else:
            return redirect("proposal", made.pk)
    return render(request, "ledger/key_end.html", {"form": form})
