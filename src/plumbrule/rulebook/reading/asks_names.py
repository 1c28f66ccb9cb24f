"""Who is asked: the names that stand directly after a verb, or before *should*.

In a language without spaces names are read one after the other until something stands there that is none. In the others
they stand before the infinitive (*encourages … to*), and before words that name helpers (*in consultation with*).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from plumbrule.rulebook.reading.asks_patterns import Patterns
from plumbrule.rulebook.reading.model import Addressee, Span

_MOST = 900  # characters in which names are looked for after a verb; lists of addressees are shorter
_SUBJECT = 300  # and before *should*
_HEAD = 5  # unknown words that may stand before the first name ("the relevant scientific …")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Addressees, where their names stand, where what they are asked begins, and whether an infinitive opens it."""

    addressees: tuple[Addressee, ...] = ()
    spans: tuple[Span, ...] = ()
    end: int
    opened: bool = False
    guessed: bool = False


def named_after(text: str, start: int, end: int, words: Patterns, *, guess: bool = True) -> Named:
    """Names between `start` and `end`, from the very start on; `guess` takes a body that no entry knows."""
    end = min(end, start + _MOST)
    read = _spaced if words.lexicon.spaced else _closed
    return read(text, start, end, words, guess=guess)


def named_before(text: str, start: int, end: int, words: Patterns) -> Named:
    """Names of a subject between `start` and `end` (the place of *should*)."""
    start = max(start, end - _SUBJECT)
    if words.lexicon.spaced:
        return _found(text, _names(text, start, end, words), words, end=end)
    return _closed(text, start, end, words, guess=False)


def _closed(text: str, start: int, end: int, words: Patterns, *, guess: bool) -> Named:
    spans: list[Span] = []
    at = last = start
    while at < end:
        name = words.name.match(text, at, end)
        skip = words.skip.match(text, at, end)
        if name and not (skip and skip.end() > name.end()):
            of = words.of_name.match(text, name.end(), end)
            at = of.end() if of else name.end()
            if not of:
                spans.append(name.span())
                last = at
            continue
        condition = words.condition.match(text, at, end)
        step = max((found.end() for found in (skip, condition) if found), default=at)
        if step == at:
            break
        at = step
    if not spans and guess:
        body = words.body.match(text, start, end)
        if body:
            return _guessed(body, body.end())
    return _found(text, spans, words, end=last)


def _spaced(text: str, start: int, end: int, words: Patterns, *, guess: bool) -> Named:
    stop = _first(re.compile(r"[.;:!?؛؟]"), text, start, end)
    to = words.infinitive.search(text, start, stop)
    reach = to.start() if to else stop
    helper = words.helper.search(text, start, reach)
    reach = helper.start() if helper else reach
    spans = _names(text, start, reach, words)
    if spans and not _at_head(text[start : spans[0][0]], words):
        spans = []
    if not spans and guess:
        body = words.body.search(text, start, reach)
        if body and _at_head(text[start : body.start()], words, most=2):
            return _guessed(body, body.end(), opened=to is not None)
    if not spans:
        return Named(end=start, opened=to is not None)
    beside = _beside(text, start, reach, spans, words) if guess and to else {}
    return _found(text, sorted([*spans, *beside]), words, opened=to is not None, beside=beside)


def _beside(text: str, start: int, end: int, spans: list[Span], words: Patterns) -> dict[Span, Addressee]:
    """Bodies that no entry knows, in capitals and ending as bodies do, beside names that are known."""
    found: dict[Span, Addressee] = {}
    for body in words.body.finditer(text, start, end):
        apart = all(body.end() <= s or e <= body.start() for s, e in spans)
        if apart and words.body_end.fullmatch(body[0].rsplit(maxsplit=1)[-1]):
            found[body.span()] = Addressee(kind="named-body", name=body[0])
    return found


def _guessed(body: re.Match[str], end: int, *, opened: bool = False) -> Named:
    named = (Addressee(kind="named-body", name=body[0]),)
    return Named(addressees=named, spans=(body.span(),), end=end, opened=opened, guessed=True)


def _first(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    found = pattern.search(text, start, end)
    return found.start() if found else end


def _names(text: str, start: int, end: int, words: Patterns) -> list[Span]:
    """Names that nothing makes a part of something else (*the needs of …*)."""
    spans: list[Span] = []
    for name in words.name.finditer(text, start, end):
        before = text[max(start, name.start() - 40) : name.start()]
        ofs = [of.end() for of in words.of_name.finditer(before)]
        belongs = bool(ofs) and _only_among(before[ofs[-1] :], words)
        if belongs and not spans:
            return []
        if not belongs and not words.goes_on.match(text, name.end(), end):
            spans.append(name.span())
    return spans


def _only_among(between: str, words: Patterns) -> bool:
    """Nothing but articles and *all*, *relevant*, *other* stands there."""
    at = 0
    while at < len(between):
        skip = words.skip.match(between, at)
        if not skip or skip.end() == at:
            return False
        at = skip.end()
    return True


def _at_head(before: str, words: Patterns, most: int = _HEAD) -> bool:
    """No preposition, and few words that we do not know, stand between the verb and the first name."""
    if words.of_name.search(before) and not words.condition.search(before):
        return False
    unknown = [word for word in re.findall(r"\w+", before) if not words.skip.fullmatch(word)]
    return len(unknown) <= most or bool(words.condition.search(before))


def _found(
    text: str,
    spans: list[Span],
    words: Patterns,
    *,
    end: int | None = None,
    opened: bool = False,
    beside: Mapping[Span, Addressee] = MappingProxyType({}),
) -> Named:
    found: dict[Addressee, None] = {}
    for start, stop in spans:
        said = text[start:stop]
        known = [Addressee(kind=kind, name=name) for kind, name, names in words.names if names.fullmatch(said)]
        found |= dict.fromkeys([beside[start, stop]] if (start, stop) in beside else known)
    last = end if end is not None else (spans[-1][1] if spans else 0)
    return Named(addressees=tuple(found), spans=tuple(spans), end=last, opened=opened, guessed=bool(beside))


def bodies_in_brackets(text: str, words: Patterns) -> tuple[Addressee, ...]:
    """Bodies named in brackets at the end of an action, beside those who are asked."""
    bracket = re.search(r"[（(]([^（()）]{2,120})[)）][.。]?\s*$", text[-140:])
    if not bracket or not words.name.match(bracket[1].removeprefix("the ").removeprefix("The ")):
        return ()
    found = _found(bracket[1], [name.span() for name in words.name.finditer(bracket[1])], words)
    return tuple(named for named in found.addressees if named.kind == "named-body")


def asked_instead(text: str, words: Patterns) -> tuple[Addressee, ...]:
    """Those whom an action names at its beginning in place of its lead-in (*as for governments, employers and workers*)."""
    found = words.as_for.match(text)
    if not found:
        return ()
    return _found(text, [name.span() for name in words.name.finditer(text, 0, found.end())], words).addressees
