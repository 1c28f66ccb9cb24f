"""Answers: who was asked what in which language, and what can be said of each answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import TableError
from plumbrule.lab.families.languages.script import refuses, wrong_language, wrong_script

Floats = NDArray[np.float64]
METRICS = ("accuracy", "refusal_rate", "no_answer_rate", "wrong_script_rate", "wrong_language_rate")
"""What is compared, in this order; those that the answers do not let us know are left out."""

UNKNOWN = -1.0
"""In arrays of marks: nothing can be said of this answer."""

_MOST_CELLS = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: `correct` and `refused` from 0 to 1, None where unknown; `text` as it was said, `answered_in` if known."""

    item: str
    language: str
    correct: float | None = None
    refused: float | None = None
    text: str | None = None
    answered_in: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marks:
    """One metric: for each item and language the sum of the answers' marks, of their squares, and their number.

    Arrays of shape (items, languages); an answer whose mark is unknown is in none of them.
    """

    total: Floats
    square: Floats
    runs: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """All answers added up by item and language, one `Marks` a metric. `source` is the digest of what was read."""

    items: tuple[str, ...]
    languages: tuple[str, ...]
    marks: Mapping[str, Marks]
    asked: NDArray[np.int64]
    source: str = ""


def answers_of(answers: Sequence[Answer], *, texts: bool = True, source: str = "") -> Answers:
    """Add answers up. With `texts` an answer without a text counts as no answer.

    Raises:
        TableError: no answers, or more items and languages than fit.
    """
    if not answers:
        raise TableError("There are no answers.", expected="at least one", cure="Look at the input.")
    items, item = _codes([one.item for one in answers])
    languages, language = _codes([one.language for one in answers])
    if len(items) * len(languages) > _MOST_CELLS:
        raise TableError(
            f"{len(items)} items in {len(languages)} languages are too many.",
            expected=f"at most {_MOST_CELLS} together",
            cure="Compare fewer languages at a time.",
        )
    place = item * len(languages) + language
    shape = len(items), len(languages)
    marks = {name: _add(place, values, shape) for name, values in _marks(answers, texts=texts).items()}
    return Answers(
        items=items,
        languages=languages,
        marks={name: one for name, one in marks.items() if one.runs.any()},
        asked=np.bincount(place, minlength=shape[0] * shape[1]).astype(np.int64).reshape(shape),
        source=source,
    )


def _codes(values: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    names = sorted(set(values))
    code = {name: place for place, name in enumerate(names)}
    return tuple(names), np.array([code[value] for value in values], np.int64)


def _marks(answers: Sequence[Answer], *, texts: bool) -> dict[str, Floats]:
    found = {name: np.full(len(answers), UNKNOWN) for name in METRICS}
    seen: dict[tuple[str, str | None], tuple[float, float, float]] = {}
    for place, one in enumerate(answers):
        if one.correct is not None:
            found["accuracy"][place] = one.correct
        if texts:
            found["no_answer_rate"][place] = not (one.text or "").strip()
        if one.text and one.text.strip():
            key = one.language, one.text
            if key not in seen:
                seen[key] = _of_text(one.text, one.language)
            found["refusal_rate"][place], found["wrong_script_rate"][place], found["wrong_language_rate"][place] = seen[key]
        if one.refused is not None:
            found["refusal_rate"][place] = one.refused
        if one.answered_in:
            found["wrong_language_rate"][place] = _primary(one.answered_in) != _primary(one.language)
    return found


def _of_text(text: str, language: str) -> tuple[float, float, float]:
    refused, script, other = refuses(text, language), wrong_script(text, language), wrong_language(text, language)
    return tuple(UNKNOWN if one is None else float(one) for one in (refused, script, other))  # type: ignore[return-value]  # three of them


def _primary(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()


def _add(place: NDArray[np.int64], values: Floats, shape: tuple[int, int]) -> Marks:
    held = values >= 0
    where, kept, size = place[held], values[held], shape[0] * shape[1]
    return Marks(
        total=np.asarray(np.bincount(where, weights=kept, minlength=size), float).reshape(shape),
        square=np.asarray(np.bincount(where, weights=kept * kept, minlength=size), float).reshape(shape),
        runs=np.bincount(where, minlength=size).astype(np.int64).reshape(shape),
    )
