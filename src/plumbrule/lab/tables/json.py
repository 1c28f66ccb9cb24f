"""JSON from outside, read once and with bounds: no duplicate keys, no NaN, no depth or size without end.

`Fields` then takes a JSON object apart, and says what it got and what it expected where the two differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbrule.errors import InputError, LimitError

MOST_BYTES = 64 << 20
"""A larger file is refused: descriptions and reports are small."""
MOST_DEPTH = 200


def read_json(path: Path, *, what: str, most_bytes: int = MOST_BYTES) -> Any:
    """The value in a JSON file.

    Args:
        path: the file.
        what: what it should be, for the error: "a Croissant description".
        most_bytes: the most it may hold.

    Raises:
        InputError: it cannot be read, is not UTF-8 or not JSON, repeats a key, holds NaN, or is nested too deep.
        LimitError: it is too large.
    """
    return parse_json(_bytes(path, what, most_bytes), name=path.name, what=what)


def read_json_lines(path: Path, *, what: str, most_bytes: int = MOST_BYTES) -> Iterator[tuple[int, Any]]:
    """The values of a JSON Lines file with their line numbers; empty lines are passed over. One line is held at a time.

    Args:
        path, what: as `read_json`.
        most_bytes: the most that one line may hold.

    Raises:
        InputError, LimitError: as `read_json`, naming the line.
    """
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(most_bytes + 1):
                number += 1
                if len(line) > most_bytes:
                    raise _too_large(f"{path.name}, line {number},", what, most_bytes)
                if line.strip():
                    yield number, parse_json(line, name=f"{path.name}, line {number}", what=what)
    except OSError as error:
        raise _unreadable(path, what, error) from error


def parse_json(data: bytes, *, name: str, what: str) -> Any:
    """The value in JSON bytes; see `read_json`."""
    try:
        text = data.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)[:200]
        raise InputError(
            f"{name} is not {what} ({reason}).", expected="whole JSON in UTF-8", cure="Export or fetch the file again."
        ) from error
    if _deep(value, MOST_DEPTH):
        raise InputError(
            f"{name} is nested more than {MOST_DEPTH} deep.", expected=what, cure="Look at the file: no tool writes that."
        )
    return value


def _bytes(path: Path, what: str, most_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except OSError as error:
        raise _unreadable(path, what, error) from error
    if len(data) > most_bytes:
        raise _too_large(path.name, what, most_bytes)
    return data


def _unreadable(path: Path, what: str, error: OSError) -> InputError:
    return InputError(
        f"{path.name} cannot be read ({error.strerror or error}).",
        expected=f"{what} that you may read",
        cure="Correct the name.",
    )


def _too_large(name: str, what: str, most_bytes: int) -> LimitError:
    return LimitError(
        f"{name} holds more than {most_bytes:,} bytes.", expected=f"{what}, which is smaller", cure="Name another file."
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _deep(value: Any, left: int) -> bool:
    level = [value]
    while level and left >= 0:
        left -= 1
        level = [
            part
            for one in level
            if isinstance(one, dict | list)
            for part in (one.values() if isinstance(one, dict) else one)
            if isinstance(part, dict | list)
        ]
    return bool(level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """A JSON object, where it stands (`place`, for errors), and what it should be.

    Each method takes a key and returns a value of one kind, or raises an InputError that names the place.
    """

    place: str
    what: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, value: Any, *, place: str, what: str) -> Fields:
        """The object itself."""
        if not isinstance(value, dict):
            raise wrong(place, what, value, "an object")
        return cls(place=place, what=what, values=value)

    def text(self, key: str, default: str | None = None) -> str:
        """A text; `default` where the key is absent or null, if one is given."""
        value = self.values.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise wrong(f"{self.place}.{key}", self.what, value, "a text")
        return value

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number of zero or more."""
        value = self.values.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise wrong(f"{self.place}.{key}", self.what, value, "a whole number of zero or more")
        return value

    def object(self, key: str) -> Fields:
        """An object; an empty one where the key is absent or null."""
        value = self.values.get(key)
        return Fields.of({} if value is None else value, place=f"{self.place}.{key}", what=self.what)

    def objects(self, key: str) -> tuple[Fields, ...]:
        """A list of objects; empty where the key is absent or null."""
        return tuple(
            Fields.of(value, place=f"{self.place}.{key}[{number}]", what=self.what)
            for number, value in enumerate(self._list(key))
        )

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where the key is absent or null."""
        found = self._list(key)
        for number, value in enumerate(found):
            if not isinstance(value, str):
                raise wrong(f"{self.place}.{key}[{number}]", self.what, value, "a text")
        return tuple(found)

    def _list(self, key: str) -> Sequence[Any]:
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise wrong(f"{self.place}.{key}", self.what, value, "a list")
        return value


def wrong(place: str, what: str, got: Any, expected: str) -> InputError:
    """The error for a value of another kind than expected; it names the kind of the value, never the value."""
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}
    return InputError(
        f"{place} holds {kinds.get(type(got), 'a number')}.",
        expected=f"{expected}, in {what}",
        cure="Export the file again, or correct it by hand.",
    )
