"""Start Django for a node's folder: for the verbs of the command line, and for tests."""

from __future__ import annotations

import os
from pathlib import Path

from plumbrule.errors import InputError


def start(node: Path) -> None:
    """Make this process one of the node's portal. Raises InputError if the folder is no node."""
    if not (node / "log" / "log.vkey").is_file():
        raise InputError(
            f"{node} is not a node.",
            expected="a folder made by `plumbrule serve` or `plumbrule node init`.",
            cure=f"run `plumbrule serve {node}` first.",
        )
    os.environ["PLUMBRULE_NODE"] = str(node.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plumbrule_portal.config.settings")
    import django  # noqa: PLC0415 - Django reads its settings when it is imported

    django.setup()


def migrate() -> None:
    """Bring the database to this version's form."""
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)


def collect_static() -> None:
    """Put style sheets and pictures where the server looks for them, compressed."""
    from django.core.management import call_command  # noqa: PLC0415

    call_command("collectstatic", interactive=False, verbosity=0)
