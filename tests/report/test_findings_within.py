"""Parts of the dossier for pages of somebody else's: the same findings, nothing that such a page would have to allow."""

from __future__ import annotations

import re

from plumbrule.findings.model import Assessment
from plumbrule.report import finding_views, render_dossier, render_findings


def test_the_part_is_the_dossiers_own(boston: Assessment) -> None:
    """The section on findings is, byte for byte, the one in the dossier of the same language."""
    part = str(render_findings(boston, language="en"))
    whole = render_dossier(boston, language="en", assessment_sha256="0" * 64).decode()
    section = part[part.index('<section id="findings"') : part.index("</article>\n</section>")]
    assert section in whole
    assert len(re.findall('<article id="finding-', part)) == len(boston.findings)


def test_nothing_in_it_needs_a_right(boston: Assessment) -> None:
    """No inline style, no script, no event handler, no address: a page with a strict policy shows all of it."""
    part = str(render_findings(boston, language="zh"))
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|\s(?:href|src)=", part)
    assert part.startswith('<div class="dossier" lang="zh" dir="ltr">')


def test_a_language_without_a_catalogue_says_that_it_is_english(boston: Assessment) -> None:
    """What falls back to English is marked as English."""
    assert str(render_findings(boston, language="tlh")).startswith('<div class="dossier" lang="en" dir="ltr">')


def test_views_of_two_assessments_share_no_id(boston: Assessment) -> None:
    """With prefixes of their own, the pictures of several assessments on one page have different ids."""

    def ids(prefix: str) -> set[str]:
        views = finding_views(boston, language="en", prefix=prefix)
        return {name for view in views for figure in view.figures for name in re.findall(r'\bid="([^"]+)"', str(figure.svg))}

    assert ids("a-")
    assert not ids("a-") & ids("b-")
    assert [view.badge.code for view in finding_views(boston, language="en")] == [one.verdict for one in boston.findings]
