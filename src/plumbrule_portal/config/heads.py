"""Sign a head over what was recorded: for the verbs that publish and then end. `publisher` does it as long as it runs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from plumbrule.cli.outside import open_to_sign


def sign_head(node: Path, now: datetime) -> int | None:
    """Sign if something was recorded since the last head; the size signed, or None.

    Raises:
        WaitingError: parties outside are to be heard first, and too few were; nothing was signed.
    """
    from plumbrule_portal.ledger.actions import waiting_to_be_published  # noqa: PLC0415 - needs Django's settings

    if not waiting_to_be_published():
        return None
    with open_to_sign(node / "log") as log:
        log.publish(lambda: now)
        return log.size
