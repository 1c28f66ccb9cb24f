"""DivExplorer's own scan of tables of noise: every subgroup with a least support, and Welch's t beside each divergence.

Its documentation lists subgroups by divergence and shows t; here a table counts as alarmed when any subgroup differs from
everybody by more than the points given with |t| of 1.96 or more. A least support of 0.01 is on the safe side of its examples,
and no subgroup has fewer than ten people, as with us.
"""

from __future__ import annotations

import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from asking import BY
from divexplorer import DivergenceExplorer

RATES = ("selection_rate", "true_positive_rate", "false_positive_rate")


def alarmed(file: Path, points: float) -> bool:
    """Whether any subgroup stands out."""
    data = pd.read_parquet(file)
    y, p = data.pop("label"), data.pop("prediction")
    data["selection_rate"] = p.astype(float)
    data["true_positive_rate"] = np.where(y == 1, p, np.nan)
    data["false_positive_rate"] = np.where(y == 0, p, np.nan)
    names = [name for name in BY if name in data]
    found = DivergenceExplorer(data).get_pattern_divergence(
        min_support=max(0.01, 10 / len(data)), attributes=names, boolean_outcomes=list(RATES)
    )
    return any(bool(((found[f"{rate}_div"].abs() > points) & (found[f"{rate}_t"].abs() >= 1.96)).any()) for rate in RATES)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # means of nothing, in subgroups without a positive label
    files = sorted(Path(sys.argv[1]).glob("*.parquet"))
    told = sum(alarmed(file, float(sys.argv[2])) for file in files)
    print(json.dumps({"version": version("divexplorer"), "alarmed": told, "tables": len(files)}))
