"""Who wants to hear how far a long count has come: the end of the house that shows it says so, the room that counts tells.

>>> heard = []
>>> with listening(heard.append):
...     listener()(0.5)
>>> (heard, listener())
([0.5], None)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[float], None]
"""Hears the share of the present pass over the rows that is done, from 0 to 1."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Let somebody hear, for the length of a block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def listener() -> Listener | None:
    """Who listens now, if anybody does; to be asked before a thread is started, since threads do not inherit it."""
    return _listener.get()
