"""Values that a table should not hold, through the real command line: refused with a sentence, or counted as they are.

What stands in a column                                what happens
-----------------------------------------------------  ------------------------------------------------------------------
one decision for everybody                             rates of 0 or 1 with their intervals
one outcome for everybody                              the rates without a denominator are unknown, with the reason
one group for everybody, or none                       refused: nothing to compare
an infinity or 1e400 among scores, weights, counts,    refused, with line or row and value
or the numbers of a cut
weights or scores whose squares go beyond all floats   refused: too large
more people than whole numbers are exact (2^53)        refused
all weights zero                                       unknown, with the reason
weights so unequal that some squares round to nothing  counted, unknown or refused
dates as text, dates with a type                       groups as written; ISO 8601 where they have a type
dates as decisions, weights, scores                    refused, with the first of them
1, "1" and 1.0 in one column                           one group where the format has types; CSV keeps what is written
truth values among 0 and 1                             decisions
lists, structs, bytes                                  groups by their text
NUL, line breaks, escapes, very long texts             NUL is refused in CSV; the others are groups, and escapes do not
                                                       reach the terminal
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from running import Ran

Cli = Callable[..., Ran]
DECISIONS = ("--prediction", "hired", "--by", "sex")
LABELLED = (*DECISIONS, "--label", "label")
SCORED = (*LABELLED, "--score", "score")
WEIGHTED, COUNTED = ((*DECISIONS, option, "w") for option in ("--weight", "--count"))
CUT = ("--prediction", "hired", "--by", "age", "--cut", "age:30,50")
INFINITE = ["inf", "-inf", "Infinity", "1e400"]


def table(folder: Path, kind: str, column: str, value: Callable[[int, Any], Any]) -> Path:
    """Two hundred people; one column is made anew, from the place of a row and what stood there."""
    draw = random.Random(3)
    columns = {
        "sex": ["mw"[i % 2] for i in range(200)],
        "hired": [draw.randint(0, 1) for _ in range(200)],
        "label": [draw.randint(0, 1) for _ in range(200)],
        "score": [round(draw.random(), 3) for _ in range(200)],
        "w": [draw.choice([0.5, 1.5, 2.25]) for _ in range(200)],
        "age": [draw.randint(18, 80) for _ in range(200)],
    }
    frame = pd.DataFrame(columns | {column: [value(i, old) for i, old in enumerate(columns[column])]})
    file = folder / f"table.{kind}"
    {"csv": frame.to_csv, "xlsx": frame.to_excel}[kind](file, index=False) if kind != "parquet" else frame.to_parquet(file)
    return file


def constant(value: Any) -> Callable[[int, Any], Any]:
    """The same for everybody."""
    return lambda _, __: value


def once(value: Any, of: Callable[[Any], Any] = lambda old: old) -> Callable[[int, Any], Any]:
    """In the eighth row only."""
    return lambda i, old: value if i == 7 else of(old)


def among(*values: Any) -> Callable[[int, Any], Any]:
    """These in turn."""
    return lambda i, _: values[i % len(values)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("column", "value", "asked", "words"),
    [
        ("sex", constant("m"), DECISIONS, "one group only: m"),
        ("sex", constant(None), DECISIONS, "'sex'"),
        ("hired", constant("yes"), DECISIONS, "--favourable 'yes'"),
        ("hired", constant(None), DECISIONS, "'hired'"),
        ("hired", among("2024-01-01", "2024-02-01"), DECISIONS, "2024-01-01"),
        ("hired", once(float("-inf"), float), DECISIONS, "-inf"),
        ("w", once(1e308), WEIGHTED, "too large"),
        ("w", once(-0.5), WEIGHTED, "-0.5"),
        ("w", once(float("nan")), WEIGHTED, "without a weight"),
        ("w", constant("2024-01-01"), WEIGHTED, "2024-01-01"),
        ("w", once(2**62, lambda _: 1), COUNTED, "adds up to"),
        ("w", once(1e300, lambda _: 1), COUNTED, "adds up to"),
        ("w", constant(0), COUNTED, "'sex'"),
        ("w", once(1.5, lambda _: 1), COUNTED, "1.5"),
        ("score", constant(1e308), SCORED, "too large"),
        ("score", constant("2024-01-01"), SCORED, "2024-01-01"),
        ("score", once("high", str), SCORED, "high"),
        ("age", once("old", str), CUT, "old"),
        ("age", constant("2024-01-01"), CUT, "2024-01-01"),
        ("age", constant(33), CUT, "one group only"),
        ("age", constant(None), CUT, "'age'"),
        *[("score", once(value, str), SCORED, value) for value in INFINITE],
        *[("w", once(value, str), WEIGHTED, value) for value in INFINITE],
        *[("age", once(value, str), CUT, value) for value in INFINITE],
    ],
)
def test_refused_with_its_reason(
    kind: str, column: str, value: Callable[[int, Any], Any], asked: tuple[str, ...], words: str, tmp_path: Path, here: Cli
) -> None:
    """Exit 2, three parts, the value named, nothing on stdout."""
    ran = here("audit", table(tmp_path, kind, column, value), *asked, "--json")
    assert (ran.code, ran.stdout) == (2, ""), ran.stderr
    assert "Traceback" not in ran.stderr
    for part in ("Got:", "Expected:", "Cure:", words):
        assert part in ran.stderr, ran.stderr


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
@pytest.mark.parametrize(("column", "asked"), [("score", SCORED), ("w", WEIGHTED), ("w", COUNTED), ("age", CUT)])
def test_infinite_floats(column: str, asked: tuple[str, ...], value: float, tmp_path: Path, here: Cli) -> None:
    """Parquet holds true infinities: refused with the row."""
    ran = here("audit", table(tmp_path, "parquet", column, once(value, lambda _: 1.0)), *asked, "--json")
    assert ran.code == 2
    assert "row 8 holds" in ran.stderr
    assert str(value) in ran.stderr


@pytest.mark.parametrize(("prediction", "label"), [(0, None), (1, None), (None, 0), (None, 1), (0, 0), (1, 1), (0, 1)])
def test_constant_decisions_and_outcomes(prediction: int | None, label: int | None, tmp_path: Path, here: Cli) -> None:
    """Rates are 0 or 1 where they have a denominator and unknown, with the reason, where not; intervals are not points."""
    file = table(tmp_path, "csv", "sex", lambda _, old: old)
    frame = pd.read_csv(file)
    for column, value in (("hired", prediction), ("label", label)):
        if value is not None:
            frame[column] = value
    frame.to_csv(file, index=False)
    found = here("audit", file, *LABELLED, "--json").json()
    for one in found["groups"]:
        rates = one["metrics"]
        if prediction is not None:
            assert rates["selection_rate"]["value"] == prediction
            assert rates["selection_rate"]["low"] < rates["selection_rate"]["high"]
        if label is not None:
            assert rates["base_rate"]["value"] == label
            nobody = "false_positive_rate" if label else "true_positive_rate"
            assert rates[nobody]["state"] == "unknown"
            assert rates[nobody]["reason"]
    assert len({gap["state"] for gap in found["gaps"]}) >= 1
    assert all(gap["reason"] for gap in found["gaps"] if gap["state"] == "unknown")


@pytest.mark.parametrize("score", [0.5, 1e100, -3])
def test_scores_that_are_all_alike_or_large(score: float, tmp_path: Path, here: Cli) -> None:
    """One score for everybody tells nothing apart: counted, and no figure is NaN."""
    found = here("audit", table(tmp_path, "csv", "score", constant(score)), *SCORED, "--json").json()
    assert found["groups"][0]["metrics"]["mean_prediction"]["value"] == pytest.approx(score, rel=1e-12)


def test_weights_that_are_all_zero(tmp_path: Path, here: Cli) -> None:
    """Nobody counts: unknown with that reason."""
    found = here("audit", table(tmp_path, "csv", "w", constant("0.0")), *WEIGHTED, "--json").json()
    assert {one["metrics"]["selection_rate"]["reason"] for one in found["groups"]} == {"every weight is zero"}


@pytest.mark.parametrize("options", [(*SCORED, "--cluster", "age"), ("--prediction", "score", "--by", "sex", "--numeric")])
@pytest.mark.parametrize("smallest", [1e-5, 1e-12, 1e-200])
def test_weights_of_very_different_size(options: tuple[str, ...], smallest: float, tmp_path: Path, here: Cli) -> None:
    """One group of the two weighs next to nothing: an answer in JSON, or a refusal, and never a number beyond all numbers."""

    def weight(i: int, row: Any) -> float:
        return smallest * (1 + i % 7) if i % 2 else 1e10 + 0.5

    found = here("audit", table(tmp_path, "csv", "w", weight), *options, "--weight", "w", "--json", "--min-n", "1")
    assert "Traceback" not in found.stderr
    assert found.json()["rows"] == 200 if found.code == 0 else "one group only" in found.stderr


@pytest.mark.parametrize(
    ("kind", "values", "groups"),
    [
        ("csv", (1, "1", 1.0, "m"), {"1", "1.0", "m"}),
        ("xlsx", (1, "1", 1.0, "m"), {"1", "m"}),
        ("csv", ("2024-01-02", "02/01/2024"), {"2024-01-02", "02/01/2024"}),
        ("csv", (dt.date(2024, 1, 2), dt.date(2024, 3, 4)), {"2024-01-02", "2024-03-04"}),
        ("parquet", (dt.date(2024, 1, 2), dt.date(2024, 3, 4)), {"2024-01-02", "2024-03-04"}),
        ("parquet", (1.0, float("inf")), {"1", "inf"}),
        ("parquet", ([1, 0], [1, 1]), {"[1, 0]", "[1, 1]"}),
        ("parquet", ("a\0b", "a"), {"a\0b", "a"}),
        ("csv", ("a\nb", "a"), {"a\nb", "a"}),
        ("xlsx", ("a\nb", "a"), {"a\nb", "a"}),
        ("parquet", ("x" * 200_000, "a"), {"x" * 200_000, "a"}),
    ],
)
def test_groups_as_they_are_written(kind: str, values: tuple[Any, ...], groups: set[str], tmp_path: Path, here: Cli) -> None:
    """Mixed types, dates, lists, line breaks and long texts are groups; rows are counted once each."""
    found = here("audit", table(tmp_path, kind, "sex", among(*values)), *DECISIONS, "--json").json()
    assert {one["by"]["sex"] for one in found["groups"]} == groups
    assert sum(one["n"] for one in found["groups"]) == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("values", [(True, 0, "1", "false"), (np.float64(1), "0", 1, False), ("TRUE", "FALSE", "0", "1")])
def test_decisions_of_mixed_types(kind: str, values: tuple[Any, ...], tmp_path: Path, here: Cli) -> None:
    """Truth values, numbers and their text stand for the same decisions."""
    ran = here("audit", table(tmp_path, kind, "hired", among(*values)), *DECISIONS, "--json")
    assert sum(one["n"] * one["metrics"]["selection_rate"]["value"] for one in ran.json()["groups"]) == pytest.approx(100)


def test_escapes_do_not_reach_the_terminal(tmp_path: Path, here: Cli) -> None:
    """A group that would recolour the screen, or speak rich's markup, is shown without its power."""
    evil = "\x1b[31mred\x1b]0;title\x07[bold]x[/bold]"
    ran = here("audit", table(tmp_path, "parquet", "sex", among(evil, "m")), *DECISIONS)
    assert ran.code == 0, ran.stderr
    assert "\x1b" not in ran.stdout
    assert "\x07" not in ran.stdout
    ran = here("audit", table(tmp_path, "parquet", "hired", among(evil, "m", "n")), *DECISIONS)
    assert ran.code == 2
    assert "\x1b" not in ran.stderr
