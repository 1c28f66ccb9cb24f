"""Bytes to values, strictly: what every reader of this room shares.

Two readers that disagree about the same bytes are how a signature gets to cover something that nobody meant. So there
is one accepted reading: valid UTF-8, canonical base64, JSON without duplicate keys, without NaN, without numbers that
two implementations would round differently.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import NoReturn

from plumbrule.errors import UnreadableError

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
"""A parsed JSON value."""

MAX_DEPTH = 32
MAX_SAFE_INTEGER = 2**53 - 1
_QUOTED = re.compile(
    r"""\"{3}(?:\\.|[^\\])*?(?:\"{3}|\\?\Z)|'{3}.*?(?:'{3}|\Z)|"(?:\\.|[^"\\\n])*"?|'[^'\n]*'?|\#[^\n]*""", re.DOTALL
)
"""A string or a comment of TOML; one that never ends, to the end, which is where a reader gives up, too."""
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def refuse(what: str, problem: str, expected: str = "", cure: str = "") -> NoReturn:
    """Raise `UnreadableError` about the file `what`."""
    raise UnreadableError(f"{what}: {problem}.", expected=expected, cure=cure or "get the file again from where it came from.")


def read_text(raw: bytes, what: str, limit: int) -> str:
    """The text in at most `limit` bytes of UTF-8 without a byte order mark. Raises UnreadableError."""
    if len(raw) > limit:
        refuse(what, f"{len(raw)} bytes long", f"at most {limit} bytes.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        refuse(what, f"byte {error.start} is not UTF-8", "UTF-8 text.")
    if text.startswith("\ufeff"):
        refuse(what, "it starts with a byte order mark", "UTF-8 text without one.")
    return text


def read_base64(text: str, what: str, length: int | None = None) -> bytes:
    """The bytes behind base64 (RFC 4648 section 4, padded), if `text` is the one form that encodes them.

    `length` is the number of bytes asked for. Raises UnreadableError.

    >>> read_base64("aGk=", "example")
    b'hi'
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        refuse(what, "a part of it is not base64", "base64 as in RFC 4648 section 4, with padding.")
    if write_base64(raw) != text:
        refuse(what, "a part of it is base64 in a form that no encoder writes", "canonical base64: unused bits are zero.")
    if length is not None and len(raw) != length:
        refuse(what, f"a part of it decodes to {len(raw)} bytes", f"{length} bytes.")
    return raw


def write_base64(raw: bytes) -> str:
    """Base64 as in RFC 4648 section 4, with padding."""
    return base64.b64encode(raw).decode("ascii")


def read_decimal(text: str, what: str) -> int:
    """A number from 0 to 2^63 - 1 in ASCII digits without leading zeroes. Raises UnreadableError."""
    if not _DECIMAL.fullmatch(text) or int(text) >= 2**63:
        refuse(what, f"{text[:30]!r} is not a number of this format", "ASCII digits without leading zeroes, below 2^63.")
    return int(text)


def read_json(raw: bytes, what: str, limit: int) -> Json:
    """One JSON value, read in the one way that RFC 7493 (I-JSON) leaves.

    Refused: duplicate keys, NaN and infinities, whole numbers beyond 2^53 - 1, lone surrogates, nesting deeper than
    `MAX_DEPTH`. Raises UnreadableError.
    """
    text = read_text(raw, what, limit)
    try:
        value: Json = json.loads(
            text,
            object_pairs_hook=lambda pairs: _object(pairs, what),
            parse_constant=lambda name: _constant(name, what),
        )
    except (ValueError, RecursionError) as error:
        refuse(what, f"it is not JSON ({type(error).__name__})", "one JSON value.")
    check_json(value, what)
    return value


def check_json(value: object, what: str, depth: int = 0) -> None:
    """Raise UnreadableError unless every node of the value means the same to every JSON reader."""
    if depth > MAX_DEPTH:
        refuse(what, f"it is nested more than {MAX_DEPTH} levels deep")
    match value:
        case Mapping():
            for key, item in value.items():
                _check_string(key, what)
                check_json(item, what, depth + 1)
        case list() | tuple():
            for item in value:
                check_json(item, what, depth + 1)
        case str():
            _check_string(value, what)
        case _:
            _check_scalar(value, what)


def read_toml(raw: bytes, what: str, limit: int) -> Mapping[str, object]:
    """One TOML document without dotted keys. Raises UnreadableError.

    A key like a.a.a.a… costs a reader memory in the square of its length: some kilobytes would take gigabytes. So a dot
    stands in strings and comments only, and this is looked at first.
    """
    text = read_text(raw, what, limit)
    if "." in _QUOTED.sub("", text):
        refuse(what, "a dot stands outside of strings and comments", "keys without dots, and no fractions.")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        refuse(what, f"it is not TOML ({error})" if isinstance(error, tomllib.TOMLDecodeError) else "it is not TOML")


def plain_json(value: Json) -> Json:
    """The same value in dicts and lists, which is what encoders take."""
    if isinstance(value, Mapping):
        return {key: plain_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(item) for item in value]
    return value


def read_object(
    value: object, what: str, required: frozenset[str], optional: frozenset[str] = frozenset()
) -> Mapping[str, object]:
    """The value as a mapping that has every required key and no key beyond the optional ones. Raises UnreadableError."""
    if not isinstance(value, Mapping):
        refuse(what, "an object is missing where the format has one", f"an object with {', '.join(sorted(required))}.")
    missing, unknown = sorted(required - value.keys()), sorted(set(value.keys()) - required - optional)
    if missing:
        refuse(what, f"{missing[0]!r} is missing", f"the keys {', '.join(sorted(required))}.")
    if unknown:
        refuse(what, f"the key {unknown[0][:60]!r} is not known", f"only {', '.join(sorted(required | optional))}.")
    return value


def read_list(value: object, what: str, key: str, limit: int) -> Sequence[object]:
    """The value as a list of at most `limit` items. Raises UnreadableError."""
    if not isinstance(value, list | tuple):
        refuse(what, f"{key!r} is not a list", "a list.")
    if len(value) > limit:
        refuse(what, f"{key!r} has {len(value)} items", f"at most {limit}.")
    return value


def read_match(value: object, what: str, key: str, pattern: re.Pattern[str], expected: str) -> str:
    """The value as a string that the pattern matches whole. Raises UnreadableError."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        refuse(what, f"{key!r} is {str(value)[:60]!r}", expected)
    return value


def _object(pairs: list[tuple[str, object]], what: str) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        refuse(what, "an object holds the same key twice", "each key once.")
    return found


def _constant(name: str, what: str) -> NoReturn:
    refuse(what, f"it holds {name}", "a finite number.")


def _check_scalar(value: object, what: str) -> None:
    if value is None or isinstance(value, bool):
        return
    if not isinstance(value, int | float):
        refuse(what, f"it holds a {type(value).__name__}", "a JSON value.")
    if not math.isfinite(value):
        refuse(what, "it holds a number that is not finite", "a finite number.")
    if isinstance(value, int) and abs(value) > MAX_SAFE_INTEGER:
        refuse(what, "it holds a whole number beyond 2^53 - 1", "a number that every JSON reader reads alike.")


def _check_string(value: object, what: str) -> None:
    if not isinstance(value, str):
        refuse(what, "a key is not text", "text.")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        refuse(what, "it holds half of a surrogate pair", "valid Unicode.")
