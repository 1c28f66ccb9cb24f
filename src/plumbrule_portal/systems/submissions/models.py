"""What came in (private), and what the parties assessed answered (public, made anew by `rebuild`)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from plumbrule_portal.ledger.models import Proposal


class Submission(models.Model):
    """A pack that somebody sent, and what was said to it. Private: what is refused is nobody else's business.

    `name` is what nobody can guess in its status address. `facts` are those of `plumbrule.pipeline.arrival`, `reasons` why
    it was refused. Where it came from is not kept.
    """

    class State(models.TextChoices):
        """What was said to it."""

        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")

    name = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=20, choices=State.choices)
    came = models.DateTimeField(db_index=True)
    envelope = models.CharField(max_length=64, blank=True, db_index=True)
    facts = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    proposal = models.OneToOneField(Proposal, on_delete=models.CASCADE, null=True, related_name="submission")

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-came", "-pk"]

    def __str__(self) -> str:
        return f"{self.state} {self.envelope[:12]}"


class Answer(models.Model):
    """What the party assessed says to an assessment, as published. `assessment` is the SHA-256 of its envelope."""

    entry = models.BigIntegerField(primary_key=True)
    assessment = models.CharField(max_length=64, db_index=True)
    organisation = models.SlugField(max_length=200)
    texts = models.JSONField(default=dict)
    created = models.DateTimeField()

    class Meta:
        """Oldest first."""

        ordering: ClassVar = ["entry"]

    def __str__(self) -> str:
        return f"{self.organisation} on {self.assessment[:12]}"
