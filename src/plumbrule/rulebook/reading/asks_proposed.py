"""What proposals and declarations ask: *should* and *must*, and the lead-in that sentences without a verb inherit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from plumbrule.rulebook.reading.asks_names import Named, named_after, named_before
from plumbrule.rulebook.reading.asks_patterns import Patterns
from plumbrule.rulebook.reading.asks_verbs import Verb
from plumbrule.rulebook.reading.model import Addressee, Span
from plumbrule.rulebook.reading.traced import Traced

_NEAR = 300  # characters before *should* in which its subject is looked for
_SENTENCE = re.compile(r"[。！？؟]|[.!?](?=\s+[^\Wa-zа-я\d_])|[.!?]\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A verb or a modal that stands in the text, or None for the lead-in's; who is asked, and its stretch."""

    verb: Verb | None
    addressees: tuple[Addressee, ...]
    names: tuple[Span, ...]
    at: Span


def sentences(text: str) -> Iterator[Span]:
    """Where each sentence begins and ends."""
    start = 0
    for stop in _SENTENCE.finditer(text):
        if text[start : stop.start()].strip():
            yield start, stop.start()
        start = stop.end()
    if text[start:].strip():
        yield start, len(text)


def said_in(text: str, words: Patterns, *, must_name: bool) -> tuple[Said, ...]:
    """What each sentence says, in order; sentences that only permit say nothing.

    Args:
        text: an action, a bullet or a dash paragraph.
        words: the language's patterns.
        must_name: a modal counts only where its subject names who is asked (actions, whose lead-in names them).
    """
    found: list[Said] = []
    for number, (start, end) in enumerate(sentences(text)):
        inside = list(_in_sentence(text, start, end, words, must_name=must_name))
        if not inside and _permits(text, start, end, words) and number:
            continue
        first = inside[0].at[0] if inside else end
        named = named_before(text, start, end, words) if not words.lexicon.spaced else Named(end=start)
        if not inside or _says_something(text[start:first]):
            found.append(Said(verb=None, addressees=named.addressees, names=named.spans, at=(start, first)))
        found += inside
    return tuple(found)


def _says_something(before: str) -> bool:
    return len(re.findall(r"\w", before)) > 3


def _in_sentence(text: str, start: int, end: int, words: Patterns, *, must_name: bool) -> Iterator[Said]:
    places = list(_modals(text, start, end, words, must_name=must_name))
    places += _stances(text, start, end, words) if not must_name else []
    places.sort(key=lambda place: place[1].begins)
    for index, (named, verb) in enumerate(places):
        until = places[index + 1][1].begins if index + 1 < len(places) else end
        yield Said(verb=verb, addressees=named.addressees, names=named.spans, at=(verb.begins, until))


def _modals(text: str, start: int, end: int, words: Patterns, *, must_name: bool) -> Iterator[tuple[Named, Verb]]:
    first = True
    for match in words.modal.finditer(text, start, end):
        if match["no"] is not None:
            continue
        near = max(start, match.start() - _NEAR)
        cut = max(text.rfind(sign, near, match.start()) for sign in ",，;；:：")
        subject = max(near, cut + 1)
        before = words.before_modal.sub("", text[subject : match.start()])
        named = named_before(text, subject, subject + len(before), words)
        if not named.addressees and first and not must_name and cut >= start:
            named = named_before(text, start, match.start(), words)
        if named.addressees or (first and not must_name):
            begins = start if first and not must_name else subject
            refrains = bool(words.not_.search(text[match.start() - 2 : match.start()]))
            refrains |= bool(words.not_.match(text, match.end() + (1 if words.lexicon.spaced else 0)))
            yield named, _verb(text, match.span(), begins, named, "modal", refrains=refrains)
        first = False


def _stances(text: str, start: int, end: int, words: Patterns) -> Iterator[tuple[Named, Verb]]:
    """Verbs of a declaration's own: *opposes*, *encourages*, at the beginning of a sentence or after a comma."""
    for match in words.verb.finditer(text, start, end):
        before = text[max(start, match.start() - 4) : match.start()].rstrip()
        opening = not before and match.start() - start < 4
        if match["no"] is not None or not (opening or before[-1:] in set("，,；;،؛")):
            continue
        function, rank, kind = words.said(match[0])
        named = named_after(text, match.end(), end, words, guess=False)
        if kind == "opposes" or (rank and opening) or (rank and named.addressees):
            named = named if kind != "opposes" else Named(end=match.end())
            verb = _verb(text, match.span(), match.start(), named, "verb", refrains=kind == "opposes")
            yield named, replace(verb, function=function, rank=rank)


def _verb(text: str, at: Span, begins: int, named: Named, how: str, *, refrains: bool) -> Verb:
    return Verb(
        at=at,
        begins=begins,
        word=text[at[0] : at[1]],
        function="exhorts",
        rank=None,
        named=named,
        confidence=0.85 if named.addressees else 0.75,
        polarity="refrain" if refrains else "do",
        how=how,
    )


def _permits(text: str, start: int, end: int, words: Patterns) -> bool:
    return words.may.search(text, start, end) is not None


def ends_permitting(text: str, words: Patterns) -> bool:
    """The last words before the bullets give leave (*these may:*), so that the bullets ask nothing."""
    ending = text.rstrip(" :：.。")
    return any(found.end() == len(ending) for found in words.may.finditer(ending, max(0, len(ending) - 12)))


def lead_in_verb(lead_in: Traced, words: Patterns) -> Verb | None:
    """The verb of a lead-in, and whom it names: its last modal, else its last verb."""
    text = lead_in.text
    modal = verb = None
    for found in words.modal.finditer(text):
        modal = found if found["no"] is None else modal
    for found in words.verb.finditer(text):
        verb = found if found["no"] is None else verb
    if modal:
        return _verb(text, modal.span(), 0, named_before(text, 0, modal.start(), words), "lead-in", refrains=False)
    if verb:
        function, rank, kind = words.said(verb[0])
        made = _verb(text, verb.span(), 0, Named(end=verb.end()), "lead-in", refrains=kind == "opposes")
        return replace(made, function=function, rank=rank)
    return None
