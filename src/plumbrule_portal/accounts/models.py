"""People, the organisations that they act for, and in which role."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is for an organisation. Whoever has no role is the public."""

    REPORTER = "reporter", _("Reporter")
    ASSESSOR = "assessor", _("Assessor")
    FOCAL_POINT = "focal-point", _("Focal point")
    STEWARD = "steward", _("Steward")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class Organisation(models.Model):
    """A body that answers for systems, assesses them, or runs this node. Public, and made anew by `rebuild`.

    `slug` is its permanent name in addresses and statements; `names` maps a language to a name.
    """

    slug = models.SlugField(max_length=200, unique=True)
    names = models.JSONField(default=dict)
    kind = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=2, blank=True)
    entry = models.BigIntegerField(null=True)

    class Meta:
        """Ordered by name in addresses."""

        ordering: ClassVar = ["slug"]

    def __str__(self) -> str:
        return self.slug


class People(BaseUserManager["User"]):
    """How accounts are made."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """An account; without a password nobody can sign in with one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person with an account. Private; never in the log but as a salted commitment."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[People] = People()
    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """A person acts for an organisation in a role. `organisation` is its slug: it outlives a `rebuild`; "" is the node itself."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.SlugField(max_length=200, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        """Each role once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "organisation", "role"], name="one_role_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation or '-'} · {self.role}"


class Invitation(models.Model):
    """A link that works once: to make an account with a role, or to add the role to an account.

    Only the digest of its secret is kept. For a role that two administrators give together there is no secret until the
    second one has agreed. `whom` is what the first one wrote to know for whom it is. With `resets` it gives no role, but lets
    that person choose a new password; the second factor stays as it is.
    """

    secret_sha256 = models.CharField(max_length=64, unique=True, null=True)
    organisation = models.SlugField(max_length=200, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    whom = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    resets = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_links", null=True)
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.organisation or '-'} · {self.role}"


class RecoveryCode(models.Model):
    """A code for a day without the telephone. It works once; only its digest is kept, for it has 80 random bits."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    sha256 = models.CharField(max_length=64, unique=True)
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "used" if self.used else "unused"


class Session(models.Model):
    """A browser in which somebody is signed in, so that they can see it and end it from another one."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    key = models.CharField(max_length=40, unique=True)
    began = models.DateTimeField()
    seen = models.DateTimeField()
    browser = models.CharField(max_length=200, blank=True)

    class Meta:
        """The one used last comes first."""

        ordering: ClassVar = ["-seen"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.began}"


class Tally(models.Model):
    """How often something was done in a stretch of time. `key` is a keyed digest: no network address is kept."""

    key = models.CharField(max_length=64)
    slot = models.BigIntegerField()
    count = models.IntegerField(default=0)
    until = models.DateTimeField(db_index=True)

    class Meta:
        """One row for a thing and a stretch of time."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "slot"], name="one_tally")]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.count}"


class Act(models.Model):
    """One line of the audit trail. `who` is the number of an account, never a name: an account can be closed, the trail stays.

    `salt` (32 random bytes in hex) makes its commitment; `position` is its place in the committed trail, once it has one.
    """

    when = models.DateTimeField()
    who = models.BigIntegerField(null=True)
    what = models.CharField(max_length=100)
    on = models.CharField(max_length=200)
    salt = models.CharField(max_length=64)
    position = models.BigIntegerField(null=True, unique=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.what} {self.on}"
