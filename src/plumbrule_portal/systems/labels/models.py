"""Labels as published; whether one holds today is not kept here but asked (`queries.standing`)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Label(models.Model):
    """One statement that a system carries a label from one day to another. `evidence` is the entry of the assessment."""

    entry = models.BigIntegerField(primary_key=True)
    system = models.SlugField(max_length=200, db_index=True)
    label = models.CharField(max_length=200, db_index=True)
    evidence = models.BigIntegerField()
    findings = models.JSONField(default=list)
    first = models.DateField()
    until = models.DateField()

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-entry"]

    def __str__(self) -> str:
        return f"{self.system} {self.label} until {self.until}"
