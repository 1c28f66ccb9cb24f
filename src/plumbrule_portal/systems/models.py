"""What the public pages show of systems. All of it is made by `projection` from the log, and anew by `rebuild`."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from plumbrule_portal.accounts.models import Organisation


class System(models.Model):
    """An AI system in the register, as its newest record says.

    `fields` holds the record's fields (see `systems.record`); the columns beside it are copies to filter and sort by.
    `declared` is the name of the register that it was read from, empty where the node's own people entered it.
    """

    slug = models.SlugField(max_length=200, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="systems")
    names = models.JSONField(default=dict)
    summaries = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="en")
    phase = models.CharField(max_length=40, blank=True, db_index=True)
    tier = models.CharField(max_length=80, blank=True, db_index=True)
    tier_profile = models.CharField(max_length=80, blank=True)
    declared = models.CharField(max_length=40, blank=True, db_index=True)
    form = models.CharField(max_length=40)
    fields = models.JSONField(default=dict)
    entry = models.BigIntegerField(db_index=True)
    updated = models.DateTimeField(db_index=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-updated", "slug"]

    def __str__(self) -> str:
        return self.slug


class Record(models.Model):
    """One record as it was published: the history of a system. `sha256` names the record's file in the content store."""

    entry = models.BigIntegerField(primary_key=True)
    system = models.SlugField(max_length=200, db_index=True)
    form = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    created = models.DateTimeField()

    class Meta:
        """Oldest first."""

        ordering: ClassVar = ["entry"]

    def __str__(self) -> str:
        return f"{self.system} at {self.entry}"


class Assessment(models.Model):
    """A published assessment of a system.

    `titles` maps a language to its title, `title` is one of them. `files` maps the names of the files that it is about to
    their SHA-256, `pack` those with which it is checked.
    """

    entry = models.BigIntegerField(primary_key=True)
    plan_entry = models.BigIntegerField(null=True)
    system = models.SlugField(max_length=200, db_index=True)
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    titles = models.JSONField(default=dict)
    profile = models.CharField(max_length=200)
    signer = models.CharField(max_length=300)
    created = models.DateTimeField()
    files = models.JSONField(default=dict)
    pack = models.JSONField(default=dict)
    rows = models.BigIntegerField(null=True)
    superseded_by = models.BigIntegerField(null=True)
    withdrawn_by = models.BigIntegerField(null=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-entry"]

    def __str__(self) -> str:
        return self.name


class Finding(models.Model):
    """The verdict on one requirement in an assessment. `detail` is the finding as `assessment.json` has it."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="findings")
    requirement = models.CharField(max_length=200)
    verdict = models.CharField(max_length=40, db_index=True)
    detail = models.JSONField(default=dict)

    class Meta:
        """In the order of the assessment."""

        ordering: ClassVar = ["assessment", "id"]

    def __str__(self) -> str:
        return f"{self.requirement}: {self.verdict}"


class Searchable(models.Model):
    """What search may find: a system, an organisation or an assessment. Its words lie beside it (migration `search`).

    `id` is four times the position of its entry in the log plus the place of its kind in KINDS, so that what changed last
    has the largest, in every database. `tags` are its filters, each `field=value` on a line.
    """

    KINDS: ClassVar = ("system", "organisation", "assessment")

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    tags = models.TextField(blank=True)

    class Meta:
        """Each thing once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "key"], name="searchable_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Questionnaire(models.Model):
    """A questionnaire about a system as it was answered and published: an impact assessment, a question of R265 or of the GDC."""

    entry = models.BigIntegerField(primary_key=True)
    record = models.SlugField(max_length=200, db_index=True)
    system = models.SlugField(max_length=200, db_index=True)
    organisation = models.SlugField(max_length=200)
    form = models.CharField(max_length=40, db_index=True)
    language = models.CharField(max_length=10)
    fields = models.JSONField(default=dict)
    created = models.DateTimeField()
    newest = models.BooleanField(default=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-entry"]

    def __str__(self) -> str:
        return f"{self.record} at {self.entry}"


class Grading(models.Model):
    """A person's grading of a system: the tier, what the rules had suggested, and the reasons. `record` was the newest then."""

    entry = models.BigIntegerField(primary_key=True)
    system = models.SlugField(max_length=200, db_index=True)
    tier = models.CharField(max_length=80)
    profile = models.CharField(max_length=80, default="")
    document = models.JSONField(default=dict)
    record = models.BigIntegerField(null=True)
    created = models.DateTimeField()

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-entry"]

    def __str__(self) -> str:
        return f"{self.system}: {self.tier}"


class Withheld(models.Model):
    """One answer that is withheld as the law allows, of a record that is the newest of its kind: so that the public can count."""

    record = models.SlugField(max_length=200, db_index=True)
    system = models.SlugField(max_length=200, db_index=True)
    form = models.CharField(max_length=40)
    field = models.CharField(max_length=80)
    kind = models.CharField(max_length=40, db_index=True)
    review = models.DateField()

    class Meta:
        """The one that is to be looked at first comes first."""

        ordering: ClassVar = ["review", "pk"]

    def __str__(self) -> str:
        return f"{self.record}: {self.field}"


class Draft(models.Model):
    """A record that is being written. Private, never in the log; `fields` holds what fits the form, as JSON.

    `base` is the entry of the record from which it was begun, empty for what is not in the register yet. `system` is the
    system about which a questionnaire is answered, empty for the record of a system itself.
    """

    slug = models.SlugField(max_length=120, unique=True)
    system = models.SlugField(max_length=200, blank=True)
    organisation = models.SlugField(max_length=200)
    language = models.CharField(max_length=10)
    form = models.CharField(max_length=40)
    fields = models.JSONField(default=dict)
    base = models.BigIntegerField(null=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    changed = models.DateTimeField()

    class Meta:
        """The one that was worked on last comes first."""

        ordering: ClassVar = ["-changed"]

    def __str__(self) -> str:
        return self.slug
