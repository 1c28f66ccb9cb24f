"""Marks what is said to a reader, for rooms that must stay light: it loads nothing. `words` translates it later."""

from __future__ import annotations

import re

_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


def message(text: str) -> str:
    """Mark a text as a message id, to be translated where it is shown. Returns it unchanged.

    >>> message("not known")
    'not known'
    """
    return text


def harmless(text: str) -> str:
    """Text from outside without the signs that command a terminal or turn the reading direction over.

    >>> harmless("\x1b[31mred")
    '\ufffd[31mred'
    """
    return _COMMANDS.sub("\ufffd", text)
