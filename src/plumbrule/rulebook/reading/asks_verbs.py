"""Where a text asks: verbs at the beginning of a clause, with their addressees, and the clause that each governs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from plumbrule.rulebook.asking import Function, Rank
from plumbrule.rulebook.reading.asks_lexicon import SIGNS
from plumbrule.rulebook.reading.asks_names import Named, named_after
from plumbrule.rulebook.reading.asks_patterns import Patterns
from plumbrule.rulebook.reading.model import Polarity, Span

_ADVERBS = 4  # adverbs and conditions that may stand between a sign, or *and*, and a verb
_FAR = 400  # characters within which *need to* follows those who need
_GAP_BEFORE_NEED = 40  # characters between the last of them and *need to*
_SIGN = re.compile(f"[{re.escape(SIGNS)}]")
_STOPS = ";；。.:：!！?？؛؟"
_GAP = re.compile(r"[,，]?\s{0,3}")
_TOLD = frozenset({"assesses", "notes", "decides", "commits"})
_OF_THE_UN = frozenset(
    {"secretary-general", "secretariat", "un-system", "un-organs", "presiding-officers", "assembly", "named-body"}
)
_SURE = {"start": 0.95, "stop": 0.9, "comma": 0.8, "": 0.7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A verb that asks: where it stands, where its clause begins (a condition before it included), who is named."""

    at: Span
    begins: int
    word: str
    function: Function
    rank: Rank | None
    named: Named
    confidence: float
    polarity: Polarity = "do"
    how: str = "verb"


def verbs_in(text: str, words: Patterns, *, item: bool = False) -> tuple[Verb, ...]:
    """The verbs of an operative paragraph; in an item, one that opens a clause and names who is asked, or none."""
    found: list[Verb] = []
    candidates = list(_candidates(text, words))
    for index, (opening, at) in enumerate(candidates):
        if found and at[0] < found[-1].named.end and found[-1].named.spans:
            continue
        after = candidates[index + 1][0].begins if index + 1 < len(candidates) else len(text)
        verb = _read(text, at, max(after, at[1]), opening, words, item)
        if verb and (not item or _of_an_item(verb, opening)) and _fits(text, verb, opening, found, words):
            found.append(_asked_of(verb, words))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What stands before a verb: the beginning, a full stop, a comma or nothing; *and*; adverbs or a condition."""

    name: str
    begins: int
    joined: bool = False
    adverbs: bool = False


def _candidates(text: str, words: Patterns) -> Iterator[tuple[_Place, Span]]:
    """Verbs where a clause opens, in order, each once; what opens furthest to the left counts."""
    seen: dict[Span, _Place] = {}
    for place, at in _openings(text, words):
        verb = words.verb.match(text, at)
        if verb and verb["no"] is None:
            glued = _glued(verb[0], words)
            seen.setdefault((at + glued, verb.end()), replace(place, joined=place.joined or glued > 0))
    for span in sorted(seen):
        yield seen[span], span


def _openings(text: str, words: Patterns) -> Iterator[tuple[_Place, int]]:
    """Every place where a verb of asking may stand: a walk from each sign and each *and*, over a few adverbs and conditions."""
    edges = [(0, "start", 0)]
    edges += [(sign.end(), "stop" if sign[0] in _STOPS else "comma", 0) for sign in _SIGN.finditer(text)]
    edges += [(found.start(), "", found.end()) for found in words.and_.finditer(text)]
    if words.lexicon.glued_and:
        edges += [(verb.start(), "", 0) for verb in words.verb.finditer(text) if _glued(verb[0], words)]
    for start, name, joined in sorted(edges, key=lambda edge: (edge[0], not edge[1])):
        at = _blank(text, joined or start)
        begins = _blank(text, start)
        and_ = words.and_.match(text, at) if name and not joined else None
        if and_:
            at = _blank(text, and_.end())
        place = _Place(name=name, begins=begins, joined=bool(joined or and_))
        yield place, at
        for _ in range(_ADVERBS):
            adverb = words.adverb.match(text, at)
            if not adverb:
                break
            at = _blank(text, adverb.end())
            yield replace(place, adverbs=True), at


def _blank(text: str, at: int) -> int:
    """Over a comma and a few spaces."""
    found = _GAP.match(text, at)
    return found.end() if found else at


def _read(text: str, at: Span, after: int, place: _Place, words: Patterns, item: bool) -> Verb | None:
    word = text[at[0] : at[1]]
    function, rank, kind = words.said(word)
    if kind in {"proposes", "opposes"} and place.name != "start" and not words.lexicon.spaced:
        return None
    if function in _TOLD:
        named = replace(_who_needs(text, at[1], words), end=at[1]) if function == "assesses" else Named(end=at[1])
    else:
        guess = not item and (place.name in {"start", "stop"} or (place.joined and words.lexicon.spaced))
        named = named_after(text, at[1], after, words, guess=guess)
    return Verb(
        at=at,
        begins=place.begins,
        word=word,
        function=function,
        rank=rank,
        named=named,
        confidence=_confidence(place.name, function, named),
        polarity="refrain" if kind == "opposes" else "do",
    )


def _of_an_item(verb: Verb, place: _Place) -> bool:
    return place.name in {"start", "stop"} and bool(verb.named.addressees) and verb.function in {"requests", "exhorts"}


def _glued(word: str, words: Patterns) -> int:
    """How many letters of *and* are written into the verb."""
    glued = words.lexicon.glued_and
    if not glued or not word.startswith(glued):
        return 0
    return len(glued) if any(pattern.fullmatch(word[len(glued) :]) for _, pattern in words.classes) else 0


def _fits(text: str, verb: Verb, place: _Place, found: list[Verb], words: Patterns) -> bool:
    """Whether a verb here asks, or is a part of what is asked."""
    if place.name == "start":
        return True
    doubtful = bool(words.doubtful.fullmatch(verb.word))
    named = bool(verb.named.addressees)
    if not found:
        return place.name == "stop" and (named or not doubtful)
    if place.name == "stop":
        return named or not doubtful or found[-1].function in _TOLD or place.joined or place.adverbs
    if verb.function in {"requests", "exhorts"}:
        return _asks_within(text, verb, place, found[-1], words)
    return not _rides(text, found[-1].at[1], verb.at[0], words) and _tells_within(verb, place, found[-1], words)


def _asks_within(text: str, verb: Verb, place: _Place, last: Verb, words: Patterns) -> bool:
    """After a comma or *and*: who names somebody asks; in a language with endings, so does who names nobody."""
    if verb.named.addressees:
        return place.name == "comma" or place.joined
    weak = bool(words.weak.fullmatch(verb.word))
    if not words.lexicon.spaced:
        return place.name == "comma" and place.joined and not weak
    return place.joined and not weak and not _in_relative(text, verb, place, last, words)


def _tells_within(verb: Verb, place: _Place, last: Verb, words: Patterns) -> bool:
    doubtful = bool(words.doubtful.fullmatch(verb.word))
    weak, told, spaced = bool(words.weak.fullmatch(verb.word)), last.function in _TOLD, words.lexicon.spaced
    if place.name == "comma" and place.joined:
        return not weak or told or place.adverbs
    if place.name == "comma":
        return (not weak and (told or spaced or verb.function == "notes" or len(verb.word) > 2)) or (told and not doubtful)
    return place.joined and not weak and (spaced or told)


def _in_relative(text: str, verb: Verb, place: _Place, last: Verb, words: Patterns) -> bool:
    """*That promotes … and supports*: without a sign before it, a verb may go on with a clause that *that* opened."""
    return not place.name and words.lexicon.spaced and bool(words.relatives.search(text, last.at[1], verb.at[0]))


def _rides(text: str, start: int, end: int, words: Patterns) -> bool:
    """The verb belongs to a rider (*while recognising …, and stressing …*) opened since the last verb in the same sentence."""
    stop = max(text.rfind(sign, start, end) for sign in ";；。")
    between = text[max(start, stop + 1) : end]
    return any(words.verb.match(between, rider.end()) for rider in words.rider.finditer(between))


def _who_needs(text: str, at: int, words: Patterns) -> Named:
    """A named actor that *needs to*, *should* or *must* do something, directly after a verb that assesses."""
    lead = words.need_for.match(text, at)
    start = lead.end() if lead else at
    if lead and " " in lead[0].strip():
        named = named_after(text, start, len(text), words, guess=False)
        if named.addressees and named.opened:
            return named
    needs = words.needs.finditer(text, start, min(len(text), start + _FAR))
    need = next((found for found in needs if found["no"] is None), None)
    if need is None or re.search("[;；。.]", text[start : need.start()]):
        return Named(end=at)
    named = named_after(text, start, need.start(), words, guess=False)
    if not named.addressees:
        return Named(end=at)
    between = text[named.spans[-1][1] : need.start()]
    near = len(between) <= (_GAP_BEFORE_NEED if words.lexicon.spaced else _GAP_BEFORE_NEED // 3)
    return named if near and not re.search(r"[,，]", between) else Named(end=at)


def _confidence(place: str, function: Function, named: Named) -> float:
    lower = (0.15 if function in {"requests", "exhorts"} and not named.addressees else 0.0) + (0.2 if named.guessed else 0.0)
    return round(_SURE[place] - lower, 2)


def _asked_of(verb: Verb, words: Patterns) -> Verb:
    """A word that requests of the United Nations invites anybody else."""
    kinds = {addressee.kind for addressee in verb.named.addressees}
    if verb.function == "requests" and kinds and not kinds & _OF_THE_UN and words.by_addressee.fullmatch(verb.word):
        return replace(verb, function="exhorts", rank="invites")
    return verb


def clauses(text: str, verbs: tuple[Verb, ...], words: Patterns) -> Iterator[tuple[Verb, tuple[Span, ...]]]:
    """Each verb with the stretches of its clause; what two coordinated verbs share belongs to both."""
    ends = [*(verb.begins for verb in verbs[1:]), len(text)]
    shared: list[Span | None] = [None] * len(verbs)
    for index in reversed(range(len(verbs) - 1)):
        after = verbs[index + 1]
        if _coordinated(text, verbs[index], after, words):
            shared[index] = shared[index + 1] or (after.named.end, ends[index + 1])
    for index, (verb, tail) in enumerate(zip(verbs, shared, strict=True)):
        own = (verb.begins, ends[index])
        yield verb, (own, tail) if tail else (own,)


def _coordinated(text: str, verb: Verb, after: Verb, words: Patterns) -> bool:
    """The first says only who is asked; what is asked comes after the second."""
    if not (verb.named.addressees and after.named.addressees) or {verb.function, after.function} & _TOLD:
        return False
    between = text[verb.named.end : after.begins]
    if words.lexicon.spaced:
        return not verb.named.opened
    left = words.skip.sub("", words.condition.sub("", between))
    return len(re.findall(r"\w", left)) <= 2 or bool(words.when.search(between.rstrip("，, 并")[-4:]))
