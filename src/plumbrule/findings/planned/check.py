"""`[[check]]`: an observation of a further test that will be judged, against a limit declared before the data are read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ConfigDict, with_config

from plumbrule.errors import AssessmentError

_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCheck:
    """One limit.

    `requirement` is one of the profile's; `observation` the id of what a further test of this plan measures
    (`duplicate_share:name&born`); `at_most`, `at_least` or both are plain numbers (0.05 is five per cent); `source` says
    where the limit comes from, or why it was chosen.
    """

    requirement: str
    observation: str
    source: str
    at_most: float | None = None
    at_least: float | None = None


def check_checks(checks: Sequence[PlannedCheck], name: str) -> None:
    """What types cannot say: each check has a limit that can be held, a source, and a subject of its own.

    Raises:
        AssessmentError: names the check.
    """
    seen: set[str] = set()
    for one in checks:
        limits = [limit for limit in (one.at_least, one.at_most) if limit is not None]
        rising = limits == sorted(limits) and all(map(math.isfinite, limits))
        if not limits or not rising or not one.source.strip() or one.observation in seen:
            fault = "is there twice" if one.observation in seen else "has no source" if limits and rising else "has no limit"
            raise AssessmentError(
                f"{name}: the check of {one.observation!r} {fault if not limits or rising else 'has limits that exclude all'}.",
                expected="at_most or at_least (or both, the lower one first), where the limit comes from, each observation once",
                cure="Add what is missing, or take the check out.",
            )
        seen.add(one.observation)
