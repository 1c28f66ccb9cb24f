"""A predictor in a skops file: a scikit-learn estimator without pickles. Runs in the child only.

Types that skops does not trust by itself are refused unless the user names each of them.
"""

from __future__ import annotations

import hashlib
import importlib
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import InputError
from plumbrule.lab.predictors.onnx import score
from plumbrule.lab.predictors.wire import Column, Predict, is_number


def load(request: dict[str, Any]) -> tuple[Predict, dict[str, Any]]:
    """Load the file's bytes; their digest is of exactly what runs."""
    path = Path(request["target"])
    data = path.read_bytes()
    if not zipfile.is_zipfile(path):
        raise InputError(f"{path.name} is no skops file.", expected="a file that skops.io.dump wrote", cure="Write it again.")
    try:
        skops = importlib.import_module("skops.io")  # an extra, and 2.5 s (it brings scikit-learn)
    except ImportError as error:
        raise InputError(
            "A skops file needs skops, which is not installed.",
            expected="the extra for predictors",
            cure="pip install 'plumbrule[skops]'",
        ) from error
    untrusted = sorted(set(skops.get_untrusted_types(data=data)) - set(request["trusted"]))
    if untrusted:
        raise InputError(
            f"{path.name} holds types that nobody vouched for: {', '.join(untrusted[:20])}.",
            expected="types that skops trusts, or that you name",
            cure="If you trust whoever made the file, name each of these types as trusted; or ask for the model as ONNX.",
        )
    estimator = skops.loads(data, trusted=request["trusted"])
    if not hasattr(estimator, "predict"):
        raise InputError(
            f"{path.name} holds a {type(estimator).__name__}, which predicts nothing.",
            expected="a classifier",
            cure="Write the model.",
        )
    return _predictor(estimator, request["columns"], request["favourable"]), {"sha256": hashlib.sha256(data).hexdigest()}


def _predictor(estimator: Any, columns: Sequence[str], favourable: str | None) -> Predict:
    trained = getattr(estimator, "feature_names_in_", None)
    if trained is not None and (lacking := [str(name) for name in trained if name not in columns]):
        raise InputError(
            f"The model was trained on columns that are not declared: {', '.join(lacking[:20])}.",
            expected=f"the columns {', '.join(map(str, trained[:20]))}",
            cure="Declare them.",
        )
    names = list(columns) if trained is None else [str(name) for name in trained]
    classes = getattr(estimator, "classes_", None)

    def predict(given: dict[str, Column]) -> Any:
        rows = _matrix([given[name] for name in names]) if trained is None else _frame({name: given[name] for name in names})
        if classes is not None and hasattr(estimator, "predict_proba"):
            found = estimator.predict_proba(rows)
            return score([dict(zip(classes.tolist(), row, strict=True)) for row in found], favourable)
        return score(estimator.predict(rows), favourable)

    return predict


def _matrix(columns: list[Column]) -> NDArray[Any]:
    if all(is_number(column) for column in columns):
        return np.column_stack(columns)
    return np.column_stack([column.astype(object) for column in columns])


def _frame(columns: dict[str, Column]) -> Any:
    """A model trained on a frame picks its columns by name; only pandas' frames carry names to scikit-learn."""
    try:
        return importlib.import_module("pandas").DataFrame(columns)
    except ImportError as error:
        raise InputError(
            "This model was trained on a pandas frame, and pandas is not installed.",
            expected="pandas beside skops",
            cure="pip install pandas, or ask for the model as ONNX",
        ) from error
