"""What is asked of every request: is its session still wanted, do forms come too often, is the body too large."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from plumbrule_portal.accounts import limits
from plumbrule_portal.accounts.access import rule_of
from plumbrule_portal.accounts.models import Session, User
from plumbrule_portal.accounts.refusals import too_often

Answer = Callable[[HttpRequest], HttpResponse]
SEEN_EVERY = timedelta(minutes=5)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def size(answer: Answer) -> Answer:
    """Refuse a body that is larger than any form here, before a byte of it is read."""

    def answered(request: HttpRequest) -> HttpResponse:
        most = max((limit for start, limit in settings.MAX_BODIES.items() if request.path.startswith(start)), default=0)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not str(length).isdigit() or int(length) > most:
            raise RequestDataTooBig
        return answer(request)

    return answered


class Often:
    """Refuse forms that come too often from one address, and say in words what a view refused for the same reason."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Count before anything else is done with the form."""
        if request.method not in SAFE:
            try:
                limits.count(limits.FORMS, limits.address(request), timezone.now())
            except limits.TooOftenError as error:
                return too_often(request, error)
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django's hook for what a view raised."""
        return too_often(request, error) if isinstance(error, limits.TooOftenError) else None


class Ruled:
    """Refuse every address whose view declares no rule (`accounts.access`): who forgets one shows nothing to anybody."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do before the view is known."""
        return self.answer(request)

    def process_view(self, request: HttpRequest, view: object, *_: object) -> None:  # noqa: ARG002 - Django's hook
        """Django's hook before a view. Raises PermissionDenied."""
        if rule_of(view) is None:
            raise PermissionDenied


def sessions(answer: Answer) -> Answer:
    """Sign out a browser whose session was ended elsewhere; note when the others were last seen.

    What a person who is signed in gets is for them: nobody between keeps it, unless the view says otherwise.
    """

    def answered(request: HttpRequest) -> HttpResponse:
        signed_in = bool(request.session.session_key) and request.user.is_authenticated
        if signed_in:
            _look(request)
        response = answer(request)
        if signed_in:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    return answered


def _look(request: HttpRequest) -> None:
    now = timezone.now()
    found = Session.objects.filter(key=request.session.session_key).first()
    if found is None:
        logout(request)
    elif now - found.seen > SEEN_EVERY:
        Session.objects.filter(pk=found.pk).update(seen=now)


def began(request: HttpRequest, user: User, **_: object) -> None:
    """A browser signed in: Django's signal, connected when the app is ready."""
    now = timezone.now()
    Session.objects.filter(seen__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE)).delete()
    browser = request.headers.get("User-Agent", "")[:200]
    Session.objects.update_or_create(
        key=request.session.session_key, defaults={"user": user, "began": now, "seen": now, "browser": browser}
    )
