"""The other side of `predictor_process`: runs alone, with limits, loads one predictor and answers until it is closed.

What the predictor prints goes to standard error, where it cannot be mistaken for an answer.
"""

from __future__ import annotations

import importlib
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from plumbrule.errors import InputError
from plumbrule.lab.predictors.wire import Column, Predict, pack, receive, unpack_columns

KINDS = {
    "function": "plumbrule.lab.predictors.function",
    "http": "plumbrule.lab.predictors.http",
    "onnx": "plumbrule.lab.predictors.onnx",
    "skops": "plumbrule.lab.predictors.skops",
}
"""Kind to the module whose `load(request)` gives a function from columns to scores, and what is known of the model."""

_MOST_ASKED = 1 << 34


def main() -> None:
    """Load what the first message names, say so, then answer one question after the other."""
    asked, answers = _take_pipes()
    request, _ = receive(asked, most=_MOST_ASKED)

    def say(head: dict[str, Any], body: bytes = b"") -> None:
        answers.write(pack(head, body))
        answers.flush()

    loaded = _attempt(lambda: importlib.import_module(KINDS[request["kind"]]).load(request))
    if isinstance(loaded, dict):
        say(loaded)
        return
    predict, facts = loaded
    say({"ready": facts})
    while True:
        try:
            head, body = receive(asked, most=_MOST_ASKED)
        except EOFError:
            return
        columns = unpack_columns(head, body)
        say(*_answer(predict, columns))


def _answer(predict: Predict, columns: dict[str, Column]) -> tuple[dict[str, Any], bytes]:
    size = len(next(iter(columns.values())))
    values = _attempt(lambda: np.asarray(predict(columns)))
    if isinstance(values, dict):
        return values, b""
    if values.shape != (size,):
        return {"shape": list(values.shape[:8])}, b""
    if values.dtype.kind not in "biuf":
        return {"failed": f"it returned {values.dtype} and not numbers"}, b""
    return {"shape": [size]}, values.astype("<f8").tobytes()


def _attempt(act: Callable[[], Any]) -> Any:
    """What `act` gives, or a head that says why it gave nothing: code and files of strangers may raise anything."""
    try:
        return act()
    except InputError as error:
        return {"refused": {"got": error.got, "expected": error.expected, "cure": error.cure}}
    except Exception as error:  # noqa: BLE001 - whatever a stranger's code raises must reach the user as a sentence
        place = traceback.extract_tb(error.__traceback__)[-1]
        text = " ".join(str(error).split())[:300]
        return {"failed": f"{type(error).__name__}: {text} ({Path(place.filename).name}, line {place.lineno})"}


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Keep standard input and output for ourselves; a predictor that reads finds nothing, one that prints disturbs nothing."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return asked, answers


if __name__ == "__main__":
    main()
