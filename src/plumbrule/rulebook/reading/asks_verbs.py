"""Where a text asks: verbs at the beginning of a clause, with their addressees, and the clause that each governs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from plumbrule.rulebook.asking import Function, Rank
from plumbrule.rulebook.reading.asks_names import Named, named_after
from plumbrule.rulebook.reading.asks_patterns import Patterns
from plumbrule.rulebook.reading.model import Polarity, Span

_LEAD = 120  # characters before a verb that may hold "and", adverbs and a condition
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
    candidates = list(words.verb.finditer(text))
    for index, match in enumerate(candidates):
        if match["no"] is not None or (found and match.start() < found[-1].named.end and found[-1].named.spans):
            continue
        after = next((c.start() for c in candidates[index + 1 :] if c["no"] is None and _opens(text, c, words)), len(text))
        verb = _accepted(text, match, after, words, found, item=item)
        if verb:
            found.append(verb)
    return tuple(found)


def _opens(text: str, match: re.Match[str], words: Patterns) -> bool:
    at = match.start()
    lead = words.lead.search(text[max(0, at - _LEAD) : at])
    return _glued(match[0], words) > 0 or bool(lead and (lead["stop"] or lead["comma"] or lead["and"]))


def _accepted(text: str, match: re.Match[str], after: int, words: Patterns, found: list[Verb], *, item: bool) -> Verb | None:
    glued = _glued(match[0], words)
    start = match.start() + glued
    window = text[max(0, start - _LEAD) : start]
    lead = words.lead.search(window)
    if lead is None or (lead["start"] is not None and len(window) == _LEAD):
        return None
    place = _Place(
        name="start" if lead["start"] is not None else "stop" if lead["stop"] else "comma" if lead["comma"] else "",
        joined=bool(lead["and"]) or glued > 0,
        adverbs=bool(lead["words"]),
    )
    verb = _read(text, (start, match.end()), _begins(text, start - len(window) + lead.start(), start), after, place, words, item)
    if verb is None or (item and not _of_an_item(verb, place)) or not _fits(text, verb, place, found, words):
        return None
    return _asked_of(verb, words)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What stands before a verb: the beginning, a full stop, a comma or nothing; *and*; adverbs or a condition."""

    name: str
    joined: bool
    adverbs: bool


def _read(text: str, at: Span, begins: int, after: int, place: _Place, words: Patterns, item: bool) -> Verb | None:
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
        begins=begins,
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


def _begins(text: str, lead: int, start: int) -> int:
    """Where the clause begins: after the sign that stands before its condition."""
    while lead < start and not (text[lead].isalnum()):
        lead += 1
    return lead


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
    named = named_after(text, start, len(text), words, guess=False)
    if not named.addressees:
        return Named(end=at)
    last = named.spans[-1][1]
    if lead and lead[0].strip().count(" ") and named.opened:
        return named
    between = 40 if words.lexicon.spaced else 12
    need = words.needs.search(text, last, min(len(text), last + between))
    if need and not re.search(r"[,，;；。.]", text[last : need.start()]):
        return replace(named, end=last)
    return Named(end=at)


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
    for index, verb in enumerate(verbs):
        spans = [(verb.begins, ends[index])]
        last = index
        while last + 1 < len(verbs) and _coordinated(text, verbs[last], verbs[last + 1], words):
            last += 1
        if last > index:
            spans.append((verbs[last].named.end, ends[last]))
        yield verb, tuple(spans)


def _coordinated(text: str, verb: Verb, after: Verb, words: Patterns) -> bool:
    """The first says only who is asked; what is asked comes after the second."""
    if not (verb.named.addressees and after.named.addressees) or {verb.function, after.function} & _TOLD:
        return False
    between = text[verb.named.end : after.begins]
    if words.lexicon.spaced:
        return not verb.named.opened
    left = words.skip.sub("", words.condition.sub("", between))
    return len(re.findall(r"\w", left)) <= 2 or bool(words.when.search(between.rstrip("，, 并")[-4:]))
