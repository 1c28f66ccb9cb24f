"""The seam to a model under test: name it, and ask it for scores.

>>> import tempfile
>>> model = "import numpy\\ndef approve(columns):\\n    return numpy.clip(columns['income'] / 100, 0, 1)\\n"
>>> with tempfile.TemporaryDirectory() as folder:
...     _ = (Path(folder) / "bank.py").write_text(model, encoding="utf-8")
...     with open_predictor("bank:approve", columns=["income"], folder=Path(folder)) as bank:
...         print(score(bank, Inputs.of({"income": [20, 90]})))
[0.2 0.9]

A model is an ONNX file, a skops file, a function the user names, or a URL. It runs in a process of its own with limits
on time and memory (see `predictor_process`): a function too, so that one that hangs can be ended. Pickles are refused:
to read one is to run whatever its maker wrote into it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import InputError
from plumbrule.lab.predictors.inputs import Inputs, read_inputs
from plumbrule.lab.predictors.process import Limits, Process, ProcessPredictor
from plumbrule.lab.predictors.wire import Column

__all__ = ["Inputs", "Limits", "Predictor", "open_predictor", "read_inputs", "score"]

_FUNCTION = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_PICKLES = (".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle", ".pt", ".pth", ".sav")
_ROUNDING = 1e-6
"""Scores may lie so far outside 0 to 1 (sums of 32-bit floats) and count as the end."""


class Predictor(Protocol):
    """A model under test."""

    def predict(self, columns: Mapping[str, Column]) -> NDArray[np.float64]:
        """A score from 0 to 1, or a decision 0 or 1, for each row; shape (n,)."""
        ...


@contextmanager
def open_predictor(
    spec: str,
    *,
    columns: Sequence[str],
    output: str | None = None,
    favourable: str | None = None,
    trusted: Sequence[str] = (),
    folder: Path | None = None,
    limits: Limits | None = None,
) -> Iterator[ProcessPredictor]:
    """Open a model for the length of a block.

    Args:
        spec: `model.onnx`, `model.skops`, `package.module:function`, or `http(s)://…`.
        columns: what the model is told, and nothing else; the order in which it was trained, if it takes a matrix.
        output: of an ONNX model, by name; found by its type when left out.
        favourable: the class that is favourable to the person, where the model tells classes apart by name; of two
            classes the second when left out.
        trusted: types in a skops file that the user vouches for, by full name.
        folder: from where a file is looked for, and the module of a function; the current folder when left out.
        limits: see `Limits`.

    Raises:
        InputError: the model is of another kind, is a pickle, or cannot be loaded.
    """
    if not columns or len(set(columns)) < len(columns):
        raise InputError(
            f"The columns of the predictor are {', '.join(columns) or 'not named'}.",
            expected="each column once",
            cure="List them.",
        )
    place, given = folder or Path.cwd(), limits or Limits()
    request: dict[str, Any] = _what(spec, place)
    name = request.pop("name")
    request |= {
        "columns": list(columns),
        "output": output,
        "favourable": favourable,
        "trusted": list(trusted),
        "folder": str(place),
        "seconds": given.seconds,
    }
    process = Process(request, name, given)
    try:
        process.start()
        yield ProcessPredictor(process, tuple(columns))
    finally:
        process.end()


def score(predictor: Predictor, inputs: Inputs) -> NDArray[np.float64]:
    """Ask a predictor, and take nothing but one number from 0 to 1 for each row; shape (n,).

    Raises:
        InputError: it fails, or an answer is missing or of another kind; names the row.
    """
    found = np.asarray(predictor.predict(inputs))
    if found.shape != (inputs.size,) or found.dtype.kind not in "biuf":
        raise InputError(
            f"The predictor answered with {found.dtype} of shape {found.shape} for {inputs.size} rows.",
            expected=f"numbers of shape ({inputs.size},)",
            cure="Return one score for every row.",
        )
    values = found.astype(float)
    bad = np.flatnonzero(~((values >= -_ROUNDING) & (values <= 1 + _ROUNDING)))
    if len(bad):
        raise InputError(
            f"Row {inputs.numbers[bad[0]]}: the predictor answered {values[bad[0]]:g} ({len(bad)} rows like it).",
            expected="a number from 0 to 1 for every row",
            cure="Return a probability or a decision; divide a score by its largest possible value.",
        )
    kept: NDArray[np.float64] = np.clip(values, 0.0, 1.0)
    return kept


def _what(spec: str, folder: Path) -> dict[str, str]:
    """Kind, target and name of what the user named."""
    if spec.lower().startswith(("http://", "https://")):
        return {"kind": "http", "target": spec, "name": _address(spec)}
    ending = os.path.splitext(spec)[1].lower()  # noqa: PTH122 - a spec is no path until we know so
    if ending in _PICKLES:
        raise InputError(
            f"{Path(spec).name} is a pickle: to load it is to run whatever is in it.",
            expected="ONNX, skops, package.module:function, or a URL",
            cure="Have it written with skops.io.dump or as ONNX (skl2onnx), or name a function of yours that loads it.",
        )
    if ending in {".onnx", ".skops"}:
        path = folder / spec
        if not path.is_file():
            raise InputError(f"There is no file {spec}.", expected="the model's file", cure="Correct the path.")
        return {"kind": ending[1:], "target": str(path.resolve()), "name": path.name}
    if _FUNCTION.fullmatch(spec):
        return {"kind": "function", "target": spec, "name": spec}
    raise InputError(
        f"{spec[:100]!r} names no predictor.",
        expected="model.onnx, model.skops, package.module:function, or http(s)://…",
        cure="Write one of these.",
    )


def _address(spec: str) -> str:
    """Host and path: what stands after the question mark may be a key, and is shown nowhere."""
    try:
        parts = urlsplit(spec)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise InputError(
            "The predictor's URL could not be used.",
            expected="http(s)://host[:port]/path without name, password or #",
            cure="Put a service without a password in front of it, on this machine.",
        )
    return f"{parts.scheme.lower()}://{host}{f':{port}' if port else ''}{parts.path}"
