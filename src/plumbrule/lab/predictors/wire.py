"""What goes between us and the process of a predictor: a head in JSON, and numbers as bytes. Nothing is unpickled.

A message is two lengths (8 bytes each, big end first), the head, the body. Columns of numbers travel as 64-bit floats
with NaN for missing, columns of words as JSON with null for missing.

>>> import io
>>> import numpy as np
>>> sent = pack_columns({"age": np.array([30.0, np.nan]), "sex": np.array(["women", None], object)})
>>> head, body = receive(io.BytesIO(sent), most=1000)
>>> {name: column.tolist() for name, column in unpack_columns(head, body).items()}
{'age': [30.0, nan], 'sex': ['women', None]}
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
"""float64 with NaN where a value is missing, or objects: text, None where a value is missing."""

Predict = Callable[[dict[str, Column]], Any]
"""What the loader of each kind gives: from columns to one number a row, unchecked."""

Head = dict[str, Any]
_LENGTHS = struct.Struct(">QQ")


def is_number(column: Column) -> bool:
    """Whether a column holds numbers (and not words)."""
    return column.dtype.kind == "f"


def pack(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """One message."""
    text = json.dumps(head).encode("utf-8")
    return _LENGTHS.pack(len(text), len(body)) + text + body


def receive(stream: IO[bytes], *, most: int) -> tuple[Head, bytes]:
    """Read one message.

    Raises:
        EOFError: the other side closed.
        ValueError: the message says it is longer than `most` bytes, or its head is no JSON object.
    """
    text, body = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    if text + body > most:
        raise ValueError(f"a message of {text + body} bytes")
    head = json.loads(_exactly(stream, text))
    if not isinstance(head, dict):
        raise ValueError("a message without a head")  # noqa: TRY004 - the caller catches one kind for all broken messages
    return head, _exactly(stream, body)


def pack_columns(columns: Mapping[str, Column]) -> bytes:
    """The columns of equal length as one message."""
    listed, blocks = [], []
    for name, column in columns.items():
        numbers = is_number(column)
        block = column.astype("<f8").tobytes() if numbers else json.dumps(column.tolist()).encode("utf-8")
        listed.append({"name": name, "kind": "numbers" if numbers else "words", "bytes": len(block)})
        blocks.append(block)
    return pack({"columns": listed}, b"".join(blocks))


def unpack_columns(head: Head, body: bytes) -> dict[str, Column]:
    """The columns of a message of `pack_columns`."""
    found: dict[str, Column] = {}
    start = 0
    for column in head["columns"]:
        block = body[start : start + column["bytes"]]
        start += column["bytes"]
        numbers = column["kind"] == "numbers"
        found[column["name"]] = np.frombuffer(block, "<f8").copy() if numbers else np.array(json.loads(block), object)
    return found


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data
