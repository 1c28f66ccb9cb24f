"""The pages of a buyer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plumbrule.errors import InputError
from plumbrule_portal.accounts.access import acting
from plumbrule_portal.accounts.models import User
from plumbrule_portal.systems.purchases import access, actions, checklist, queries
from plumbrule_portal.systems.purchases.forms import AddPoint, Ask, Begin, Closing, TakeOut
from plumbrule_portal.systems.purchases.models import Purchase

ASKS = ["GET", "HEAD", "POST"]


@require_http_methods(ASKS)
@never_cache
@acting(*access.BUYERS)
def purchases(request: HttpRequest) -> HttpResponse:
    """The purchases of this person's organisations, and how to begin one."""
    form = Begin(request.POST or None, organisations=access.organisations(request.user), initial={"language": "en"})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = actions.begin(said["slug"], said, person(request), timezone.now())
        except InputError:
            form.add_error("slug", _("Another purchase has this name already. Choose another one."))
        else:
            return redirect("purchase", made.slug)
    now = timezone.now()
    rows = [(one, queries.state(one, now)) for one in access.purchases(request.user)]
    shown = {"rows": rows, "form": form}
    return render(request, "systems/purchases/purchases.html", shown, status=422 if form.errors else 200)


@require_safe
@never_cache
@acting(*access.BUYERS)
def purchase(request: HttpRequest, slug: str) -> HttpResponse:
    """The checklist, who was asked, and what comes next."""
    return _page(request, access.purchase(request.user, slug))


@require_POST
@acting(*access.BUYERS)
def drop(request: HttpRequest, slug: str) -> HttpResponse:
    """Throw it away before anybody was asked."""
    found = access.purchase(request.user, slug)
    try:
        actions.drop(found, person(request), timezone.now())
    except InputError:
        messages.error(request, _asked())
        return redirect("purchase", slug)
    return redirect("purchases")


@require_POST
@acting(*access.BUYERS)
def add_point(request: HttpRequest, slug: str) -> HttpResponse:
    """A point of the buyer's own."""
    found, form = access.purchase(request.user, slug), AddPoint(request.POST)
    if not form.is_valid():
        return _page(request, found, add=form)
    said = form.cleaned_data
    try:
        actions.add_point(found, said["title"], said["statement"], said["wants"], person(request), timezone.now())
    except InputError:
        messages.error(request, _asked())
    return redirect("purchase", slug)


@require_http_methods(ASKS)
@never_cache
@acting(*access.BUYERS)
def take_out(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take a point out, with a reason."""
    found = access.purchase(request.user, slug)
    point, form = access.point(found, number), TakeOut(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.take_out(point, form.cleaned_data["reason"], person(request), timezone.now())
        except InputError:
            messages.error(request, _asked())
        return redirect("purchase", slug)
    shown = {"purchase": found, "point": point, "form": form}
    return render(request, "systems/purchases/take_out.html", shown, status=422 if form.errors else 200)


@require_POST
@acting(*access.BUYERS)
def put_back(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Ask a point after all."""
    found = access.purchase(request.user, slug)
    try:
        actions.put_back(access.point(found, number), person(request), timezone.now())
    except InputError:
        messages.error(request, _asked())
    return redirect("purchase", slug)


@require_POST
@acting(*access.BUYERS)
def closing(request: HttpRequest, slug: str) -> HttpResponse:
    """Until when suppliers may answer."""
    found, form = access.purchase(request.user, slug), Closing(request.POST)
    if form.is_valid():
        try:
            actions.set_closing(found, form.moment(), person(request), timezone.now())
        except InputError:
            said = _("Choose a later day. Once somebody was asked it can only be put off, and not after it has passed.")
            form.add_error("day", said)
        else:
            return redirect("purchase", slug)
    return _page(request, found, closing=form)


@require_POST
@never_cache
@acting(*access.BUYERS)
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask a supplier. The link is shown once."""
    found, form = access.purchase(request.user, slug), Ask(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            made, secret = actions.ask(found, said["name"], said["email"], said["language"], person(request), timezone.now())
        except InputError:
            form.add_error("name", _("They were asked already, or nobody can be asked now."))
        else:
            return _link(request, found, made, secret)
    return _page(request, found, ask=form)


@require_POST
@never_cache
@acting(*access.BUYERS)
def new_link(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A new link for a supplier; the former one is worthless then."""
    found = access.purchase(request.user, slug)
    supplier = access.supplier_of(found, number)
    try:
        secret = actions.renew_link(supplier, person(request), timezone.now())
    except InputError:
        messages.error(request, _("The time to answer is over."))
        return redirect("purchase", slug)
    return _link(request, found, supplier, secret)


def person(request: HttpRequest) -> User:
    """Who is signed in; `acting` has seen to it that somebody is."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _page(request: HttpRequest, found: Purchase, **forms: Any) -> HttpResponse:
    state = queries.state(found, timezone.now())
    asked = queries.is_asked(found)
    shown = {
        "purchase": found,
        "state": state,
        "asked": asked,
        "profile": checklist.profiles().get(found.profile),
        "points": found.points.all(),
        "suppliers": found.suppliers.all(),
        "add": forms.get("add") or AddPoint(),
        "closing": forms.get("closing") or Closing(initial={"day": found.last_day}),
        "ask": forms.get("ask") or Ask(initial={"language": "en"}),
    }
    return render(request, "systems/purchases/purchase.html", shown, status=422 if forms else 200)


def _link(request: HttpRequest, found: Purchase, supplier: Any, secret: str) -> HttpResponse:
    shown = {"purchase": found, "supplier": supplier, "link": actions.link_of(secret)}
    return render(request, "systems/purchases/link.html", shown)


def _asked() -> str:
    return _("Somebody was asked already, so the checklist stays as it is: it is the same for everybody.")
