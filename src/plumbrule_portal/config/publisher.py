"""The one publisher: signs a head over what was recorded, soon after it was committed. Run by `plumbrule serve`."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from plumbrule.errors import PlumbruleError
from plumbrule_portal.config.start import start

PAUSE = 0.5


def run() -> int:
    """Publish until told to stop. Returns 2 when the log refuses: then nothing more is published, and somebody must look."""
    start(Path(os.environ["PLUMBRULE_NODE"]))
    from plumbrule_portal.ledger.actions import publish_head, waiting_to_be_published  # noqa: PLC0415 - needs Django's settings

    while not _Stop.asked:
        try:
            if waiting_to_be_published():
                publish_head()
        except PlumbruleError as error:
            print(error, file=sys.stderr)
            return error.exit_code
        time.sleep(PAUSE)
    return 0


class _Stop:
    asked = False


def _stop(_signal: int, _frame: FrameType | None) -> None:
    _Stop.asked = True


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    sys.exit(run())
