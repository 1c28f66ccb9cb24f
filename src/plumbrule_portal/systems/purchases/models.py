"""Purchases that are being made (private), and what was decided (public, made anew by `rebuild`)."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from plumbrule_portal.ledger.models import Proposal


class Purchase(models.Model):
    """A purchase of one organisation, from its checklist to its decision. Private.

    `profile` and `rulebook` say from which edition of the rulebook the points were made; `closes` is the moment from which no
    supplier can change anything, empty while the checklist is still being written.
    """

    slug = models.SlugField(max_length=120, unique=True)
    organisation = models.SlugField(max_length=200, db_index=True)
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=300)
    purpose = models.TextField()
    profile = models.CharField(max_length=80)
    rulebook = models.CharField(max_length=80)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    begun = models.DateTimeField()
    closes = models.DateTimeField(null=True)
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, null=True, related_name="purchase")

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-begun", "-pk"]

    def __str__(self) -> str:
        return self.slug

    @property
    def last_day(self) -> date | None:
        """The last day on which suppliers may answer, in UTC."""
        return None if self.closes is None else (self.closes.astimezone(UTC) - timedelta(seconds=1)).date()


class Point(models.Model):
    """One point of a checklist. `requirement` is its id in the rulebook, empty for a point that the buyer added.

    `titles` and `statements` are by language; `provisions` lists [id, citation]; `wants` says what would satisfy it. One that
    was taken out stays, with the reason, who took it out, and when.
    """

    class Wants(models.TextChoices):
        """What would satisfy a point."""

        PACK = "pack", _("An assessment pack with a finding on it")
        DECLARATION = "declaration", _("A declaration")

    purchase = models.ForeignKey(Purchase, on_delete=models.CASCADE, related_name="points")
    number = models.PositiveSmallIntegerField()
    requirement = models.CharField(max_length=200, blank=True)
    titles = models.JSONField(default=dict)
    statements = models.JSONField(default=dict)
    provisions = models.JSONField(default=list)
    wants = models.CharField(max_length=20, choices=Wants.choices)
    out_reason = models.TextField(blank=True)
    out_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    out_at = models.DateTimeField(null=True)

    class Meta:
        """In the order of the checklist."""

        ordering: ClassVar = ["purchase", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["purchase", "number"], name="one_point_a_number")]

    def __str__(self) -> str:
        return f"{self.purchase_id}.{self.number}"


class Supplier(models.Model):
    """Somebody who was asked. They have no account: a link, of whose secret only the digest is kept, says who they are.

    `taken` is when they took the link that they were given into use: from then on another one counts, which only they have.
    `sent` is when they handed their answers in; empty means that they still write, or never sent. `notes` are the buyer's,
    by the number of a point, "" for the supplier as a whole.
    """

    purchase = models.ForeignKey(Purchase, on_delete=models.CASCADE, related_name="suppliers")
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=150, blank=True)
    language = models.CharField(max_length=10)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    asked = models.DateTimeField()
    taken = models.DateTimeField(null=True)
    sent = models.DateTimeField(null=True)
    notes = models.JSONField(default=dict)

    class Meta:
        """In the order in which they were asked."""

        ordering: ClassVar = ["purchase", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["purchase", "name"], name="one_supplier_a_name")]

    def __str__(self) -> str:
        return self.name


class HandedPack(models.Model):
    """A pack that a supplier handed in, and what the check found. It stays private to the purchase.

    `files` maps a name to the SHA-256 of a file in `DIR/purchases`, empty for one that was refused, of which only the
    `reasons` are kept; `facts` are those of `plumbrule.pipeline.arrival`, `verdicts` maps a requirement to its verdict.
    """

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="packs")
    came = models.DateTimeField()
    files = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    verdicts = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)

    class Meta:
        """In the order in which they came."""

        ordering: ClassVar = ["supplier", "pk"]

    def __str__(self) -> str:
        return str(self.facts.get("title") or self.pk)


class PointAnswer(models.Model):
    """What one supplier says to one point. `entry` names a published assessment, `pack` one that was handed in."""

    class Kind(models.TextChoices):
        """What kind of answer it is."""

        DECLARATION = "declaration", _("We declare it")
        PUBLISHED = "published", _("Evidence is published in this register")
        PACK = "pack", _("Evidence is in a pack that we hand in here")
        CANNOT = "cannot", _("We cannot")

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="answers")
    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="answers")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    text = models.TextField(blank=True)
    language = models.CharField(max_length=10)
    entry = models.BigIntegerField(null=True)
    pack = models.ForeignKey(HandedPack, on_delete=models.CASCADE, null=True, related_name="answers")
    changed = models.DateTimeField()

    class Meta:
        """In the order of the checklist."""

        ordering: ClassVar = ["supplier", "point__number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["supplier", "point"], name="one_answer_a_point")]

    def __str__(self) -> str:
        return f"{self.supplier_id}.{self.point_id} {self.kind}"


class PurchaseDecision(models.Model):
    """A decision as published. What it says is read from its file each time: a file that was withdrawn says nothing more."""

    entry = models.BigIntegerField(primary_key=True)
    slug = models.SlugField(max_length=200, unique=True)
    organisation = models.SlugField(max_length=200, db_index=True)
    system = models.SlugField(max_length=200, blank=True, db_index=True)
    sha256 = models.CharField(max_length=64)
    created = models.DateTimeField()

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-entry"]

    def __str__(self) -> str:
        return self.slug
