"""Read a file that somebody handed in, in a process of its own with limits."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from plumbrule.base.sandbox import run_limited
from plumbrule_portal.systems.exchange.files import Imported, Wanted
from plumbrule_portal.systems.exchange.report import Report
from plumbrule_portal.systems.exchange.sent import result_from, wanted_object
from plumbrule_portal.systems.record import read_json

CHILD = "plumbrule_portal.systems.exchange.reading_child"
SECONDS, MEGABYTES, OUTPUT = 60, 2048, 512


def read_outside(content: bytes, wanted: Wanted, *, seconds: float = SECONDS) -> tuple[Imported, Report]:
    """As `read_file`, in a process of its own: for every file that comes from outside.

    Args:
        content: the bytes of the file.
        wanted: what the caller says about it.
        seconds: limit on the clock.

    Raises:
        LimitError: too slow, too much memory, too much output, or the reader broke off.
        InputError: as `read_file`.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "file", Path(folder) / "result.json"
        source.write_bytes(content)
        run_limited(
            CHILD,
            [json.dumps(wanted_object(wanted))],
            seconds=seconds,
            megabytes=MEGABYTES,
            output_megabytes=OUTPUT,
            stdin=source,
            stdout=out,
        )
        return result_from(read_json(out.read_bytes(), what="The answer of the reader", most=OUTPUT << 20))
