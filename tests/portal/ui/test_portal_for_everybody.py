"""The pages in a real browser: WCAG 2.2 AA as far as a program can see, small screens, large letters, both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from site_made import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]

PAGES = ("/", "/systems?q=nothing", "/systems/loans", "/systems/loans?on=2027-01-01", "/compare?system=loans", "/account/sign-in")
"""As somebody without an account sees them; test_every_page_in_browser.py looks at all pages there are."""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def page(browser: Browser) -> Page:
    """A page without scripts of its own; axe is put in from outside."""
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(site: Site, page: Page, path: str, language: str) -> None:
    """axe-core finds no fault on any kind of page, from left to right and from right to left."""
    from axe_playwright_python.sync_playwright import Axe

    page.goto(f"{site.address}{path}{'&' if '?' in path else '?'}lang={language}")
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, [(one["id"], one["help"], one["nodes"][0]["html"][:200]) for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read_in_both_schemes(site: Site, browser: Browser, scheme: str) -> None:
    """Contrast holds where the reader prefers dark pages, too."""
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(bypass_csp=True, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{site.address}/systems/loans")
    found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
    context.close()
    assert not found, found


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_320_pixels(site: Site, page: Page, path: str) -> None:
    """Nothing runs out of a screen of 320 CSS pixels, which is 1,280 pixels at 400 % (WCAG 1.4.10)."""
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(site.address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


FOCUSED = """() => {
  const all = [...document.querySelectorAll("a[href], input:not([type=hidden]), select, button, summary, [tabindex='0']")];
  const shown = all.filter(e => e.checkVisibility() && !(e.type === "radio" && !e.checked));
  const now = document.activeElement, outline = getComputedStyle(now).outlineStyle;
  return [shown.indexOf(now), shown.length, outline !== "none"];
}"""


@pytest.mark.parametrize("path", ["/", "/systems", "/systems/loans"])
def test_the_keyboard_alone_reaches_everything(site: Site, page: Page, path: str) -> None:
    """Tab visits the way past the menu first, then every link, field and button that shows, each with a visible outline."""
    page.goto(site.address + path)
    seen, wanted = [], page.evaluate(FOCUSED)[1]
    while len(seen) < 2 * wanted and {place for place, _, _ in seen} - {-1} != set(range(wanted)):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
    assert seen[0][0] == 0 and page.evaluate("document.querySelector('a').className") == "skip"
    assert {place for place, _, _ in seen} - {-1} == set(range(wanted))
    # A field for a date has several stops inside, of which the browser marks one by itself.
    assert set(range(wanted)) == {place for place, _, outlined in seen if outlined} - {-1}


def test_no_page_needs_a_script(site: Site, browser: Browser) -> None:
    """With scripts switched off a reader searches, opens a system and changes the language."""
    context = browser.new_context(java_script_enabled=False, extra_http_headers={"Accept-Language": "en"})
    page = context.new_page()
    page.goto(site.address)
    page.get_by_role("searchbox").fill("loans")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Loans").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Loans"
    page.get_by_label("Language").select_option("fr")
    page.locator("footer button").click()
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.get_by_role("heading", level=1).inner_text() == "Prêts"
    context.close()


@pytest.mark.parametrize("path", ["/", "/systems", "/systems/loans"])
def test_forced_colours_and_less_motion(site: Site, browser: Browser, path: str) -> None:
    """With the reader's own colours and without motion: axe finds nothing, nothing moves, a verdict still has its shape."""
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(bypass_csp=True, forced_colors="active", reduced_motion="reduce", contrast="more")
    page = context.new_page()
    page.goto(site.address + path)
    found = Axe().run(page, options=RULES).response["violations"]
    moves = "e => getComputedStyle(e).transitionDuration !== '0s'"
    moving = page.evaluate(f"[...document.querySelectorAll('*')].filter({moves}).length")
    context.close()
    assert not found, [(one["id"], one["nodes"][0]["html"][:200]) for one in found]
    assert moving == 0


@pytest.mark.parametrize("path", ["/", "/systems", "/systems/loans"])
def test_letters_of_twice_the_size(site: Site, page: Page, path: str) -> None:
    """At 200 % text nothing is cut off sideways and nothing lies over anything else's words (WCAG 1.4.4)."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(site.address + path)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    cut = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, p, li, dt, dd, button, label')]"
        ".filter(e => e.checkVisibility() && getComputedStyle(e).overflowX === 'hidden' && e.scrollWidth > e.clientWidth + 1)"
        ".length"
    )
    assert cut == 0
