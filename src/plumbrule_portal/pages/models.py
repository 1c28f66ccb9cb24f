"""Tokens: with one a program writes for a person, within what the token allows, until it ends. Private."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a token allows. None of them publishes anything: a person agrees to what was proposed."""

    DRAFTS = "drafts", _("Write drafts of records")
    PROPOSALS = "proposals", _("Propose drafts for publication")


class Token(models.Model):
    """A token of a person for one organisation. Only the digest of its secret is kept.

    It allows what its person may still do, and of that only what `scopes` names, a blank between two.
    """

    secret_sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    organisation = models.SlugField(max_length=200)
    scopes = models.CharField(max_length=100)
    made = models.DateTimeField()
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-made", "-id"]

    def __str__(self) -> str:
        return self.name

    def allows(self, scope: str, now: datetime) -> bool:
        """Whether it counts now, and for this."""
        return self.ended is None and now < self.expires and scope in self.scopes.split()
