"""Every address that shows a page, the public ones and the desk's, in a real browser: axe, both directions, a small screen.

Which addresses there are is asked of the site itself, so a new one is looked at without anybody writing it down here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from site_made import in_portal, running_site

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = """
import json, sys
sys.path[:0] = ["ui"]
from datetime import UTC, datetime
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from access_things import arguments, things
from portal_people import person, visitor
from test_portal_access import ROLES, addresses
from test_portal_spoken import published
from plumbrule_portal.accounts.actions import invite
from plumbrule_portal.accounts.models import Role

known = things()
more = published()
person("ada", "focal-point", organisation="city-x")
client = visitor(person("ada", *ROLES))
paths = [*more, "/account/start/" + invite(Role.REPORTER, datetime.now(UTC))]
for name, _, pattern in addresses():
    try:
        paths.append(reverse(name, kwargs=arguments(name, pattern, known)))
    except NoReverseMatch:
        continue
pages = {}
for path in paths:
    answer = client.get(path)
    html = answer.headers.get("Content-Type", "").startswith("text/html") and "Content-Disposition" not in answer.headers
    if html and (answer.status_code in (200, 410) or path == "/nowhere"):
        pages[path] = answer.status_code
cookie = client.cookies[settings.SESSION_COOKIE_NAME]
print(json.dumps({"name": cookie.key, "value": cookie.value, "paths": list(pages)}))
"""


def looked_at(browser: Browser, address: str, told: dict[str, Any], language: str) -> dict[str, Any]:
    """What is wrong with each page, by its path."""
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(bypass_csp=True, viewport={"width": 320, "height": 640})
    context.add_cookies([{"name": told["name"], "value": told["value"], "url": address}])
    page, wrong = context.new_page(), dict[str, Any]()
    page.set_default_timeout(20_000)
    for path in told["paths"]:
        page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
        found = [(one["id"], one["nodes"][0]["html"][:200]) for one in Axe().run(page, options=RULES).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            found.append(("wider than 320 pixels", page.title()))
        if page.locator("html").get_attribute("dir") != ("rtl" if language == "ar" else "ltr"):
            found.append(("of the other direction", language))
        wrong |= {path: found} if found else {}
    context.close()
    return wrong


def test_axe_finds_nothing_on_any_page(browser: Browser, tmp_path: Path) -> None:
    """Signed in with every role, on a register with something of everything, in English and in Arabic, 320 pixels wide."""
    with running_site(tmp_path / "node", "--no-example", prepare="pass") as site:
        told = json.loads(in_portal(site.node, PAGES))
        assert len(told["paths"]) > 60, told["paths"]
        for language in ("en", "ar"):
            wrong = looked_at(browser, site.address, told, language)
            assert not wrong, json.dumps(wrong, indent=1)
