"""The dossier: one page that says an assessment to a person, on a screen, on a phone or on paper.

One self-contained HTML file: no script, nothing from outside, styles inside. Templates lay out what `views` put into
words; autoescape is on, and everything that comes from the assessment is escaped and isolated.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from plumbrule.base.words import LOCALES, translator
from plumbrule.findings.model import Assessment
from plumbrule.report import phrases
from plumbrule.report.terms_outcomes import UNCERTAINTY
from plumbrule.report.views.basis import basis
from plumbrule.report.views.figures import Figures
from plumbrule.report.views.finding import FindingView, finding_view
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
    return _rendered("dossier.html.j2", assessment, speaker, assessment_sha256).encode("utf-8")


def render_findings(assessment: Assessment, *, language: str, locales: Path = LOCALES) -> Markup:
    """The dossier's sections on findings as HTML for a page of somebody else's: no styles, no script, every text escaped.

    It is one element that says its own language and direction, because a language without a catalogue falls back to
    English. Headings begin at level 2. The classes are the dossier's.

    Args:
        assessment: what to show.
        language: BCP 47 code.
        locales: folder of gettext catalogues, for languages that are not ours.
    """
    speaker = Speaker(words=translator(language, locales=locales))
    return Markup(_rendered("within.html.j2", assessment, speaker, ""))  # noqa: S704  autoescape is on in our templates


def finding_views(
    assessment: Assessment, *, language: str, prefix: str = "", locales: Path = LOCALES
) -> tuple[FindingView, ...]:
    """What the dossier shows of each finding, in the assessment's order, for templates of somebody else's.

    Args:
        assessment: what to show.
        language: BCP 47 code.
        prefix: begins the ids inside the pictures, for a page that shows several assessments.
        locales: folder of gettext catalogues, for languages that are not ours.
    """
    figures = Figures.of(assessment, Speaker(words=translator(language, locales=locales)))
    return tuple(finding_view(assessment, finding, figures, prefix=prefix) for finding in assessment.findings)


def _rendered(template: str, assessment: Assessment, speaker: Speaker, sha256: str) -> str:
    figures = Figures.of(assessment, speaker)
    return (
        _environment()
        .get_template(template)
        .render(
            assessment=assessment,
            sha256=sha256,
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
