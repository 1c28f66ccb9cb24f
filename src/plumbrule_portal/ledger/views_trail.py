"""Auditors read the audit trail, and see whether it fits what the log says of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from plumbrule_portal.accounts import queries
from plumbrule_portal.accounts.access import NODE, acting, demand
from plumbrule_portal.accounts.models import Role
from plumbrule_portal.ledger import trail


@require_safe
@never_cache
@acting(Role.AUDITOR)
def acts(request: HttpRequest) -> HttpResponse:
    """The acts, newest first. Only for auditors of the node: the trail is of all organisations."""
    demand(request.user, NODE, Role.AUDITOR)
    before = request.GET.get("before", "")
    found = queries.acts(int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0)
    names = queries.names(found)
    rows = [(act, names.get(act.who or 0, ""), gettext(act.what)) for act in found]
    following = found[-1].pk if len(found) == queries.ACTS else None
    return render(request, "ledger/trail.html", {"rows": rows, "next": following})


@require_safe
@never_cache
@acting(Role.AUDITOR)
def check(request: HttpRequest) -> HttpResponse:
    """Every root computed again."""
    demand(request.user, NODE, Role.AUDITOR)
    return render(request, "ledger/trail_check.html", {"report": trail.check()})
