"""Letters that no mail will bring: somebody prints them, posts them, and says so."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from plumbrule_portal.accounts.access import NODE, acting, demand
from plumbrule_portal.accounts.models import Role
from plumbrule_portal.accounts.views import person
from plumbrule_portal.ledger import letters, queries_letters
from plumbrule_portal.ledger.models import Letter

WHO = (Role.STEWARD, Role.ADMINISTRATOR)


@require_safe
@never_cache
@acting(*WHO)
def listed(request: HttpRequest) -> HttpResponse:
    """What has to be printed, and what went out. Only for the node's own office: letters go to people of all organisations."""
    demand(request.user, NODE, *WHO)
    return render(request, "ledger/letters.html", {"waiting": queries_letters.waiting(), "gone": queries_letters.gone()})


@require_safe
@never_cache
@acting(*WHO)
def letter(request: HttpRequest, number: int) -> HttpResponse:
    """One letter as it is printed."""
    return render(request, "ledger/letter.html", {"letter": _waiting(request, number)})


@require_POST
@acting(*WHO)
def posted(request: HttpRequest, number: int) -> HttpResponse:
    """Somebody printed it and posted it."""
    letters.post(_waiting(request, number), person(request), timezone.now())
    messages.success(request, _("Noted: printed and posted."))
    return redirect("letters")


def _waiting(request: HttpRequest, number: int) -> Letter:
    """A letter that is still to be printed. Raises PermissionDenied, Http404."""
    demand(request.user, NODE, *WHO)
    found = letters.to_be_printed().filter(pk=number).first()
    if found is None:
        raise Http404
    return found
