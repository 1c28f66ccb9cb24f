"""The verbs that the portal adds to the command line. Django is loaded when one of them runs, not before."""

from __future__ import annotations

import typer

from plumbrule_portal.config import agreeing, copies, importing, rebuilding, serving, submitting, ticking


def add_to(app: typer.Typer) -> None:
    """Add the verbs."""
    for verb in (serving, submitting, agreeing, importing, rebuilding, copies, ticking):
        verb.add_to(app)
