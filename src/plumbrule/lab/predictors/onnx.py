"""A predictor in an ONNX file, run by onnxruntime on one processor core. Runs in the child only.

Inputs: either one for each column, by name, or a single matrix whose columns are those declared, in their order.
Output: the one named; else the last that holds floating-point numbers or probabilities by class; else the first.
"""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import InputError
from plumbrule.lab.predictors.wire import Column, Predict, is_number

_TYPES: dict[str, Any] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
    "tensor(string)": object,
}
_FLOATING = ("tensor(float", "tensor(double", "seq(map(")


def load(request: dict[str, Any]) -> tuple[Predict, dict[str, Any]]:
    """Load the file's bytes; their digest is of exactly what runs."""
    try:
        onnxruntime = importlib.import_module("onnxruntime")  # an extra, and 60 ms
    except ImportError as error:
        raise InputError(
            "An ONNX file needs onnxruntime, which is not installed.",
            expected="the extra for predictors",
            cure="pip install 'plumbrule[onnx]'",
        ) from error
    data = Path(request["target"]).read_bytes()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the same sums in the same order every time
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    inputs, columns, favourable = session.get_inputs(), request["columns"], request["favourable"]
    matrix = _is_matrix(inputs, columns)
    output = _output(session.get_outputs(), request["output"])

    def predict(given: dict[str, Column]) -> Any:
        feeds = (
            {inputs[0].name: np.column_stack([_cast(name, given[name], inputs[0].type) for name in columns])}
            if matrix
            else {one.name: _cast(one.name, given[one.name], one.type).reshape(-1, 1) for one in inputs}
        )
        return score(session.run([output], feeds)[0], favourable)

    return predict, {"sha256": hashlib.sha256(data).hexdigest()}


def _is_matrix(inputs: list[Any], columns: list[str]) -> bool:
    for one in inputs:
        if one.type not in _TYPES:
            raise InputError(f"The model's input {one.name!r} is of type {one.type}.", expected=f"one of {', '.join(_TYPES)}")
    names = [one.name for one in inputs]
    if all(name in columns for name in names):
        return False
    width = inputs[0].shape[-1] if inputs[0].shape else None
    if len(inputs) == 1 and (not isinstance(width, int) or width == len(columns)):
        return True
    wide = f" of {width} columns" if len(inputs) == 1 else ""
    raise InputError(
        f"The model's inputs are {', '.join(map(repr, names[:20]))}{wide}; the columns declared are {', '.join(columns[:20])}.",
        expected="the same names, or one matrix with as many columns as are declared",
        cure="Declare the model's columns, in the order in which it was trained.",
    )


def _output(outputs: list[Any], wanted: str | None) -> str:
    names = [one.name for one in outputs]
    if wanted is not None and wanted not in names:
        raise InputError(
            f"The model has no output {wanted!r}.",
            expected=f"one of {', '.join(names)}",
            cure="Correct the name, or leave it out.",
        )
    floating = [one.name for one in outputs if one.type.startswith(_FLOATING)]
    return wanted or (floating or names)[-1 if floating else 0]


def _cast(name: str, column: Column, kind: str) -> NDArray[Any]:
    words = _TYPES[kind] is object
    if is_number(column) == words:
        got, wanted = ("words", "numbers") if not is_number(column) else ("numbers", "words")
        cure = "Name the column among those that are words." if words else "Declare the columns that the model was trained on."
        raise InputError(f"Column {name!r} holds {got}, and the model takes {wanted}.", expected=wanted, cure=cure)
    if words:
        return np.array(["" if value is None else value for value in column], object)
    if np.dtype(_TYPES[kind]).kind in "ib" and np.isnan(column).any():
        raise InputError(
            f"Column {name!r} has a missing value, and the model takes whole numbers only.",
            expected="a value in every row",
            cure="Leave those rows out, or export a model that knows missing values.",
        )
    return column.astype(_TYPES[kind])


def score(found: Any, favourable: str | None) -> Any:
    """One number a row from what a classifier gives: probabilities by class, a matrix of them, labels, or scores.

    Of two classes the second is the favourable one unless another is named.
    """
    if isinstance(found, list):  # one dictionary a row, from class to probability
        classes = list(found[0]) if found else []
        chosen = _chosen([str(name) for name in classes], favourable)
        return np.array([row[classes[chosen]] for row in found], float)
    values = np.asarray(found)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim == 2:
        return values[:, _chosen([str(i) for i in range(values.shape[1])], favourable)]
    if favourable is not None and values.dtype.kind in "OUSib":
        return (values.astype(str) == favourable).astype(float)
    return values


def _chosen(classes: list[str], favourable: str | None) -> int:
    if favourable in classes:
        return classes.index(favourable)
    if favourable is None and len(classes) == 2:
        return 1
    raise InputError(
        f"The model tells {len(classes)} classes apart: {', '.join(classes[:20])}.",
        expected="the favourable one by its name" if favourable is None else f"{favourable!r} among them",
        cure="Name the class that is favourable to the person.",
    )
