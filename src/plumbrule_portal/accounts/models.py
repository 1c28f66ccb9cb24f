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
    """A link that works once, to make an account with a role. Only the digest of its secret is kept."""

    secret_sha256 = models.CharField(max_length=64, unique=True)
    organisation = models.SlugField(max_length=200, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.organisation or '-'} · {self.role}"


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
