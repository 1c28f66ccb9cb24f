"""The dossier in a real browser: it fits a phone, asks nobody anything, and complains about nothing.

Run with Chromium at /usr/bin/chromium, or name another with PLUMBRULE_CHROMIUM.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from plumbrule.findings.model import Assessment
from plumbrule.report import render_dossier

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
OVERFLOWING = """() => [...document.querySelectorAll('body *')]
    .filter(e => e.getClientRects().length && !e.closest('.scroll, svg, .hidden, .skip'))
    .filter(e => { const r = e.getBoundingClientRect(); return r.right > innerWidth + 1 || r.left < -1 })
    .map(e => e.outerHTML.slice(0, 120))"""
SMALL = """() => [...document.querySelectorAll('svg.picture text')]
    .map(e => e.getBoundingClientRect().height).filter(height => height < 12)"""


@pytest.fixture(scope="session", params=["en", "zh", "ar-XA"])
def page_file(request: pytest.FixtureRequest, boston: Assessment, pseudo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dossier of the example in one language."""
    more = {"locales": pseudo} if request.param == "ar-XA" else {}
    target = tmp_path_factory.mktemp("dossier") / f"{request.param}.html"
    target.write_bytes(render_dossier(boston, language=request.param, assessment_sha256="0" * 64, **more))
    return target


@pytest.mark.parametrize("width", [320, 360, 768, 1200])
def test_it_fits_and_is_quiet(browser: Browser, page_file: Path, width: int) -> None:
    """No sideways scrolling, nothing out of sight, no word in a picture too small, no message, no request but the file itself."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    wide = page.evaluate("document.documentElement.scrollWidth")
    outside, small = page.evaluate(OVERFLOWING), page.evaluate(SMALL)
    page.close()
    assert wide <= width
    assert (outside, small, said) == ([], [], [])
    assert [url for url in asked if not url.startswith("data:")] == [page_file.as_uri()]


def test_it_prints(browser: Browser, page_file: Path) -> None:
    """A PDF of fewer than thirty pages, the list of contents left out."""
    page = browser.new_page()
    page.goto(page_file.as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="print")
    shown = page.evaluate("getComputedStyle(document.querySelector('.contents')).display")
    page.close()
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") + printed.count(b"/Type /Page/") < 30
    assert shown == "none"


def test_a_long_name_breaks_and_pushes_nothing_out(browser: Browser, boston: Assessment, tmp_path: Path) -> None:
    """A group named with two hundred letters in one word still fits 320 px."""
    from plumbrule.report import assessment_json, read_assessment

    long = read_assessment(assessment_json(boston).replace(b'"black"', b'"' + b"x" * 200 + b'"'))
    target = tmp_path / "long.html"
    target.write_bytes(render_dossier(long, language="en", assessment_sha256="0" * 64))
    page = browser.new_page(viewport={"width": 320, "height": 800})
    page.goto(target.as_uri())
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert wide <= 320
