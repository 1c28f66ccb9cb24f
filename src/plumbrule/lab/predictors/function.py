"""A predictor that is a Python function the user names, `package.module:function`. Runs in the child only.

The function gets a dict from column name to array (float64 with NaN, or objects with None) and returns one number a row.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from plumbrule.errors import InputError
from plumbrule.lab.predictors.wire import Predict


def load(request: dict[str, Any]) -> tuple[Predict, dict[str, Any]]:
    """Import the function. The user's folder comes last, so that a file there cannot stand in for a library."""
    module, _, name = request["target"].partition(":")
    sys.path.append(request["folder"])
    sys.dont_write_bytecode = True  # the user's folder is read, and nothing is left in it
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise InputError(
            f"{module} has no function {name}.",
            expected="package.module:function, a function of a dict of columns that returns one number a row",
            cure="Correct the name.",
        )
    return found, {}
