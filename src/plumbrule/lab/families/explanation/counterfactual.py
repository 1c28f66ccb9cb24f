"""Explanation, the nearest counterfactual: what would have had to be otherwise for the decision to be the other one.

Only values that other rows hold are tried, in the columns and directions that may change. First a beam search finds
some answer; then all combinations are tried in the order of their cost until one turns the decision, nothing cheaper
than the best is left, or the budget is spent. So an answer says whether it is the nearest, and no answer says why.
(Wachter, Mittelstadt and Russell, Harvard J. of Law & Technology 31, 2018: the question, and distances in median
absolute deviations; Ustun, Spangher and Liu, FAT* 2019: what a person can act on.)

>>> from plumbrule.lab.families.robustness.trials import look
>>> from plumbrule.lab.predictors.predictor import Inputs
>>> class Bank:
...     def predict(self, columns):
...         return (columns["income"] - 2 * columns["debts"] >= 50).astype(float)
>>> people = Inputs.of({"income": [30, 40, 50, 60], "debts": [5, 0, 10, 20]})
>>> found = nearest(look(Bank(), people), 2, Rules(directions={"income": "up"}))
>>> [(one.column, one.before, one.after) for one in found.changes], found.nearest
([('debts', 10.0, 0.0)], True)
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from plumbrule.base.messages import message
from plumbrule.errors import InputError
from plumbrule.lab.families.robustness.trials import Baseline, Floats
from plumbrule.lab.predictors.inputs import Inputs, missing
from plumbrule.lab.predictors.predictor import score
from plumbrule.lab.predictors.wire import Column, is_number

NONE_EXISTS = message("no combination of the values looked at turns the decision")
OUT_OF_BUDGET = message("none was found within the budget of questions")
_MAD = 1.482602218505602  # makes the median absolute deviation a standard deviation where values are normal
_WIDTH = 8
_AT_ONCE = 500
_DIGITS = 9  # costs that agree so far are equal, and ties go by fewer columns, then by the order of columns and values

State = tuple[int, ...]
"""For each column that may change the place of its new value among the candidates; 0: as it is."""

Rank = tuple[float, int, tuple[tuple[int, int], ...]]
"""Cost, how many columns, and which with which values: states are tried, and ties broken, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may change. `immutable` columns never do (where somebody was born); a column with a direction only rises or falls.

    `most_changes` columns at once; `values` at most for each column (quantiles of a number, the most frequent words).
    A number costs its distance in median absolute deviations (standard deviations where that is zero), a word 1, a
    value that was missing 1; `weights` multiply the cost of a column that is harder to change.
    """

    immutable: tuple[str, ...] = ()
    directions: Mapping[str, Literal["up", "down"]] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    most_changes: int = 3
    values: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One column of a counterfactual."""

    column: str
    before: float | str | None
    after: float | str | None
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual:
    """A row as it would have had to be. `nearest`: nothing cheaper exists among the values looked at.

    `row` is its number in the table; everything up to a cost of `searched` was tried; `questions` were asked.
    """

    row: int
    changes: tuple[Changed, ...]
    cost: float
    score: float
    nearest: bool
    searched: float
    questions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCounterfactual:
    """None was found: `reason` says whether none exists among the values looked at, or the budget was spent."""

    row: int
    reason: str
    searched: float
    questions: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Choice:
    """The candidates of one column, the value as it is first, then by rising cost; costs of the same shape."""

    column: str
    values: Column
    costs: Floats


def nearest(base: Baseline, place: int, rules: Rules, *, budget: int = 20_000) -> Counterfactual | NoCounterfactual:
    """The nearest counterfactual of one row (`place` from 0), by at most `budget` questions.

    Raises:
        InputError: rules for columns that the predictor does not get, or that make no sense; the predictor fails.
    """
    _check(base.inputs, rules)
    choices = [one for name in base.inputs if len((one := _choice(base.inputs, name, place, rules)).costs) > 1]
    asked = _Asked(base, place, choices, budget)
    bound = min((asked.cost(state) for state in _beam(asked, rules)), default=np.inf)
    searched, found = 0.0, None
    exhausted = False
    for states in _by_cost(asked, rules, bound):
        turned, room = asked.ask(states)
        found = next((state for state in states[:room] if turned[state]), None)
        searched = asked.cost(found or states[room - 1]) if room else searched
        if found or room < len(states):
            break
    else:
        exhausted = True
    best = found or min(asked.turned, key=asked.rank, default=None)
    row = int(base.inputs.numbers[place])
    if best is None:
        return NoCounterfactual(
            row=row, reason=NONE_EXISTS if exhausted else OUT_OF_BUDGET, searched=searched, questions=asked.questions
        )
    return Counterfactual(
        row=row,
        changes=asked.changes(best),
        cost=asked.cost(best),
        score=asked.scores[best],
        nearest=found is not None,
        searched=searched,
        questions=asked.questions,
    )


def _check(inputs: Inputs, rules: Rules) -> None:
    inputs.require(*rules.immutable, *rules.weights)
    inputs.require(*rules.directions, numeric=True)
    if rules.most_changes < 1 or rules.values < 1 or any(weight <= 0 for weight in rules.weights.values()):
        raise InputError(
            "The rules for counterfactuals leave nothing to change, or make a change free.",
            expected="at least one change, one value, and weights above zero",
            cure="Correct them; name a column as immutable to leave it alone.",
        )


def _choice(inputs: Inputs, name: str, place: int, rules: Rules) -> _Choice:
    """What the column of this row may become."""
    column = inputs[name]
    own, held = column[place], column[~missing(column)]
    if name in rules.immutable:
        held = held[:0]
    values, costs = (
        _numbers(own, held, rules.values, rules.directions.get(name)) if is_number(column) else _words(own, held, rules.values)
    )
    order = np.argsort(costs, kind="stable")
    costs = np.round(costs[order] * rules.weights.get(name, 1.0), _DIGITS)
    return _Choice(column=name, values=np.concatenate([column[[place]], values[order]]), costs=np.concatenate([[0.0], costs]))


def _numbers(own: float, held: Column, most: int, direction: str | None) -> tuple[Column, Floats]:
    spread = 1.0
    if len(held):
        spread = _MAD * float(np.median(np.abs(held - np.median(held)))) or float(held.std()) or 1.0
    values = np.unique(held)
    if direction:
        values = values[values > own] if direction == "up" else values[values < own]
    values = values[values != own]
    if len(values) > most:
        values = np.unique(np.quantile(values, np.linspace(0, 1, most), method="nearest"))
    if np.isnan(own):
        return values, np.ones(len(values))
    return values, np.abs(values - own) / spread


def _words(own: str | None, held: Column, most: int) -> tuple[Column, Floats]:
    names, counts = np.unique(held.astype(str), return_counts=True)
    order = sorted(range(len(names)), key=lambda i: (-int(counts[i]), str(names[i])))
    chosen = [str(names[i]) for i in order if names[i] != own][:most]
    return np.array(chosen, object), np.ones(len(chosen))


class _Asked:
    """What was asked about one row so far: the score of each state, and those that turn the decision."""

    def __init__(self, base: Baseline, place: int, choices: list[_Choice], budget: int) -> None:
        self._base, self._place, self.choices, self._budget = base, place, choices, budget
        self._yes = bool(base.yes(base.scores)[place])
        self.scores: dict[State, float] = {}
        self.turned: dict[State, bool] = {}

    @property
    def questions(self) -> int:
        return len(self.scores)

    def cost(self, state: State) -> float:
        """The sum over the columns, always in the same order."""
        return round(float(sum(choice.costs[i] for choice, i in zip(self.choices, state, strict=True))), _DIGITS)

    def rank(self, state: State) -> Rank:
        """What comes first: cheaper, then fewer columns, then earlier columns, then earlier values."""
        changed = tuple((j, i) for j, i in enumerate(state) if i)
        return self.cost(state), len(changed), changed

    def ask(self, states: list[State], share: float = 1.0) -> tuple[dict[State, bool], int]:
        """Ask about states not asked before; which of the first `room` turn the decision, and how many had room in the budget."""
        room = len(states)
        fresh: list[State] = []
        for place, state in enumerate(states):
            if state not in self.scores:
                if self.questions + len(fresh) >= self._budget * share:
                    room = place
                    break
                fresh.append(state)
        if fresh:
            row = self._base.inputs.take(np.full(len(fresh), self._place))
            places = np.array(fresh)
            changed = {choice.column: choice.values[places[:, j]] for j, choice in enumerate(self.choices)}
            scores = score(self._base.predictor, row.replaced(changed))
            self.scores |= dict(zip(fresh, map(float, scores), strict=True))
            yes = self._base.yes(scores)
            self.turned |= {state: True for state, now in zip(fresh, yes, strict=True) if bool(now) != self._yes}
        return {state: state in self.turned for state in states[:room]}, room

    def changes(self, state: State) -> tuple[Changed, ...]:
        """A state in words."""
        return tuple(
            Changed(
                column=choice.column,
                before=_plain(choice.values[0]),
                after=_plain(choice.values[i]),
                cost=float(choice.costs[i]),
            )
            for choice, i in zip(self.choices, state, strict=True)
            if i
        )

    def promise(self, state: State) -> float:
        """How far the score has come towards the other decision."""
        return -self.scores[state] if self._yes else self.scores[state]


def _beam(asked: _Asked, rules: Rules) -> list[State]:
    """Some states that turn the decision: the best few grow by one column at a time. Takes half of the budget at most."""
    level: list[State] = [(0,) * len(asked.choices)]
    for _ in range(min(rules.most_changes, len(asked.choices))):
        grown = sorted({child for state in level for child in _changed(asked, state)}, key=asked.rank)
        _, room = asked.ask(grown, share=0.5)
        if asked.turned:
            return list(asked.turned)
        level = sorted(grown[:room], key=lambda state: (-asked.promise(state), asked.rank(state)))[:_WIDTH]
    return []


def _changed(asked: _Asked, state: State) -> Iterator[State]:
    """Every state with one more column changed."""
    for j, choice in enumerate(asked.choices):
        if not state[j]:
            for i in range(1, len(choice.costs)):
                yield (*state[:j], i, *state[j + 1 :])


def _by_cost(asked: _Asked, rules: Rules, bound: float) -> Iterator[list[State]]:
    """All states up to the cost of the bound, cheapest first, in lists; each state is reached on one way only."""
    start: State = (0,) * len(asked.choices)
    heap: list[tuple[Rank, State, int]] = [(asked.rank(start), start, 0)]
    ready: list[State] = []
    while heap:
        (_, changed, _), state, last = heapq.heappop(heap)
        if changed:
            ready.append(state)
        if len(ready) == _AT_ONCE:
            yield ready
            ready = []
        for child, at in _next(asked, rules, state, last, changed):
            if asked.cost(child) <= bound:
                heapq.heappush(heap, (asked.rank(child), child, at))
    if ready:
        yield ready


def _next(asked: _Asked, rules: Rules, state: State, last: int, changed: int) -> Iterator[tuple[State, int]]:
    """The dearer neighbours: the next value in the last changed column, the first value in a later column."""
    for j in range(last, len(state)):
        if state[j] + 1 < len(asked.choices[j].costs) and (state[j] or changed < rules.most_changes):
            yield (*state[:j], state[j] + 1, *state[j + 1 :]), j


def _plain(value: object) -> float | str | None:
    if isinstance(value, float):
        return None if np.isnan(value) else float(value)
    return None if value is None else str(value)
