"""Marks what is said to a reader, so that the tools of gettext find it, without Django."""

from __future__ import annotations


def gettext_noop(text: str) -> str:
    """Mark a text as a message id, to be translated where it is shown. Returns it unchanged.

    >>> gettext_noop("Name")
    'Name'
    """
    return text
