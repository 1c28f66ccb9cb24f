"""Django's name for this app."""

from importlib import import_module

from django.apps import AppConfig


class SystemsConfig(AppConfig):
    """See the package's docstring. Its rooms have tables of their own, in the `models` of each."""

    name = "plumbrule_portal.systems"
    label = "systems"

    def import_models(self) -> None:
        """Read the tables of the rooms, too."""
        super().import_models()
        for room in ("submissions", "labels", "purchases"):
            import_module(f"{self.name}.{room}.models")
