"""Django's name for this app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """See the package's docstring."""

    name = "plumbrule_portal.pages"
    label = "pages"
