"""Writing, grading and answering in a real browser: for everybody, on small screens, from right to left, without scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from site_made import Site, in_portal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]

PREPARE = """
import json
from datetime import UTC, datetime
from portal_people import person, visitor
from plumbrule_portal.systems.drafts import actions
from plumbrule_portal.systems.models import System
now = datetime.now(UTC)
person("eve", "focal-point", organisation="harbour")
eve = person("eve", "focal-point", organisation="city-x")
loans = System.objects.get(slug="loans")
actions.begin("bridges", "city-x", "en", "Bridges", eve, now)
actions.begin_from(loans, eve, now)
child = actions.begin_about(loans, "impact-child-1", eve, now)
print(json.dumps({"session": visitor(eve).cookies["sessionid"].value, "child": child.slug}))
"""


@pytest.fixture(scope="module")
def made(site: Site) -> dict[str, Any]:
    """Drafts on the running site, and a session of whoever writes them."""
    found: dict[str, Any] = json.loads(in_portal(site.node, PREPARE))
    return found


def paths(made: dict[str, Any]) -> list[str]:
    """Every kind of page on which something is written about a system."""
    sections = ("what", "use", "people", "working", "law", "life", "answering")
    drafts = ["/desk/drafts", "/desk/drafts/from-file", "/desk/drafts/bridges", f"/desk/drafts/{made['child']}"]
    parts = [*(f"/desk/drafts/loans/{part}" for part in sections), f"/desk/drafts/{made['child']}/effects"]
    own = ["/desk/organisations", "/desk/organisations/city-x", "/desk/organisations/harbour"]
    return [*drafts, *parts, "/desk/systems/loans", "/desk/systems/loans/grade", "/desk/findings", *own]


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("ar", "light")])
def test_every_page_of_writing_is_for_everybody(
    site: Site, browser: Browser, made: dict[str, Any], language: str, scheme: Any
) -> None:
    """axe-core finds no fault, and nothing runs out of 320 pixels."""
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(bypass_csp=True, color_scheme=scheme, viewport={"width": 320, "height": 640})
    context.add_cookies([{"name": "sessionid", "value": made["session"], "url": site.address}])
    page, rules = context.new_page(), ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    for path in paths(made):
        answer = page.goto(f"{site.address}{path}?lang={language}")
        assert answer is not None and answer.status == 200, path
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        faults = Axe().run(page, options={"runOnly": rules}).response["violations"]
        assert not faults, (path, [(one["id"], one["nodes"][0]["html"][:200]) for one in faults])
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    context.close()


def test_a_section_is_written_without_scripts_and_without_a_mouse(site: Site, browser: Browser, made: dict[str, Any]) -> None:
    """Tab and Enter alone fill a field and save it; what does not fit comes back with words beside it, and focus on them."""
    context = browser.new_context(java_script_enabled=False, extra_http_headers={"Accept-Language": "en"})
    context.add_cookies([{"name": "sessionid", "value": made["session"], "url": site.address}])
    page = context.new_page()
    page.goto(f"{site.address}/desk/drafts/bridges/what")
    page.locator("#website input").first.focus()
    page.keyboard.type("ftp://nowhere")
    page.get_by_role("button", name="Save", exact=True).focus()
    page.keyboard.press("Enter")
    assert "One answer does not fit. Everything else was kept." in page.get_by_role("alert").inner_text()
    field = page.locator("#website input").first
    assert field.input_value() == "ftp://nowhere" and field.get_attribute("aria-invalid") == "true"
    field.fill("https://city-x.example/bridges")
    page.get_by_role("button", name="Save", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.address}/desk/drafts/bridges")
    context.close()
