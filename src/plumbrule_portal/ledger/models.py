"""Entries as the pages need them (public, made anew by `rebuild`), and what waits to become one (private)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One entry of the log, read. `index` is its position; `files` lists [name, SHA-256] of what it names.

    The envelope's bytes are in the log itself; `sha256` is theirs.
    """

    index = models.BigIntegerField(primary_key=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    predicate = models.CharField(max_length=200, db_index=True)
    about = models.CharField(max_length=200, db_index=True)
    signer = models.CharField(max_length=300)
    created = models.DateTimeField()
    files = models.JSONField(default=list)
    superseded_by = models.BigIntegerField(null=True)
    withdrawn_by = models.BigIntegerField(null=True)

    class Meta:
        """In the order of the log."""

        ordering: ClassVar = ["index"]
        indexes: ClassVar = [models.Index(fields=["about", "-index"], name="entry_about_newest")]

    def __str__(self) -> str:
        return f"{self.index} {self.predicate}"

    @property
    def is_dated(self) -> bool:
        """Whether its statement says when it was made; a plan does not, so that the same plan is the same entry."""
        return ":plan:" not in self.predicate


class Kind(models.TextChoices):
    """What a proposal would do."""

    RECORD = "record", _("Publish a record")
    ASSESSMENT = "assessment", _("Publish an assessment")
    GRADING = "grading", _("Grade a system")
    LABEL = "label", _("Give a trust label")
    WITHDRAWAL = "withdrawal", _("Withdraw something public")
    SUPERSEDES = "supersedes", _("Put a newer entry in the place of an older one")
    KEY_EVENT = "key-event", _("Act on a key")


class Proposal(models.Model):
    """What somebody wants to publish, until a second person has agreed. Private.

    `claim` holds the claims that the node would sign, as {"claims": [{predicate, fields, subjects}]}, `predicate` the type of
    the first; `envelopes` are texts that others signed; `files` maps a file name to the SHA-256 of a blob that lies in the
    inbox (`ledger.inbox`). `organisation` is the slug of the organisation whom it concerns.
    """

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("Waits for a second person")
        REPLY = "reply", _("Waits for the reply of the party assessed")
        PUBLISHED = "published", _("Published")
        RETURNED = "returned", _("Sent back")
        TAKEN_BACK = "taken-back", _("Taken back")

    kind = models.CharField(max_length=40, choices=Kind.choices)
    title = models.CharField(max_length=300)
    organisation = models.SlugField(max_length=200, blank=True)
    system = models.SlugField(max_length=200, blank=True)
    envelopes = models.JSONField(default=list)
    predicate = models.CharField(max_length=200, blank=True)
    claim = models.JSONField(default=dict)
    files = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    proposed = models.DateTimeField()
    public_from = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    decided = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    entry = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.title


class Letter(models.Model):
    """A letter to somebody: it waits, is sent by `tick`, or is printed where mail does not reach. Private.

    `key` names occasion and reader, so that one occasion makes one letter; `to` is empty where it has to be printed; `after`
    is when it is tried next, after `failures` that went wrong; `sent` and `printed` end it.
    """

    key = models.CharField(max_length=200, unique=True)
    organisation = models.SlugField(max_length=200, blank=True)
    to = models.EmailField(blank=True)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    made = models.DateTimeField()
    after = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    sent = models.DateTimeField(null=True)
    printed = models.DateTimeField(null=True)

    class Meta:
        """Oldest first."""

        ordering: ClassVar = ["made", "pk"]

    def __str__(self) -> str:
        return self.subject


class Hold(models.Model):
    """A legal hold: nothing kept about a system is deleted until the hold is lifted. Private.

    Asked for by one steward of the node and agreed to by another, at its beginning as at its end; `ledger.holds` says from
    when to when it counts.
    """

    system = models.SlugField(max_length=200, db_index=True)
    reason = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked = models.DateTimeField()
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    agreed = models.DateTimeField(null=True)
    lift_reason = models.TextField(blank=True)
    lift_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    lift_asked = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    lifted = models.DateTimeField(null=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-asked", "-pk"]

    def __str__(self) -> str:
        return f"{self.system} {self.asked:%Y-%m-%d}"
