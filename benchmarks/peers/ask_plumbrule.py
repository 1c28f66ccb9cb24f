"""Plumbrule from the file: opened, checked, counted, and ten rates of every group and intersection."""

from __future__ import annotations

from asking import BY, CORNER, path, report, timed

from plumbrule.lab import Decisions, Measurement, attributes, count_cells, measure_cells, open_table

RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "false_negative_rate", "true_negative_rate")
RATES = (*RATES, "precision", "false_discovery_rate", "false_omission_rate", "accuracy", "base_rate")


def ask() -> Measurement:
    """All 3,402 subgroups, without intervals."""
    decisions = Decisions(prediction="prediction", label="label", by=attributes(list(BY), []))
    with open_table(path(), digest=False) as table:
        cells = count_cells(table, decisions)
    return measure_cells(cells, BY, label=True, with_intervals=False)


if __name__ == "__main__":
    found, seconds = timed(ask)
    (corner,) = [one for one in found.rates[-1] if one.group == CORNER]
    report(
        ("duckdb", "numpy"),
        load=0.0,
        ask=seconds,
        groups=sum(map(len, found.rates)),
        corner={name: corner.metrics[name].value for name in RATES},  # every group of this table has every rate
    )
