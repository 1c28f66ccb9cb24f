"""What was measured or seen: values with their uncertainty, and no verdict.

An estimate is one of three things and never a number that pretends:

- `Known`: a value with its interval, sample size and method;
- `Unknown`: no value can be had, with the reason;
- `Stated`: somebody declared it, nobody tested it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Group = Mapping[str, str | None]
"""Who is looked at: attribute name to value, `{"race": "black"}`; None is a missing value; empty means everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A value with its interval.

    Rates, differences and ratios are plain numbers (0.05 is five points). `n` counts rows (people, with `--count`)
    behind the value. `method` names the interval: "wilson", "miettinen-nurminen", ...
    """

    value: float
    low: float
    high: float
    n: int
    method: str
    state: Literal["known"] = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """No value can be had from these data; `reason` is an English message id that the report translates."""

    reason: str
    n: int = 0
    state: Literal["unknown"] = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A declared fact, known by examination of what somebody wrote and not by test.

    `holds` is what was declared (True: yes, False: no); `source` says where it stands; `stated_by` who declared it.
    """

    holds: bool
    text: str
    stated_by: str
    source: str = ""
    state: Literal["stated"] = "stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The interval from which a verdict is read, where it is not the one shown: of the same level, with guaranteed coverage.

    `method` names how it was made.
    """

    low: float
    high: float
    method: str


Estimate = Known | Unknown
Measure = Literal["rate", "difference", "ratio", "share", "count", "number", "fact"]
"""`number` is a value on a scale of its own: a distance, a correlation, a mean change of the score."""
Family = Literal["primary", "exploratory", "declared"]
Test = Literal["outcomes", "scores", "criteria", "data-set", "privacy", "robustness", "explanation", "languages", "watch"]
"""Which of the lab's families of tests an observation comes from; declared facts about the system count as outcomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One measured or seen fact about a subject (OSCAL: observation).

    `id` is stable inside an assessment (`selection_rate:race=black~white:difference`). A `difference` is group minus
    reference, a `ratio` group over reference. `confidence` is the level of the interval; for the primary family it
    holds for all `comparisons` together. `bounds` is where the value could lie if the rows whose attribute is unknown
    all counted one way or the other; it is None when no row is unknown. `judged` is the interval that a verdict is read
    from; None where that is the estimate's own.
    """

    id: str
    means: Literal["test", "examination"]
    metric: str
    measure: Measure
    estimate: Known | Unknown | Stated
    group: Group
    reference: Group | None = None
    family: Family
    confidence: float = 0.95
    comparisons: int = 1
    bounds: tuple[float, float] | None = None
    inputs: tuple[str, ...] = ()
    test: Test = "outcomes"
    judged: Judged | None = None
