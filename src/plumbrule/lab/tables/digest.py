"""The digest of an input, worked out beside the count or only when somebody asks for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

Digest = Callable[[], str]
"""Gives the SHA-256 of an input in lower-case hexadecimal."""

_BLOCK = 1 << 20


class FileDigest:
    """The SHA-256 of a file's bytes, worked out in a thread; the first call waits for it.

    Hashing ten million rows takes as long as a tenth of counting them. It begins at once, beside the count, or with
    `now=False` when somebody asks.
    """

    def __init__(self, path: Path, *, now: bool = True) -> None:
        self._path, self._stop = path, Event()
        self._found: str | OSError | None = None
        self._thread = Thread(target=self._work, name="plumbrule-digest", daemon=True)
        if now:
            self._thread.start()

    def __call__(self) -> str:
        """The digest.

        Raises:
            OSError: what reading the file raised.
        """
        if self._thread.ident is None:
            self._thread.start()
        self._thread.join()
        if isinstance(self._found, OSError):
            raise self._found
        return self._found or ""

    def stop(self) -> None:
        """Give up, when nobody will ask any more."""
        if self._thread.is_alive():
            self._stop.set()
            self._thread.join()

    def _work(self) -> None:
        digest, block = hashlib.sha256(), bytearray(_BLOCK)
        view = memoryview(block)
        try:
            with self._path.open("rb", buffering=0) as file:
                while not self._stop.is_set() and (size := file.readinto(view)):
                    digest.update(view[:size])
        except OSError as error:
            self._found = error
            return
        self._found = digest.hexdigest()


def known(sha256: str) -> Digest:
    """A digest that is there already."""
    return lambda: sha256


class OnDemand:
    """A digest that is dear and seldom wanted: worked out at the first call, then kept."""

    def __init__(self, work: Digest) -> None:
        self._work, self._found = work, ""

    def __call__(self) -> str:
        """The digest."""
        self._found = self._found or self._work()
        return self._found
