"""Reading the JSON object of `plumbrule audit --json`, and writing the options that make it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

METRICS = [
    *("selection_rate", "true_positive_rate", "false_positive_rate", "false_negative_rate", "true_negative_rate"),
    *("precision", "false_discovery_rate", "false_omission_rate", "accuracy", "base_rate"),
]


def group_of(found: Mapping[str, Any], group: Mapping[str, str | None]) -> Any:
    """The one entry of `groups` for this group; everybody for an empty one."""
    if not group:
        return found["overall"]
    (only,) = [one for one in found["groups"] if one["by"] == group]
    return only


def gap_of(found: Mapping[str, Any], metric: str, group: Mapping[str, Any], reference: Mapping[str, Any], kind: str) -> Any:
    """The one entry of `gaps` for this comparison."""
    wanted = {"metric": metric, "group": group, "reference": reference, "kind": kind}
    (only,) = [one for one in found["gaps"] if {name: one[name] for name in wanted} == wanted]
    return only


def joined(names: tuple[str, ...] | list[str]) -> str:
    """Column names as the command line takes them: a comma between, quotes around a name that holds one."""
    return ",".join('"' + name.replace('"', '""') + '"' if set(name) & {",", '"'} else name for name in names)


def arguments(options: Mapping[str, Any]) -> list[str]:
    """The options of an audit as the command line takes them."""
    found = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if name in {"by", "within", "columns"}:
            found += [flag, joined(value)]
        elif name == "reference":
            for column, group in value.items():
                found += [flag, f"{column}={group}"]
        elif name in {"cut", "missing"}:
            for one in value:
                found += [flag, one]
        else:
            found += [flag, str(value)]
    return found


def write_csv(frame: pd.DataFrame, path: Path) -> Path:
    """A frame of text as CSV: a missing value is an empty cell, and an empty text is not possible."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(frame.columns)
        writer.writerows([["" if value is None else value for value in row] for row in frame.itertuples(index=False)])
    return path


def numbers(value: Any) -> Iterator[float]:
    """Every number in a JSON value."""
    if isinstance(value, dict):
        for one in value.values():
            yield from numbers(one)
    elif isinstance(value, list):
        for one in value:
            yield from numbers(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value
