"""aequitas' own scan of tables of noise: disparities to the largest group, and its verdict of parity at a threshold of 0.8.

Asked as its documentation does. A table counts as alarmed when any group lacks parity in selection, true positive or
false positive rates. Each attribute alone; an intersection would be a column that its user writes out first.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from aequitas.bias import Bias
from aequitas.fairness import Fairness
from aequitas.group import Group
from asking import BY

PARITIES = ["Statistical Parity", "TPR Parity", "FPR Parity"]


def alarmed(file: Path) -> bool:
    """Whether any group lacks parity."""
    data = pd.read_parquet(file).rename(columns={"prediction": "score", "label": "label_value"})
    groups, _ = Group().get_crosstabs(data, attr_cols=[name for name in BY if name in data])
    judged = Fairness().get_group_value_fairness(Bias().get_disparity_major_group(groups, data))
    return bool((judged[PARITIES].astype(str) == "False").any(axis=None))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    files = sorted(Path(sys.argv[1]).glob("*.parquet"))
    with contextlib.redirect_stdout(io.StringIO()):
        told = sum(map(alarmed, files))
    print(json.dumps({"version": version("aequitas"), "alarmed": told, "tables": len(files)}))
