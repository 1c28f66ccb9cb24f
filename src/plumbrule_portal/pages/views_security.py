"""Where to report a weakness, for people who look in the place that RFC 9116 names."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from plumbrule_portal.accounts.access import everybody

LIVES = timedelta(days=30)


@require_safe
@everybody
def security_txt(request: HttpRequest) -> HttpResponse:
    """The file; none where the office named no contact."""
    office = settings.OFFICE
    if not office.security_contact:
        raise Http404
    lines = (
        f"Contact: {office.security_contact}",
        f"Expires: {timezone.now() + LIVES:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(office.languages)}",
        f"Canonical: {office.address}/.well-known/security.txt",
    )
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")
