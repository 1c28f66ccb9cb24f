"""Who wrote what when: the identification of an Akoma Ntoso document by work, expression and manifestation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from plumbrule.rulebook.exchange.xml import element
from plumbrule.rulebook.reading.model import Heading

UNDATED = "0001-01-01"
"""Akoma Ntoso demands a date of everything. This one says that the text in hand prints none; its name is `unknown`."""
LANGUAGES = {
    "ar": "ara", "zh": "zho", "en": "eng", "fr": "fra", "ru": "rus", "es": "spa",
    "kk": "kaz", "ky": "kir", "tg": "tgk", "tk": "tuk", "uz": "uzb",
}  # fmt: skip
BODIES = {
    "general-assembly": ("ga", "United Nations General Assembly"),
    "security-council": ("sc", "United Nations Security Council"),
    "economic-and-social-council": ("ecosoc", "United Nations Economic and Social Council"),
    "human-rights-council": ("hrc", "United Nations Human Rights Council"),
    "secretary-general": ("sg", "Secretary-General of the United Nations"),
    "state": ("state", "A State"),
}
US = "plumbrule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What identifies a text: the element it is written as, its subtype, body, number, date and language.

    `body` is `plumbrule` where the words are ours; `written_on` is when this file was written, if anybody says.
    """

    element: str
    name: str
    body: str
    number: str
    date: str
    language: str
    written_on: str = ""

    @property
    def work(self) -> str:
        """The address of the work, as AKN4UN builds them."""
        kind = "statement/deliberation" if self.element == "statement" else "doc"
        return f"/akn/un/{kind}/{self.body}/{self.date}/{self.number}"

    @property
    def expression(self) -> str:
        """The address of the work in one language."""
        return f"{self.work}/{self.language}@{self.date}"


def identity_of(heading: Heading, name: str) -> Identity:
    """From what a text says of itself; `name` stands in for a number that it does not print."""
    resolution = heading.body in BODIES and heading.body not in {"secretary-general", "state"}
    kind = "resolutionDraft" if heading.status == "draft" else "resolution"
    if not resolution:
        kind = heading.status if heading.status in {"declaration", "proposal"} else "report" if heading.about else "text"
    return Identity(
        element="statement" if resolution or heading.status == "declaration" else "doc",
        name=kind,
        body=BODIES.get(heading.body or "", ("unknown", ""))[0],
        number=slug(heading.symbol or name) or "unnumbered",
        date=heading.date or UNDATED,
        language=LANGUAGES.get(heading.language, heading.language or "und"),
    )


def slug(text: str) -> str:
    """A symbol as it stands in an address: `A/RES/78/265` is `A-RES-78-265`."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.")


def identification(this: Identity, heading: Heading, part: str = "main") -> str:
    """Work, expression and manifestation."""
    work = _level("FRBRWork", this, this.work, f"{this.work}/!{part}", *_of_work(this, heading))
    language = element("FRBRlanguage", {"language": this.language})
    expression = _level("FRBRExpression", this, this.expression, f"{this.expression}/!{part}", language)
    form = element("FRBRformat", {"value": "application/akn+xml"})
    written = _level("FRBRManifestation", this, f"{this.expression}.xml", f"{this.expression}/!{part}.xml", form)
    return element("identification", {"source": f"#{US}"}, work, expression, written)


def _of_work(this: Identity, heading: Heading) -> tuple[str, ...]:
    shown = heading.symbol or this.number
    return (
        element("FRBRcountry", {"value": "un"}),
        element("FRBRsubtype", {"value": "deliberation"}) if this.element == "statement" else "",
        element("FRBRnumber", {"value": this.number, "showAs": shown}),
        element("FRBRname", {"value": this.name}),
        element("FRBRauthoritative", {"value": "false"}),
    )


def _level(name: str, this: Identity, uri: str, part: str, *more: str) -> str:
    """One of the three levels. The manifestation is ours, and dated only where somebody says when: nothing reads a clock."""
    ours = name == "FRBRManifestation"
    date = (this.written_on or UNDATED) if ours else this.date
    dated = "unknown" if date == UNDATED else "XMLMarkup" if ours else "issued"
    return element(
        name,
        {},
        element("FRBRthis", {"value": part}),
        element("FRBRuri", {"value": uri}),
        element("FRBRdate", {"date": date, "name": dated}),
        element("FRBRauthor", {"href": f"#{US}" if ours else f"#{this.body}"}),
        *more,
    )


def references(this: Identity, heading: Heading) -> str:
    """The bodies and ideas that the document points at."""
    shown = BODIES.get(heading.body or "", ("", "Not named in the text in hand"))[1]
    root = "/akn/ontology"
    body = {"eId": this.body, "href": f"{root}/organization/un/{this.body}", "showAs": shown}
    return element(
        "references",
        {"source": f"#{US}"},
        element("TLCOrganization", body) if this.body != US else "",
        element("TLCOrganization", {"eId": US, "href": f"{root}/organization/{US}", "showAs": "Plumbrule"}),
        element("TLCConcept", {"eId": "preamble", "href": f"{root}/concept/un/preamble", "showAs": "preamble"}),
    )
