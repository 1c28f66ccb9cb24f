"""The one publisher: signs a head over what was recorded, soon after it was committed. Run by `plumbrule serve`.

It opens the log once, holds it against what parties outside saw last, and keeps it open: whoever could roll back the whole
machine would have to end this process first, and the next one asks again.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from plumbrule.cli.outside import open_to_sign
from plumbrule.errors import PlumbruleError
from plumbrule.evidence.checkpoint import parse_checkpoint
from plumbrule.evidence.log import Log, WaitingError
from plumbrule.evidence.note import parse_note

PAUSE, PATIENCE = 0.5, 60.0


def run(node: Path) -> int:
    """Publish until told to stop. Returns 2 when the log refuses: then nothing more is published, and somebody must look."""
    while not _Stop.asked:
        try:
            with open_to_sign(node / "log") as log:
                _publish(log)
        except WaitingError as error:
            print(error, file=sys.stderr)
            _wait(PATIENCE)
        except PlumbruleError as error:
            print(error, file=sys.stderr)
            return error.exit_code
    return 0


def _publish(log: Log) -> None:
    size = _size_of(log.checkpoint)
    while not _Stop.asked:
        if log.size > size:
            size = _size_of(log.publish(lambda: datetime.now(UTC)))
        _wait(PAUSE)


def _size_of(checkpoint: bytes) -> int:
    return parse_checkpoint(parse_note(checkpoint, "checkpoint"), "checkpoint").size


def _wait(seconds: float) -> None:
    until = time.monotonic() + seconds
    while not _Stop.asked and time.monotonic() < until:
        time.sleep(min(0.2, seconds))


class _Stop:
    asked = False


def _stop(_signal: int, _frame: FrameType | None) -> None:
    _Stop.asked = True


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    sys.exit(run(Path(os.environ["PLUMBRULE_NODE"])))
