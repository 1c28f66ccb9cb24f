"""The dossier: what it must say, what it must never hold, and that anybody can read it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from plumbrule.base.languages import Wording
from plumbrule.base.observation import Unknown
from plumbrule.findings.model import Assessment
from plumbrule.report import assessment_json, read_assessment, render_dossier

DIGEST = "0123456789abcdef" * 4
CSS = (Path(__file__).resolve().parents[2] / "src/plumbrule/report/templates/dossier.css").read_text(encoding="utf-8")
VOID = {"meta", "link", "br"}


class Page(HTMLParser):
    """The elements of a page: (tag, attributes) in order, ids, the words of headings, and whether tags are balanced."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element opens."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """The element opened last closes."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Words between tags."""
        if not {"style", "title", "desc"} & set(self.open):
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element with this tag."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        """All words, single spaced."""
        return " ".join("".join(self.words).split())


@pytest.fixture(scope="session")
def render(pseudo: Path) -> Callable[..., str]:
    """The page of an assessment as text."""

    def rendered(assessment: Assessment, language: str = "en") -> str:
        more = {"locales": pseudo} if language == "ar-XA" else {}
        return render_dossier(assessment, language=language, assessment_sha256=DIGEST, **more).decode("utf-8")

    return rendered


@pytest.mark.parametrize("language", ["en", "zh", "ar-XA"])
def test_the_page_is_one_file_and_well_formed(boston: Assessment, render: Callable[..., str], language: str) -> None:
    """No script, no address, no form, no event handler; tags close, ids are unique, references lead somewhere; under 200 kB."""
    text = render(boston, language)
    page = Page(text)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert page.open == []
    assert len(ids) == len(set(ids))
    assert not {tag for tag, _ in page.elements} & {"script", "iframe", "form", "object", "embed", "img", "base"}
    assert not [
        name
        for _, attributes in page.elements
        for name in attributes
        if name.startswith("on") or name in {"src", "srcset", "style"}
    ]
    targets = [
        value for _, attributes in page.elements for name, value in attributes.items() if name in {"href", "aria-labelledby"}
    ]
    assert {part for target in targets if target and target != "data:," for part in target.replace("#", "").split()} <= set(ids)
    assert not re.search(r"https?:|//\w|url\(|@import", text)
    assert "default-src 'none'" in text
    assert len(text.encode("utf-8")) < 200_000


@pytest.mark.parametrize("language", ["en", "zh", "ar-XA"])
def test_the_page_has_order_and_landmarks(boston: Assessment, render: Callable[..., str], language: str) -> None:
    """Language and direction, one h1, no level skipped, header, nav, main and footer, every picture and table named."""
    page = Page(render(boston, language))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert page.all("html")[0] == {"lang": language, "dir": "rtl" if language == "ar-XA" else "ltr"}
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(len(page.all(tag)) >= 1 for tag in ("header", "nav", "main", "footer"))
    assert all(
        picture.get("role") == "img" or picture.get("aria-hidden") == "true" or picture.get("class") == "over"
        for picture in page.all("svg")
    )
    assert len(page.all("table")) == len(page.all("caption"))
    assert len([picture for picture in page.all("svg") if picture.get("role") == "img"]) == len(page.all("figure"))


def test_it_says_what_was_found_with_its_basis(boston: Assessment, render: Callable[..., str]) -> None:
    """The published answers of the example, each with sample size, interval and method."""
    text = Page(render(boston)).text
    for said in (
        "67.5% of 197 rows recorded as black, 90.8% of 1,681 recorded as white; 23.3 points lower (interval −31.9 to −15.7).",
        "76.6% of 111 rows recorded as Hispanic, 90.8% of 1,681 recorded as white; 14.3 points lower",
        "86.4% of 369 rows recorded as women, 87.9% of 1,605 recorded as men; 1.5 points lower (interval −6.6 to +2.8).",
        "1,878 rows; Miettinen–Nurminen interval; 95% for all 3 comparisons together",
        "ratio 0.743",
        "29 CFR 1607.4(D), US, guidance",
        "Plumbrule, profile high, ours, unreviewed",
        "How many rows would decide it with 80% power",
        "No more rows exist: these data will never decide it.",
        "−20.1 points (−26.8 to −14.0) 1,989 rows",
        "−12.9 points",
        "1,971 rows were used; 18 rows were lost",
        "A gap is a ground for inquiry, not proof of unlawful treatment, and a factor may itself carry bias.",
        "declared, examined on paper, not tested",
        "Exploratory: looked at, not judged",
        "a person decides",
        DIGEST,
        boston.plan.sha256,
        boston.materials[0].sha256,
        "plumbrule verify pack --policy policy.txt --trust trust.toml",
    ):
        assert said in text, said


def test_the_note_comes_first(boston: Assessment, render: Callable[..., str]) -> None:
    """That people decided in 1990 is read before anything else but the title."""
    text = Page(render(boston)).text
    assert (
        text.index("These decisions were made by people at lenders in 1990")
        < text.index("Answered for by")
        < text.index("In short")
    )


def test_every_finding_cites_what_it_answers_in_words_of_ours(boston: Assessment, render: Callable[..., str]) -> None:
    """Citation and wording of every provision."""
    text = Page(render(boston)).text
    for finding in boston.findings:
        for answer in finding.answers:
            citation, wording = boston.provisions[answer]
            assert citation in text
            assert wording.texts["en"] in text


def test_every_threshold_names_source_and_status(boston: Assessment, render: Callable[..., str]) -> None:
    """Nothing is held against a number of which nobody says where it comes from."""
    text = Page(render(boston)).text
    lines = [line for finding in boston.findings for check in finding.checks for line in check.lines]
    thresholds = [line.threshold for line in lines if line.threshold]
    assert thresholds
    for threshold in thresholds:
        assert threshold.source.citation in text
        assert threshold.source.note
        assert threshold.source.note.texts["en"] in text


def test_a_draft_translation_is_shown_as_one(boston: Assessment, render: Callable[..., str]) -> None:
    """Chinese says that nobody has reviewed it; English does not."""
    assert "译文草稿" in render(boston, "zh")
    assert "Draft translation" not in render(boston)


def test_a_language_we_do_not_speak_gets_english_and_is_told(boston: Assessment, render: Callable[..., str]) -> None:
    """The page is marked as English and says what was asked for."""
    text = render(boston, "tlh")
    assert '<html lang="en" dir="ltr">' in text
    assert "it does not speak yet" in text


def test_what_falls_back_is_marked_with_its_language(boston: Assessment, render: Callable[..., str]) -> None:
    """An English wording on a Chinese page has lang=en; an unknown id too."""
    spoken = dataclasses.replace(
        boston, title=Wording(texts={"en": "Only in English"}), system=dataclasses.replace(boston.system, phase="hibernation")
    )
    text = render(spoken, "zh")
    assert '<span lang="en" dir="ltr">Only in English</span>' in text
    assert '<span lang="en" dir="ltr">hibernation</span>' in text


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>\"&'", "أسود", "x" * 500, "{n}", "{{ 7*7 }}"],
    ids=["markup", "arabic", "long", "slot", "template"],
)
def test_names_from_the_table_are_only_ever_text(boston: Assessment, render: Callable[..., str], name: str) -> None:
    """A group may be called anything: it is escaped, isolated, and never read as a template."""
    content = (
        assessment_json(boston).decode("utf-8").replace('"black"', '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"')
    )
    renamed = read_assessment(content.encode("utf-8"))
    text = render(renamed)
    page = Page(text)
    assert "<script" not in text
    assert name[:40] in page.text
    assert "49" not in re.findall(r"recorded as (\d+)", page.text)


def bare(boston: Assessment) -> Assessment:
    """An assessment with nothing in it that may be absent."""
    unknown = tuple(
        dataclasses.replace(one, estimate=Unknown(reason="no row has a prediction", n=0), bounds=None)
        for one in boston.observations
    )
    return dataclasses.replace(
        boston,
        system=dataclasses.replace(boston.system, note=None),
        plan=dataclasses.replace(boston.plan, log_index=None, departures=("the cut point was moved after the data were seen",)),
        population=dataclasses.replace(boston.population, more_rows=True, excluded={"no decision in these rows": 13}, used=1976),
        tier=dataclasses.replace(boston.tier, fired=(), unanswered=()),
        observations=unknown,
        adjustments=(),
        materials=(),
        provisions={},
    )


@pytest.mark.parametrize("language", ["en", "zh", "ar-XA"])
def test_absent_is_said_and_not_zero(boston: Assessment, render: Callable[..., str], language: str) -> None:
    """Nothing known: the page still stands, shows no picture, no zero and no NaN in its place."""
    text = render(bare(boston), language)
    page = Page(text)
    assert page.open == []
    assert not [picture for picture in page.all("svg") if picture.get("role") == "img"]
    assert not re.search(r"\b(NaN|nan|None|inf|undefined)\b", page.text)
    if language == "en":
        for said in ("no row has a prediction", "not signed into a log", "the cut point was moved", "no decision in these rows"):
            assert said in page.text


def test_an_assessment_without_findings_is_a_page_too(boston: Assessment, render: Callable[..., str]) -> None:
    """Empty is allowed and says so by its tables being absent."""
    empty = dataclasses.replace(boston, findings=(), observations=(), adjustments=())
    assert Page(render(empty)).open == []


def test_the_same_assessment_gives_the_same_page(boston: Assessment, render: Callable[..., str]) -> None:
    """Byte for byte, whatever was rendered between."""
    first = render(boston)
    render(boston, "zh")
    assert render(boston) == first


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("block", re.findall(r":root \{[^}]*--ink[^}]*\}", CSS), ids=["light", "dark"])
def test_colours_have_contrast(block: str) -> None:
    """Text at least 4.5 to 1, lines and shapes that carry meaning at least 3 to 1, in both themes."""
    token = dict(re.findall(r"--([\w-]+): (#\w{6})", block))
    for ink in ("ink", "soft", "accent", "good", "bad", "open", "faint"):
        for ground in ("paper", "sheet"):
            assert contrast(token[ink], token[ground]) >= 4.5, (ink, ground)
    for ink, ground in (("ink", "band"), ("ink", "tint"), ("soft", "tint")):
        assert contrast(token[ink], token[ground]) >= 4.5, (ink, ground)
    for shape in ("good", "bad", "open", "accent", "brass", "faint", "ink"):
        assert contrast(token[shape], token["band"]) >= 3, shape
    for shape in ("brass", "strong-rule"):
        assert contrast(token[shape], token["paper"]) >= 3, shape
    for tone in ("good", "bad", "open"):
        assert contrast(token["sign"], token[tone]) >= 4.5, tone


def test_styles_name_no_side() -> None:
    """Only logical properties: nothing that would stand on the wrong side in a right-to-left language."""
    allowed = CSS.replace("text-align: left", "", 1)  # a command line reads from left to right in every language
    for side in (
        r"(margin|padding|border|inset)-(left|right|top|bottom)",
        r"(?<![\w-])(left|right|top|bottom|width|height):",
        "float:",
        "text-align: (left|right)",
    ):
        assert not re.search(side, allowed), side
