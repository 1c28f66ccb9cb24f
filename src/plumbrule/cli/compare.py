"""`plumbrule compare A B`: a draft beside what was adopted, one language beside another, a text beside our reading of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from plumbrule.base.messages import harmless, message
from plumbrule.cli.labels import ADDRESSEES, BENEFICIARIES, FUNCTIONS, POLARITY, QUALIFIERS, RANKS
from plumbrule.cli.sides import speak_every_script, version_named, words_or_english

if TYPE_CHECKING:
    from plumbrule.base.words import Words
    from plumbrule.rulebook.reading.compare import Aspect, Comparison, Pairing
    from plumbrule.rulebook.reading.versions import Version
    from plumbrule.rulebook.reading.wordwise import Change

AROUND = 12
"""Signs that are kept of what stayed the same on either side of a change."""
HOW = {
    "changed": message("changed"),
    "moved": message("moved"),
    "merged": message("joined into one"),
    "split": message("divided"),
    "only-left": message("only in A"),
    "only-right": message("only in B"),
}
WHAT = {
    "renumbered": message("number"),
    "kind": message("kind"),
    "words": message("words"),
    "number": message("figures in the text"),
    "citation": message("cites"),
    "ask": message("ask"),
    "function": message("function"),
    "rank": message("rank (ours)"),
    "polarity": message("to do or not to do"),
    "addressee": message("addressee"),
    "qualifier": message("qualifier"),
    "deadline": message("deadline"),
    "quantity": message("quantity"),
    "beneficiary": message("for whose good"),
    "paragraphs": message("printed paragraphs"),
}
NAMES: Mapping[str, Mapping[str, str]] = {
    "function": FUNCTIONS,
    "rank": RANKS,
    "polarity": POLARITY,
    "addressee": ADDRESSEES,
    "qualifier": QUALIFIERS,
    "beneficiary": BENEFICIARIES,
}
STYLES = {"only-left": "red", "only-right": "green", "moved": "yellow", "merged": "yellow", "split": "yellow"}


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("compare")(run)


def run(
    a: Annotated[str, typer.Argument(help="A file, or an instrument or provision of the rulebook (R265, R265/6.h)", metavar="A")],
    b: Annotated[str, typer.Argument(help="The same, to stand beside it", metavar="B")],
    lang_a: Annotated[str, typer.Option(help="Language of the text A; found by itself when left out.", metavar="xx")] = "",
    lang_b: Annotated[str, typer.Option(help="Language of the text B; found by itself when left out.", metavar="xx")] = "",
    drafting: Annotated[
        str,
        typer.Option(help="Language the text was drafted in: its functions count where two languages disagree.", metavar="xx"),
    ] = "",
    lang: Annotated[str, typer.Option(help="Language of the output, and of our wording.", metavar="xx")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Lay two versions of a text beside each other: what only one holds, what was joined, moved or changed.

    One language: word for word, each provision. Two languages, or our wording beside a text: structure, citations and asks.
    Exit code 0: they were compared, whether they differ or not (the last line says); 2: bad input.
    """
    from plumbrule.rulebook import load_rulebook  # noqa: PLC0415 - the rulebook loads when it is asked
    from plumbrule.rulebook.reading.compare import compare, compare_clauses  # noqa: PLC0415

    words, rulebook, console = words_or_english(lang), load_rulebook(), speak_every_script()
    left, one = version_named(a, rulebook, language=lang_a, wording=lang)
    right, other = version_named(b, rulebook, language=lang_b, wording=lang)
    found = compare_clauses(left, right) if one and other else compare(left, right, drafting=drafting)
    if as_json:
        typer.echo(json.dumps(document(found), ensure_ascii=False, allow_nan=False, indent=1))
    else:
        show(found, words, console)


def document(found: Comparison) -> dict[str, Any]:
    """A comparison as plain values: the pairings that differ, and how many are the same."""
    return {
        "a": _version(found.left),
        "b": _version(found.right),
        "words_compared": found.words_compared,
        "asks_compared": found.asks_compared,
        "functions_taken_from": {"left": "a", "right": "b"}.get(found.drafting),
        "equal": found.equal,
        "same": sum(1 for pairing in found.pairings if pairing.how == "same"),
        "differences": [_pairing(pairing) for pairing in found.differences],
        "outside": [_aspect(aspect) for aspect in found.outside],
    }


def _version(version: Version) -> dict[str, Any]:
    return {
        "name": version.name,
        "language": version.language,
        "official": version.official,
        "symbol": version.symbol or None,
        "title": version.title or None,
        "provisions": len(version.clauses),
        "unread": version.unread,
    }


def _pairing(pairing: Pairing) -> dict[str, Any]:
    return {
        "how": pairing.how.replace("left", "a").replace("right", "b"),
        "a": pairing.left,
        "b": pairing.right,
        "aspects": [_aspect(aspect) for aspect in pairing.aspects],
        "words": [{"what": change.what, "text": change.text} for change in pairing.words],
    }


def _aspect(aspect: Aspect) -> dict[str, Any]:
    return {"what": aspect.what, "a": aspect.left, "b": aspect.right, "taken": aspect.taken or None}


def show(found: Comparison, words: Words, console: Console) -> None:
    """For people: who is who, then a line for each provision that differs, then what it comes to."""
    for name, version in (("A", found.left), ("B", found.right)):
        sort = words.text(message("official text") if version.official else message("our wording"))
        count = words.say("{count} provisions", count=words.whole(len(version.clauses)))
        parts = [version.name, *filter(None, (version.symbol, version.title)), version.language, sort, count]
        console.print(Text(harmless(f"{name}  " + " · ".join(dict.fromkeys(parts))), style="bold"))
    _limits(found, words, console)
    console.print()
    for group in _runs(found.differences):
        _line(group, found, words, console)
    for aspect in found.outside:
        said = words.say(
            "Around the provisions ({what}), printed paragraphs: {left} in A, {right} in B.",
            what=aspect.left[0],
            left=aspect.left[1],
            right=aspect.right[1],
        )
        console.print(Text(harmless(said)))
    if found.differences or found.outside:
        console.print()
        counts: Counter[str] = Counter(pairing.how for pairing in found.differences)
        if counts:
            console.print(
                " · ".join(f"{words.text(said)}: {words.whole(counts[how])}" for how, said in HOW.items() if counts[how])
            )
    console.print(Text(_verdict(found, words), style="bold"))


def _limits(found: Comparison, words: Words, console: Console) -> None:
    """What could not be compared, and why."""
    if not found.words_compared:
        why = (
            message("Two languages: structure, citations, figures and asks are compared; words are not.")
            if found.left.official == found.right.official
            else message("Our wording beside an official text: structure, citations and asks are compared; words are not.")
        )
        console.print(words.text(why), style="dim")
    if not found.asks_compared:
        console.print(words.text(message("No asks were read in one of the two: they are not compared.")), style="dim")
    unread = found.left.unread + found.right.unread
    if unread:
        console.print(
            Text(words.say("{count} stretches were left unread: `plumbrule read` shows them.", count=unread)), style="yellow"
        )


def _runs(differences: Sequence[Pairing]) -> Iterator[list[Pairing]]:
    """Neighbours that were only renumbered, together; every other by itself."""
    run: list[Pairing] = []
    for pairing in differences:
        if [aspect.what for aspect in pairing.aspects] == ["renumbered"] and pairing.how == "changed":
            run.append(pairing)
            continue
        if run:
            yield run
        run = []
        yield [pairing]
    if run:
        yield run


def _line(group: Sequence[Pairing], found: Comparison, words: Words, console: Console) -> None:
    first, last = group[0], group[-1]
    if len(group) > 1:
        said = words.say(
            "{first} to {last} stand as {new_first} to {new_last}, otherwise the same",
            first=first.left[0],
            last=last.left[0],
            new_first=first.right[0],
            new_last=last.right[0],
        )
        console.print(Text(harmless(said), style="yellow"))
        return
    ids = [", ".join(side) for side in (first.left, first.right)]
    shown = ids[0] if ids[0] == ids[1] else " → ".join(filter(None, ids)) if all(ids) else ids[0] or ids[1]
    console.print(Text(harmless(f"{shown:<16} {words.text(HOW[first.how])}"), style=STYLES.get(first.how, "cyan")))
    if first.how.startswith("only"):
        version, name = (found.left, first.left[0]) if first.left else (found.right, first.right[0])
        text = next(clause.text for clause in version.clauses if clause.id == name)
        console.print(Text(harmless("    " + (text if len(text) <= 72 else text[:72] + "…"))))
    for aspect in first.aspects:
        if aspect.what != "words":
            console.print(Text(harmless("    " + _said(aspect, words))))
    if first.words:
        console.print(_change_text(first.words))


def _said(aspect: Aspect, words: Words) -> str:
    sides = [_values(aspect.what, side, words) for side in (aspect.left, aspect.right)]
    said = f"{words.text(WHAT[aspect.what])}: {sides[0]} → {sides[1]}"
    taken = _values(aspect.what, aspect.taken, words)
    return said + (" · " + words.say("taken from the drafting language: {what}", what=taken) if aspect.taken else "")


def _values(what: str, values: Sequence[str], words: Words) -> str:
    """Codes by their names; everything else as it is."""
    names = NAMES.get(what, {})
    return ", ".join(words.text(names.get(value, value)) for value in values) or words.text(message("nothing"))


def _change_text(changes: Sequence[Change]) -> Text:
    """A compact word diff: [-dropped-] {+added+}, and a little of what stands around."""
    said = Text("    ")
    for place, change in enumerate(changes):
        text = harmless(change.text)
        if change.what == "dropped":
            said.append(f"[-{text}-]", style="red")
        elif change.what == "added":
            said.append("{+" + text + "+}", style="green")
        else:
            said.append(_short(text, first=place == 0, last=place == len(changes) - 1), style="dim")
    return said


def _short(text: str, *, first: bool, last: bool) -> str:
    if first:
        return text if len(text) <= AROUND else "…" + text[-AROUND:]
    if last:
        return text if len(text) <= AROUND else text[:AROUND] + "…"
    return text if len(text) <= 2 * AROUND else text[:AROUND] + "…" + text[-AROUND:]


def _verdict(found: Comparison, words: Words) -> str:
    same = words.whole(sum(1 for pairing in found.pairings if pairing.how == "same"))
    if found.equal:
        return words.say("No difference in what was compared: {same} provisions.", same=same)
    return words.many("{n} difference; {same} provisions are the same.", "{n} differences; {same} provisions are the same.",
                      len([*_runs(found.differences)]) + len(found.outside), same=same)  # fmt: skip
