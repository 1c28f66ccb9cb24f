"""A reading as a person sees it: what the text says of itself, its tree with the asks, counts, what is unread or damaged."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from plumbrule.base.messages import message
from plumbrule.cli.labels import ADDRESSEES, BENEFICIARIES, FUNCTIONS, POLARITY, QUALIFIERS, RANKS

if TYPE_CHECKING:
    from rich.console import Console

    from plumbrule.base.words import Words
    from plumbrule.rulebook.reading import Ask, Document, Heading, Passage, Reading

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FIRST_WORDS = 72
MOST_SHOWN = 12
MOST_PLACES = 6
SPEAKS_ITSELF = {"decides", "commits", "assesses", "notes"}
"""Functions that need no addressee: the speaker acts itself."""
BODIES = {
    "general-assembly": message("General Assembly"),
    "security-council": message("Security Council"),
    "economic-and-social-council": message("Economic and Social Council"),
    "human-rights-council": message("Human Rights Council"),
    "secretary-general": message("Secretary-General"),
    "state": message("one State"),
}
STATUS = {
    "draft": message("draft"),
    "adopted": message("adopted"),
    "declaration": message("declaration"),
    "proposal": message("proposal"),
}
KINDS = {
    "preamble": message("paragraphs of the preamble"),
    "operative": message("numbered paragraphs"),
    "item": message("items"),
    "section": message("sections"),
    "objective": message("objectives"),
    "action": message("actions"),
    "bullet": message("second-level bullets"),
    "dash": message("dash paragraphs"),
    "footnote": message("footnotes"),
    "heading": message("headings"),
    "annex": message("annexes"),
}


def show(reading: Reading, document: Document, words: Words, console: Console) -> None:
    """For people: what the text says of itself, its tree, counts, what is unread, and what was damaged."""
    _heading(reading.heading, words, console)
    depth: dict[str, int] = {}
    notes = [passage for passage in reading.passages if passage.kind == "footnote"]
    for passage in [*(p for p in reading.passages if p.kind != "footnote"), *notes]:
        depth[passage.id] = depth.get(passage.parent or "", -1) + 1 if passage.kind != "footnote" else 0
        _line(passage, depth[passage.id], words, console)
    if not reading.heading.about:
        _counts(reading, words, console)
    _unread(reading, document, words, console)
    _faults(reading, words, console)


def plain(text: str, style: str = "") -> Text:
    """A text as it may go to a terminal: no control characters, which could be commands to it."""
    return Text(_CONTROLS.sub("�", text), style=style)


def _heading(heading: Heading, words: Words, console: Console) -> None:
    title = heading.title or words.text("no title printed")
    console.print(plain(f"{heading.symbol or words.text('no symbol printed')} · {title}", style="bold"))
    if heading.about:
        about = words.say("A report about {about}: no instrument, and it holds no provisions.", about=heading.about)
        console.print(plain(about))
        return
    parts = [
        words.text(BODIES[heading.body]) if heading.body in BODIES else heading.body or "",
        words.say("session {number}", number=heading.session) if heading.session else "",
        words.text(STATUS[heading.status]) if heading.status in STATUS else heading.status or "",
        heading.date or "",
        heading.language,
    ]
    console.print(plain(" · ".join(part for part in parts if part)))
    if heading.sponsors:
        console.print(plain(words.say("{count} sponsors", count=len(heading.sponsors))))
    if heading.cites:
        console.print(plain(words.say("Cites {documents}", documents=", ".join(heading.cites))))


def _line(passage: Passage, depth: int, words: Words, console: Console) -> None:
    """Id, first words, and one line for each ask."""
    text = passage.text if len(passage.text) <= FIRST_WORDS else passage.text[:FIRST_WORDS] + "…"
    console.print(plain("  " * depth + f"{passage.id:<14} {text}"))
    for ask in passage.asks:
        console.print(plain("  " * depth + " " * 15 + _ask(ask, words), style="cyan"))


def _ask(ask: Ask, words: Words) -> str:
    who = words.listing([to.name or words.text(ADDRESSEES.get(to.kind, to.kind)) for to in ask.addressees])
    named = f"{ask.verb} → {who}" if who else words.say("{verb}: nobody is named", verb=ask.verb)
    said = [ask.verb if not who and ask.function in SPEAKS_ITSELF else named]
    said.append(words.text(RANKS[ask.rank] if ask.rank else FUNCTIONS[ask.function]))
    said += [words.text(POLARITY[ask.polarity])] if ask.polarity != "do" else []
    said += [words.text(QUALIFIERS.get(code, code)) for code in ask.qualifiers]
    said += [words.say("by {when}", when=_when(ask.deadline, words))] if ask.deadline else []
    amounts = (ask.quantity, *ask.further_quantities) if ask.quantity else ()
    said += [f"{amount.value:,.10g} {amount.unit}" for amount in amounts]
    good = [words.text(BENEFICIARIES.get(code, code)) for code in ask.beneficiaries]
    said += [words.say("for {whom}", whom=words.listing(good))] if good else []
    said += [words.say("confirmed by {name}", name=ask.confirmed_by)] if ask.confirmed_by else []
    return " · ".join(said)


def _when(deadline: str, words: Words) -> str:
    kind, _, number = deadline.partition(":")
    return words.say("session {number}", number=number) if kind == "session" else deadline


def _counts(reading: Reading, words: Words, console: Console) -> None:
    counts = Counter(passage.kind for passage in reading.passages)
    asks = sum(len(passage.asks) for passage in reading.passages)
    parts = [f"{number} {words.text(KINDS[kind])}" for kind, number in counts.items()]
    console.print()
    console.print(plain(words.say("Found: {parts}; {asks} asks.", parts=", ".join(parts) or "0", asks=asks), style="bold"))
    silent = reading.without_asks
    if silent and asks:
        shown = ", ".join(silent[:MOST_SHOWN]) + ("…" if len(silent) > MOST_SHOWN else "")
        console.print(plain(words.say("No ask was read in {count} of them: {provisions}", count=len(silent), provisions=shown)))
    if asks:
        console.print(plain(words.text("Functions, ranks and classes are ours and unreviewed.")))


def _unread(reading: Reading, document: Document, words: Words, console: Console) -> None:
    unread = reading.unread
    if not unread:
        console.print(words.text("Every visible character was given to a provision or to what stands around them."))
        return
    size = sum(piece.end - piece.start for piece in unread)
    title = words.say("Unread: {pieces} stretches, {size} characters", pieces=len(unread), size=size)
    console.print(plain(title, style="bold yellow"))
    for piece in unread[:MOST_SHOWN]:
        text = " ".join(document.text[piece.start : min(piece.end, piece.start + FIRST_WORDS)].split())
        console.print(plain(f"  {piece.start}–{piece.end}  {text}"))
    if len(unread) > MOST_SHOWN:
        console.print(plain("  " + words.say("and {count} more; --format json lists them all", count=len(unread) - MOST_SHOWN)))


def _faults(reading: Reading, words: Words, console: Console) -> None:
    """Each kind of damage once, with its first places."""
    if not reading.faults:
        return
    console.print(plain(words.say("Damage that was lived with: {count}", count=len(reading.faults)), style="bold yellow"))
    kinds: dict[str, list[tuple[int, int]]] = {}
    for fault in reading.faults:
        kinds.setdefault(words.say(fault.what, **dict(fault.values)), []).append(fault.at)
    for said, places in list(kinds.items())[:MOST_SHOWN]:
        console.print(plain(f"  {said}{_places(places)}"))
    if len(kinds) > MOST_SHOWN:
        console.print(plain("  " + words.say("and {count} more; --format json lists them all", count=len(kinds) - MOST_SHOWN)))


def _places(places: list[tuple[int, int]]) -> str:
    known = [f"{start}–{end}" if end > start + 1 else str(start) for start, end in places if end > start]
    shown = ", ".join(known[:MOST_PLACES]) + ("…" if len(known) > MOST_PLACES else "")
    times = f" × {len(places)}" if len(places) > 1 else ""
    return f"{times} ({shown})" if shown else times
