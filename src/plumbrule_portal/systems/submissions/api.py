"""POST /api/v1/submissions: a pack as `multipart/form-data`, one part for each of its files, under the file's own name.

No account and no token: the signature in the pack is the identity. The answer is JSON: 202 accepted, 422 refused with
reasons, 413 too large, 415 another form, 429 too often, 503 busy; what happens later is told at the status address.
"""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from plumbrule_portal.accounts import limits
from plumbrule_portal.accounts.access import by_token, everybody
from plumbrule_portal.accounts.limits import Limit
from plumbrule_portal.systems.submissions import actions, check, queries

OF_ONE, OF_ALL = Limit(name="packs", most=20, seconds=3600), Limit(name="all packs", most=200, seconds=3600)
TURN, WAIT = BoundedSemaphore(2), 10.0
"""At most so many checks at once in a process, and how many seconds another one waits: each takes memory of its own."""
_FORM = "multipart/form-data, one part for each file of the pack, at most 32 MiB and 80 files."


@by_token
@csrf_exempt
@require_POST
def submit(request: HttpRequest) -> HttpResponse:
    """Receive a pack."""
    now = timezone.now()
    length = request.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) > check.MAX_BYTES:
        return _refused(413 if length.isdigit() else 411, f"{length or 'an unknown number of'} bytes.", _FORM)
    if request.content_type != "multipart/form-data":
        return _refused(415, f"a body of the type {str(request.content_type)[:80]!r}.", _FORM)
    try:
        limits.count(OF_ONE, limits.address(request), now)
        limits.count(OF_ALL, "everybody", now)
    except limits.TooOftenError as error:
        return _refused(
            429, "too many packs within an hour.", f"at most {OF_ONE.most} an hour.", {"Retry-After": str(error.wait)}
        )
    try:
        files = _files(request)
    except (MultiPartParserError, SuspiciousOperation, ValueError) as error:
        return _refused(400, str(error)[:200], _FORM)
    if not TURN.acquire(timeout=WAIT):
        return _refused(503, "other packs are being checked just now.", "a little patience.", {"Retry-After": "60"})
    try:
        found = actions.receive(files, now)
    finally:
        TURN.release()
    answer = JsonResponse(queries.said(found, settings.OFFICE.address), status=202 if found.state == "accepted" else 422)
    answer["Location"] = f"/api/v1/submissions/{found.name}"
    return answer


@everybody
@require_safe
def status(_request: HttpRequest, name: str) -> HttpResponse:
    """What became of a pack; the address cannot be guessed."""
    found = queries.named(name)
    if found is None:
        return _refused(404, "no submission has this id.", "the id that was given when the pack came.")
    return JsonResponse(queries.said(found, settings.OFFICE.address), headers={"Cache-Control": "no-store"})


def _files(request: HttpRequest) -> dict[str, bytes]:
    """Name to bytes. Raises ValueError: fields that are no files, or two files of one name."""
    uploaded = [one for _, many in request.FILES.lists() for one in many]
    names = [str(one.name) for one in uploaded]
    if len(set(names)) < len(names) or len(request.POST):
        raise ValueError("Two files have one name, or a part is not a file.")
    return dict(zip(names, (one.read() for one in uploaded), strict=True))


def _refused(status: int, got: str, expected: str, headers: dict[str, str] | None = None) -> HttpResponse:
    reason: dict[str, Any] = {"check": "form", "got": got, "expected": expected, "cure": ""}
    return JsonResponse({"state": "refused", "reasons": [reason]}, status=status, headers=headers)
