"""aequitas' group metrics on the four-way intersection, load included.

aequitas compares the values of one column at a time; an intersection is a column that its user writes out first. Joining
the four texts is therefore part of the asking. Its thirteen rates of each group come together.
"""

from __future__ import annotations

import pandas as pd
from aequitas.group import Group
from asking import BY, CORNER, path, report, timed

NAMES = {"pprev": "selection_rate", "tpr": "true_positive_rate", "fpr": "false_positive_rate", "precision": "precision"}


def ask(data: pd.DataFrame) -> pd.DataFrame:
    """Join the attributes, then the table of groups."""
    joined = data[BY[0]].str.cat([data[name] for name in BY[1:]], sep="|")
    table = pd.DataFrame({"joined": joined, "score": data["prediction"], "label_value": data["label"]})
    return Group().get_crosstabs(table, attr_cols=["joined"])[0]


if __name__ == "__main__":
    data, load = timed(lambda: pd.read_parquet(path(), columns=[*BY, "label", "prediction"]))
    found, seconds = timed(lambda: ask(data))
    corner = found.set_index("attribute_value").loc["|".join(CORNER.values())]
    report(
        ("aequitas", "pandas", "numpy"),
        load=load,
        ask=seconds,
        groups=len(found),
        corner={ours: corner[theirs] for theirs, ours in NAMES.items()},
    )
