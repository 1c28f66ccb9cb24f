"""What a supplier does behind their link: answer the points, hand in packs, send. After closing nobody changes anything."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from plumbrule.errors import InputError, PlumbruleError
from plumbrule.pipeline.arrival import ASSESSMENT_FILE, Arrival, Reason
from plumbrule.report import read_assessment
from plumbrule_portal.accounts.trail import record
from plumbrule_portal.systems.purchases import files, queries
from plumbrule_portal.systems.purchases.access import digest_of
from plumbrule_portal.systems.purchases.actions import name_of
from plumbrule_portal.systems.purchases.models import HandedPack, Point, PointAnswer, Supplier
from plumbrule_portal.systems.submissions import check
from plumbrule_portal.systems.submissions.actions import registered

MOST_PACKS = 10
KIND = PointAnswer.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer as it was typed. `kind` is one of `PointAnswer.Kind`; only what belongs to the kind counts."""

    kind: str
    language: str
    text: str = ""
    entry: int | None = None
    pack: HandedPack | None = None


def take(supplier: Supplier, now: datetime) -> str:
    """Take the link that was given into use: it is worthless from now on. Returns the secret of the one that counts instead.

    So whoever handed the link over, or reads the letter later, does not see the answers; if they take it first, that is seen.

    Raises:
        InputError: the time is over, or it was taken into use already.
    """
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        found = _open(supplier, now)
        if found.taken is not None:
            raise InputError("this link is in use.", expected="one that nobody has taken into use.")
        changed = Supplier.objects.filter(pk=found.pk, secret_sha256=supplier.secret_sha256, taken=None)
        if not changed.update(secret_sha256=digest_of(secret), taken=now):
            raise InputError("this link was taken into use just now.", expected="one that nobody has taken into use.")
        record(None, "a supplier took a link into use", name_of(found.purchase), now)
    return secret


def answer(supplier: Supplier, point: Point, given: Given, now: datetime) -> PointAnswer:
    """Keep an answer to a point.

    Raises:
        InputError: the time is over, the answers were sent, the point is not asked, or the answer has not what its kind needs.
    """
    needed = {
        KIND.DECLARATION: given.text,
        KIND.CANNOT: given.text,
        KIND.PUBLISHED: given.entry is not None,
        KIND.PACK: given.pack,
    }
    if not needed[KIND(given.kind)]:
        raise InputError("this answer is not whole.", expected="a text, an entry, or a pack.", cure="fill in what is missing.")
    if given.kind == KIND.PUBLISHED and queries.evidence(given.entry or 0) is None:
        raise InputError("this entry is no assessment that stands in this register.", expected="the number of one.")
    if given.kind == KIND.PACK and given.pack is not None and (given.pack.supplier_id != supplier.pk or given.pack.reasons):
        raise InputError("this pack is not yours, or was refused.", expected="a pack that you handed in and that holds.")
    with transaction.atomic():
        _writing(supplier, now)
        if point.purchase_id != supplier.purchase_id or point.out_reason:
            raise InputError("this point is not asked.", expected="a point of the checklist.")
        made, _ = PointAnswer.objects.update_or_create(
            supplier=supplier,
            point=point,
            defaults={
                "kind": given.kind,
                "text": given.text,
                "language": given.language,
                "entry": given.entry if given.kind == KIND.PUBLISHED else None,
                "pack": given.pack if given.kind == KIND.PACK else None,
                "changed": now,
            },
        )
    return made


def unanswer(supplier: Supplier, point: Point, now: datetime) -> None:
    """Take an answer away. Raises InputError: the time is over, or the answers were sent."""
    with transaction.atomic():
        _writing(supplier, now)
        supplier.answers.filter(point=point).delete()


def hand_in(supplier: Supplier, received: Mapping[str, bytes], now: datetime) -> HandedPack:
    """Check a pack as one that is submitted is checked, and keep it for this purchase; of a refused one only the reasons.

    Args:
        supplier: who hands it in.
        received: name to bytes, as they came.
        now: when they came; the check itself may end after closing.

    Raises:
        InputError: the time is over, the answers were sent, or there are packs enough.
    """
    _writing(supplier, now)
    if supplier.packs.count() >= MOST_PACKS:
        raise InputError(f"{MOST_PACKS} packs are here already.", expected="fewer.", cure="take one away first.")
    found = check.check_bytes(received, registered())
    verdicts = _verdicts(received) if found.holds else {}
    kept = files.keep(received) if found.holds else {}
    with transaction.atomic():
        _writing(supplier, now)
        return HandedPack.objects.create(
            supplier=supplier,
            came=now,
            files=kept,
            facts=dict(found.facts),
            verdicts=verdicts,
            reasons=_reasons(found),
        )


def take_away(pack: HandedPack, now: datetime) -> None:
    """Take a pack away, with the answers that rest on it. Raises InputError: the time is over, or the answers were sent."""
    with transaction.atomic():
        _writing(pack.supplier, now)
        digests = set(pack.files.values())
        pack.delete()
        wanted = {digest for kept in HandedPack.objects.values_list("files", flat=True) for digest in kept.values()}
        transaction.on_commit(lambda: files.clear(digests - wanted))


def send(supplier: Supplier, now: datetime) -> None:
    """Hand the answers in. Points without an answer stay so. Raises InputError: the time is over, or there is no answer yet."""
    with transaction.atomic():
        _writing(supplier, now)
        if not supplier.answers.exists():
            raise InputError("there is no answer yet.", expected="one at least.", cure="answer a point first.")
        supplier.sent = now
        supplier.save(update_fields=["sent"])
        record(None, "a supplier sent answers", name_of(supplier.purchase), now)


def open_again(supplier: Supplier, now: datetime) -> None:
    """Go on writing before closing; what was sent counts as not sent until it is sent again. Raises InputError after closing."""
    with transaction.atomic():
        found = _open(supplier, now)
        found.sent = supplier.sent = None
        found.save(update_fields=["sent"])
        record(None, "a supplier opened answers again", name_of(found.purchase), now)


def _writing(supplier: Supplier, now: datetime) -> None:
    if _open(supplier, now).sent is not None:
        raise InputError("the answers were sent.", expected="answers that are still being written.", cure="open them again.")


def _open(supplier: Supplier, now: datetime) -> Supplier:
    """The row as it is now. Raises InputError after closing."""
    found = Supplier.objects.select_related("purchase__proposal").get(pk=supplier.pk)
    if queries.state(found.purchase, now) != queries.OPEN:
        raise InputError("the time to answer is over.", expected="a purchase that is open.")
    return found


def _verdicts(received: Mapping[str, bytes]) -> dict[str, str]:
    """The verdict on each requirement. The check has read the same file, in a process of its own, and found it in its form."""
    try:
        return {one.requirement: str(one.verdict) for one in read_assessment(received.get(ASSESSMENT_FILE, b"")).findings}
    except PlumbruleError:
        return {}


def _reasons(found: Arrival) -> list[dict[str, str]]:
    return [asdict(reason) for reason in found.reasons if isinstance(reason, Reason)]
