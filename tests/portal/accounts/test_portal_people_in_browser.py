"""From the first link to the first published record in a real browser, by keyboard alone; axe looks at every page on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from portal_people import PASSWORD
from portal_totp import totp
from site_made import running_site

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PREPARE = """
import sys
sys.path.insert(0, "ledger")
from portal_made import publish_loans
from portal_people import person
from test_portal_desk import changed
publish_loans()
changed(person("ada", "focal-point", organisation="city-x"))
"""


def look(page: Page) -> None:
    """axe finds nothing; nothing is wider than a small screen."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, (page.url, [(one["id"], one["nodes"][0]["html"][:200]) for one in found])


def reach(page: Page, selector: str) -> None:
    """Press Tab until the thing has the focus; it must come within a hundred presses."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached on {page.url}")


def write(page: Page, name: str, text: str) -> None:
    """Reach a field and type."""
    reach(page, f"[name={name}]")
    page.keyboard.type(text)


def test_an_administrator_begins_and_publishes_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    """Account, telephone, recovery codes, desk, proposal, publishing: each by Tab and Enter, each page as axe wants it."""
    with running_site(tmp_path / "node", "--no-example", prepare=PREPARE) as site:
        context = browser.new_context(bypass_csp=True, locale="en")
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(site.first_link)
        look(page)
        for name, text in (("name", "Ben"), ("email", "ben@example.org"), ("password", PASSWORD)):
            write(page, name, text)
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/second-factor/new")
        look(page)
        write(page, "code", totp(page.locator("figcaption code").inner_text()))
        page.keyboard.press("Enter")
        page.wait_for_selector("text=recovery codes")
        look(page)
        reach(page, "a.button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk")
        look(page)
        reach(page, "a[href='/proposals/1']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/proposals/1")
        for path in (
            "/proposals/1?lang=ar",
            "/account",
            "/people",
            "/about",
            "/trail",
            "/desk/letters",
            "/desk/holds",
            "/entries/2/withdraw",
            "/proposals/1",
        ):
            page.goto(site.address + path)
            look(page)
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        reach(page, "form[action$='/agree'] button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/entries/*")
        assert "small loans" in site.get("/systems/loans", **{"Accept-Language": "en"})[2].decode()
        context.close()
