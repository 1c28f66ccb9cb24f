"""Find what each provision asks: by verbs, names and formulas of a lexicon (`lexicon/asks/`).

Codes and rules of doubt are those of docs/concepts/asks.md; the guide was written before these rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from plumbrule.rulebook.reading.asks_details import Details, details, masked, polarities
from plumbrule.rulebook.reading.asks_lexicon import Lexicon, plain
from plumbrule.rulebook.reading.asks_names import asked_instead, bodies_in_brackets
from plumbrule.rulebook.reading.asks_patterns import Patterns, patterns_for, patterns_of
from plumbrule.rulebook.reading.asks_proposed import Said, ends_permitting, lead_in_verb, said_in
from plumbrule.rulebook.reading.asks_verbs import Verb, clauses, verbs_in
from plumbrule.rulebook.reading.model import Addressee, Ask, Heading, Span
from plumbrule.rulebook.reading.traced import Traced
from plumbrule.rulebook.reading.units import Unit

_LONGEST = 200_000  # characters of one unit that are looked into; the longest article of a treaty has a tenth of it
_HANDED_DOWN = frozenset({"exhorts", "requests", "decides", "commits"})
_AIMED = frozenset({"exhorts", "requests", "decides", "commits"})
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
    silent: set[str] = set()
    for unit in units:
        asks = _of_unit(unit, found, silent, words, heading.session)
        if asks:
            found[unit.id] = asks
        if ends_permitting(unit.text.text[-40:], words):
            silent.add(unit.id)
    return found


def _of_unit(
    unit: Unit, found: Mapping[str, tuple[Ask, ...]], silent: set[str], words: Patterns, session: int | None
) -> tuple[Ask, ...]:
    text = unit.text[:_LONGEST]
    if not text.text.strip():
        return ()
    if unit.kind == "operative":
        return _operative(unit, text, words, session)
    if unit.kind == "item":
        own = _operative(unit, text, words, session, item=True)
        return own or _inherited(unit, text, found.get(unit.parent or "", ()), words, session)
    if unit.kind in {"action", "dash"}:
        return _proposed(unit, text, words, session)
    if unit.kind == "bullet":
        return () if unit.parent in silent else _bullet(unit, text, found.get(unit.parent or "", ()), words, session)
    return ()


def _operative(unit: Unit, text: Traced, words: Patterns, session: int | None, *, item: bool = False) -> tuple[Ask, ...]:
    shown = masked(plain(text.text))
    verbs = verbs_in(shown, words, item=item)
    made: list[Ask] = []
    for verb, spans in clauses(shown, verbs, words):
        made += _asks(unit, text, verb, spans, words, session)
    return tuple(made)


def _asks(
    unit: Unit, text: Traced, verb: Verb, spans: Sequence[Span], words: Patterns, session: int | None
) -> Iterable[Ask]:
    """One ask, or one for each polarity; the last stretch is where the action stands."""
    base = _base(text, verb, tuple(dict.fromkeys(verb.named.addressees)), words)
    if len(spans) == 1:
        start, end = spans[0]
        cut = min(max(start, verb.named.end), end)
        spans = ((start, cut), (cut, end))
    yield from _for_all(base, unit, text, (spans[-1], *spans[:-1]), words, session, verb.named.spans)


def _rule(words: Patterns, how: str, verb: str) -> str:
    return f"{words.lexicon.language}/{how}:{verb.casefold()}"


def _with(ask: Ask, said: Details) -> Ask:
    return replace(
        ask,
        qualifiers=said.qualifiers,
        deadline=said.deadline,
        quantity=said.quantity,
        further_quantities=said.further_quantities,
        beneficiaries=said.beneficiaries,
    )


def _cites(unit: Unit, text: Traced, spans: Sequence[Span]) -> tuple[str, ...]:
    """What is cited in the clause; a footnote number at its end belongs to it."""
    reach = [
        (text.place(start), unit.end if end >= len(text) else text.place(end)) for start, end in spans if start < len(text)
    ]
    return tuple(
        dict.fromkeys(cited.symbol for cited in unit.cites if any(start <= cited.at[0] < end for start, end in reach))
    )


def _inherited(unit: Unit, text: Traced, above: Sequence[Ask], words: Patterns, session: int | None) -> tuple[Ask, ...]:
    """The asks of the chapeau, with what the item itself says."""
    handed = {(ask.verb_at, ask.addressees): ask for ask in above if ask.function in _HANDED_DOWN}
    made: list[Ask] = []
    for ask in handed.values():
        verb = f"{words.lexicon.language}/inherited:{ask.verb.casefold()}"
        base = replace(ask, rule=verb, confidence=round(ask.confidence * _INHERITED, 2), cites=(), confirmed_by="")
        made += _for_all(base, unit, text, ((0, len(text)),), words, session)
    return tuple(made)


def _for_all(
    base: Ask, unit: Unit, text: Traced, spans: Sequence[Span], words: Patterns, session: int | None, names: Sequence[Span] = ()
) -> Iterable[Ask]:
    """An ask over stretches of this text; the first holds the action, and may say both what to do and what to leave."""
    shown = plain(text.text)
    blotted = masked(shown, names)
    start, end = spans[0]
    aimed = base.function in _AIMED
    ways = ((base.polarity, (start, end)),) if not aimed or base.polarity != "do" else polarities(shown, start, end, words)
    for polarity, (begins, ends) in ways:
        parts = [*(blotted[s:e] for s, e in spans[1:]), blotted[begins:ends]]
        said = details(parts, words, session=session, aimed=aimed, noted=not (aimed or words.expects.fullmatch(base.verb)))
        yield _with(replace(base, polarity=polarity, cites=_cites(unit, text, spans)), said)


def _bullet(unit: Unit, text: Traced, above: Sequence[Ask], words: Patterns, session: int | None) -> tuple[Ask, ...]:
    said = said_in(plain(text.text), words, must_name=False)
    if not any(one.verb for one in said):
        return _inherited(unit, text, above, words, session)
    handed = tuple(dict.fromkeys(addressee for ask in above for addressee in ask.addressees))
    made: list[Ask] = []
    for one in said:
        if one.verb:
            base = _base(text, one.verb, one.addressees or handed, words)
            made += _for_all(base, unit, text, (one.at,), words, session, one.names)
    return tuple(made)


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
        rule=_rule(words, verb.how, verb.word),
    )


def _proposed(unit: Unit, text: Traced, words: Patterns, session: int | None) -> tuple[Ask, ...]:
    """Actions and dash paragraphs: sentences without a verb of their own inherit the lead-in's, one ask for each run."""
    lead = lead_in_verb(unit.lead_in, words) if unit.lead_in else None
    shown = plain(text.text)
    action = unit.kind == "action"
    made: list[Iterable[Ask]] = []
    runs: dict[tuple[Addressee, ...], tuple[int, list[Said]]] = {}
    for one in said_in(shown, words, must_name=action):
        handed = lead.named.addressees if lead else ()
        if one.verb:
            base = _base(text, one.verb, one.addressees or handed, words)
            made.append(_for_all(base, unit, text, (one.at,), words, session, one.names))
            continue
        key = () if action else one.addressees
        if key not in runs:
            runs[key] = (len(made), [])
            made.append(())
        runs[key][1].append(one)
    for key, (place, run) in runs.items():
        if lead and unit.lead_in:
            whom = asked_instead(shown, words) or (*lead.named.addressees, *key, *bodies_in_brackets(shown, words))
            base = _base(unit.lead_in, lead, tuple(dict.fromkeys(whom)), words)
            names = [] if action else [span for one in run for span in one.names]
            made[place] = _for_all(base, unit, text, [one.at for one in run], words, session, names)
    return tuple(ask for asks in made for ask in asks)
