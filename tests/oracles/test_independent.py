"""The published answers against a few lines of pandas, scipy and statsmodels: no line of the project's code runs here."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from oracles import independent

ANSWERS = yaml.safe_load((Path(__file__).resolve().parents[1] / "published" / "answers.yaml").read_text("utf-8"))
ROWS = {row["id"]: row for row in ANSWERS["answers"]}
METHODS = {"miettinen-nurminen": independent.miettinen_nurminen, "wald": independent.wald}

load = cache(independent.load)


def fraction(row: dict[str, Any], frame: pd.DataFrame, group: dict[str, str | None]) -> tuple[float, float]:
    """Numerator and denominator of the row's metric in one group (within the row's stratum)."""
    options = ANSWERS["tables"][row["table"]]["options"]
    columns = {name: options[name] for name in ("prediction", "label", "favourable", "count") if name in options}
    rows = independent.part(frame, group | row.get("stratum", {}))
    return independent.fractions(rows, **columns)[row.get("metric", "selection_rate")]


def compute(row: dict[str, Any], frame: pd.DataFrame) -> float | None:
    """The row's figure, None where nothing can be known."""
    if "cut" in row:
        column, _, edge = row["cut"].partition(":")
        side = "right" if edge.startswith(">") else "left"
        frame = frame.assign(**{column: independent.cut(frame[column], float(edge.lstrip(">")), closed=side)})
    if row["kind"] == "regression":
        factors = independent.FACTORS if row["factors"] == "textbook" else row["factors"]
        errors = {"robust": "HC3"}.get(row["part"], "nonrobust")
        found = independent.regression(frame, outcome="approve", indicator=row["indicator"], factors=factors, robust=errors)
        return found[{"value": 0, "rows": 2}.get(row["part"], 1)]
    if row["kind"] == "mantel-haenszel":
        sides = [row["group"], row["reference"]]
        strata = [
            (*fraction(row, part, sides[0]), *fraction(row, part, sides[1])) for _, part in frame.groupby(row["within_column"])
        ]
        return independent.mantel_haenszel_difference(strata)[0]
    top, bottom = fraction(row, frame, row["group"])
    if row["kind"] in {"n", "denominator", "rate", "unknown"}:
        return bottom if row["kind"] in {"n", "denominator"} else top / bottom if bottom else None
    pair = (top, bottom, *fraction(row, frame, row["reference"]))
    if row["kind"].startswith("primary"):
        level = 1 - (1 - row["confidence"]) / row["comparisons"]
        return METHODS[row["method"]](*pair, level)[row["kind"] == "primary-high"]
    rates = top / bottom, pair[2] / pair[3]
    return {"difference": rates[0] - rates[1], "ratio": rates[0] / rates[1], "z": independent.z_score(*pair)}[row["kind"]]


@pytest.mark.shared
@pytest.mark.parametrize("name", ROWS)
def test_answer_is_computed_again(name: str, shared: Path) -> None:
    """Each figure of answers.yaml follows from its file by the plain definition."""
    row = ROWS[name]
    found = compute(row, load(row["table"], shared))
    if row["kind"] == "unknown":
        assert found is None
    else:
        assert found == pytest.approx(row["value"], abs=row["within"] + 1e-12)


@pytest.mark.shared
@pytest.mark.parametrize("name", ANSWERS["tables"])
def test_tables_are_the_ones_counted(name: str, shared: Path) -> None:
    """The bytes have the digests written down, and the tables the rows."""
    table = ANSWERS["tables"][name]
    for file, digest in table["sha256"].items():
        content = independent.loanapp_bytes() if name == "loanapp" else (shared / "data" / "audit" / file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
    frame = load(name, shared)
    weights = pd.to_numeric(frame[table["options"]["count"]]) if "count" in table["options"] else pd.Series(1, index=frame.index)
    assert weights.sum() == table["rows"]


def test_statsmodels_is_no_oracle_for_differences() -> None:
    """The independent interval maximises the restricted likelihood; statsmodels' coefficient slips (its issue 10269)."""
    # Fagerland, Lydersen and Laake (2015), 7/34 against 1/34: 0.028 ... 0.34, without N/(N-1).
    low, high = independent.miettinen_nurminen(7, 34, 1, 34, 0.95, factor=False)
    assert (round(low, 3), round(high, 2)) == (0.028, 0.34)
