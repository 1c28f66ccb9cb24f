"""What a further test is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from plumbrule import lab
from plumbrule.base.observation import Observation
from plumbrule.errors import AssessmentError
from plumbrule.findings.model import Material
from plumbrule.findings.plan import Plan
from plumbrule.lab.predictors.remembered import Answers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """Where a further test looks.

    `folder` is where the plan is and its files are. `table` is the open decision table and `decisions` its parts, both
    None where the plan names no data. `references` holds the reference group of each attribute that is compared.

    A test is run to be shown; and once more to be judged, where the plan names one of its observations in a `[[check]]`.
    `judged_at` is then the level that each interval must have by itself, with guaranteed coverage where there is such a
    form. A test hands `confidence`, `comparisons` and `guaranteed` on to its function; `named` are the ids of what is
    judged, for a test in which only those are worth the effort. `answers` is what a model said the first time.
    """

    plan: Plan
    folder: Path
    table: lab.Table | None
    decisions: lab.Decisions | None
    references: Mapping[str, str] = field(default_factory=dict)
    judged_at: float | None = None
    named: frozenset[str] = frozenset()
    answers: Answers = field(default_factory=Answers)

    @property
    def confidence(self) -> float:
        """The level of the intervals."""
        if self.judged_at is not None:
            return self.judged_at
        return self.plan.decisions.confidence if self.plan.decisions else 0.95

    @property
    def comparisons(self) -> int | None:
        """The size of the family that the level holds for: one where observations are judged, else the test's own (None)."""
        return None if self.judged_at is None else 1

    @property
    def guaranteed(self) -> bool:
        """Whether coverage must never be below the level: where observations are judged."""
        return self.judged_at is not None

    def need_table(self, key: str) -> tuple[lab.Table, lab.Decisions]:
        """The decision table and its parts.

        Raises:
            AssessmentError: the plan asks for `key`, which needs a table, and names none.
        """
        if self.table is None or self.decisions is None:
            raise AssessmentError(
                f"The plan asks for {key}, and names no data.",
                expected="[data] and [decisions], whose rows this test looks at",
                cure=f"Add them, or take out {key}.",
            )
        return self.table, self.decisions

    def file(self, name: str, key: str) -> Path:
        """A file beside the plan.

        Raises:
            AssessmentError: it is not there.
        """
        found = self.folder / name
        if not found.is_file():
            raise AssessmentError(
                f"{key} names the file {name!r}, which is not there.", expected="a file beside the plan", cure="Check the path."
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a test gave: observations, and the files it read, by digest."""

    observations: tuple[Observation, ...] = ()
    materials: tuple[Material, ...] = ()

    def __add__(self, other: Ran) -> Ran:
        """Both together."""
        return Ran(observations=self.observations + other.observations, materials=self.materials + other.materials)
