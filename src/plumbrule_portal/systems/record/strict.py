"""JSON from outside, read strictly: no key twice, no NaN, nothing deep without end, no more bytes than allowed."""

from __future__ import annotations

import json
from typing import Any

from plumbrule.errors import LimitError, UnreadableError

MOST_DEPTH = 40


def read_json(content: bytes, *, what: str, most: int) -> Any:
    """The value that `content` holds.

    Args:
        content: the bytes of a file.
        what: how the file is called in errors, at the beginning of a sentence.
        most: the most bytes it may have.

    Raises:
        LimitError: too many bytes, or nested too deeply.
        UnreadableError: not UTF-8, not JSON, a key twice in one object, NaN or Infinity.
    """
    if len(content) > most:
        raise LimitError(f"{what} has {len(content):,} bytes.", expected=f"at most {most:,}", cure="Split it into smaller files.")
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refused)
        _check_depth(value, what)
    except RecursionError:
        raise _too_deep(what) from None
    except ValueError as error:
        raise UnreadableError(
            f"{what} is not JSON: {error}.", expected="JSON in UTF-8, each key once in its object", cure="Save it again as JSON."
        ) from None
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:80]!r} is written twice")
    return table


def _refused(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")


def _check_depth(value: object, what: str) -> None:
    level = [value]
    for _ in range(MOST_DEPTH):
        level = [part for one in level for part in _parts(one)]
        if not level:
            return
    raise _too_deep(what)


def _parts(value: object) -> list[object]:
    if isinstance(value, dict):
        return [part for part in value.values() if isinstance(part, dict | list)]
    return [part for part in value if isinstance(part, dict | list)] if isinstance(value, list) else []


def _too_deep(what: str) -> LimitError:
    return LimitError(f"{what} is nested too deeply.", expected=f"at most {MOST_DEPTH} levels", cure="Write it flatter.")
