"""Letters: written when something happens, sent by `tick`, printed where mail does not reach.

    write ─→ waits ─tick→ sent
                └─ no mail server, no address, or five failures → to be printed, on the desk

A letter is sent at least once: if the machine stops between the mail server's yes and our note of it, it goes out again,
under the same Message-ID, by which a mail program knows the two for one.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext_noop, override

from plumbrule_portal.accounts.models import Membership, Role, User
from plumbrule_portal.accounts.trail import record
from plumbrule_portal.ledger.models import Letter
from plumbrule_portal.ui.context import named_office
from plumbrule_portal.ui.languages import django_code

MOST_FAILURES = 5
FIRST_PAUSE = timedelta(minutes=5)
POSTED = gettext_noop("posted a letter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who gets a letter: an address, or none where it has to be printed, and the language to write in."""

    to: str
    language: str


def write(
    occasion: str, template: str, about: Mapping[str, object], readers: Iterable[Reader], organisation: str, now: datetime
) -> int:
    """Write a letter to each reader in their language. The same occasion makes no second one. Returns how many are new.

    Args:
        occasion: what happened, as kind/number.
        template: a plain text; its first line is the subject.
        about: what the template may say, and `office`.
        readers: who gets it.
        organisation: for whose office; "" is the node's.
        now: the time.
    """
    new = 0
    for reader in readers:
        with override(django_code(reader.language)):
            subject, _, body = render_to_string(template, {**about, "office": named_office()}).strip().partition("\n")
        _, made = Letter.objects.get_or_create(
            key=f"{occasion}/{reader.to or organisation}",
            defaults={
                "organisation": organisation,
                "to": reader.to,
                "language": reader.language,
                "subject": subject.strip()[:300],
                "body": body.strip() + "\n",
                "made": now,
                "after": now,
            },
        )
        new += made
    return new


def people(organisation: str, *roles: Role) -> Sequence[Reader]:
    """Everybody in these roles of an organisation; a printed letter to the office where there is nobody."""
    found = Membership.objects.filter(organisation=organisation, role__in=roles, user__is_active=True).select_related("user")
    readers = {one.user.email: Reader(to=one.user.email, language=one.user.language) for one in found}
    return list(readers.values()) or [Reader(to="", language=settings.OFFICE.languages[0])]


def send_due(now: datetime) -> tuple[int, int]:
    """Send what is due. Returns how many were sent, and how many failed and will be tried again or printed."""
    if not settings.OFFICE.mail_host:
        return 0, 0
    sent = failed = 0
    due = Letter.objects.exclude(to="").filter(sent=None, printed=None, after__lte=now, failures__lt=MOST_FAILURES)
    for letter in due[:500]:
        try:
            _send(letter)
        except (OSError, smtplib.SMTPException):
            failed += 1
            letter.failures += 1
            letter.after = now + FIRST_PAUSE * 4 ** (letter.failures - 1)
            letter.save(update_fields=["failures", "after"])
        else:
            sent += 1
            letter.sent = now
            letter.save(update_fields=["sent"])
    return sent, failed


def to_be_printed() -> QuerySet[Letter]:
    """Letters that no mail will bring: no address, no mail server, or too many failures."""
    unsent = Letter.objects.filter(sent=None, printed=None)
    return unsent if not settings.OFFICE.mail_host else unsent.filter(Q(to="") | Q(failures__gte=MOST_FAILURES))


def mark_printed(letter: Letter, now: datetime) -> None:
    """It was printed and posted."""
    letter.printed = now
    letter.save(update_fields=["printed"])


def post(letter: Letter, by: User, now: datetime) -> None:
    """Somebody printed a letter and posted it, and answers for that in the audit trail."""
    with transaction.atomic():
        mark_printed(letter, now)
        record(by, POSTED, f"letter/{letter.pk}", now)


def _send(letter: Letter) -> None:
    office = settings.OFFICE
    message = EmailMessage(
        subject=letter.subject,
        body=letter.body,
        from_email=office.mail_from,
        to=[letter.to],
        headers={
            "Message-ID": f"<letter-{letter.pk}@{office.mail_from.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
        },
        connection=get_connection(),
    )
    message.send()
