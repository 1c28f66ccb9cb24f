"""The pages of purchases in a real browser: for everybody, on small screens, from right to left, without scripts."""

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
from datetime import UTC, datetime, timedelta
from portal_people import person, visitor
from purchase_made import begun
from plumbrule_portal.ledger import proposals
from plumbrule_portal.systems.purchases import actions, answering
now, day = datetime.now(UTC), timedelta(days=1)
ada, ben = person("ada", "focal-point", organisation="city-x"), person("ben", "steward", organisation="city-x")
def say(supplier, when):
    kinds = {1: "declaration", 2: "cannot"}
    for number, kind in kinds.items():
        given = answering.Given(kind=kind, language="en", text="We say so.")
        answering.answer(supplier, supplier.purchase.points.get(number=number), given, when)
writing = begun(ada, now, "writing")
actions.take_out(writing.points.get(number=2), "Another contract covers it.", ada, now)
open_ = begun(ada, now, "open")
actions.set_closing(open_, now + 9 * day, ada, now)
supplier, secret = actions.ask(open_, "Rope and Sons", "", "en", ada, now)
say(supplier, now)
_, fresh = actions.ask(open_, "Twine", "", "en", ada, now)
made = {"writing": answering.take(supplier, now), "fresh": fresh}
for slug in ("closed", "decided"):
    one = begun(ada, now - 9 * day, slug)
    actions.take_out(one.points.get(number=3), "Another contract covers it.", ada, now - 9 * day)
    actions.set_closing(one, now - day, ada, now - 9 * day)
    supplier, secret = actions.ask(one, "Rope and Sons", "", "en", ada, now - 9 * day)
    actions.ask(one, "Silent", "", "en", ada, now - 9 * day)
    secret = answering.take(supplier, now - 8 * day)
    say(supplier, now - 8 * day)
    answering.send(supplier, now - 8 * day)
    made |= {slug: secret, "supplier": supplier.pk}
    if slug == "decided":
        proposals.agree(actions.decide(one, supplier, "The only answer.", "", ada, now), ben, now)
print(json.dumps(made | {"session": visitor(ada).cookies["sessionid"].value}))
"""


@pytest.fixture(scope="module")
def made(site: Site) -> dict[str, Any]:
    """Purchases at four stages on the running site: the secrets of their links, a session of the buyer."""
    found: dict[str, Any] = json.loads(in_portal(site.node, PREPARE))
    return found


def paths(made: dict[str, Any]) -> list[str]:
    """Every kind of page of this room, at its stages."""
    desk = [f"/desk/purchases{rest}" for rest in ("", "/writing", "/open", "/closed", "/decided", "/writing/points/1/take-out")]
    after = [
        "/desk/purchases/closed/compare",
        f"/desk/purchases/decided/suppliers/{made['supplier']}",
        "/desk/purchases/closed/decide",
    ]
    link = [
        f"/supply/{made['fresh']}",
        f"/supply/{made['writing']}",
        f"/supply/{made['writing']}/points/1",
        f"/supply/{made['closed']}",
    ]
    return [*desk, *after, *link, "/purchases", "/purchases/decided"]


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("ar", "light")])
def test_every_page_is_for_everybody(site: Site, browser: Browser, made: dict[str, Any], language: str, scheme: Any) -> None:
    """axe-core finds no fault, and nothing runs out of 320 pixels."""
    from axe_playwright_python.sync_playwright import Axe

    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    context = browser.new_context(bypass_csp=True, color_scheme=scheme, viewport={"width": 320, "height": 800})
    context.add_cookies([{"name": "sessionid", "value": made["session"], "url": site.address}])
    page, wrong = context.new_page(), []
    for path in paths(made):
        answer = page.goto(f"{site.address}{path}?lang={language}")
        assert answer is not None and answer.status == 200, path
        found = Axe().run(page, options=rules).response["violations"]
        wrong += [(path, one["id"], one["help"], one["nodes"][0]["html"][:200]) for one in found]
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            wrong.append((path, "too wide"))
    context.close()
    assert not wrong, wrong


def test_a_supplier_answers_with_the_keyboard_and_without_scripts(site: Site, browser: Browser, made: dict[str, Any]) -> None:
    """From the link to the sent answers by tabulator, space and return only."""
    context = browser.new_context(java_script_enabled=False, extra_http_headers={"Accept-Language": "en"})
    page = context.new_page()
    page.goto(f"{site.address}/supply/{made['writing']}")
    page.get_by_role("link", name="Answer point 5").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/points/5")
    page.get_by_label("We declare it").focus()
    page.keyboard.press("Space")
    page.get_by_label("In your words").focus()
    page.keyboard.type("People are told in the letter.")
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/supply/{made['writing']}")
    assert "People are told in the letter." in page.inner_text("main")
    page.get_by_role("button", name="Send the answers").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Your answers were sent").wait_for()
    context.close()
