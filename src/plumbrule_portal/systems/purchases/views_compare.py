"""After closing: suppliers side by side, each of them in full, and the decision."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from plumbrule.errors import InputError, PlumbruleError
from plumbrule_portal.accounts.access import acting
from plumbrule_portal.systems import fragments
from plumbrule_portal.systems.models import System
from plumbrule_portal.systems.pack import zipped
from plumbrule_portal.systems.purchases import access, actions, files, queries
from plumbrule_portal.systems.purchases.forms import MOST, Decide, Plain
from plumbrule_portal.systems.purchases.models import HandedPack, Purchase, Supplier
from plumbrule_portal.systems.purchases.views import ASKS, person
from plumbrule_portal.ui.languages import current

FINDINGS = "assessment.json"


@require_safe
@never_cache
@acting(*access.BUYERS)
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Points by suppliers."""
    found = _closed(request, slug)
    suppliers = queries.handed_in(found)
    shown = {
        "purchase": found,
        "state": queries.state(found, timezone.now()),
        "suppliers": suppliers,
        "silent": queries.silent(found),
        "rows": queries.comparison(found, suppliers),
    }
    return render(request, "systems/purchases/compare.html", shown)


@require_http_methods(ASKS)
@never_cache
@acting(*access.BUYERS)
def supplier(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """All that one supplier says, and the buyer's notes on it."""
    found = _closed(request, slug)
    one = _sent(found, number)
    if request.method == "POST":
        wanted = ["", *(str(point.number) for point in queries.points(found))]
        actions.keep_notes(one, {key: _note(request, key) for key in wanted})
        messages.success(request, _("Your notes are kept."))
        return redirect("purchase-supplier", slug, number)
    shown = {"purchase": found, "supplier": one, "rows": queries.of_one(one), "note": one.notes.get("", ""), "most": MOST}
    return render(request, "systems/purchases/supplier.html", shown)


@require_safe
@never_cache
@acting(*access.BUYERS)
def pack(request: HttpRequest, slug: str, number: int, pack: int) -> HttpResponse:
    """A pack that a supplier handed in: what the check found, and its findings in full."""
    found = _closed(request, slug)
    one = _sent(found, number)
    handed = _held(one, pack)
    shown = {
        "purchase": found,
        "supplier": one,
        "pack": handed,
        "system": System.objects.filter(slug=handed.facts.get("system", "")).first(),
        "findings": _findings(handed),
    }
    return render(request, "systems/purchases/pack.html", shown)


@require_safe
@never_cache
@acting(*access.BUYERS)
def pack_file(request: HttpRequest, slug: str, number: int, pack: int) -> HttpResponse:
    """The pack itself, to check it on one's own machine."""
    handed = _held(_sent(_closed(request, slug), number), pack)
    try:
        raw = zipped({name: files.read(digest) for name, digest in handed.files.items()})
    except PlumbruleError:
        raise Http404 from None
    headers = {"Content-Disposition": f'attachment; filename="pack-{number}-{pack}.zip"', "Cache-Control": "private, no-store"}
    return HttpResponse(raw, content_type="application/zip", headers=headers)


@require_http_methods(ASKS)
@never_cache
@acting(*access.BUYERS)
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Whom, or nobody, and why; then a second person."""
    found = _closed(request, slug)
    asked = found.suppliers.all()
    form = Decide(request.POST or None, asked=asked, systems=access.systems(found.organisation))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        chosen = next((one for one in form.asked if str(one.pk) == said["supplier"]), None)
        try:
            made = actions.decide(found, chosen, said["reasons"], said["system"], person(request), timezone.now())
        except InputError:
            form.add_error(None, _("This purchase is decided already, or cannot be decided now."))
        else:
            return redirect("proposal", made.pk)
    shown = {"purchase": found, "state": queries.state(found, timezone.now()), "form": form}
    return render(request, "systems/purchases/decide.html", shown, status=422 if form.errors else 200)


def _closed(request: HttpRequest, slug: str) -> Purchase:
    """A purchase whose answers may be seen. Raises Http404 before closing: until then they are sealed for everybody."""
    found = access.purchase(request.user, slug)
    if queries.state(found, timezone.now()) in {queries.PREPARING, queries.OPEN}:
        raise Http404
    return found


def _sent(found: Purchase, number: int) -> Supplier:
    """A supplier whose answers were handed in. What was only written stays theirs. Raises Http404."""
    one = access.supplier_of(found, number)
    if one.sent is None:
        raise Http404
    return one


def _held(one: Supplier, number: int) -> HandedPack:
    handed = access.pack_of(one, number)
    if not handed.files:
        raise Http404
    return handed


def _findings(handed: HandedPack) -> str:
    """The findings in full; empty where a file is gone, or of a form that is not read any more."""
    try:
        return fragments.whole_of(files.read(handed.files.get(FINDINGS, "")), current())
    except PlumbruleError:
        return ""


def _note(request: HttpRequest, key: str) -> str:
    return Plain(required=False).to_python(request.POST.get(f"note-{key}", ""))[:MOST]
