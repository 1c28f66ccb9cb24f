"""Django's name for this app."""

from django.apps import AppConfig


class SystemsConfig(AppConfig):
    """See the package's docstring."""

    name = "plumbrule_portal.systems"
    label = "systems"
