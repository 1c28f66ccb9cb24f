"""A bar for what takes more than two seconds: on stderr, in a terminal only, and nothing in a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import TYPE_CHECKING

from rich.console import Console

from plumbrule.base.progress import listening

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 2.0
"""Seconds before anything is shown."""


class Bar:
    """What is being done, and how much of the present pass over the rows is done where that is known."""

    def __init__(self, console: Console, text: str, patience: float | None = None) -> None:
        self._console, self._text, self._share = console, text, 0.0
        self._shown: tuple[Progress, TaskID] | None = None
        self._ended, self._lock = False, Lock()
        self._timer = Timer(PATIENCE if patience is None else patience, self._show)
        self._timer.daemon = True
        if console.is_terminal:
            self._timer.start()

    def say(self, text: str) -> None:
        """Name what is done now."""
        with self._lock:
            self._text, self._share = text, 0.0
            self._refresh()

    def hear(self, share: float) -> None:
        """Show how far it is, from 0 to 1."""
        with self._lock:
            self._share = share
            self._refresh()

    def stop(self) -> None:
        """Take the bar away."""
        self._timer.cancel()
        with self._lock:
            self._ended = True
            if self._shown:
                self._shown[0].stop()

    def _show(self) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - only when it takes long

        with self._lock:
            if self._ended:
                return
            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[percent]}"), TimeElapsedColumn())
            progress = Progress(*columns, console=self._console, transient=True)
            self._shown = (progress, progress.add_task(self._text, total=None, percent=""))
            progress.start()
            self._refresh()

    def _refresh(self) -> None:
        if self._shown and not self._ended:
            progress, task = self._shown
            known = self._share > 0  # DuckDB does not know at first, nor what comes after the last row
            percent = f"{self._share:.0%}" if known else ""
            progress.update(task, description=self._text, total=1.0 if known else None, completed=self._share, percent=percent)


@contextmanager
def bar(text: str, console: Console | None = None, patience: float | None = None) -> Iterator[Bar]:
    """A bar for the length of a block, with `text` in the reader's language; it hears how far a count has come."""
    shown = Bar(console or Console(stderr=True), text, patience)
    try:
        with listening(shown.hear):
            yield shown
    finally:
        shown.stop()
