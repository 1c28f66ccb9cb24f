"""What is asked about people."""

from __future__ import annotations

from plumbrule_portal.accounts.models import User


def anybody() -> bool:
    """Whether anybody has an account."""
    return User.objects.exists()
