"""What an ask says besides who and what: conditions, time, amounts, for whom, and whether to do, refrain or cease."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plumbrule.rulebook.asking import Quantity
from plumbrule.rulebook.reading.asks_patterns import Patterns
from plumbrule.rulebook.reading.formulas import formulas_of
from plumbrule.rulebook.reading.front import first_date, ordinal
from plumbrule.rulebook.reading.model import Polarity, Span

_TITLE = re.compile(r"《[^《》]{1,200}》|[“«][^“”«»]{1,200}[”»]")
_FIRST_SESSION = 1945  # the first session of the General Assembly opened in January 1946; session n opens in 1945 + n
_NOMINATIVES = {"ar": (("ين", "ون"),), "ru": (("ой", "ая"), ("ую", "ая"), ("ьей", "ья"))}  # as the ordinals are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The fields of an ask that its clause holds."""

    qualifiers: tuple[str, ...] = ()
    deadline: str | None = None
    quantity: Quantity | None = None
    further_quantities: tuple[Quantity, ...] = ()
    beneficiaries: tuple[str, ...] = ()


def masked(text: str) -> str:
    """The text with titles blotted out, character for character."""
    return blotted(text, (found.span() for found in _TITLE.finditer(text)))


def blotted(text: str, spans: Iterable[Span]) -> str:
    """The text without stretches of it, at the same length."""
    shown = list(text)
    for start, end in spans:
        shown[start:end] = "\0" * (end - start)
    return "".join(shown)


def details(parts: Sequence[str], words: Patterns, *, session: int | None, aimed: bool, due: bool) -> Details:
    """Of the stretches of a clause, in order; `aimed`: amounts there are aimed at; `due`: its time is when it is to be done."""
    amounts = [amount for part in parts for amount in quantities(part, words)] if aimed else []
    main = next((amount for amount in amounts if amount.unit != "share"), amounts[0] if amounts else None)
    further = list(amounts)
    if main:
        further.remove(main)
    dates = [] if not due else [date for part in parts if (date := deadline(part, words, session=session, sessions=aimed))]
    return Details(
        qualifiers=_qualifiers(parts, words),
        deadline=dates[0] if dates else None,
        quantity=main,
        further_quantities=tuple(dict.fromkeys(further)),
        beneficiaries=_for_whom(parts, words),
    )


def _qualifiers(parts: Sequence[str], words: Patterns) -> tuple[str, ...]:
    return tuple(code for code, pattern in words.qualifiers if any(_holds(part, pattern, words) for part in parts))


def _holds(part: str, pattern: re.Pattern[str], words: Patterns) -> bool:
    """A formula stands there, and no *cannot* at its side turns it into something else."""
    for found in pattern.finditer(part):
        sides = (part[max(0, found.start() - 4) : found.start()], part[found.end() : found.end() + 3])
        if not any(words.not_qualified.search(side) for side in sides):
            return True
    return False


def _for_whom(parts: Sequence[str], words: Patterns) -> tuple[str, ...]:
    """Those named, the longest name at each place: *small island developing States* are not *developing States* too."""
    found: dict[str, None] = {}
    for part in parts:
        for match in words.beneficiary.finditer(words.not_beneficiaries.sub(" ", part)):
            found |= {code: None for code, names in words.beneficiaries if names.fullmatch(match[0])}
        found |= {code: None for code, formula in words.helped if formula.search(part)}
    return tuple(found)


def deadline(part: str, words: Patterns, *, session: int | None, sessions: bool) -> str | None:
    """A year, a day, or a session of the Assembly to come, by when the thing asked for is to be done."""
    formulas = formulas_of(words.lexicon.language)
    for pattern, certain in ((words.year, True), (words.in_year, False)):
        for found in pattern.finditer(part):
            year = re.search(r"(?:19|20|21)\d\d", found[0])
            if year is None or words.not_deadline.match(part, found.end()):
                continue
            if certain or (session and int(year[0]) >= _FIRST_SESSION + session):
                return first_date(found[0].casefold(), formulas) or year[0]
    if not sessions:
        return None
    for found in words.session.finditer(part):
        number = _session_number(part, found, words)
        if number and (session is None or number >= session):
            return f"session:{number}"
    return None


def _session_number(part: str, found: re.Match[str], words: Patterns) -> int | None:
    formulas = formulas_of(words.lexicon.language)
    sides = [part[max(0, found.start() - 40) : found.start()], part[found.end() : found.end() + 40]]
    before = re.search(r"[^,，;；。.\d�]*$", sides[0])
    digits = re.search(r"(?<![\d�])(\d{1,3})(?:st|nd|rd|th|e|-й|-я|\.ª|º|ª)?\s?$", sides[0])
    if digits:
        return int(digits[1])
    said = (before[0] if before else "").casefold()
    for ending, nominative in _NOMINATIVES.get(words.lexicon.language, ()):
        said = re.sub(rf"{ending}\b", nominative, said)
        sides[1] = re.sub(rf"{ending}\b", nominative, sides[1])
    number = ordinal(said + found[0] if words.lexicon.language == "zh" else said, formulas)
    if number is None and words.lexicon.language == "ar":
        number = ordinal(re.split(r"[،؛.]", sides[1])[0], formulas)
    return number


def quantities(part: str, words: Patterns) -> list[Quantity]:
    """Numbers with a unit, in order; one whose digits are lost is none."""
    counted = words.lexicon.counted
    found: list[tuple[int, Quantity]] = []
    for match in words.number.finditer(part):
        unit = "USD" if match["money"] else next((unit for unit in counted.units if match[unit]), None)
        if unit is None or match["lost"] or words.uncounted.match(part, match.end()):
            continue
        if unit == "items" and re.fullmatch(r"(?:19|20|21)\d\d", match["number"]):
            continue
        scale = counted.scales.get(_key(match["scale"] or ""), 1.0)
        found.append((match.start(), Quantity(value=_number(match["number"], counted.decimal) * scale, unit=unit)))
    shares = words.share.finditer(part)
    found += [(share.start(), Quantity(value=counted.shares[_key(share[0])], unit="share")) for share in shares]
    return [quantity for _, quantity in sorted(found, key=lambda pair: pair[0])]


def _key(said: str) -> str:
    return " ".join(said.casefold().split())


def _number(said: str, decimal: str) -> float:
    """Digits in groups of three, or with decimals, as the language writes them."""
    return float(re.sub(rf"[^\d{re.escape(decimal)}]", "", said).replace(decimal, "."))


def polarities(text: str, start: int, end: int, words: Patterns) -> tuple[tuple[Polarity, Span], ...]:
    """To refrain, to cease, to do: each with the stretch it governs; only *to do* where no word says otherwise."""
    found: list[tuple[Polarity, int]] = []
    kinds: tuple[tuple[Polarity, re.Pattern[str]], ...] = (("refrain", words.refrain), ("cease", words.cease))
    for polarity, pattern in kinds:
        places = (match.start() for match in pattern.finditer(text, start, end))
        first = next((place for place in places if _opens_action(text, start, place, words)), None)
        found += [(polarity, first)] if first is not None else []
    if not found:
        return (("do", (start, end)),)
    last = max(at for _, at in found)
    then = words.then.search(text, last, end)
    until = then.start() if then else end
    made: list[tuple[Polarity, Span]] = [(polarity, (start, until)) for polarity, _ in found]
    if then and then.end() < end:
        made.append(("do", (until, end)))
    return tuple(made)


def _opens_action(text: str, start: int, at: int, words: Patterns) -> bool:
    """What is asked begins here: after the names, a sign, *or*, or a word that binds."""
    before = text[max(start, at - 40) : at].rstrip()
    if not before or before[-1] in ",，、;；:：或" or at == start:
        return True
    if _ends_with(words.condition, before):
        return True
    if words.lexicon.spaced:
        return bool(re.search(r"(?:^|\W)(?:to|or|and|de|d'|à|a|que|o|y|и|или|أن|أو)$", before, re.IGNORECASE)) or at - start < 3
    return _ends_with(words.binds, before)


def _ends_with(pattern: re.Pattern[str], before: str) -> bool:
    return any(found.end() == len(before) for found in pattern.finditer(before))
