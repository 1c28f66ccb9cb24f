"""DivExplorer on every subgroup of the four attributes, three rates in one call, from a frame in memory.

The least support is one row, so that no subgroup is left out; FP-growth is its default. An outcome is 1, 0, or missing
where a row does not count in the rate, as its own documentation builds it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from asking import BY, CORNER, path, report, timed
from divexplorer import DivergenceExplorer

RATES = ("selection_rate", "true_positive_rate", "false_positive_rate")


def load() -> pd.DataFrame:
    """The attributes and the three outcomes."""
    data = pd.read_parquet(path(), columns=[*BY, "label", "prediction"])
    y, p = data.pop("label"), data.pop("prediction")
    data["selection_rate"] = p.astype(float)
    data["true_positive_rate"] = np.where(y == 1, p, np.nan)
    data["false_positive_rate"] = np.where(y == 0, p, np.nan)
    return data


def ask(data: pd.DataFrame) -> pd.DataFrame:
    """Every itemset that occurs, with its rates."""
    explorer = DivergenceExplorer(data)
    return explorer.get_pattern_divergence(min_support=1 / len(data), attributes=list(BY), boolean_outcomes=list(RATES))


if __name__ == "__main__":
    data, loading = timed(load)
    found, seconds = timed(lambda: ask(data))
    wanted = frozenset(f"{name}={value}" for name, value in CORNER.items())
    corner = found[found["itemset"].map(frozenset) == wanted].iloc[0]
    report(
        ("divexplorer", "pandas", "numpy"),
        load=loading,
        ask=seconds,
        groups=len(found) - 1,  # everybody is one of its itemsets
        corner={name: corner[name] for name in RATES},
    )
