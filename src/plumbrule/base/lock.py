"""One run at a time: a lock beside a file, which the system lets go of when the process ends, however it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plumbrule.errors import InputError, OutputError


@contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Hold `path` + ".lock" for the length of a block. The empty file stays; it says nothing by being there.

    `what` is said of the other run: "Another run of this {what} is under way".

    Raises:
        InputError: another run holds it.
        OutputError: it cannot be made.
    """
    lock = path.with_name(f"{path.name}.lock")
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise OutputError(
            f"{lock} cannot be made ({error.strerror}).", expected="a folder where you may write", cure="Name another place."
        ) from error
    try:
        try:
            _take(handle)
        except OSError as error:
            raise InputError(
                f"Another run of this {what} is under way ({lock.name} is held).",
                expected="one run at a time",
                cure="Wait until it has ended, or start the runs further apart.",
            ) from error
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
