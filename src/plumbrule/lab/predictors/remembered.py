"""A model that is asked once and listened to twice: the same questions in the same order get the same answers.

A test whose observations are judged is run once to be shown and once at the level of the plan's checks. Both must rest
on the same answers, also those of a model that rolls dice; and a slow service should not be asked again.

>>> import numpy as np
>>> class Dice:
...     def predict(self, columns):
...         print("asked")
...         return np.random.default_rng().random(2)
>>> held = Answers()
>>> first = Remembered(Dice(), held).predict({"x": np.array([1.0, 2.0])})
asked
>>> again = Remembered(Dice(), held).predict({"x": np.array([1.0, 2.0])})
>>> bool((first == again).all())
True
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import InputError
from plumbrule.lab.predictors.predictor import Predictor
from plumbrule.lab.predictors.wire import Column, is_number


@dataclass(slots=True)
class Answers:
    """What a model answered, question by question: the digest of what it was asked, and its scores or its refusal."""

    said: list[tuple[bytes, NDArray[np.float64] | InputError]] = field(default_factory=list)


class Remembered:
    """A predictor in front of another one. A question that is not the one of the first time is asked, and all after it."""

    def __init__(self, predictor: Predictor, answers: Answers) -> None:
        self._predictor, self._answers, self._place = predictor, answers, 0

    def predict(self, columns: Mapping[str, Column]) -> NDArray[np.float64]:
        """As the model answers, or answered."""
        asked, said = _digest(columns), self._answers.said
        if self._place < len(said) and said[self._place][0] != asked:
            del said[self._place :]
        if self._place == len(said):
            said.append((asked, self._ask(columns)))
        answer = said[self._place][1]
        self._place += 1
        if isinstance(answer, InputError):
            raise answer
        return answer.copy()

    def _ask(self, columns: Mapping[str, Column]) -> NDArray[np.float64] | InputError:
        try:
            return np.array(self._predictor.predict(columns))
        except InputError as refusal:  # a trial may go on without this answer, and must find it refused again
            return refusal


def _digest(columns: Mapping[str, Column]) -> bytes:
    """Of names, kinds and values."""
    found = hashlib.blake2b()
    for name, column in columns.items():
        words = not is_number(column)
        values = "\x1f".join("-" if one is None else f"={one}" for one in column).encode() if words else column.tobytes()
        found.update(f"{name}\x1e{words}\x1e{len(column)}\x1e{len(values)}\x1e".encode())
        found.update(values)
    return found.digest()
