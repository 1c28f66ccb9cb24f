"""AIF360's `intersection` of scikit-learn metrics on the four-way intersection, three rates, from a series in memory.

It compares every row with every group. With four text attributes in the index each comparison is one of tuples and the
call takes many minutes; the attributes are therefore joined into one column of whole numbers beforehand, which is the best
that a user can do for it. That is counted as loading.
"""

from __future__ import annotations

import logging

logging.disable(logging.WARNING)  # it names the optional packages that it does without

import pandas as pd  # noqa: E402 - see above
from aif360.sklearn.metrics import false_positive_rate_error, intersection, selection_rate, sensitivity_score  # noqa: E402
from asking import BY, CORNER, path, report, timed  # noqa: E402

METRICS = {
    "selection_rate": selection_rate,
    "true_positive_rate": sensitivity_score,
    "false_positive_rate": false_positive_rate_error,
}


def load() -> tuple[pd.Series, pd.Series, int]:
    """Label and prediction under the number of their group, and the number of `CORNER`."""
    data = pd.read_parquet(path(), columns=[*BY, "label", "prediction"])
    joined = data.groupby(list(BY), sort=True, observed=True).ngroup().rename("group")
    corner = joined[(data[list(BY)] == pd.Series(CORNER)).all(axis=1)].iloc[0]
    series = (data[name].set_axis(pd.Index(joined)) for name in ("label", "prediction"))
    return *series, int(corner)


def ask(label: pd.Series, prediction: pd.Series) -> dict[str, dict[int, float]]:
    """Each rate of every group."""
    found = {}
    for name, metric in METRICS.items():
        values, groups = intersection(metric, label, prediction, prot_attr=["group"], return_groups=True)
        numbers = (int(*group) if isinstance(group, tuple) else int(group) for group in groups)
        found[name] = dict(zip(numbers, values, strict=True))
    return found


if __name__ == "__main__":
    (label, prediction, corner), loading = timed(load)
    found, seconds = timed(lambda: ask(label, prediction))
    report(
        ("aif360", "pandas", "numpy", "scikit-learn"),
        load=loading,
        ask=seconds,
        groups=len(found["selection_rate"]),
        corner={name: values[corner] for name, values in found.items()},
    )
