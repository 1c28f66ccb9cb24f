"""Why something is not a value: for a person, in words that can be translated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as filled

from plumbrule.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why something is not a value. `got`, `expected` and `cure` are message ids; `slots` fills their places.

    `row` counts from 1; 0 when the field has no rows.
    """

    got: str
    expected: str
    cure: str
    field: str = ""
    row: int = 0
    column: str = ""
    slots: Mapping[str, str] = filled(default_factory=dict)

    def error(self) -> InputError:
        """The same as an error, in English."""
        place = self.field + (f", row {self.row}" if self.row else "") + (f", {self.column}" if self.column else "")
        said = self.got.format(**self.slots)
        return InputError(
            f"{place}: {said}" if place else said,
            expected=self.expected.format(**self.slots),
            cure=self.cure.format(**self.slots),
        )


class UnfitError(ValueError):
    """Carries a problem from where it was found to the field that it is about."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.got)
        self.problem = problem


def unfit(got: str, expected: str, cure: str, **slots: str) -> UnfitError:
    """A problem to raise; the place is filled in on the way."""
    return UnfitError(Problem(got=got, expected=expected, cure=cure, slots=slots))
