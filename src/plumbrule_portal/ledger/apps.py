"""Django's name for this app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """See the package's docstring."""

    name = "plumbrule_portal.ledger"
    label = "ledger"
