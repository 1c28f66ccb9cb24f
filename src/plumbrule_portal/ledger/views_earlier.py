"""Proposals about entries that stand in the log already."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from plumbrule.errors import PlumbruleError
from plumbrule_portal.accounts.access import acting
from plumbrule_portal.accounts.models import Role
from plumbrule_portal.accounts.views import ASKS, person
from plumbrule_portal.ledger import access, earlier, queries
from plumbrule_portal.ledger.forms import Supersede, Withdraw
from plumbrule_portal.ledger.models import Entry, Kind


@require_safe
@acting(Role.FOCAL_POINT, Role.STEWARD)
def chosen(request: HttpRequest) -> HttpResponse:
    """From the desk to the form for one entry."""
    number = request.GET.get("entry", "")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return redirect("desk")
    return redirect("entry-supersede" if "supersede" in request.GET else "entry-withdraw", int(number))


@require_http_methods(ASKS)
@acting(Role.FOCAL_POINT, Role.STEWARD)
def withdraw(request: HttpRequest, index: int) -> HttpResponse:
    """Propose that the files of an entry go."""
    found, owner = _entry(request, index, Kind.WITHDRAWAL)
    form = Withdraw(request.POST or None)
    if request.method == "POST" and form.is_valid():
        title, now = _("Withdraw the files of entry %(n)d") % {"n": index}, timezone.now()
        try:
            made = earlier.propose_withdrawal(found, form.cleaned_data["reason"], title, owner, person(request), now)
        except PlumbruleError:
            form.add_error(None, _("This entry has no files that are public."))
        else:
            return redirect("proposal", made.pk)
    return render(request, "ledger/withdraw.html", {"entry": found, "form": form})


@require_http_methods(ASKS)
@acting(Role.FOCAL_POINT, Role.STEWARD)
def supersede(request: HttpRequest, index: int) -> HttpResponse:
    """Propose that a later entry takes the place of this one."""
    found, owner = _entry(request, index, Kind.SUPERSEDES)
    form = Supersede(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said, now = form.cleaned_data, timezone.now()
        newer = Entry.objects.filter(index=said["newer"]).first() or found
        title = _("Entry %(new)d takes the place of entry %(old)d") % {"new": said["newer"], "old": index}
        try:
            made = earlier.propose_supersession(found, newer, said["reason"], title, owner, person(request), now)
        except PlumbruleError:
            form.add_error("newer", _("This is no later entry about the same thing."))
        else:
            return redirect("proposal", made.pk)
    return render(request, "ledger/supersede.html", {"entry": found, "form": form})


def _entry(request: HttpRequest, index: int, kind: Kind) -> tuple[Entry, str]:
    """The entry and the organisation whom it concerns. Raises Http404, PermissionDenied."""
    found = Entry.objects.filter(index=index).first()
    if found is None:
        raise Http404
    owner = queries.owner_of(found)
    if not access.may_propose(request.user, kind, owner):
        raise PermissionDenied
    return found, owner
