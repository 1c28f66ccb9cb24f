"""Every address × everybody: who is let in is what somebody wrote by hand in the `access.toml` files, and nothing else."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from access_things import arguments, things
from portal_people import person, visitor

ROLES = ("reporter", "assessor", "focal-point", "steward", "auditor", "administrator")
STRONG = {"steward", "auditor", "administrator"}
SCOPES = {"own": "city-x", "node": "", "other": "city-y"}
WAYS = ("get", "post", "put", "delete")
KEYS = {"public", "account", "own", "node", "other", "token", "second_factor"}


def addresses() -> Iterator[tuple[str, Any, str]]:
    """Every address of the site: its name with its namespace, its view, its pattern."""
    from django.urls import get_resolver

    def walk(patterns: Any, start: str, space: str) -> Iterator[tuple[str, Any, str]]:
        for one in patterns:
            if hasattr(one, "url_patterns"):
                yield from walk(
                    one.url_patterns, start + str(one.pattern), space + (f"{one.namespace}:" if one.namespace else "")
                )
            else:
                yield space + str(one.name), one.callback, start + str(one.pattern)

    return walk(get_resolver().url_patterns, "", "")


def expected() -> dict[str, dict[str, Any]]:
    """What people wrote, of all apps."""
    import plumbrule_portal

    found: dict[str, dict[str, Any]] = {}
    for path in sorted(Path(plumbrule_portal.__file__).parent.glob("*/access.toml")):
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
        assert not found.keys() & rows.keys(), path
        found |= rows
    return found


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refusals are what is wanted here: none needs a line with its traceback."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def asked(client: Any, address: str, method: str) -> Any:
    """The answer to one request. Nothing that is done stays done."""
    from django.db import transaction

    with transaction.atomic():
        page = getattr(client, method)(address)
        transaction.set_rollback(True)
    return page


def let_in(client: Any, address: str, ways: tuple[str, ...], *, token: bool = False) -> bool:
    """Whether a visitor is let in, by each way in which the address may be asked."""
    pages = [asked(client, address, method) for method in ways]
    answers = {page.status_code < 400 if token else _in(page) for page in pages if page.status_code != 405}
    assert len(answers) == 1, f"{address}: {[page.status_code for page in pages]}"
    return answers.pop()


def _in(page: Any) -> bool:
    there = page.headers.get("Location", "")
    assert page.status_code < 500, there
    asks = there.startswith(("/account/sign-in", "/account/second-factor?"))
    return page.status_code not in {401, 403, 404} and not asks


def visitors() -> dict[tuple[str, str, bool], Any]:
    """A browser for every role in every organisation; of the roles that need it also one without the second factor."""
    found = {}
    for role in ROLES:
        for scope, organisation in SCOPES.items():
            if scope == "other" and role in {"reporter", "assessor"}:
                continue  # nothing here asks for these two: what refuses them at home refuses them elsewhere
            for verified in (True, False) if role in STRONG else (True,):
                user = person(f"{role}-{scope}-{verified}", role, organisation=organisation)
                found[role, scope, verified] = visitor(user, second_factor=verified)
    return found


def should(row: dict[str, Any], role: str, scope: str, *, verified: bool) -> bool:
    """What the row says of somebody."""
    if row.get("token") or (row.get("second_factor") and not verified):
        return False
    if row.get("public") or row.get("account"):
        return True
    return role in row.get(scope, ()) and (verified or role not in STRONG)


def test_every_address_declares_its_rule_and_is_expected_by_hand(node: Path) -> None:
    """A new address without a rule, or without a line in an `access.toml`, fails here; so does a line without an address."""
    from plumbrule_portal.accounts.access import rule_of

    rules = {name: rule_of(view) for name, view, _ in addresses()}
    assert [name for name, rule in rules.items() if rule is None] == []
    rows = expected()
    assert rules.keys() - rows.keys() == set(), "write down who may come"
    assert rows.keys() - rules.keys() == set(), "no such address"
    assert all(row.keys() <= KEYS for row in rows.values())


def test_everybody_at_every_address(node: Path) -> None:
    """Nobody signed in, six roles in three organisations, with and without the second factor: in or not, as written."""
    from django.urls import reverse

    rows, known = expected(), things()
    people, anybody, wrong = visitors(), visitor(), []
    for name, _, pattern in addresses():
        if pattern.startswith("^"):
            continue  # lists by ending, all public: asked in the test below
        row, address = rows[name], reverse(name, kwargs=arguments(name, pattern, known))
        token = bool(row.get("token"))
        if row.get("public"):
            continue
        ways = tuple(way for way in WAYS if asked(anybody, address, way).status_code != 405)
        if let_in(anybody, address, ways, token=token):
            wrong.append((name, "nobody", "", True))
        for (role, scope, verified), client in people.items():
            if not verified and not row.get("account") and role not in row.get(scope, ()):
                continue  # out with the second factor, as is asked, so out without it
            wanted = should(row, role, scope, verified=verified)
            if let_in(client, address, ways, token=token) != wanted:
                wrong.append((name, role, scope, verified, "should be in" if wanted else "should be out"))
    assert wrong == []


def test_what_is_public_asks_nobody(node: Path) -> None:
    """Every public address answers a visitor without an account: never by asking to sign in, never by refusing."""
    from django.urls import reverse

    known, count = things(), 0
    for name, _, pattern in addresses():
        if expected()[name].get("public"):
            start = pattern.strip("^$").replace(r"\.(csv|json|atom)", ".csv")
            address = f"/{start}" if pattern.startswith("^") else reverse(name, kwargs=arguments(name, pattern, known))
            page = visitor().get(address)
            assert page.status_code in {200, 302, 304, 404, 405, 400, 422}, (name, page.status_code)
            assert not page.headers.get("Location", "").startswith("/account/"), name
            count += 1
    assert count > 20


def test_an_address_without_a_rule_answers_nobody(node: Path) -> None:
    """Whoever forgets the rule gets a page that nobody can see, not one that everybody can."""
    from django.core.exceptions import PermissionDenied
    from django.http import HttpResponse
    from django.test import RequestFactory

    from plumbrule_portal.accounts.middleware import Ruled

    guard = Ruled(lambda _request: HttpResponse())
    with pytest.raises(PermissionDenied):
        guard.process_view(RequestFactory().get("/"), lambda _request: HttpResponse(), (), {})
