"""The pages behind a supplier's link. No account: whoever has the link is the supplier, for this purchase and nothing else."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plumbrule.errors import InputError
from plumbrule_portal.accounts import limits
from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.accounts.limits import Limit
from plumbrule_portal.systems.pack import unzipped
from plumbrule_portal.systems.purchases import access, answering, queries
from plumbrule_portal.systems.purchases.forms import AnswerPoint
from plumbrule_portal.systems.purchases.models import Supplier
from plumbrule_portal.systems.submissions import check
from plumbrule_portal.ui.languages import OWN_NAMES, current

ASKS = ["GET", "HEAD", "POST"]
LINKS = Limit(name="supplier-link", most=200, seconds=limits.QUARTER)
PACKS = Limit(name="supplier-pack", most=10, seconds=3600)


@require_safe
@never_cache
@everybody
def supply(request: HttpRequest, secret: str) -> HttpResponse:
    """What is asked, what was answered, and until when."""
    return _page(request, secret, _supplier(request, secret, taken=None))


@require_POST
@never_cache
@everybody
def take(request: HttpRequest, secret: str) -> HttpResponse:
    """Take the link into use; the page has another address from now on."""
    supplier = _supplier(request, secret, taken=None)
    try:
        own = answering.take(supplier, timezone.now())
    except InputError:
        messages.error(request, _("Nothing was changed: the time is over, or the link is in use already."))
        return redirect("supply", secret)
    messages.success(request, _("This page is yours now. Keep its address: the one that you were given opens nothing any more."))
    return redirect("supply", own)


@require_http_methods(ASKS)
@never_cache
@everybody
def point(request: HttpRequest, secret: str, number: int) -> HttpResponse:
    """One point, and the answer to it."""
    supplier = _supplier(request, secret)
    one = access.point(supplier.purchase, number)
    if not _writes(supplier):
        return redirect("supply", secret)
    form = AnswerPoint(request.POST or None, packs=_good(supplier), initial=_initial(supplier, one.pk))
    if "clear" in request.POST:
        return _tell(request, secret, answering.unanswer, supplier, one)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        given = answering.Given(
            kind=said["kind"],
            language=said["language"],
            text=said["text"],
            entry=said["entry"],
            pack=form.packs.get(said["pack"]),
        )
        try:
            answering.answer(supplier, one, given, timezone.now())
        except InputError:
            lost = _("This was not kept: the entry is no assessment that stands in this register, or the time is over.")
            form.add_error(None, lost)
        else:
            return redirect("supply", secret)
    shown = {"secret": secret, "supplier": supplier, "purchase": supplier.purchase, "point": one, "form": form}
    return _hidden(render(request, "systems/purchases/supply_point.html", shown, status=422 if form.errors else 200))


@require_POST
@never_cache
@everybody
def hand_in(request: HttpRequest, secret: str) -> HttpResponse:
    """A pack: the files of its folder, or one zip file with them."""
    supplier = _supplier(request, secret)
    limits.count(PACKS, str(supplier.pk), timezone.now())
    try:
        received = _received(request)
    except (MultiPartParserError, SuspiciousOperation, ValueError, InputError):
        wanted = _("Choose all files of the pack's folder, or one zip file of them: at most 80 files, 32 megabytes in all.")
        messages.error(request, wanted)
        return redirect("supply", secret)
    try:
        made = answering.hand_in(supplier, received, timezone.now())
    except InputError:
        messages.error(request, _("This was not kept: the time is over, the answers were sent, or there are ten packs already."))
    else:
        if made.reasons:
            messages.error(request, _("The pack was refused. The reasons stand below; its files were not kept."))
        else:
            messages.success(request, _("The pack holds. You can name it in your answers now."))
    return redirect("supply", secret)


@require_POST
@never_cache
@everybody
def take_away(request: HttpRequest, secret: str, number: int) -> HttpResponse:
    """Take a pack away."""
    supplier = _supplier(request, secret)
    return _tell(request, secret, answering.take_away, access.pack_of(supplier, number))


@require_POST
@never_cache
@everybody
def send(request: HttpRequest, secret: str) -> HttpResponse:
    """Hand the answers in."""
    return _tell(request, secret, answering.send, _supplier(request, secret))


@require_POST
@never_cache
@everybody
def open_again(request: HttpRequest, secret: str) -> HttpResponse:
    """Go on writing before closing."""
    return _tell(request, secret, answering.open_again, _supplier(request, secret))


def _supplier(request: HttpRequest, secret: str, *, taken: bool | None = True) -> Supplier:
    """Counted before it is looked up, so that nobody tries links out. Raises Http404, TooOftenError.

    A link that is not in use yet opens the first page only.
    """
    now = timezone.now()
    limits.count(LINKS, limits.address(request), now)
    found = access.supplier(secret, now)
    if taken and found.taken is None:
        raise Http404
    return found


def _writes(supplier: Supplier) -> bool:
    return supplier.sent is None and queries.state(supplier.purchase, timezone.now()) == queries.OPEN


def _good(supplier: Supplier) -> list[Any]:
    return [one for one in supplier.packs.all() if one.files]


def _initial(supplier: Supplier, key: int) -> dict[str, Any]:
    said = queries.answers(supplier).get(key)
    if said is None:
        return {"language": current() if current() in OWN_NAMES else "en"}
    return {"kind": said.kind, "text": said.text, "language": said.language, "entry": said.entry, "pack": said.pack_id or ""}


def _received(request: HttpRequest) -> dict[str, bytes]:
    """Name to bytes. Raises ValueError: no file, too much, two of one name; InputError: a strange zip file."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    uploaded = request.FILES.getlist("files")
    names = [str(one.name) for one in uploaded]
    if not uploaded or len(set(names)) < len(names) or len(names) > check.MAX_FILES or int(length) > check.MAX_BYTES:
        raise ValueError
    if len(names) == 1 and names[0].lower().endswith(".zip"):
        return unzipped(uploaded[0].read(), check.MAX_FILES, check.MAX_BYTES)
    return dict(zip(names, (one.read() for one in uploaded), strict=True))


def _tell(request: HttpRequest, secret: str, act: Any, *what: Any) -> HttpResponse:
    """Do it, or say that it is too late; then back to the list."""
    try:
        act(*what, timezone.now())
    except InputError:
        messages.error(request, _("Nothing was changed: the time is over, the answers were sent, or there is no answer yet."))
    return redirect("supply", secret)


def _page(request: HttpRequest, secret: str, supplier: Supplier) -> HttpResponse:
    if supplier.taken is None:
        shown = {"secret": secret, "supplier": supplier, "purchase": supplier.purchase, "open": _writes(supplier)}
        return _hidden(render(request, "systems/purchases/supply_take.html", shown))
    rows = queries.own_rows(supplier)
    shown = {
        "secret": secret,
        "supplier": supplier,
        "purchase": supplier.purchase,
        "open": queries.state(supplier.purchase, timezone.now()) == queries.OPEN,
        "writes": _writes(supplier),
        "rows": rows,
        "done": sum(row.cells[0].rests.kind != "none" for row in rows),
        "packs": supplier.packs.all(),
    }
    return _hidden(render(request, "systems/purchases/supply.html", shown))


def _hidden(response: HttpResponse) -> HttpResponse:
    """No search engine keeps a page whose address is a secret."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
