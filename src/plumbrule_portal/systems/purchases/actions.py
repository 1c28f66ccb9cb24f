"""What a buyer does: begin a purchase, write its checklist, ask suppliers, decide."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from plumbrule.errors import InputError
from plumbrule.evidence.claims import RECORD, Claim
from plumbrule_portal.accounts.access import demand
from plumbrule_portal.accounts.models import User
from plumbrule_portal.accounts.trail import record
from plumbrule_portal.ledger import letters, proposals
from plumbrule_portal.ledger.letters import Reader
from plumbrule_portal.ledger.models import Kind, Letter, Proposal
from plumbrule_portal.systems.purchases import checklist, document, queries
from plumbrule_portal.systems.purchases.access import BUYERS, digest_of
from plumbrule_portal.systems.purchases.document import Decision, Line
from plumbrule_portal.systems.purchases.models import Point, Purchase, PurchaseDecision, Supplier

WORDS = (
    gettext_noop("began a purchase"),
    gettext_noop("dropped a purchase"),
    gettext_noop("added a point"),
    gettext_noop("took a point out"),
    gettext_noop("put a point back"),
    gettext_noop("set the closing"),
    gettext_noop("asked a supplier"),
    gettext_noop("gave a supplier a new link"),
    gettext_noop("decided a purchase"),
    gettext_noop("a supplier took a link into use"),
    gettext_noop("a supplier sent answers"),
    gettext_noop("a supplier opened answers again"),
)
"""The acts of this room in the audit trail."""
_LINK = re.compile(r"/supply/[\w-]+")


def begin(slug: str, fields: Mapping[str, str], by: User, now: datetime) -> Purchase:
    """Begin a purchase, with the points of its profile.

    Args:
        slug: its permanent name in addresses.
        fields: `organisation`, `language`, `title`, `purpose`, `profile`.
        by: who begins it.
        now: the time.

    Raises:
        PermissionDenied: this person does not buy for this organisation.
        InputError: the name is taken.
        AssessmentError: no such profile.
    """
    demand(by, fields["organisation"], *BUYERS)
    if Purchase.objects.filter(slug=slug).exists() or PurchaseDecision.objects.filter(slug=slug).exists():
        raise InputError(f"{slug} is taken.", expected="a name that no purchase has.", cure="choose another one.")
    asked = checklist.points(fields["profile"])
    with transaction.atomic():
        made = Purchase.objects.create(
            slug=slug,
            organisation=fields["organisation"],
            language=fields["language"],
            title=fields["title"],
            purpose=fields["purpose"],
            profile=fields["profile"],
            rulebook=checklist.book().version,
            begun_by=by,
            begun=now,
        )
        for number, one in enumerate(asked, 1):
            Point.objects.create(
                purchase=made,
                number=number,
                requirement=one.requirement,
                titles=dict(one.titles),
                statements=dict(one.statements),
                provisions=[list(pair) for pair in one.provisions],
                wants=one.wants,
            )
        record(by, "began a purchase", name_of(made), now)
    return made


def drop(purchase: Purchase, by: User, now: datetime) -> None:
    """Throw a purchase away before anybody was asked. Raises InputError afterwards: then it is decided, if only by "none"."""
    with transaction.atomic():
        _unasked(purchase)
        record(by, "dropped a purchase", name_of(purchase), now)
        purchase.delete()


def add_point(purchase: Purchase, title: str, statement: str, wants: str, by: User, now: datetime) -> Point:
    """Add a point of the buyer's own. Raises InputError when somebody was asked already."""
    with transaction.atomic():
        _unasked(purchase)
        last = purchase.points.order_by("-number").first()
        record(by, "added a point", name_of(purchase), now)
        return Point.objects.create(
            purchase=purchase,
            number=last.number + 1 if last else 1,
            titles={purchase.language: title},
            statements={purchase.language: statement} if statement else {},
            wants=wants,
        )


def take_out(point: Point, reason: str, by: User, now: datetime) -> None:
    """Take a point out; it stays on record, with the reason. Raises InputError when somebody was asked already."""
    with transaction.atomic():
        _unasked(point.purchase)
        point.out_reason, point.out_by, point.out_at = reason, by, now
        point.save()
        record(by, "took a point out", name_of(point.purchase), now)


def put_back(point: Point, by: User, now: datetime) -> None:
    """Ask a point after all. Raises InputError when somebody was asked already."""
    with transaction.atomic():
        _unasked(point.purchase)
        point.out_reason, point.out_by, point.out_at = "", None, None
        point.save()
        record(by, "put a point back", name_of(point.purchase), now)


def set_closing(purchase: Purchase, closes: datetime, by: User, now: datetime) -> None:
    """Say until when suppliers may answer. Once somebody was asked it can only be put off, for everybody alike.

    Raises:
        InputError: in the past, over already, or earlier than what suppliers were told.
    """
    with transaction.atomic():
        found = _locked(purchase)
        over = found.closes is not None and now >= found.closes
        asked, told = queries.is_asked(found), found.closes or closes
        if closes <= now or (asked and (over or closes < told)):
            raise InputError("this is no later time than suppliers were told.", expected="a day to come.")
        moved = asked and closes != told
        found.closes = purchase.closes = closes
        found.save(update_fields=["closes"])
        record(by, "set the closing", name_of(found), now)
    if moved:
        for one in found.suppliers.exclude(email=""):
            _write("later", one, {"purchase": found}, now)


def ask(purchase: Purchase, name: str, email: str, language: str, by: User, now: datetime) -> tuple[Supplier, str]:
    """Ask a supplier. Returns them and the secret of their link, which is kept nowhere; a letter goes where an address is given.

    Raises:
        InputError: the time to answer is not set or over, there is nothing to answer, or they were asked already.
    """
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        found = _locked(purchase)
        if queries.state(found, now) != queries.OPEN or not queries.points(found):
            raise InputError("nobody can be asked now.", expected="a checklist with a point, and a closing day to come.")
        if found.suppliers.filter(name=name).exists():
            raise InputError(f"{name} was asked already.", expected="each supplier once.", cure="give them a new link.")
        made = Supplier.objects.create(
            purchase=found, name=name, email=email, language=language, secret_sha256=digest_of(secret), asked=now
        )
        record(by, "asked a supplier", name_of(found), now)
        _write("asked", made, {"purchase": found, "link": link_of(secret)}, now)
    return made, secret


def renew_link(supplier: Supplier, by: User, now: datetime) -> str:
    """Give a supplier a new link; the former one is worthless from now on. Raises InputError after closing."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        if queries.state(supplier.purchase, now) != queries.OPEN:
            raise InputError("the time to answer is over.", expected="a purchase that is open.")
        supplier.secret_sha256, supplier.taken = digest_of(secret), None
        supplier.save(update_fields=["secret_sha256", "taken"])
        record(by, "gave a supplier a new link", name_of(supplier.purchase), now)
        _write("asked", supplier, {"purchase": supplier.purchase, "link": link_of(secret)}, now)
    return secret


def keep_notes(supplier: Supplier, notes: Mapping[str, str]) -> None:
    """Keep the buyer's notes on a supplier, by the number of a point, "" for all of it."""
    supplier.notes = {number: text for number, text in notes.items() if text}
    supplier.save(update_fields=["notes"])


def decide(purchase: Purchase, chosen: Supplier | None, reasons: str, system: str, by: User, now: datetime) -> Proposal:
    """Propose the decision as a record; a second person agrees. Nothing is public before that.

    Args:
        purchase: one that has closed.
        chosen: a supplier who sent answers, or None for nobody.
        reasons: why, in the language of the purchase. They become public.
        system: a system of the register that it is about, "" for none.
        by: who decides.
        now: the time.

    Raises:
        PermissionDenied: this person may not propose for this organisation.
        InputError: it is still open, decided already, or the supplier sent nothing.
    """
    with transaction.atomic():
        found = _locked(purchase)
        if queries.state(found, now) != queries.CLOSED:
            raise InputError("this purchase cannot be decided now.", expected="one that has closed and is not decided.")
        if chosen is not None and (chosen.purchase_id != found.pk or chosen.sent is None):
            raise InputError("this supplier sent no answers.", expected="a supplier who did, or none.")
        made = proposals.propose(
            Kind.RECORD,
            found.title,
            claim=_claim(found, system, now),
            files={document.FILE: document.write(decision_of(found, chosen, reasons, system))},
            by=by,
            now=now,
            organisation=found.organisation,
            system=system,
        )
        found.proposal = purchase.proposal = made
        found.save(update_fields=["proposal"])
        record(by, "decided a purchase", name_of(found), now)
    return made


def decision_of(purchase: Purchase, chosen: Supplier | None, reasons: str, system: str) -> Decision:
    """What becomes public of a purchase."""
    if purchase.closes is None:
        raise PermissionDenied
    said = queries.answers(chosen) if chosen else {}
    return Decision(
        slug=purchase.slug,
        organisation=purchase.organisation,
        system=system,
        language=purchase.language,
        title=purchase.title,
        purpose=purchase.purpose,
        profile=purchase.profile,
        rulebook=purchase.rulebook,
        closed=_stamp(purchase.closes),
        asked=purchase.suppliers.count(),
        answered=len(queries.handed_in(purchase)),
        chosen=chosen.name if chosen else "",
        reasons=reasons,
        lines=tuple(
            Line(
                requirement=one.requirement,
                titles=one.titles,
                provisions=tuple((name, citation) for name, citation in one.provisions),
                wants=one.wants,
                out=one.out_reason,
                rests=queries.cell(one, said.get(one.pk)).rests if chosen and not one.out_reason else None,
            )
            for one in purchase.points.all()
        ),
    )


def forget_links(now: datetime) -> int:
    """Take links out of letters that went out, and out of all letters of purchases that have closed. For `tick`."""
    gone = 0
    written = Letter.objects.filter(key__startswith="purchase/", key__contains="/asked/", body__contains="/supply/")
    for letter in written.exclude(body__contains="/supply/…"):
        number = letter.key.split("/")[1]
        open_ = Purchase.objects.filter(pk=int(number), closes__gt=now).exists()
        if letter.sent or letter.printed or not open_:
            letter.body = _LINK.sub("/supply/…", letter.body)
            letter.save(update_fields=["body"])
            gone += 1
    return gone


def link_of(secret: str) -> str:
    """The address that a supplier opens."""
    return f"{settings.OFFICE.address}/supply/{secret}"


def name_of(purchase: Purchase) -> str:
    """What the audit trail calls a purchase."""
    return f"purchase/{purchase.pk}"


def _unasked(purchase: Purchase) -> None:
    found = _locked(purchase)
    if queries.is_asked(found):
        raise InputError("somebody was asked already.", expected="a checklist that nobody answers yet.")


def _locked(purchase: Purchase) -> Purchase:
    """The row as it is now, held until the transaction ends."""
    return Purchase.objects.select_for_update(of=("self",)).select_related("proposal").get(pk=purchase.pk)


def _write(what: str, supplier: Supplier, about: Mapping[str, object], now: datetime) -> None:
    if supplier.email:
        # A new link, and a new closing, is a new occasion: so the letter goes although one went before.
        mark = supplier.secret_sha256[:12] if what == "asked" else f"{supplier.pk}-{int(now.timestamp())}"
        occasion = f"purchase/{supplier.purchase_id}/{what}/{mark}"
        reader = Reader(to=supplier.email, language=supplier.language)
        template = f"systems/purchases/letters/{what}.txt"
        letters.write(occasion, template, {**about, "supplier": supplier}, [reader], supplier.purchase.organisation, now)


def _claim(purchase: Purchase, system: str, now: datetime) -> Claim:
    fields = {"form": document.FORM, "record": purchase.slug, "system": system or None, "party": purchase.organisation}
    return Claim(kind=RECORD, fields={**fields, "previous": None, "created": _stamp(now), "files": (document.FILE,)})


def _stamp(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
