"""The patterns that a lexicon makes, each compiled once; all are linear: no repeat stands inside another without a bound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from plumbrule.rulebook.asking import Function, Rank
from plumbrule.rulebook.reading.asks_lexicon import FEW, Lexicon, VerbClass, lexicon_of, one_of
from plumbrule.rulebook.reading.formulas import formulas_of

_RANKS: Mapping[str, Rank] = {"urges": "urges", "calls-upon": "calls-upon", "encourages": "encourages", "invites": "invites"}
_FUNCTIONS: Mapping[str, Function] = {
    "decides": "decides",
    "requests": "requests",
    "commits": "commits",
    "assesses": "assesses",
    "notes": "notes",
}
_NUMBERS = {
    ".": r"\d{1,3}(?:[ ,]\d{3}(?!\d)){1,5}|\d{1,15}(?:\.\d{1,6}(?!\d))?",
    ",": r"\d{1,3}(?:[ .]\d{3}(?!\d)){1,5}|\d{1,15}(?:,\d{1,6}(?!\d))?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """What finds asks in one language."""

    lexicon: Lexicon
    verb: re.Pattern[str]
    and_: re.Pattern[str]
    adverb: re.Pattern[str]
    weak: re.Pattern[str]
    doubtful: re.Pattern[str]
    by_addressee: re.Pattern[str]
    rider: re.Pattern[str]
    modal: re.Pattern[str]
    before_modal: re.Pattern[str]
    not_: re.Pattern[str]
    needs: re.Pattern[str]
    need_for: re.Pattern[str]
    relatives: re.Pattern[str]
    expects: re.Pattern[str]
    may: re.Pattern[str]
    refrain: re.Pattern[str]
    cease: re.Pattern[str]
    binds: re.Pattern[str]
    then: re.Pattern[str]
    infinitive: re.Pattern[str]
    name: re.Pattern[str]
    skip: re.Pattern[str]
    of_name: re.Pattern[str]
    helper: re.Pattern[str]
    body: re.Pattern[str]
    body_end: re.Pattern[str]
    goes_on: re.Pattern[str]
    as_for: re.Pattern[str]
    when: re.Pattern[str]
    condition: re.Pattern[str]
    names: tuple[tuple[str, str | None, re.Pattern[str]], ...]
    qualifiers: tuple[tuple[str, re.Pattern[str]], ...]
    beneficiary: re.Pattern[str]
    helped: tuple[tuple[str, re.Pattern[str]], ...]
    beneficiaries: tuple[tuple[str, re.Pattern[str]], ...]
    not_qualified: re.Pattern[str]
    not_beneficiaries: re.Pattern[str]
    year: re.Pattern[str]
    in_year: re.Pattern[str]
    not_deadline: re.Pattern[str]
    session: re.Pattern[str]
    number: re.Pattern[str]
    share: re.Pattern[str]
    uncounted: re.Pattern[str]
    classes: tuple[tuple[VerbClass, re.Pattern[str]], ...]

    def said(self, verb: str) -> tuple[Function, Rank | None, VerbClass]:
        """What a verb found does, its rank, and its class in the lexicon."""
        kind: VerbClass = next((kind for kind, pattern in self.classes if pattern.fullmatch(verb)), "notes")
        rank = _RANKS.get(kind)
        return _FUNCTIONS.get(kind, "exhorts"), rank, kind


@cache
def patterns_of(language: str) -> Patterns:
    """Made from the lexicon of a language."""
    return patterns_for(lexicon_of(language))


def patterns_for(lexicon: Lexicon) -> Patterns:
    """Made from a lexicon."""
    spaced = lexicon.spaced

    def any_of(words: Iterable[str]) -> re.Pattern[str]:
        return re.compile(one_of(words, spaced=spaced), re.IGNORECASE)

    def names(words: Iterable[str]) -> re.Pattern[str]:
        return re.compile(one_of(words, spaced=spaced, prefixes=lexicon.glued_to_names), re.IGNORECASE)

    among = one_of((*lexicon.among_names, *lexicon.and_), spaced=spaced)
    all_names = {name for said in (lexicon.names, lexicon.bodies) for names in said.values() for name in names}
    return Patterns(
        lexicon=lexicon,
        classes=tuple((kind, any_of(verbs)) for kind, verbs in lexicon.verbs.items()),
        verb=_verb(lexicon),
        and_=any_of(lexicon.and_),
        adverb=any_of((*lexicon.before_verb, *(word for words in lexicon.qualifiers.values() for word in words))),
        weak=any_of(lexicon.weak),
        doubtful=any_of(lexicon.doubtful),
        by_addressee=any_of(lexicon.by_addressee),
        rider=any_of(lexicon.riders),
        modal=re.compile(_modals(lexicon, lexicon.modals), re.IGNORECASE),
        before_modal=re.compile(rf"(?:{one_of(lexicon.before_modal, spaced=spaced)}\s*)$", re.IGNORECASE),
        not_=any_of(lexicon.not_),
        needs=re.compile(_modals(lexicon, lexicon.needs), re.IGNORECASE),
        need_for=re.compile(rf"\s?{one_of(lexicon.need_for, spaced=spaced)}", re.IGNORECASE),
        relatives=any_of(lexicon.relatives),
        expects=any_of(lexicon.expects),
        may=any_of(lexicon.may),
        refrain=any_of(lexicon.refrain),
        cease=any_of(lexicon.cease),
        binds=any_of(lexicon.binds),
        then=any_of(lexicon.then),
        infinitive=_infinitive(lexicon),
        name=names(all_names),
        skip=re.compile(rf"\s*(?:{among}|[、,，（(）)]|\s)", re.IGNORECASE),
        of_name=any_of(lexicon.of_name),
        helper=any_of(lexicon.helpers),
        body=_body(lexicon),
        goes_on=re.compile(rf"\s(?:[A-Z][\w'-]{{1,30}}\s){{0,2}}{one_of(lexicon.body_ends, spaced=spaced)}"),
        body_end=re.compile(one_of(lexicon.body_ends, spaced=spaced)),
        as_for=re.compile(one_of(lexicon.as_for, spaced=spaced).replace(FEW, r"[^,，;；。.]{1,80}?"), re.IGNORECASE),
        when=any_of(lexicon.when),
        condition=any_of(word for words in lexicon.qualifiers.values() for word in words),
        names=tuple((kind, None, names(said)) for kind, said in lexicon.names.items())
        + tuple(("named-body", name, names(said)) for name, said in lexicon.bodies.items()),
        qualifiers=tuple((code, any_of(words)) for code, words in lexicon.qualifiers.items()),
        beneficiary=names({word for words in lexicon.beneficiaries.values() for word in words if "…" not in word}),
        helped=tuple((code, any_of(wide)) for code, words in lexicon.beneficiaries.items() if (wide := _wide(words))),
        beneficiaries=tuple((code, names(words)) for code, words in lexicon.beneficiaries.items()),
        not_qualified=any_of(lexicon.not_qualified),
        not_beneficiaries=names((*lexicon.not_beneficiaries, *(n for said in lexicon.bodies.values() for n in said))),
        year=_dated(lexicon, lexicon.by),
        in_year=_dated(lexicon, lexicon.in_),
        not_deadline=re.compile(rf"\s*{one_of(lexicon.not_deadline, spaced=False)}", re.IGNORECASE),
        session=any_of(lexicon.session),
        number=_number(lexicon),
        share=any_of(lexicon.counted.shares),
        uncounted=re.compile(rf"\s*{one_of(lexicon.counted.uncounted, spaced=False)}", re.IGNORECASE),
    )


def _wide(words: Iterable[str]) -> tuple[str, ...]:
    """Formulas that hold other words, in which somebody else may be named."""
    return tuple(word for word in words if "…" in word)


def _verb(lexicon: Lexicon) -> re.Pattern[str]:
    """Any verb, or a word that only looks like one (then the group `no`)."""
    verbs = [verb for verbs in lexicon.verbs.values() for verb in verbs]
    glued = (lexicon.glued_and,) if lexicon.glued_and else ()
    no = one_of(lexicon.not_verbs, spaced=lexicon.spaced)
    return re.compile(rf"(?P<no>{no})|{one_of(verbs, spaced=lexicon.spaced, prefixes=glued)}", re.IGNORECASE)


def _modals(lexicon: Lexicon, modals: Iterable[str]) -> str:
    """*Should* and its like, or a word that only holds one (then the group `no`)."""
    no = one_of(lexicon.not_modals, spaced=lexicon.spaced)
    return rf"(?P<no>{no})|{one_of(modals, spaced=lexicon.spaced)}"


def _infinitive(lexicon: Lexicon) -> re.Pattern[str]:
    """What opens the thing asked: a mark (*to*, *que*), a preposition before an infinitive, or an infinitive alone."""
    after = one_of(lexicon.not_infinitive, spaced=False)
    marks = [rf"{one_of(lexicon.infinitive, spaced=lexicon.spaced)}(?!\s{{1,3}}{after}(?!\w))"]
    if lexicon.infinitive_ends:
        verb = rf"\w{{2,18}}(?:{'|'.join(map(re.escape, lexicon.infinitive_ends))})(?!\w)"
        before = one_of(lexicon.infinitive_after, spaced=True) + r"\s?" if lexicon.infinitive_after else r"(?<!\w)"
        marks.append(rf"{before}(?=(?:\w{{1,3}}[\s']){{0,2}}{verb})")
    return re.compile("|".join(marks), re.IGNORECASE)


def _body(lexicon: Lexicon) -> re.Pattern[str]:
    """A body that no entry knows: several words in capitals, or in Chinese a word that bodies end with."""
    if not lexicon.spaced:
        return re.compile(rf"[\u4e00-\u9fff]{{2,24}}?{one_of(lexicon.body_ends, spaced=False)}")
    capital = r"[A-ZÀ-ÞА-Я][\w'-]{1,30}"
    small = one_of((*lexicon.of_name, *lexicon.and_), spaced=True)
    return re.compile(rf"{capital}(?:\s(?:{small}\s){{0,2}}{capital}){{1,14}}")


def _dated(lexicon: Lexicon, forms: Iterable[str]) -> re.Pattern[str]:
    """Forms in which `{year}` stands for a year, a month or a day."""
    months = one_of((month for said in formulas_of(lexicon.language).months for month in said), spaced=False)
    year = r"(?<![\d�/])(?:19|20|21)\d\d(?![\d�])"
    if lexicon.spaced:
        year = rf"(?:\d{{1,2}}(?:er)?\s)?(?:de\s)?(?:{months}(?:/\w{{3,12}})?\s)?(?:de\s)?{year}"
    else:
        year += r"\s?年(?:\s?\d{1,2}\s?月)?(?:\s?\d{1,2}\s?日)?"
    edge = r"(?<!\w)" if lexicon.spaced else ""
    made = [edge + re.escape(form).replace(r"\ ", r"\s{1,3}").replace(r"\{year\}", year) for form in forms]
    return re.compile("|".join(made) or r"(?!)", re.IGNORECASE)


def _number(lexicon: Lexicon) -> re.Pattern[str]:
    """A number, its scale and its unit: `money` before it, or one of the units after it."""
    counted = lexicon.counted
    scale = one_of(counted.scales, spaced=lexicon.spaced)
    units = "|".join(f"(?P<{unit}>{one_of(words, spaced=False)})" for unit, words in counted.units.items())
    return re.compile(
        rf"(?P<money>{one_of(counted.money_signs, spaced=False)})?\s?"
        rf"(?<![A-Za-z0-9�/第№.,-])(?<!\d\s)(?P<number>{_NUMBERS[counted.decimal]})(?![\d�/])"
        rf"\s{{0,2}}(?P<scale>{scale})?(?P<lost>�)?\s{{0,2}}(?:{units})?",
        re.IGNORECASE,
    )
