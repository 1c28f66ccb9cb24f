"""Every list as CSV, JSON and Atom, at the address of the list with an ending, with the same query string."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.pages import lists, lists_purchases
from plumbrule_portal.pages.formats import Feed, Item, atom_text, csv_text, json_text
from plumbrule_portal.systems import queries
from plumbrule_portal.systems import queries_search as search
from plumbrule_portal.systems.models import Assessment, System
from plumbrule_portal.systems.purchases import queries_public as decided
from plumbrule_portal.systems.purchases.queries_public import Published
from plumbrule_portal.systems.wishes import wish_of
from plumbrule_portal.ui.caching import from_the_log
from plumbrule_portal.ui.languages import current

Answer = TypeVar("Answer", bound=HttpResponseBase)
FEED = 50
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json", "atom": "application/atom+xml; charset=utf-8"}
NOTHING_YET = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A list as the formats want it: its address for people, columns, lines, objects, and the items of one page of a feed."""

    html: str
    title: str
    columns: tuple[str, ...]
    lines: Iterator[dict[str, Any]]
    objects: Iterator[dict[str, Any]]
    items: Iterable[Item]
    next: str = ""


@from_the_log
@everybody
@require_safe
def systems(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The systems that fit what the query string asks for, all pages of them; in Atom a page at a time."""
    wish = wish_of(request.GET)
    page = search.page(wish, after=request.GET.get("after", "")) if ending == "atom" else None
    told = _Told(
        html="register",
        title=gettext("Systems"),
        columns=lists.SYSTEM_COLUMNS,
        lines=(lists.system_line(one) for one in search.every(wish)),
        objects=(lists.system_object(one) for one in search.every(wish)),
        items=[_system_item(one) for one in page.systems] if page else [],
        next=page.next if page else "",
    )
    return _answer(request, told, ending)


@from_the_log
@everybody
@require_safe
def entries(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The entries of the log, newest first."""
    after, about = _position(request.GET.get("after", "")), request.GET.get("about", "").replace("\x00", "")
    page, before = lists.entries_page(after, about, FEED) if ending == "atom" else ([], None)
    told = _Told(
        html="entries",
        title=gettext("Entries of the log"),
        columns=lists.ENTRY_COLUMNS,
        lines=(lists.entry_line(one) for one in lists.entries(None, about)),
        objects=(lists.entry_object(one) for one in lists.entries(None, about)),
        items=[_entry_item(one) for one in page],
        next="" if before is None else str(before),
    )
    return _answer(request, told, ending)


@from_the_log
@everybody
@require_safe
def assessments(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The published assessments, newest first."""
    found = list(islice(lists.assessments(_position(request.GET.get("after", ""))), FEED + 1)) if ending == "atom" else []
    told = _Told(
        html="register",
        title=gettext("Assessments"),
        columns=lists.ASSESSMENT_COLUMNS,
        lines=(lists.assessment_line(one) for one in lists.assessments()),
        objects=(lists.assessment_object(one) for one in lists.assessments()),
        items=[_assessment_item(one) for one in found[:FEED]],
        next=str(found[FEED - 1].entry) if len(found) > FEED else "",
    )
    return _answer(request, told, ending)


@from_the_log
@everybody
@require_safe
def organisations(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The organisations, by their names in addresses."""
    found = (
        list(islice(lists.organisations(request.GET.get("after", "").replace("\x00", "")), FEED + 1)) if ending == "atom" else []
    )
    told = _Told(
        html="organisations",
        title=gettext("Organisations"),
        columns=lists.ORGANISATION_COLUMNS,
        lines=(lists.organisation_line(one) for one in lists.organisations()),
        objects=(lists.organisation_object(one) for one in lists.organisations()),
        items=[_organisation_item(one) for one in found[:FEED]],
        next=found[FEED - 1].slug if len(found) > FEED else "",
    )
    return _answer(request, told, ending)


@from_the_log
@everybody
@require_safe
def purchases(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The decided purchases, of one organisation or of all, newest first."""
    organisation, after = request.GET.get("organisation", "").replace("\x00", ""), _position(request.GET.get("after", ""))
    found = list(islice(decided.every(organisation, after), FEED + 1)) if ending == "atom" else []
    told = _Told(
        html="decisions",
        title=gettext("Decided purchases"),
        columns=lists_purchases.COLUMNS,
        lines=(lists_purchases.purchase_line(one) for one in decided.every(organisation)),
        objects=(lists_purchases.purchase_object(one) for one in decided.every(organisation)),
        items=[_purchase_item(one) for one in found[:FEED]],
        next=str(found[FEED - 1].row.entry) if len(found) > FEED else "",
    )
    return _answer(request, told, ending)


@from_the_log
@everybody
@require_safe
def purchase(_request: HttpRequest, slug: str) -> HttpResponse:
    """One decided purchase, as JSON."""
    found = decided.published(slug)
    if found is None:
        raise Http404
    whole = lists_purchases.purchase_object(found) | {"licence": settings.OFFICE.licence}
    return _open(JsonResponse(whole, json_dumps_params={"ensure_ascii": False}))


@from_the_log
@everybody
@require_safe
def system(_request: HttpRequest, slug: str) -> HttpResponse:
    """All that the register holds of a system, as JSON."""
    found = queries.system(slug)
    if found is None:
        raise Http404
    return _open(JsonResponse(lists.system_whole(found), json_dumps_params={"ensure_ascii": False}))


@from_the_log
@everybody
@require_safe
def entry(_request: HttpRequest, index: int) -> HttpResponse:
    """One entry of the log, as JSON."""
    found = Entry.objects.filter(index=index).first()
    if found is None:
        raise Http404
    whole = lists.entry_object(found) | {"licence": settings.OFFICE.licence}
    return _open(JsonResponse(whole, json_dumps_params={"ensure_ascii": False}))


@from_the_log
@everybody
@require_safe
def assessment(_request: HttpRequest, index: int) -> HttpResponse:
    """One assessment with its findings whole, as JSON."""
    found = Assessment.objects.prefetch_related("findings").filter(entry=index).first()
    if found is None:
        raise Http404
    details = [finding.detail for finding in lists.findings_of(index)]
    whole = lists.assessment_object(found) | {"details": details, "licence": settings.OFFICE.licence}
    return _open(JsonResponse(whole, json_dumps_params={"ensure_ascii": False}))


def _answer(request: HttpRequest, told: _Told, ending: str) -> HttpResponseBase:
    if ending == "csv":
        text: Iterator[str] = csv_text(told.columns, told.lines)
    elif ending == "json":
        about = {"title": told.title, "address": _here(request), "licence": settings.OFFICE.licence}
        text = json_text(about, "items", told.objects)
    else:
        items = list(told.items)
        text = atom_text(_feed(request, told, max((item.updated for item in items), default=NOTHING_YET)), items)
    response = StreamingHttpResponse((part.encode() for part in text), content_type=TYPES[ending])
    if ending == "csv":
        name = request.path.rpartition("/")[2]
        response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return _open(response)


def _open(response: Answer) -> Answer:
    """Anybody's page may read it, and its licence is said in the head, too."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Link"] = f'<https://spdx.org/licenses/{settings.OFFICE.licence}.html>; rel="license"'
    return response


def _feed(request: HttpRequest, told: _Told, updated: str) -> Feed:
    asked = request.GET.copy()
    for gone in ("after", "lang"):
        asked.pop(gone, None)
    query = asked.urlencode()
    base = str(settings.OFFICE.address).rstrip("/") + request.path
    asked["after"] = told.next
    return Feed(
        id=f"{base}?{query}" if query else base,
        here=_here(request),
        html=lists.address(told.html) + (f"?{query}" if query else ""),
        next=f"{base}?{asked.urlencode()}" if told.next else "",
        title=f"{told.title} · {settings.OFFICE.name}",
        author=settings.OFFICE.name,
        rights=settings.OFFICE.licence,
        language=current(),
        updated=updated,
    )


def _here(request: HttpRequest) -> str:
    return str(settings.OFFICE.address).rstrip("/") + request.get_full_path()


def _system_item(one: System) -> Item:
    name, code = lists.said_in(one.names, current())
    author = lists.said_in(one.organisation.names, current())[0]
    return Item(
        address=lists.address("system", one.slug),
        title=name or one.slug,
        summary=lists.said_in(one.summaries, code)[0][: lists.LONGEST_SUMMARY],
        language=code,
        updated=lists.moment(one.updated),
        author=author or one.organisation.slug,
        categories=tuple(part for part in (one.phase, one.tier) if part),
    )


def _entry_item(one: Entry) -> Item:
    return Item(
        address=lists.address("entry", one.index),
        title=f"{one.index} · {one.about}",
        summary=one.predicate,
        language="en",
        updated=lists.moment(one.created),
        author=one.signer,
    )


def _assessment_item(one: Assessment) -> Item:
    verdicts = [finding.verdict for finding in one.findings.all()]
    return Item(
        address=lists.address("assessment", one.entry),
        title=one.title,
        summary=", ".join(f"{verdict}: {verdicts.count(verdict)}" for verdict in sorted(set(verdicts))),
        language="en",
        updated=lists.moment(one.created),
        author=one.signer,
        categories=(one.system,),
    )


def _purchase_item(one: Published) -> Item:
    title, code = lists.said_in(one.said.titles if one.said else {}, current())
    author = lists.said_in(one.organisation.names if one.organisation else {}, current())[0]
    return Item(
        address=lists.address("decision", one.row.slug),
        title=title or one.row.slug,
        summary=one.said.reasons[: lists.LONGEST_SUMMARY] if one.said else "",
        language=code,
        updated=lists.moment(one.row.created),
        author=author or one.row.organisation,
        categories=(one.row.system,) if one.row.system else (),
    )


def _organisation_item(one: Organisation) -> Item:
    name, code = lists.said_in(one.names, current())
    found = Entry.objects.filter(index=one.entry).first() if one.entry is not None else None
    return Item(
        address=lists.address("organisation", one.slug),
        title=name or one.slug,
        summary=one.kind,
        language=code,
        updated=lists.moment(found.created) if found else NOTHING_YET,
        author=settings.OFFICE.name,
    )


def _position(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
