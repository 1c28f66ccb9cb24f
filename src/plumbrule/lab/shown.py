"""What an assessment shows to others: nothing that rests on fewer than five people, as far as one group's lines tell.

A published rate of two people is about two people. So is the difference between their rate and one that stands beside
it; and where four figures of one small table are given, the fifth follows. Hidden are therefore

- a rate, share or area of one to four people;
- with a rate that needs labels and decisions all such rates of the same group: from its share of yes, its share of
  positive labels and any of them the hidden one could be worked out; and its area under the curve;
- the whole calibration curve of a group, where one point of it is hidden;
- a gap, a criterion or an adjusted gap one side of which is hidden.

This does not stop somebody who adds up several groups and subtracts (docs/decisions/0104). Cells that are saved for
publication do stop that (`exchange.disclosure`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from plumbrule.base.messages import message
from plumbrule.base.observation import Group, Known, Observation, Unknown
from plumbrule.lab.metrics import METRICS
from plumbrule.lab.model import Adjustment

FEWEST_SHOWN = 5
"""People a figure must speak of to be shown to others (the default of the disclosure rule, docs/concepts/cells.md)."""

FEW_PEOPLE = message("fewer than five people: not shown")
MARGINS = frozenset({"selection_rate", "base_rate"})
"""Shares of everybody in a group; each of the other rates looks at labels and decisions together."""
INSIDE = frozenset(METRICS) - MARGINS
_ALWAYS, _OF_GROUPS = ("outcomes", "scores"), ("data-set", "robustness", "explanation", "watch")
"""Tests whose sample sizes are people: always, and where a group is looked at. Items, texts and runs are nobody."""
_Hidden = set[tuple[str, str, frozenset[tuple[str, str | None]]]]
"""Metric, what was done or looked at, and of whom."""


def is_few(people: int) -> bool:
    """Whether somebody is in it, and fewer people than may be shown.

    >>> [people for people in range(7) if is_few(people)]
    [1, 2, 3, 4]
    """
    return 0 < people < FEWEST_SHOWN


def shown(
    observations: Iterable[Observation], adjustments: Iterable[Adjustment] = ()
) -> tuple[tuple[Observation, ...], tuple[Adjustment, ...]]:
    """The same in the same order; what tells of fewer than `FEWEST_SHOWN` people is unknown, with that reason."""
    alone = [_hide(one) if _is_small(one) else one for one in observations]
    hidden: _Hidden = {
        (one.metric, _detail(one), frozenset(one.group.items())) for one in alone if one.reference is None and _is_hidden(one)
    }
    inside = {group for name, detail, group in hidden if name in INSIDE and not detail}
    hidden |= {(metric, "", group) for group in inside for metric in (*INSIDE, "auc")}
    return (
        tuple(_hide(one) if _tells(one, hidden) else one for one in alone),
        tuple(_hide_adjusted(one) if _reaches(one.metric, "", one.group, one.reference, hidden) else one for one in adjustments),
    )


def _is_small(one: Observation) -> bool:
    """Whether its own sample is too small."""
    people = one.test in _ALWAYS or (one.test in _OF_GROUPS and bool(one.group))
    figure = one.reference is None and one.measure in ("rate", "share", "number")
    return people and figure and isinstance(one.estimate, Known) and is_few(one.estimate.n)


def _tells(one: Observation, hidden: _Hidden) -> bool:
    """Whether something hidden is read off it, or off it and its neighbours."""
    if one.test not in (*_ALWAYS, *_OF_GROUPS, "criteria") or _is_hidden(one):
        return False
    if one.test != "criteria":
        return _reaches(one.metric, _detail(one), one.group, one.reference, hidden)
    inside = not one.metric.startswith("demographic_parity")
    return _reaches("accuracy" if inside else "selection_rate", "", one.group, one.reference, hidden)


def _reaches(metric: str, detail: str, group: Group, reference: Group | None, hidden: _Hidden) -> bool:
    sides = (group, reference) if reference is not None else (group,)
    return any((metric, detail, frozenset(side.items())) in hidden for side in sides)


def _detail(one: Observation) -> str:
    """The part of an id that says what was done or looked at (a trial, a window); none where a group is all there is.

    A rate and the gap that it is one side of have the same: `flip_rate:missing=income@sex=women` and
    `flip_rate:missing=income@sex=women~men:difference`.
    """
    if one.test in _ALWAYS:
        return ""
    group = "&".join(f"{name}={'' if value is None else value}" for name, value in one.group.items())
    reference = "&".join(str(value) for value in (one.reference or {}).values())
    rest = one.id.removeprefix(f"{one.metric}:").replace(f":{one.measure}", "", 1)
    return rest.replace(f"{group}~{reference}" if reference else group, "", 1)


def _is_hidden(one: Observation) -> bool:
    return isinstance(one.estimate, Unknown) and one.estimate.reason == FEW_PEOPLE


def _hide(one: Observation) -> Observation:
    return replace(one, estimate=Unknown(reason=FEW_PEOPLE), judged=None, bounds=None)


def _hide_adjusted(one: Adjustment) -> Adjustment:
    nothing = Unknown(reason=FEW_PEOPLE)
    return replace(one, raw=nothing, raw_same_rows=nothing, adjusted=nothing, reversed=False)
