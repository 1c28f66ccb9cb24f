"""Find what each provision asks: by verbs, names and formulas of a lexicon (`lexicon/asks/`).

Codes and rules of doubt are those of docs/concepts/asks.md; the guide was written before these rules.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from plumbrule.rulebook.reading.asks_details import blotted, details, masked, polarities
from plumbrule.rulebook.reading.asks_lexicon import Lexicon, plain
from plumbrule.rulebook.reading.asks_names import asked_instead, bodies_in_brackets
from plumbrule.rulebook.reading.asks_patterns import Patterns, patterns_for, patterns_of
from plumbrule.rulebook.reading.asks_proposed import Said, ends_permitting, lead_in_verb, said_in
from plumbrule.rulebook.reading.asks_verbs import Verb, clauses, verbs_in
from plumbrule.rulebook.reading.model import Addressee, Ask, Heading, Polarity, Span
from plumbrule.rulebook.reading.traced import Traced
from plumbrule.rulebook.reading.units import Unit

_LONGEST = 20_000  # characters of one unit that are looked into; a paragraph of a resolution has at most a few thousand
_HEADING = 160  # characters of a heading that may hand a verb down; a longer one is a section of running text
_ASKING = frozenset({"operative", "item", "action", "bullet", "dash"})
_HANDED_DOWN = frozenset({"exhorts", "requests", "decides", "commits"})
_INHERITED = 0.9


def find_asks(units: Sequence[Unit], heading: Heading, *, lexicon: Lexicon | None = None) -> Mapping[str, tuple[Ask, ...]]:
    """The asks of each unit, by its id; a unit that asks nothing is left out.

    Args:
        units: in the order of the text, a parent before what stands under it.
        heading: says the language and the session.
        lexicon: words to read with; those of the heading's language where none are given.
    """
    words = patterns_for(lexicon) if lexicon else patterns_of(heading.language)
    found: dict[str, tuple[Ask, ...]] = {}
    handed: dict[str, tuple[Ask, ...]] = {}
    for unit in units:
        asks = _of_unit(unit, handed.get(unit.parent or "", ()), words, heading.session)
        if asks and unit.kind in _ASKING:
            found[unit.id] = asks
        if asks and not ends_permitting(unit.text.text[-40:], words):
            handed[unit.id] = asks
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A unit as it is looked into: `shown` is its text with titles blotted out, character for character."""

    unit: Unit
    text: Traced
    shown: str
    words: Patterns
    session: int | None

    def part(self, span: Span, names: Sequence[Span]) -> str:
        """A stretch without the names of those who are asked."""
        start, end = span
        inside = [(max(s, start) - start, min(e, end) - start) for s, e in names if s < end and e > start]
        return blotted(self.shown[start:end], inside)

    def cites(self, spans: Sequence[Span]) -> tuple[str, ...]:
        """What is cited in stretches; a footnote number at the end of the text belongs to it."""
        found: dict[str, None] = {}
        for start, end in spans:
            if start < end:
                last = self.unit.end if end >= len(self.text) else self.text.place(end)
                first = bisect_left(self.unit.cites, self.text.place(start), key=lambda cited: cited.at[0])
                after = bisect_left(self.unit.cites, last, key=lambda cited: cited.at[0])
                found |= {cited.symbol: None for cited in self.unit.cites[first:after]}
        return tuple(found)


def _of_unit(unit: Unit, above: Sequence[Ask], words: Patterns, session: int | None) -> tuple[Ask, ...]:
    """The asks of a unit, or those that a heading (*instructs the Secretary-General*) hands to what stands under it."""
    text = unit.text[:_LONGEST]
    headed = unit.kind in {"section", "heading"} and len(unit.text) <= _HEADING
    if not text.text.strip() or not (headed or unit.kind in _ASKING):
        return ()
    page = _Page(unit=unit, text=text, shown=masked(plain(text.text)), words=words, session=session)
    if headed or (unit.kind == "operative" and not above):
        return _operative(page)
    if unit.kind in {"item", "operative"}:
        return _operative(page, item=True) or _inherited(page, above)
    if unit.kind == "bullet":
        return _bullet(page, above)
    return _proposed(page)


def _operative(page: _Page, *, item: bool = False) -> tuple[Ask, ...]:
    verbs = verbs_in(page.shown, page.words, item=item)
    return tuple(ask for verb, spans in clauses(page.shown, verbs, page.words) for ask in _asks(page, verb, spans))


def _asks(page: _Page, verb: Verb, spans: Sequence[Span]) -> Iterable[Ask]:
    """One ask, or one for each polarity; the last stretch is where the action stands."""
    base = _base(page.text, verb, tuple(dict.fromkeys(verb.named.addressees)), page.words)
    if len(spans) == 1:
        start, end = spans[0]
        cut = min(max(start, verb.named.end), end)
        spans = ((start, cut), (cut, end))
    yield from _for_all(base, page, (spans[-1], *spans[:-1]), verb.named.spans)


def _base(at: Traced, verb: Verb, addressees: tuple[Addressee, ...], words: Patterns) -> Ask:
    """An ask before its clause is read; its verb stands in `at`, the text itself or its lead-in."""
    return Ask(
        verb=at.text[verb.at[0] : verb.at[1]],
        verb_at=at.span(*verb.at),
        function=verb.function,
        rank=verb.rank,
        polarity=verb.polarity,
        addressees=addressees,
        confidence=verb.confidence,
        rule=f"{words.lexicon.language}/{verb.how}:{verb.word.casefold()}",
    )


def _inherited(page: _Page, above: Sequence[Ask]) -> tuple[Ask, ...]:
    """The asks of the chapeau, with what the item itself says."""
    handed = {(ask.verb_at, ask.addressees): ask for ask in above if ask.function in _HANDED_DOWN}
    made: list[Ask] = []
    for ask in handed.values():
        rule = f"{page.words.lexicon.language}/inherited:{ask.verb.casefold()}"
        base = replace(ask, rule=rule, confidence=round(ask.confidence * _INHERITED, 2), confirmed_by="")
        made += _for_all(base, page, ((0, len(page.text)),))
    return tuple(made)


def _for_all(base: Ask, page: _Page, spans: Sequence[Span], names: Sequence[Span] = ()) -> Iterable[Ask]:
    """An ask over stretches of this text; the first holds the action, and may say both what to do and what to leave."""
    start, end = spans[0]
    aimed = base.function in _HANDED_DOWN
    ways: Sequence[tuple[Polarity, Span]] = ((base.polarity, (start, end)),)
    if aimed and base.polarity == "do":
        ways = polarities(page.shown, start, end, page.words)
    for polarity, action in ways:
        parts = [page.part(span, names) for span in (*spans[1:], action)]
        due = aimed or bool(page.words.expects.fullmatch(base.verb))
        said = details(parts, page.words, session=page.session, aimed=aimed, due=due)
        yield replace(
            base,
            polarity=polarity,
            cites=page.cites(spans),
            qualifiers=said.qualifiers,
            deadline=said.deadline,
            quantity=said.quantity,
            further_quantities=said.further_quantities,
            beneficiaries=said.beneficiaries,
        )


def _bullet(page: _Page, above: Sequence[Ask]) -> tuple[Ask, ...]:
    said = said_in(page.shown, page.words, must_name=False)
    if not any(one.verb for one in said):
        return _inherited(page, above)
    handed = tuple(dict.fromkeys(addressee for ask in above for addressee in ask.addressees))
    made: list[Ask] = []
    for one in said:
        if one.verb:
            base = _base(page.text, one.verb, one.addressees or handed, page.words)
            made += _for_all(base, page, (one.at,), one.names)
    return tuple(made)


def _proposed(page: _Page) -> tuple[Ask, ...]:
    """Actions and dash paragraphs: sentences without a verb of their own inherit the lead-in's, one ask for each run."""
    words, lead_in = page.words, page.unit.lead_in
    lead = lead_in_verb(lead_in, words) if lead_in else None
    action = page.unit.kind == "action"
    handed = lead.named.addressees if lead else ()
    made: list[Iterable[Ask]] = []
    runs: dict[tuple[Addressee, ...], tuple[int, list[Said]]] = {}
    for one in said_in(page.shown, words, must_name=action):
        if one.verb:
            base = _base(page.text, one.verb, one.addressees or handed, words)
            made.append(_for_all(base, page, (one.at,), one.names))
            continue
        key = () if action else one.addressees
        if key not in runs:
            runs[key] = (len(made), [])
            made.append(())
        runs[key][1].append(one)
    for key, (place, run) in runs.items():
        if lead and lead_in:
            whom = asked_instead(page.shown, words) or (*handed, *key, *bodies_in_brackets(page.shown, words))
            names = [] if action else [span for one in run for span in one.names]
            base = _base(lead_in, lead, tuple(dict.fromkeys(whom)), words)
            made[place] = _for_all(base, page, [one.at for one in run], names)
    return tuple(ask for asks in made for ask in asks)
