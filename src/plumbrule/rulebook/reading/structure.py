"""Which form a text has, and what follows: units with their places and citations, pieces outside, and what it says of itself."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from plumbrule.base.messages import message
from plumbrule.rulebook.reading.assemble import assembled
from plumbrule.rulebook.reading.brief import is_brief, read_brief, running_title
from plumbrule.rulebook.reading.citations import citations, headed, is_ibid
from plumbrule.rulebook.reading.declaration import lead_in_line, read_declaration
from plumbrule.rulebook.reading.document import Document
from plumbrule.rulebook.reading.exchanged import cited_in, is_exchanged, note_places, read_exchanged, said_of, within
from plumbrule.rulebook.reading.formulas import any_of, formulas_of, known, squeezed
from plumbrule.rulebook.reading.front import first_date, read_front, title_start
from plumbrule.rulebook.reading.furniture import NOTE, STARRED, Furniture, furniture_of
from plumbrule.rulebook.reading.language import language_of
from plumbrule.rulebook.reading.layout import Found, Layout
from plumbrule.rulebook.reading.lines import Sheet, mended, sheet_of
from plumbrule.rulebook.reading.marked import has_marks, read_marked
from plumbrule.rulebook.reading.model import Fault, Heading, Piece, Span
from plumbrule.rulebook.reading.notes import marks_again, note_marks
from plumbrule.rulebook.reading.report import about, is_report, published, read_report, title_line
from plumbrule.rulebook.reading.resolution import opening_line, read_resolution
from plumbrule.rulebook.reading.units import Cited, Unit

_SPEAKERS = {
    "general-assembly": "A",
    "security-council": "S",
    "economic-and-social-council": "E",
    "human-rights-council": "A/HRC",
}
_HEADED = 40
_CITES_NOTHING = {"page-furniture", "menu", "figure"}
NotePlace = tuple[int, Span]


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """All that structure found; asks come after."""

    heading: Heading
    units: tuple[Unit, ...]
    outside: tuple[Piece, ...]
    faults: tuple[Fault, ...]


def structure(document: Document) -> Structured:
    """Units, pieces and fields of a document, by the first form that fits; a text of no known form stays unread."""
    language = language_of(document)
    menus = [_trimmed(document.text, mark.at) for mark in document.marks if mark.role == "menu"]
    sheet = sheet_of(document.text, formulas_of(language), skip=menus)
    layout = Layout()
    for at in menus:
        layout.leave(at, "menu")
    heading, furniture = _read(document, sheet, layout)
    _leave_furniture(sheet, furniture, layout)
    marks = note_marks(sheet, furniture, layout)
    again = marks_again(sheet, furniture, layout, marks)
    units, outside = assembled(sheet, layout, (*marks.values(), *(at for _, at in again)))
    speaker = _SPEAKERS.get(heading.body or "", "A")
    places = (*(marks or note_places(document)).items(), *again)
    units = _cited(sheet, units, places, language, speaker, cited_in(document))
    known = {cited.symbol for unit in units for cited in unit.cites}
    loose = [piece for piece in outside if piece.what not in _CITES_NOTHING]
    known |= {cited.symbol for piece in loose for cited in _in_span(sheet, (piece.start, piece.end), language, speaker)}
    faults = [*document.faults, *layout.faults, *_without_words(language), *_damage(document)]
    heading = replace(heading, language=language, cites=tuple(sorted(known - {heading.symbol or ""})))
    return Structured(heading=heading, units=units, outside=outside, faults=tuple(faults))


def _read(document: Document, sheet: Sheet, layout: Layout) -> tuple[Heading, Furniture]:
    """The first form that fits gives the lines to their owners."""
    if is_exchanged(document) or has_marks(document):
        (read_exchanged if is_exchanged(document) else read_marked)(sheet, document, layout)
        return said_of(document, _marked_heading(document, sheet, layout)), Furniture()
    opening = opening_line(sheet)
    title = title_start(sheet, opening[0]) if opening else None
    furniture = furniture_of(sheet, after=opening[0] if opening else -1, title=title[0] if title else None)
    if opening:
        read_resolution(sheet, furniture, opening[0], layout)
        asterisks = tuple(_spans(sheet, [n for n, what in furniture.outside.items() if what == "asterisk-note"]))
        return read_front(sheet, opening[0], opening[1], layout, asterisks), furniture
    sheet = sheet.with_paragraphs()
    if is_brief(sheet):
        read_brief(sheet, furniture, layout)
        return _brief_heading(sheet, layout), furniture
    lead_in = lead_in_line(sheet)
    if lead_in is not None:
        read_declaration(sheet, furniture, lead_in, layout)
        return _declared(sheet, layout), furniture
    if is_report(sheet):
        read_report(sheet, layout)
        return _reported(sheet), Furniture()
    return Heading(), furniture


def _trimmed(text: str, at: Span) -> Span:
    shown = text[at[0] : at[1]]
    return at[0] + len(shown) - len(shown.lstrip()), at[0] + len(shown.rstrip())


def _spans(sheet: Sheet, lines: Iterable[int]) -> Iterable[Span]:
    """Spans of lines that stand next to each other, joined; a line with asterisks in front begins one."""
    last: tuple[int, int] | None = None
    for index in sorted(lines):
        if last and index == last[1] + 1 and not STARRED.match(sheet.lines[index].key):
            last = (last[0], index)
            continue
        if last:
            yield sheet.between(*last)
        last = (index, index)
    if last:
        yield sheet.between(*last)


def _marked_heading(document: Document, sheet: Sheet, layout: Layout) -> Heading:
    titles = [_trimmed(sheet.text, mark.at) for mark in document.marks if mark.role == "title"]
    said = [squeezed(sheet.text[slice(*at)]) for at, what in layout.outside if what == "opening"]
    names = ((code, squeezed(name)) for code, names in sheet.formulas.openings.items() for name in names)
    body = next((code for code, name in names if any(line.startswith(name) for line in said)), None)
    return Heading(
        title=mended(sheet, titles[-1:] if len(titles) < 3 else titles[:1]).text if titles else None,
        title_at=(titles[-1] if len(titles) < 3 else titles[0]) if titles else None,
        body=body,
    )


def _brief_heading(sheet: Sheet, layout: Layout) -> Heading:
    title = next((at for at, what in layout.outside if what == "title"), None)
    words = sheet.formulas
    found = re.compile(any_of(words.speakers.get("secretary-general", ())))
    opening = "".join(line.key for line in sheet.lines[:60])
    return Heading(
        title=mended(sheet, [title]).text if title and running_title(sheet) else None,
        title_at=title,
        body="secretary-general" if found.search(opening) else None,
        status="proposal",
    )


def _declared(sheet: Sheet, layout: Layout) -> Heading:
    title = next((at for at, what in layout.outside if what == "title"), None)
    state = re.compile(any_of(sheet.formulas.speakers.get("state", ())))
    dated = [first_date(sheet.text[s:e].casefold(), sheet.formulas) for (s, e), what in layout.outside if what == "front"]
    return Heading(
        title=mended(sheet, [title]).text if title else None,
        title_at=title,
        body="state" if any(state.search(line.key) for line in sheet.lines) else None,
        date=next((day for day in dated if day), None),
        status="declaration",
    )


def _reported(sheet: Sheet) -> Heading:
    index = title_line(sheet)
    at = sheet.between(index, index) if index is not None else None
    title = mended(sheet, [at]).text.lstrip("# ").removeprefix("title:").strip() if at else None
    return Heading(title=title, title_at=at, date=published(sheet), about=about(sheet))


def _leave_furniture(sheet: Sheet, furniture: Furniture, layout: Layout) -> None:
    for index, what in furniture.outside.items():
        layout.leave(sheet.between(index, index), what)
    for number, lines in furniture.notes.items():
        displaced = number in furniture.displaced
        printed = NOTE.match(sheet.text[sheet.lines[lines[0]].start : sheet.lines[lines[0]].end])
        mark = len(printed[0].rstrip()) if printed and not displaced else 0
        note = Found(id=f"note.{number}", kind="footnote", mark=mark, displaced=displaced)
        layout.add(note, *(sheet.between(n, n) for n in lines))


def _cited(
    sheet: Sheet, units: tuple[Unit, ...], places: tuple[NotePlace, ...], language: str, speaker: str, refs: Mapping[Span, str]
) -> tuple[Unit, ...]:
    """Each unit with what it cites, in its own words or through its notes; the parent of a note is where its number stands first.

    In an annex of a file that points at documents itself (`refs`), only these are cited.
    """
    own = {
        unit.id: within(refs, unit.start, unit.end) if refs and unit.kind == "annex" else _of_unit(sheet, unit, language, speaker)
        for unit in units
    }
    before: tuple[str, ...] = ()
    noted: dict[int, tuple[str, ...]] = {}
    notes = {int(unit.id[5:]): unit for unit in units if re.fullmatch(r"note\.\d{1,3}", unit.id)}
    for number, unit in sorted(notes.items()):
        if not own[unit.id] and is_ibid(unit.text.text, language):
            own[unit.id] = tuple(Cited(symbol=symbol, at=(unit.start, unit.end)) for symbol in before)
        before = noted[number] = tuple(cited.symbol for cited in own[unit.id])
    home = _homes(units, places)
    first = dict(reversed(places))
    parents = {f"note.{number}": name for name, inside in home.items() for number, at in inside if first[number] == at}
    done = []
    for unit in units:
        through = [Cited(symbol=s, at=at) for n, at in home.get(unit.id, ()) for s in noted.get(n, ())]
        cites = tuple(sorted({*own[unit.id], *through}, key=lambda cited: cited.at))
        done.append(replace(unit, cites=cites, parent=parents.get(unit.id, unit.parent)))
    return tuple(done)


def _homes(units: tuple[Unit, ...], places: tuple[NotePlace, ...]) -> dict[str, list[NotePlace]]:
    """By unit, the numbers of the notes that stand in its own text, and where."""
    texts = [unit for unit in units if unit.kind != "footnote"]
    starts = [unit.start for unit in texts]
    home: dict[str, list[NotePlace]] = {}
    for number, (start, end) in places:
        at = bisect_right(starts, start) - 1
        if at >= 0 and start < texts[at].end and not any(s <= start < e for s, e in texts[at].breaks):
            home.setdefault(texts[at].id, []).append((number, (start, end)))
    return home


def _of_unit(sheet: Sheet, unit: Unit, language: str, speaker: str) -> tuple[Cited, ...]:
    """An annex speaks under its headings: the numbers there are those of the body named above them."""
    if unit.kind != "annex":
        return citations(unit.text, language, speaker)
    found: list[Cited] = []
    for prefix, at in _under_headings(sheet, unit, language, speaker):
        found += _in_span(sheet, at, language, prefix, unit)
    return tuple(found)


def _under_headings(sheet: Sheet, unit: Unit, language: str, speaker: str) -> Iterable[tuple[str, Span]]:
    """Parts of an annex between lines that stand alone and end no sentence."""
    first, last = (bisect_left(sheet.lines, place, key=lambda line: line.start) for place in (unit.start, unit.end))
    lines = sheet.lines[first:last]
    edges = [
        (line.key, line.start)
        for line, after in zip(lines, [*lines[1:], None], strict=True)
        if line.start > unit.start
        and len(line.key) < _HEADED
        and (line.blank or line.new_page)
        and (after is None or after.blank)
        and not re.search(r"[。；;:：.，,]|^[•»]|\d", line.key)
    ]
    starts = [("", unit.start), *edges]
    ends = [start for _, start in edges] + [unit.end]
    parts = [(key, (start, end)) for (key, start), end in zip(starts, ends, strict=True)]
    yield speaker, parts[0][1]
    yield from headed(parts[1:], language)


def _in_span(sheet: Sheet, at: Span, language: str, speaker: str, unit: Unit | None = None) -> tuple[Cited, ...]:
    """Citations in a stretch, less what breaks it."""
    start, spans = at[0], []
    for s, e in unit.breaks if unit else ():
        if at[0] <= s < at[1]:
            spans.append((start, s))
            start = e
    spans = [(s, e) for s, e in [*spans, (start, at[1])] if e > s and sheet.text[s:e].strip()]
    return citations(mended(sheet, spans), language, speaker) if spans else ()


def _without_words(language: str) -> Iterable[Fault]:
    if language and not known(language):
        what = message("there are no lists of words for {language}: the English ones were taken")
        yield Fault(at=(0, 0), what=what, values=(("language", language),))


def _damage(document: Document) -> Iterable[Fault]:
    """Lost characters, told once for each place where they stand."""
    for lost in re.finditer("�{1,200}", document.text):
        yield Fault(at=lost.span(), what=message("characters lost: kept as �, not guessed"))
