"""Extraction: do a model's outputs repeat the texts it was trained on, word for word?

For each output the longest run of words that also stands somewhere in the corpus is found, exactly. The outputs are
held in memory (as a suffix automaton); the corpus streams past once and may be of any size.

>>> found = extraction(["she said that the quick brown fox ran off"], ["The quick brown fox jumps over."], lengths=(3,))
>>> found.longest, found.shares[0].share.value
((3,), 1.0)
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Known, Measure, Observation, Unknown
from plumbrule.errors import InputError, LimitError
from plumbrule.lab.families.languages.paired import paired_interval
from plumbrule.lab.inference import intervals

Unit = Literal["words", "signs"]
LENGTHS = (20, 50)
MOST_UNITS = 1_000_000
"""Outputs with more words (or signs) than this together are refused: the automaton takes a kilobyte for each, at worst."""
NO_OUTPUTS = message("there is no output as long as this")
NO_CONTROL = message("no control texts were given")
# Scripts without blanks between words, of which each sign counts as a word: kana, Chinese, Thai and Lao, Burmese, Khmer.
_NO_BLANKS = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_WORDS = re.compile(rf"[{_NO_BLANKS}]|[^\W{_NO_BLANKS}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """The share of outputs (of those at least as long) that repeat `length` words or more of the corpus in one run.

    `control` is the same against texts that the model was not trained on, `beyond` the difference, by output.
    """

    length: int
    share: Estimate
    control: Estimate
    beyond: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """The longest run of each output that stands in the corpus (`longest`) and in the control texts (`control`)."""

    unit: Unit
    longest: tuple[int, ...]
    control: tuple[int, ...]
    sizes: tuple[int, ...]
    corpus_size: int
    control_size: int
    shares: tuple[Repeated, ...]
    confidence: float
    comparisons: int


def extraction(
    outputs: Sequence[str],
    corpus: Iterable[str],
    *,
    control: Iterable[str] | None = None,
    lengths: Sequence[int] = LENGTHS,
    unit: Unit = "words",
    confidence: float = 0.95,
    comparisons: int | None = None,
    guaranteed: bool = False,
) -> Extraction:
    """Find the longest run of every output in the corpus.

    Verbatim repetition as in Carlini and others 2023 (International Conference on Learning Representations), who count
    50 tokens. Texts are compared in Unicode's composed form (NFC), words by their letters and digits alone.

    Args:
        outputs: what the model gave out; one text each.
        corpus: the training texts, one after the other; read once.
        control: texts of the same kind and about as many, that were not trained on. Common phrases stand in both.
        lengths: runs of how many words count as repeated.
        unit: "words", or "signs" to compare sign by sign (blanks left out).
        confidence: of all shares together, and of all differences together.
        comparisons: size of the family; the lengths when left out.
        guaranteed: an interval of the difference that is never below its level with fewer than 100 outputs.

    Raises:
        InputError: a length is under 1.
        LimitError: the outputs are too long together.
    """
    if not lengths or min(lengths) < 1:
        raise InputError(
            f"The lengths are {', '.join(map(str, lengths)) or 'none'}.", expected="1 or more", cure="Give a length such as 50."
        )
    split = [_units(text, unit) for text in outputs]
    automaton = _Automaton(split)
    found, size = automaton.longest(_units(text, unit) for text in corpus)
    held, control_size = automaton.longest(_units(text, unit) for text in control) if control is not None else (None, 0)
    sizes = tuple(len(one) for one in split)
    family = comparisons or len(lengths)
    level = 1 - (1 - confidence) / family
    return Extraction(
        unit=unit,
        longest=tuple(found),
        control=tuple(held or ()),
        sizes=sizes,
        corpus_size=size,
        control_size=control_size,
        shares=tuple(_repeated(length, sizes, found, held, level, guaranteed=guaranteed) for length in lengths),
        confidence=confidence,
        comparisons=family,
    )


def _units(text: str, unit: Unit) -> list[str]:
    plain = unicodedata.normalize("NFC", text)
    return _WORDS.findall(plain) if unit == "words" else [sign for sign in plain if not sign.isspace()]


class _Automaton:
    """A suffix automaton of many texts (Blumer and others 1985, Theoretical Computer Science 40, 31-55).

    Every run of words of every text is a path from state 0. `_link` leads to the longest shorter run that ends the
    same way and stands in other places too; `_length` is the longest run of a state.
    """

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        total = sum(len(text) for text in texts)
        if total > MOST_UNITS:
            raise LimitError(
                f"The outputs hold {total} words together.",
                expected=f"at most {MOST_UNITS}",
                cure="Test a sample of the outputs, or several parts one after the other.",
            )
        self._names: dict[str, int] = {}
        self._next: list[dict[int, int]] = [{}]
        self._link, self._length = array("q", [-1]), array("q", [0])
        self._ends: list[list[int]] = []
        for text in texts:
            last, ends = 0, []
            for word in text:
                last = self._add(last, self._names.setdefault(word, len(self._names)))
                ends.append(last)
            self._ends.append(ends)

    def _add(self, last: int, word: int) -> int:
        """The state after one more word; a path that stands already is followed, not built again."""
        there = self._next[last].get(word)
        if there is not None:
            return there if self._length[there] == self._length[last] + 1 else self._split(last, word, there)
        new = self._state(self._length[last] + 1, {})
        at = last
        while at != -1 and word not in self._next[at]:
            self._next[at][word] = new
            at = self._link[at]
        if at == -1:
            self._link[new] = 0
        else:
            there = self._next[at][word]
            self._link[new] = there if self._length[there] == self._length[at] + 1 else self._split(at, word, there)
        return new

    def _state(self, length: int, following: dict[int, int]) -> int:
        self._next.append(following)
        self._length.append(length)
        self._link.append(0)
        return len(self._next) - 1

    def _split(self, at: int, word: int, there: int) -> int:
        """A copy of a state for its shorter runs, which now end in more places than its longer ones."""
        copy = self._state(self._length[at] + 1, dict(self._next[there]))
        self._link[copy], self._link[there] = self._link[there], copy
        while at != -1 and self._next[at].get(word) == there:
            self._next[at][word] = copy
            at = self._link[at]
        return copy

    def longest(self, corpus: Iterable[Sequence[str]]) -> tuple[list[int], int]:
        """For each text its longest run that stands in one of the corpus's texts; and the words of the corpus."""
        best = array("q", bytes(8 * len(self._next)))
        size = 0
        for text in corpus:
            size += len(text)
            for state, run in self._walk(text):
                best[state] = max(best[state], run)
        lengths = np.array(self._length)
        seen, links = np.array(best), np.array(self._link)
        # A run that was met ends all its shorter runs too; and a state whose longer runs were not met has those of its link.
        for state in np.argsort(-lengths, kind="stable"):
            if seen[state] and links[state] > 0:
                seen[links[state]] = lengths[links[state]]
        for state in np.argsort(lengths, kind="stable"):
            if not seen[state] and links[state] > 0:
                seen[state] = seen[links[state]]
        return [int(seen[np.array(ends, int)].max(initial=0)) for ends in self._ends], size

    def _walk(self, text: Sequence[str]) -> Iterator[tuple[int, int]]:
        """After each word the state of the longest run that ends there and stands in the automaton, and its length."""
        state, run = 0, 0
        following, link, length, names = self._next, self._link, self._length, self._names
        for name in text:
            word = names.get(name, -1)
            while state and word not in following[state]:
                state = link[state]
                run = length[state]
            if word in following[state]:
                state = following[state][word]
                run += 1
                yield state, run


def _repeated(
    length: int, sizes: Sequence[int], found: Sequence[int], held: Sequence[int] | None, level: float, *, guaranteed: bool
) -> Repeated:
    long_enough = np.array([size >= length for size in sizes], bool)
    mine = np.array(found, int)[long_enough] >= length
    nothing = Unknown(reason=NO_OUTPUTS if not len(mine) else NO_CONTROL, n=len(mine))
    if held is None or not len(mine):
        return Repeated(length=length, share=_share(mine, level), control=nothing, beyond=nothing)
    theirs = np.array(held, int)[long_enough] >= length
    gained, lost = int((mine & ~theirs).sum()), int((theirs & ~mine).sum())
    spread = paired_interval(gained, lost, len(mine), level, guaranteed=guaranteed)
    return Repeated(
        length=length,
        share=_share(mine, level),
        control=_share(theirs, level),
        beyond=Known(value=(gained - lost) / len(mine), low=spread.low, high=spread.high, n=len(mine), method=spread.method),
    )


def _share(repeated: NDArray[np.bool_], level: float) -> Estimate:
    if not len(repeated):
        return Unknown(reason=NO_OUTPUTS)
    x, n = int(repeated.sum()), len(repeated)
    low, high = intervals.clopper_pearson(x, n, level)
    return Known(value=x / n, low=float(low), high=float(high), n=n, method="clopper-pearson")


def observe_extraction(found: Extraction, *, inputs: tuple[str, ...], family: Family = "exploratory") -> tuple[Observation, ...]:
    """For each length the share of outputs that repeat the corpus, the control, and the difference; and the longest run."""
    lines: list[tuple[str, Measure, Estimate]] = []
    for one in found.shares:
        detail = f"{one.length} {found.unit}"
        lines.append((f"extraction_share:{detail}", "share", one.share))
        lines.append((f"extraction_control:{detail}", "share", one.control))
        lines.append((f"extraction_beyond_control:{detail}", "difference", one.beyond))
    most = max(found.longest, default=0)
    longest: Estimate = Known(value=most, low=most, high=most, n=len(found.longest), method="counted")
    lines.append((f"longest_run:{found.unit}", "count", longest if found.longest else Unknown(reason=NO_OUTPUTS)))
    return tuple(
        Observation(
            id=name,
            means="test",
            metric=name.partition(":")[0],
            measure=measure,
            estimate=estimate,
            group={},
            family="exploratory" if name.startswith("extraction_control") else family,
            confidence=found.confidence,
            comparisons=1 if measure == "count" else found.comparisons,
            inputs=inputs,
        )
        for name, measure, estimate in lines
    )
