"""The dossier: one page that says an assessment to a person, on a screen, on a phone or on paper.

One self-contained HTML file: no script, nothing from outside, styles inside. Templates lay out what `views` put into
words; autoescape is on, and everything that comes from the assessment is escaped and isolated.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.base.words import LOCALES, translator
from plumbrule.findings.model import Assessment
from plumbrule.report import phrases
from plumbrule.report.terms_outcomes import UNCERTAINTY
from plumbrule.report.views.basis import basis
from plumbrule.report.views.figures import Figures
from plumbrule.report.views.finding import finding_view
from plumbrule.report.views.further import further_tests
from plumbrule.report.views.outcomes import outcomes
from plumbrule.report.views.scores import scores
from plumbrule.report.views.speaker import Speaker, plain
from plumbrule.report.views.summary import summary

if TYPE_CHECKING:
    from jinja2 import Environment


def render_dossier(assessment: Assessment, *, language: str, assessment_sha256: str, locales: Path = LOCALES) -> bytes:
    """The dossier as UTF-8 bytes; the same assessment in the same language gives the same bytes.

    Args:
        assessment: what to show.
        language: BCP 47 code; a language without a catalogue falls back to English and the page says so.
        assessment_sha256: digest of `assessment.json`, cited on the page (64 hex digits).
        locales: folder of gettext catalogues, for languages that are not ours.
    """
    speaker = Speaker(words=translator(language, locales=locales))
    figures = Figures.of(assessment, speaker)
    page = (
        _environment()
        .get_template("dossier.html.j2")
        .render(
            assessment=assessment,
            sha256=assessment_sha256,
            lang=speaker.words.language,
            dir=speaker.words.direction,
            words=speaker.words,
            phrases=phrases,
            uncertainty=UNCERTAINTY,
            say=speaker.say,
            many=speaker.many,
            term=speaker.term,
            called=speaker.called,
            wording=speaker.wording,
            summary=summary(assessment, figures),
            findings=tuple(finding_view(assessment, finding, figures) for finding in assessment.findings),
            basis=basis(assessment, figures),
            outcomes=outcomes(assessment, figures),
            scores=scores(assessment, figures),
            further=further_tests(assessment, figures),
        )
    )
    return page.encode("utf-8")


@cache
def _environment() -> Environment:
    """Templates of this package; a name that nobody filled is an error and never an empty place."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - an audit makes no page

    found = Environment(
        loader=PackageLoader("plumbrule.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters["plain"] = plain
    return found
