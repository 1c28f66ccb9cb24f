"""`plumbrule search WORDS`: provisions and requirements by words, in any of the six languages, and why each was found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from plumbrule.base.messages import harmless, message
from plumbrule.cli.labels import ADDRESSEES, FUNCTIONS
from plumbrule.cli.progress import bar
from plumbrule.cli.sides import speak_every_script, words_or_english
from plumbrule.errors import InputError

if TYPE_CHECKING:
    from plumbrule.base.words import Words
    from plumbrule.rulebook.model import Rulebook
    from plumbrule.rulebook.search import Found, Hit, Matched, Query, SearchIndex

MOST = 1000
FIELDS = {
    "title": message("id and title"),
    "text": message("text"),
    "said": message("verbs, addressees and citations"),
}


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("search")(run)


def run(
    words: Annotated[
        list[str] | None, typer.Argument(help="What is looked for; may be left out with a filter", metavar="WORDS")
    ] = None,
    addressee: Annotated[
        str, typer.Option(help="Only what asks these: private-sector, member-states, ITU…", metavar="CODE")
    ] = "",
    function: Annotated[str, typer.Option(help="Only asks that do this: decides, requests, exhorts…", metavar="CODE")] = "",
    instrument: Annotated[str, typer.Option(help="Only this text: R265, CA, GAI, GDC…", metavar="ID")] = "",
    theme: Annotated[str, typer.Option(help="Only what this requirement answers: privacy, human-review…", metavar="ID")] = "",
    folder: Annotated[
        Path | None, typer.Option("--in", help="Search the readings saved in this folder instead of the rulebook.", metavar="DIR")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many hits are shown.", min=1, max=MOST)] = 10,
    lang: Annotated[str, typer.Option(help="Language of the output; shown first where several match.", metavar="xx")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Find provisions and requirements by words, best first, each with the words that matched.

    Texts that hold all the words come alone; where none does, those that hold some, and it says so. Exit code 0, also
    where nothing is found; 2: bad input.
    """
    from plumbrule.rulebook import load_rulebook  # noqa: PLC0415 - the rulebook loads when it is asked
    from plumbrule.rulebook.search import Query, entries_of_rulebook, index_in_memory, index_of_folder, search  # noqa: PLC0415

    said, rulebook, console = words_or_english(lang), load_rulebook(), speak_every_script()
    query = Query(
        words=" ".join(words or ()),
        addressee=addressee,
        function=function,
        instrument=instrument,
        theme=theme,
        prefer=said.asked.split("-", maxsplit=1)[0],
        limit=limit,
    )
    _check(query, rulebook, anything_goes=folder is not None)
    with bar(said.text(message("Indexing"))):
        index = index_of_folder(folder, rulebook) if folder else index_in_memory(entries_of_rulebook(rulebook))
    with closing(index):
        found = search(index, query)
        if as_json:
            typer.echo(json.dumps(document(found, query, index), ensure_ascii=False, allow_nan=False, indent=1))
        else:
            show(found, query, index, said, console)


def _check(query: Query, rulebook: Rulebook, *, anything_goes: bool) -> None:
    """Filters that no entry could have are a slip of the pen, and refused."""
    if not query.words.strip() and not any((query.addressee, query.function, query.instrument, query.theme)):
        raise InputError("Nothing to look for was given.", expected="words, or a filter", cure="plumbrule search privacy")
    bodies = {to.name for p in rulebook.provisions.values() for ask in p.asks for to in ask.addressees if to.name}
    _known("function", query.function, FUNCTIONS)
    _known("theme", query.theme, rulebook.requirements)
    if not anything_goes:
        _known("addressee", query.addressee, [*ADDRESSEES, *bodies])
        _known("instrument", query.instrument, rulebook.instruments)


def _known(option: str, given: str, known: Iterable[str]) -> None:
    plain = {name.casefold(): name for name in known}
    if not given or given.casefold() in plain:
        return
    near = [plain[key] for key in get_close_matches(given.casefold(), plain, n=3, cutoff=0.5)]
    raise InputError(
        f"--{option} {given}: there is none of that name.",
        expected=f"one of {', '.join([*plain.values()][:40])}",
        cure=f"Did you mean {', '.join(near)}?" if near else "Choose one of these.",
    )


def document(found: Found, query: Query, index: SearchIndex) -> dict[str, Any]:
    """Hits as plain values."""
    from plumbrule.rulebook.search import near_words  # noqa: PLC0415

    filters = {name: getattr(query, name) or None for name in ("addressee", "function", "instrument", "theme")}
    return {
        "query": {"words": query.words, **filters},
        "searched": {"entries": index.size, "index": index.kept or None, "skipped": index.skipped},
        "all_words": not found.some,
        "more": found.more,
        "hits": [_plain(hit) for hit in found.hits],
        "near": () if found.hits else near_words(index, query.words),
    }


def _plain(hit: Hit) -> dict[str, Any]:
    entry = hit.entry
    return {
        "id": entry.ref,
        "kind": entry.kind,
        "citation": entry.citation or None,
        "title": entry.title or None,
        "language": entry.language,
        "also_in": hit.also,
        "official": entry.official,
        "reviewed_by": entry.reviewed_by or None,
        "source": entry.source,
        "score": round(hit.score, 4),
        "text": entry.text,
        "addressees": entry.addressees,
        "functions": entry.functions,
        "themes": entry.themes,
        "matched": [_why(matched) for matched in hit.matched],
    }


def _why(matched: Matched) -> dict[str, Any]:
    return {
        "field": matched.field,
        "words": list(dict.fromkeys(matched.text[start:end] for start, end in matched.places)),
        "places": [list(place) for place in matched.places] if matched.field == "text" else None,
    }


def show(found: Found, query: Query, index: SearchIndex, words: Words, console: Console) -> None:
    """For people: each hit with its id, its text around the words found, and where they were found."""
    if not found.hits:
        _nothing(query, index, words, console)
        return
    if found.some:
        console.print(words.text(message("No text holds all of it; these hold some.")), style="yellow")
    for hit in found.hits:
        _hit(hit, words, console)
    more = words.say("{n} shown; there are more: --limit shows them.", n=words.whole(len(found.hits)))
    shown = words.many("{n} hit.", "{n} hits.", len(found.hits))
    console.print(Text(more if found.more else shown, style="bold"))
    _skipped(index, words, console)
    if any(not hit.entry.official and not hit.entry.reviewed_by for hit in found.hits):
        console.print(
            words.text(message("Our short wording, a draft that nobody has reviewed; the official text is in the document."))
        )


def _skipped(index: SearchIndex, words: Words, console: Console) -> None:
    if index.skipped:
        said = words.say("Not searched, since they are no readings: {names}", names=", ".join(index.skipped[:10]))
        console.print(Text(harmless(said), style="yellow"))


def _hit(hit: Hit, words: Words, console: Console) -> None:
    from plumbrule.rulebook.search import snippet  # noqa: PLC0415

    entry = hit.entry
    head = " · ".join(filter(None, (entry.ref, entry.title, entry.language)))
    line = Text(harmless(head), style="bold")
    also = [words.say("also in {languages}", languages=", ".join(hit.also))] if hit.also else []
    source = [entry.source] if entry.official else []
    line.append("  " + harmless(" · ".join([*also, *source])), style="dim")
    console.print(line)
    fields = {matched.field: matched for matched in hit.matched}
    if "text" in fields:
        shown, places = snippet(fields["text"])
        console.print(_marked(shown, places))
    else:
        console.print(Text("    " + harmless(entry.text if len(entry.text) <= 160 else entry.text[:160] + "…")))
    if hit.matched:
        why = "; ".join(f"{words.text(FIELDS[m.field])}: {', '.join(_words_of(m))}" for m in hit.matched)
        console.print(Text(harmless("    " + words.say("matched in {why}", why=why)), style="dim"))


def _words_of(matched: Matched) -> list[str]:
    return list(dict.fromkeys(matched.text[start:end] for start, end in matched.places))[:6]


def _marked(shown: str, places: Iterable[tuple[int, int]]) -> Text:
    """A text with the words found in bold and between marks, so that colour is not the only thing that shows them."""
    said, at = Text("    "), 0
    for start, end in places:
        said.append(harmless(shown[at:start]))
        said.append("»" + harmless(shown[start:end]) + "«", style="bold cyan")
        at = end
    said.append(harmless(shown[at:]))
    return said


def _nothing(query: Query, index: SearchIndex, words: Words, console: Console) -> None:
    """What was searched, and words that come near."""
    from plumbrule.rulebook.search import near_words  # noqa: PLC0415

    filters: Mapping[str, str] = {
        name: getattr(query, name) for name in ("addressee", "function", "instrument", "theme") if getattr(query, name)
    }
    what = ", ".join([query.words, *(f"--{name} {value}" for name, value in filters.items())]).strip(", ")
    said = words.say("Nothing found for {what} in {count} texts.", what=what, count=words.whole(index.size))
    console.print(Text(harmless(said), style="bold"))
    near = near_words(index, query.words)
    if near:
        console.print(Text(harmless(words.say("Words that come near: {near}", near=", ".join(near)))))
    elif filters and query.words:
        console.print(words.text(message("Without the filters there may be more.")))
    _skipped(index, words, console)
