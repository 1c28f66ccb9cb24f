"""`plumbrule show ID`: one thing of the rulebook, what it asks, how loudly, what stands on it, and how to cite it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from plumbrule.base.messages import harmless, message
from plumbrule.cli.labels import ADDRESSEES, BENEFICIARIES, FUNCTIONS, POLARITY, QUALIFIERS, RANKS
from plumbrule.cli.sides import file_version, speak_every_script, words_or_english
from plumbrule.errors import InputError

if TYPE_CHECKING:
    from plumbrule.base.languages import Wording
    from plumbrule.base.words import Words
    from plumbrule.rulebook.lookup import Place, Thing
    from plumbrule.rulebook.model import (
        Check,
        Crosswalk,
        Instrument,
        Jurisdiction,
        Link,
        Profile,
        Provision,
        ProvisionAsk,
        Requirement,
        Rulebook,
    )
    from plumbrule.rulebook.reading.versions import Version

MOST_LISTED = 12
LINKS = {
    "equal": message("equal to"),
    "narrower": message("narrower than"),
    "wider": message("wider than"),
    "related": message("related to"),
}
LOOKS = {
    "tested": message("tested"),
    "examined": message("examined: what somebody declared"),
    "decided": message("decided by a named person"),
    "measured": message("measured; no profile sets a limit"),
    "declared": message("declared in a plan; nothing judges it"),
    "not-yet": message("nothing looks at it yet"),
}
KINDS = {
    "resolution": message("resolution"),
    "initiative": message("initiative"),
    "report": message("report about an instrument"),
    "law": message("law"),
}


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("show")(run)


def run(
    name: Annotated[
        str,
        typer.Argument(
            help="An instrument, provision, requirement, profile (tier), jurisdiction, crosswalk, or a place of one", metavar="ID"
        ),
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="With --concordance: texts in hand; a clause of the first where the rulebook lacks it", metavar="FILE…"
        ),
    ] = None,
    concordance: Annotated[
        bool, typer.Option("--concordance", help="One clause in every language at hand, from the files its official text.")
    ] = False,
    lang: Annotated[str, typer.Option(help="Language of our wording: ar, zh, en, fr, ru, es.", metavar="xx")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Show one thing of the rulebook: our wording, its status and force, what it asks, what stands on it, how to cite it.

    Exit code 0: it is there; 2: it is not (the nearest ids are offered), or bad input.
    """
    from plumbrule.cli.showing import document  # noqa: PLC0415 - the rulebook loads when it is asked
    from plumbrule.rulebook import load_rulebook  # noqa: PLC0415
    from plumbrule.rulebook.lookup import look_up  # noqa: PLC0415

    words, rulebook, console = words_or_english(lang), load_rulebook(), speak_every_script()
    if concordance:
        _concordance(name, [file_version(file) for file in files or ()], rulebook, words, None if as_json else console)
        return
    thing = look_up(rulebook, name)
    if files:
        raise InputError("Files were named.", expected="an id alone", cure="Add --concordance to see what they say of it.")
    if as_json:
        typer.echo(json.dumps(document(thing, rulebook, words), ensure_ascii=False, allow_nan=False, indent=1))
    else:
        show(thing, rulebook, words, console)


def _concordance(name: str, versions: Sequence[Version], rulebook: Rulebook, words: Words, console: Console | None) -> None:
    """A clause of the rulebook, or of the first file where the rulebook does not hold it; as JSON where there is no console."""
    from plumbrule.cli import concordance as rows_of  # noqa: PLC0415
    from plumbrule.rulebook.lookup import holds, look_up  # noqa: PLC0415
    from plumbrule.rulebook.model import Provision  # noqa: PLC0415

    thing = look_up(rulebook, name) if holds(rulebook, name) or not versions else None
    if isinstance(thing, Provision):
        rows = rows_of.beside(thing, rulebook, versions, words)
        title = f"{thing.citation} · {_spoken(rulebook.instruments[thing.instrument].title, words)}"
    elif thing is None and versions:
        rows, title = rows_of.beside_files(name, versions, words), f"{name} · {versions[0].title or versions[0].name}"
    else:
        raise InputError(f"{name} is no provision.", expected="the id of a provision, such as R265/6.h", cure="Name one clause.")
    if console:
        rows_of.show_beside(title, rows, words, console)
    else:
        found = rows_of.beside_document(thing.id if thing else name, rows)
        typer.echo(json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1))


def show(thing: Thing | Place, rulebook: Rulebook, words: Words, console: Console) -> None:
    """For people."""
    from plumbrule.rulebook import model  # noqa: PLC0415

    if words.language == "en" and words.asked.split("-", maxsplit=1)[0] != "en":
        _put(
            console,
            words.say("The interface does not speak {language} yet: English stands in for it.", language=words.asked),
            "dim",
        )
    match thing:
        case model.Instrument():
            _instrument(thing, rulebook, words, console)
        case model.Provision():
            _provision(thing, rulebook, words, console)
        case model.Requirement():
            _requirement(thing, rulebook, words, console)
        case model.Profile():
            _profile(thing, rulebook, words, console)
        case model.Jurisdiction():
            _jurisdiction(thing, words, console)
        case model.Crosswalk():
            _crosswalk(thing, thing.links, thing.citation, words, console)
        case _:
            _crosswalk(thing.crosswalk, thing.links, f"{thing.crosswalk.citation}: {thing.place}", words, console)


def _put(console: Console, text: str, style: str = "", *, indent: int = 0) -> None:
    console.print(Text(" " * indent + harmless(text), style=style))


def _head(console: Console, *parts: str) -> None:
    _put(console, " · ".join(part for part in parts if part), "bold")


def _section(console: Console, words: Words, title: str, lines: Sequence[str]) -> None:
    """A title and its lines; nothing where there are none."""
    if lines:
        console.print()
        _put(console, words.text(title), "bold")
        for line in lines[:MOST_LISTED]:
            _put(console, line, indent=2)
        if len(lines) > MOST_LISTED:
            more = words.many("{n} more line: see --json.", "{n} more lines: see --json.", len(lines) - MOST_LISTED)
            _put(console, more, "dim", indent=2)


def _wording(wording: Wording, words: Words, console: Console) -> None:
    """Our words in the language asked for, else in English, and whose they are."""
    asked = words.asked.split("-", maxsplit=1)[0]
    text, language = wording.said(asked)
    _put(console, text)
    if language != asked:
        _put(console, words.say("There is no wording in {asked} yet: this is the English.", asked=asked), "yellow")
    reviewer = wording.reviewed_by.get(language, "")
    if reviewer:
        _put(console, words.say("Our wording, reviewed by {name}; not the official text.", name=reviewer), "dim")
        return
    draft = (
        message("Our wording, a draft that nobody has reviewed; not the official text.")
        if language == "en"
        else message("Our wording, a draft translation that nobody has reviewed; not the official text.")
    )
    _put(console, words.text(draft), "yellow")


def _spoken(wording: Wording, words: Words) -> str:
    return wording.said(words.asked.split("-", maxsplit=1)[0])[0]


def _of_text(instrument: Instrument, words: Words, console: Console) -> None:
    """What a text is and how loudly it speaks."""
    lines = [
        " · ".join((instrument.id, _spoken(instrument.title, words), instrument.symbol)),
        words.say("Status: {status}", status=instrument.status),
        words.say("Force: {force}", force=_spoken(instrument.force, words)),
        words.say("In hand: {what}", what=_spoken(instrument.in_hand, words)),
    ]
    if instrument.kind == "law":
        lines += [words.say("Jurisdiction: {code}", code=instrument.jurisdiction)]
        lines += [words.text(message("Binding") if instrument.binding else message("Not binding"))]
        lines += [f"{part.part}: {part.since} – {part.until}".rstrip(" –") for part in instrument.in_force]
    if instrument.sources == "secondary":
        lines.append(words.text(message("From secondary sources: the text itself was not read.")))
    _section(console, words, message("The text it stands in"), lines)


def _instrument(instrument: Instrument, rulebook: Rulebook, words: Words, console: Console) -> None:
    from plumbrule.rulebook.footnote import footnote  # noqa: PLC0415
    from plumbrule.rulebook.lookup import below  # noqa: PLC0415

    _head(console, instrument.id, words.text(KINDS[instrument.kind]), instrument.date)
    _wording(instrument.title, words, console)
    _of_text(instrument, words, console)
    held = below(rulebook, instrument)
    _section(console, words, message("Provisions"), [f"{p.citation:<22} {_spoken(p.wording, words)[:90]}" for p in held])
    _section(console, words, message("In a footnote"), [footnote(instrument, None, words)])


def _provision(provision: Provision, rulebook: Rulebook, words: Words, console: Console) -> None:
    from plumbrule.rulebook.footnote import footnote  # noqa: PLC0415
    from plumbrule.rulebook.lookup import below, cited_by  # noqa: PLC0415

    instrument, by = rulebook.instruments[provision.instrument], cited_by(rulebook, provision)
    _head(console, provision.citation, provision.id, provision.kind)
    _wording(provision.wording, words, console)
    asks = [line for ask in provision.asks for line in asks_in_words(ask, words)]
    _section(console, words, message("What it asks (functions, ranks and classes are ours, unreviewed)"), asks)
    if not provision.asks:
        console.print()
        _put(console, words.text(message("It asks nothing of anybody by a verb of its own.")))
    _of_text(instrument, words, console)
    around = [words.say("stands under {id}", id=provision.parent)] if provision.parent else []
    around += (
        [words.say("holds {ids}", ids=", ".join(p.id for p in below(rulebook, provision)))] if below(rulebook, provision) else []
    )
    around += [words.say("cites {documents}", documents=", ".join(provision.cites))] if provision.cites else []
    _section(console, words, message("Around it"), around)
    lines = [words.say("requirement {id}: {title}", id=r.id, title=_spoken(r.title, words)) for r in by.requirements]
    lines += [words.say("tier rule {id}: {why}", id=rule.id, why=_spoken(rule.because, words)) for rule in by.tier_rules]
    lines += [_check(check, profile, words) for profile, check in by.checks]
    lines += [words.say("{id} cites the whole text", id=other.id) for other in by.provisions]
    _section(console, words, message("What stands on it"), lines)
    _section(console, words, message("In a footnote"), [footnote(instrument, provision, words)])


def asks_in_words(ask: ProvisionAsk, words: Words) -> Iterator[str]:
    """One ask: verb, who, what sort; then what limits it, and where whoever marked it hesitated."""
    verb = ask.verb if words.language == "zh" else ask.english
    who = words.listing([to.name or words.text(ADDRESSEES.get(to.kind, to.kind)) for to in ask.addressees])
    sort = words.text(FUNCTIONS[ask.function])
    if ask.rank:
        sort += " " + words.say("(rank {rank}, ours)", rank=words.text(RANKS[ask.rank]))
    parts = [f"{verb} → {who}" if who else words.say("{verb}: nobody is named", verb=verb), sort]
    parts += [words.text(POLARITY[ask.polarity])] if ask.polarity != "do" else []
    yield " · ".join(parts)
    limits = [words.text(QUALIFIERS.get(code, code)) for code in ask.qualifiers]
    limits += [words.say("by {when}", when=ask.deadline)] if ask.deadline else []
    limits += [f"{q.value:,.10g} {q.unit}" for q in ((ask.quantity,) if ask.quantity else ()) + ask.further_quantities]
    good = [words.text(BENEFICIARIES.get(code, code)) for code in ask.beneficiaries]
    limits += [words.say("for {whom}", whom=words.listing(good))] if good else []
    if limits:
        yield "  " + " · ".join(limits)
    for name, why in ask.unsure.items():
        yield "  " + words.say("unsure of {field}: {why}", field=name, why=why)


def _check(check: Check, profile: Profile, words: Words) -> str:
    """A check of a profile with its numbers and where they come from."""
    numbers = [
        words.say(
            "{role} {value} ({source}; {status})",
            role=t.role,
            value=f"{t.value:g}",
            source=t.source.citation,
            status=t.source.status,
        )
        for t in check.thresholds
    ]
    return words.say("check {id} in profile {profile}", id=check.id, profile=profile.id) + (
        ": " + "; ".join(numbers) if numbers else ""
    )


def _requirement(requirement: Requirement, rulebook: Rulebook, words: Words, console: Console) -> None:
    from plumbrule.rulebook.lookup import links_of  # noqa: PLC0415

    _head(console, requirement.id, _spoken(requirement.title, words), " ".join(requirement.rows))
    _wording(requirement.statement, words, console)
    _put(console, words.say("How it is looked at: {how}", how=words.text(LOOKS[requirement.looked_at])))
    answered = [rulebook.provisions[name] for name in requirement.answers]
    lines = [f"{p.citation:<22} {_spoken(p.wording, words)[:90]}" for p in answered]
    _section(console, words, message("The provisions it answers"), lines)
    checks = [(p, c) for p in rulebook.profiles.values() for c in p.checks if c.requirement == requirement.id]
    _section(console, words, message("Checks"), [_check(check, profile, words) for profile, check in checks])
    links = [_link(link, crosswalk.citation, words) for crosswalk, link in links_of(rulebook, requirement)]
    _section(console, words, message("Beside other texts"), links)


def _link(link: Link, citation: str, words: Words) -> str:
    said = f"{words.text(LINKS[link.type])} {citation}, {link.to}: {_spoken(link.reason, words)} ({link.source})"
    return said if not link.reviewed_by else f"{said} · {link.reviewed_by}"


def _profile(profile: Profile, rulebook: Rulebook, words: Words, console: Console) -> None:
    _head(console, profile.id, _spoken(profile.title, words))
    _put(console, _spoken(rulebook.tier_note, words))
    required = [f"{name:<22} {_spoken(rulebook.requirements[name].title, words)}" for name in profile.requirements]
    _section(console, words, message("Requirements"), required)
    _section(console, words, message("Checks"), [_check(check, profile, words) for check in profile.checks])
    rules = [f"{rule.id}: {_spoken(rule.because, words)}" for rule in rulebook.tier_rules if rule.tier == profile.tier]
    _section(console, words, message("What leads to this tier"), rules)
    named = [
        f"{place.id}: {_spoken(tier.name, words)} · {words.text(LINKS[tier.relation])} {profile.id}"
        for place in rulebook.jurisdictions.values()
        for tier in place.tiers
        if tier.tier == profile.tier
    ]
    _section(console, words, message("What others call it"), named)
    _section(console, words, message("Where a check stays open"), [_spoken(profile.inconclusive, words)])


def _jurisdiction(place: Jurisdiction, words: Words, console: Console) -> None:
    _head(console, place.id, _spoken(place.name, words), place.instrument)
    if not place.reviewed_by:
        _put(console, words.text(message("Nobody has reviewed this profile.")), "yellow")
    tiers = [
        f"{_spoken(tier.name, words)} · {words.text(LINKS[tier.relation])} {tier.tier}: {_spoken(tier.because, words)} "
        f"({tier.source.citation}; {tier.source.status})"
        for tier in place.tiers
    ]
    _section(console, words, message("Tiers"), tiers)
    limits = [f"{limit.tier}, {limit.check}: {limit.threshold.role} {limit.threshold.value:g}" for limit in place.limits]
    _section(console, words, message("Numbers of its own"), limits)


def _crosswalk(crosswalk: Crosswalk, links: Sequence[Link], head: str, words: Words, console: Console) -> None:
    _head(console, crosswalk.id, _spoken(crosswalk.title, words))
    _put(console, head)
    lines = [f"{link.requirement} · {_link(link, crosswalk.id, words)}" for link in links]
    _section(console, words, message("Our requirements beside it"), lines)
    if not links:
        _put(console, words.text(message("Nothing of ours stands beside this place, which says nothing about either.")))
