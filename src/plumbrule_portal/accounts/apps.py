"""Django's name for this app."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    """People, organisations, roles."""

    name = "plumbrule_portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Note every browser that signs in."""
        from plumbrule_portal.accounts.middleware import began  # noqa: PLC0415 - models are there only now

        user_logged_in.connect(began, dispatch_uid="accounts.session-began")
