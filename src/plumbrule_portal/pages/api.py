"""The API: the same facts as the pages, at permanent addresses; reading is open, writing is by a scoped token.

Nothing is published by a token: what it writes are drafts and proposals, to which a person must agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, Path, Query, Schema, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from pydantic import Field

from plumbrule.errors import InputError
from plumbrule_portal.accounts.access import by_token, demand, everybody
from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.pages import actions, lists
from plumbrule_portal.pages import api_schemas as told
from plumbrule_portal.pages.models import Scope, Token
from plumbrule_portal.systems import queries, queries_then
from plumbrule_portal.systems import queries_search as search
from plumbrule_portal.systems.drafts import access as draft_access
from plumbrule_portal.systems.drafts import actions as draft_actions
from plumbrule_portal.systems.drafts import queries as draft_queries
from plumbrule_portal.systems.models import Assessment, Draft
from plumbrule_portal.systems.record import Problem, missing, read_fields, read_form, record_schema, value_object
from plumbrule_portal.ui.caching import from_the_log

PAGE = 100
Slug = Annotated[told.Slug, Path()]
ShortName = Annotated[told.ShortName, Path()]
Position = Annotated[told.Position, Path()]
NO = told.Problem


class Bearer(HttpBearer):
    """`Authorization: Bearer plr_…`."""

    openapi_name = "token"

    def authenticate(self, _request: HttpRequest, token: str) -> Token | None:
        """The token, if it counts."""
        return actions.use_token(token, timezone.now())


api = NinjaAPI(
    title="Register of AI systems",
    version="1",
    description="Which AI systems are in use, who answers for them, what was found. Reading is open; writing needs a token.",
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-1",
    auth=None,
)


class Asked(Schema):
    """What to look for: words in any of six languages, and filters. `after` goes on where a page ended."""

    q: told.Text = ""
    organisation: told.Text = ""
    phase: told.Text = ""
    tier: told.Text = ""
    source: told.Text = ""
    assessed: told.Text = ""
    verdict: told.Text = ""
    language: told.Text = ""
    country: told.Text = ""

    def wish(self, *, oldest_first: bool = False) -> search.Wish:
        """As the register's page understands it."""
        filters = {name: getattr(self, name) for name in search.FILTERS if getattr(self, name)}
        return search.Wish(words=self.q, filters=filters, oldest_first=oldest_first)


class AskedPage(Asked):
    """The same, and where to go on."""

    after: told.Text = ""
    sort: Annotated[str, Field(pattern="^(newest|oldest)$")] = "newest"


class AskedOrganisations(Schema):
    """`after` goes on where a page ended."""

    after: told.Text = ""


class AskedBefore(Schema):
    """`before` goes on where a page ended."""

    before: told.Position | None = None


class AskedEntries(AskedBefore):
    """Only what is `about` one system, if that is asked."""

    about: told.Text = ""


@api.get("/systems", response={200: told.SystemList, 422: NO}, tags=["Reading"], summary="Search and list systems")
def systems(request: HttpRequest, asked: Query[AskedPage]) -> Any:
    """A page of the systems that fit; those with the words in their name come first, then what changed last."""
    wish = asked.wish(oldest_first=asked.sort == "oldest")
    page, count = search.page(wish, after=asked.after), search.count(wish)
    items = [lists.system_object(one) for one in page.systems]
    return _list(items, page.next) | {"count": {"n": count.n, "more": count.more}}


@api.get("/facets", response={200: told.FacetsOut, 422: NO}, tags=["Reading"], summary="Count systems by filter")
def facets(request: HttpRequest, asked: Query[Asked]) -> Any:
    """For each filter its most frequent values; counted among at most ten thousand systems that changed last."""
    found = search.facets(asked.wish())
    values = {name: [{"value": value, "n": n} for value, n in pairs] for name, pairs in found.values.items()}
    return {"of": {"n": found.of.n, "more": found.of.more}, "values": values}


@api.get("/systems/{slug}", response={200: told.SystemWhole, 404: NO, 422: NO}, tags=["Reading"], summary="One system")
def system(request: HttpRequest, slug: Slug) -> Any:
    """A system with its record, its history and its assessments."""
    found = queries.system(slug)
    if found is None:
        raise Http404
    return lists.system_whole(found)


@api.get(
    "/systems/{slug}/on/{day}", response={200: told.SystemThen, 404: NO, 422: NO}, tags=["Reading"], summary="A system on a day"
)
def system_then(request: HttpRequest, slug: Slug, day: date) -> Any:
    """A system as its record was at the end of a day (UTC), by the dates that the signed records carry."""
    found = queries_then.system_on(slug, day)
    if found is None:
        raise Http404
    return lists.system_object(found.system) | {
        "fields": found.system.fields,
        "on": day.isoformat(),
        "licence": settings.OFFICE.licence,
    }


@api.get("/organisations", response={200: told.OrganisationList, 422: NO}, tags=["Reading"], summary="List organisations")
def organisations(request: HttpRequest, asked: Query[AskedOrganisations]) -> Any:
    """A page of organisations, by their names in addresses."""
    found = list(islice(lists.organisations(asked.after), PAGE + 1))
    items = [lists.organisation_object(one) for one in found[:PAGE]]
    return _list(items, found[PAGE - 1].slug if len(found) > PAGE else "")


@api.get("/organisations/{slug}", response={200: told.OrganisationOut, 404: NO, 422: NO}, tags=["Reading"])
def organisation(request: HttpRequest, slug: ShortName) -> Any:
    """One organisation."""
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return lists.organisation_object(found)


@api.get("/assessments", response={200: told.AssessmentList, 422: NO}, tags=["Reading"], summary="List assessments")
def assessments(request: HttpRequest, asked: Query[AskedBefore]) -> Any:
    """A page of published assessments, newest first."""
    return _positions(lists.assessments(asked.before), lists.assessment_object, "entry")


@api.get("/assessments/{entry}", response={200: told.AssessmentOut, 404: NO, 422: NO}, tags=["Reading"])
def assessment(request: HttpRequest, entry: Position) -> Any:
    """One assessment with its verdicts."""
    found = Assessment.objects.prefetch_related("findings").filter(entry=entry).first()
    if found is None:
        raise Http404
    return lists.assessment_object(found)


@api.get("/entries", response={200: told.EntryList, 422: NO}, tags=["Reading"], summary="List entries of the log")
def entries(request: HttpRequest, asked: Query[AskedEntries]) -> Any:
    """A page of the log's entries, newest first, of one system or of all."""
    return _positions(lists.entries(asked.before, asked.about), lists.entry_object, "index")


@api.get("/entries/{index}", response={200: told.EntryOut, 404: NO, 422: NO}, tags=["Reading"], summary="One entry of the log")
def entry(request: HttpRequest, index: Position) -> Any:
    """One entry; its envelope and its proof are served at /log/ as tiles."""
    found = Entry.objects.filter(index=index).first()
    if found is None:
        raise Http404
    return lists.entry_object(found)


@api.get("/record-schema", response={200: dict[str, Any]}, tags=["Reading"], summary="What a record holds")
def schema(request: HttpRequest) -> Any:
    """The JSON Schema of a record (`plumbrule-record/1`) under every form."""
    return record_schema()


WRITE: dict[Any, Any] = {401: NO, 403: NO, 404: NO, 409: NO, 422: NO}
"""409 is what has the right shape, and cannot be done as things stand: an id that is taken, a field that the form has not."""


@api.get("/drafts/{slug}", auth=Bearer(), response={200: told.DraftOut, **WRITE}, tags=["Writing"], summary="Read a draft")
def draft(request: HttpRequest, slug: Slug) -> Any:
    """A draft of the token's organisation."""
    return _draft_out(_draft(_token(request, Scope.DRAFTS), slug))


@api.post("/drafts", auth=Bearer(), response={201: told.DraftOut, **WRITE}, tags=["Writing"], summary="Begin a draft")
def begin(request: HttpRequest, said: told.DraftIn) -> Any:
    """Begin a record of a system that is not in the register yet."""
    token = _token(request, Scope.DRAFTS)
    made = draft_actions.begin(said.id, token.organisation, said.language, said.name, token.user, timezone.now())
    return Status(HTTPStatus.CREATED, _draft_out(made))


@api.post("/systems/{slug}/draft", auth=Bearer(), response={201: told.DraftOut, **WRITE}, tags=["Writing"])
def begin_from(request: HttpRequest, slug: Slug) -> Any:
    """Begin a draft with what the register says of a system now; the one that is being written, if there is one."""
    token = _token(request, Scope.DRAFTS)
    found = queries.system(slug)
    if found is None or found.organisation.slug != token.organisation:
        raise Http404
    return Status(HTTPStatus.CREATED, _draft_out(draft_actions.begin_from(found, token.user, timezone.now())))


@api.put("/drafts/{slug}", auth=Bearer(), response={200: told.DraftOut, **WRITE}, tags=["Writing"], summary="Write a draft")
def write(request: HttpRequest, slug: Slug, said: told.FieldsIn) -> Any:
    """Put these fields into the place of those that the draft holds. If one does not fit the form, nothing is changed."""
    token = _token(request, Scope.DRAFTS)
    found = _draft(token, slug)
    read, problems = _read_fields(found, said.fields)
    if problems:
        first = problems[0]
        told_of = f"{len(problems)} fields do not fit the form, the first of them {first.field}"
        raise InputError(f"{told_of}: {first.got.format_map(dict(first.slots))}", expected=first.expected, cure=first.cure)
    draft_actions.keep(found, read, token.user, timezone.now())
    return _draft_out(found)


@api.post("/drafts/{slug}/proposal", auth=Bearer(), response={201: told.ProposalOut, **WRITE}, tags=["Writing"])
def propose(request: HttpRequest, slug: Slug, said: told.ProposalIn) -> Any:
    """Propose a draft for publication. A second person decides, on the desk."""
    token = _token(request, Scope.PROPOSALS)
    made = draft_actions.propose(_draft(token, slug), said.title, token.user, timezone.now())
    return Status(HTTPStatus.CREATED, {"id": made.pk, "state": made.state, "title": made.title})


@api.exception_handler(Http404)
def _nothing(request: HttpRequest, _error: Http404) -> HttpResponse:
    return api.create_response(request, {"detail": "There is nothing at this address."}, status=404)


@api.exception_handler(PermissionDenied)
def _not_allowed(request: HttpRequest, _error: PermissionDenied) -> HttpResponse:
    said = {"detail": "This token does not allow it, or its person may not do it any more."}
    return api.create_response(request, said, status=403)


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    expected, cure = "Authorization: Bearer plr_…", "Make one on the desk."
    said = {"detail": "No token, or none that counts.", "expected": expected, "cure": cure}
    response = api.create_response(request, said, status=401)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(InputError)
def _refused(request: HttpRequest, error: InputError) -> HttpResponse:
    said = {"detail": error.got, "expected": error.expected or "", "cure": error.cure or ""}
    return api.create_response(request, said, status=409)


@api.exception_handler(ValidationError)
def _misshapen(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    where = ".".join(str(part) for part in first.get("loc", ()))
    said = {"detail": f"{where}: {first.get('msg', 'does not fit')}", "expected": "see /api/v1/openapi.json"}
    return api.create_response(request, said, status=422)


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is no JSON."""
    return api.create_response(request, {"detail": str(error)}, status=422)


@from_the_log
@everybody
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """What the API can do, for programs: OpenAPI 3.1."""
    return JsonResponse(api.get_openapi_schema(path_prefix="/api/v1/"), headers={"Access-Control-Allow-Origin": "*"})


def addresses() -> Iterator[Any]:
    """The API's addresses, each with its rule: reading is everybody's, and comes from the log; writing is by token."""
    operations: list[Any] = api.urls[0]  # each with a name and a callback, which Django's types leave open
    for address in operations:
        if address.name == "api-root":
            continue
        if any(part in str(address.pattern) for part in ("draft", "proposal")):
            address.callback = by_token(address.callback)
        else:
            address.callback = from_the_log(everybody(address.callback))
        yield address


def _token(request: HttpRequest, scope: Scope) -> Token:
    """The token that came. Raises PermissionDenied if it does not allow this."""
    token: Token = request.auth  # type: ignore[attr-defined] # set by Ninja after `Bearer`
    if not token.allows(scope, timezone.now()):
        raise PermissionDenied
    demand(token.user, token.organisation, *draft_access.WRITERS)
    return token


def _draft(token: Token, slug: str) -> Draft:
    found = draft_access.draft(token.user, slug)
    if found.organisation != token.organisation:
        raise Http404
    return found


def _draft_out(found: Draft) -> dict[str, Any]:
    return {
        "id": found.slug,
        "organisation": found.organisation,
        "language": found.language,
        "form": found.form,
        "fields": found.fields,
        "base": found.base,
        "lacking": [one.field for one in missing(draft_queries.record_of(found))],
    }


def _read_fields(found: Draft, fields: dict[str, Any]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    read, problems = read_fields(read_form(found.form), fields)
    return {name: value_object(value) for name, value in read.items()}, tuple(problems)


def _positions(rows: Iterator[Any], written: Any, key: str) -> dict[str, Any]:
    found = list(islice(rows, PAGE + 1))
    return _list([written(one) for one in found[:PAGE]], str(getattr(found[PAGE - 1], key)) if len(found) > PAGE else "")


def _list(items: list[dict[str, Any]], following: str) -> dict[str, Any]:
    return {"items": items, "next": following, "licence": settings.OFFICE.licence}
