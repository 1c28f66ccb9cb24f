"""Django's name for this app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, organisations, roles."""

    name = "plumbrule_portal.accounts"
    label = "accounts"
