"""Django's name for this app."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """See the package's docstring."""

    name = "plumbrule_portal.ui"
    label = "ui"
