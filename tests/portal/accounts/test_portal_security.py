"""What every answer carries, what is refused and in which words, and what Django itself would warn of."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from portal_made import publish_loans
from portal_people import PASSWORD, person, visitor

SECURE = """
import json, sys
from pathlib import Path
from plumbrule_portal.config.start import start
start(Path(sys.argv[1]))
from django.core.management import call_command
from django.test import Client
call_command("check", deploy=True, fail_level="WARNING")
over = Client(SERVER_NAME="register.example.org", headers={"X-Forwarded-Proto": "https", "Accept-Language": "en"})
page = over.get("/account/sign-in")
plain = Client(SERVER_NAME="register.example.org").get("/systems?q=x")
wrong = over.post("/account/sign-in", {"email": "x@example.org", "password": "y"})
told = over.get("/.well-known/security.txt")
cookies = {name: {key: morsel[key] for key in ("secure", "httponly", "samesite")} for name, morsel in over.cookies.items()}
shown = [page.status_code, dict(page.headers), cookies, plain.status_code, plain.headers.get("Location", "")]
print(json.dumps([*shown, told.status_code, told.content.decode()]))
"""


def test_a_node_behind_tls_is_what_django_would_deploy(node: Path, tmp_path: Path) -> None:
    """With `secure` the deploy check warns of nothing; visitors go to TLS; cookies are only sent there; HSTS for a year."""
    here = tmp_path / "node"
    shutil.copytree(node, here)
    toml = (here / "portal.toml").read_text(encoding="utf-8").replace("secure = false", "secure = true")
    toml = toml.replace('security_contact = ""', 'security_contact = "mailto:security@register.example.org"')
    (here / "portal.toml").write_text(toml.replace("hosts = []", 'hosts = ["register.example.org"]'), encoding="utf-8")
    ours = ("PLUMBRULE_", "DJANGO_")
    env = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    ran = subprocess.run([sys.executable, "-c", SECURE, str(here)], capture_output=True, text=True, env=env, check=False)
    assert ran.returncode == 0, ran.stderr
    status, headers, cookies, plain, there, told, text = json.loads(ran.stdout.splitlines()[-1])
    assert status == 200 and headers["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")
    assert (plain, there) == (301, "https://register.example.org/systems?q=x")
    assert cookies and all(cookie["secure"] and cookie["samesite"] == "Lax" for cookie in cookies.values())
    assert told == 200 and "Contact: mailto:security@register.example.org\n" in text
    assert re.search(r"^Expires: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", text, re.MULTILINE)


def test_no_contact_no_file(node: Path) -> None:
    """A register that named no contact does not pretend to have one."""
    assert visitor().get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("path", ["/", "/systems", "/systems/loans", "/entries/0", "/account/sign-in", "/nowhere"])
def test_no_page_may_run_a_script(node: Path, path: str) -> None:
    """The policy allows none, from nowhere; the page has none, and no style or handler within it."""
    publish_loans()
    page = visitor().get(path)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff" and page.headers["X-Frame-Options"] == "DENY"
    text = page.content.decode()
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", text)


def test_no_cookie_is_for_scripts(node: Path) -> None:
    """HttpOnly and SameSite on the session, on the mark of a known browser, and on what else is set."""
    user = person("ada")
    user.set_password(PASSWORD)
    user.save()
    client = visitor()
    client.post("/account/sign-in", {"email": user.email, "password": PASSWORD})
    client.get("/language?language=fr")
    assert {"sessionid", "known"} <= client.cookies.keys()
    for name in client.cookies:
        assert client.cookies[name]["httponly"] and client.cookies[name]["samesite"] == "Lax", name


def test_what_somebody_signed_in_reads_is_kept_by_nobody_between(node: Path) -> None:
    """Pages of the desk, of proposals and of people may be stored by no cache of others."""
    client = visitor(person("ada", "administrator", "steward"))
    for path in ("/desk", "/account", "/people", "/desk/drafts"):
        assert "private" in client.get(path).headers["Cache-Control"], path


def refused(kind: str) -> Any:
    """An answer of each kind."""
    from django.conf import settings
    from django.test import Client

    if kind == "400":
        return Client(SERVER_NAME="elsewhere.example", headers={"Accept-Language": "en"}).get("/account/sign-in")
    if kind == "403":
        return visitor(person("ada")).get("/people")
    if kind == "csrf":
        strict = Client(SERVER_NAME="127.0.0.1", headers={"Accept-Language": "en"}, enforce_csrf_checks=True)
        return strict.post("/account/sign-in", {"email": "x@example.org", "password": "y"})
    if kind == "413":
        return visitor().post("/account/sign-in", {"email": "x" * (settings.MAX_BODIES["/"] + 1)})
    if kind == "fields":
        return visitor().post("/account/sign-in", {str(n): "x" for n in range(501)})
    return visitor().get("/nowhere")


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("400", 400, "could not be understood"),
        ("403", 403, "You may not do this"),
        ("csrf", 403, "This form is too old"),
        ("404", 404, "There is no such page"),
        ("413", 413, "This is too large"),
        ("fields", 413, "This is too large"),
    ],
)
def test_what_is_refused_is_refused_in_words(node: Path, kind: str, status: int, words: str) -> None:
    """In the look of the site, with a way on, and without a word of the machine's."""
    page = refused(kind)
    text = page.content.decode()
    assert page.status_code == status and words in text
    assert 'class="site"' in text and "To the first page" in text and "Traceback" not in text
    assert page.headers["Content-Security-Policy"]


def test_a_fault_of_ours_is_said_in_words(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a view breaks, the visitor reads that the fault is ours, in their language and direction; no name of a file."""
    from django.test import Client

    from plumbrule_portal.accounts import limits

    def broken(*_args: object) -> None:
        raise RuntimeError("the secret cause")

    client = Client(SERVER_NAME="127.0.0.1", headers={"Accept-Language": "ar"}, raise_request_exception=False)
    monkeypatch.setattr(limits, "count", broken)
    page = client.get("/account/start/x")
    text = page.content.decode()
    assert page.status_code == 500 and 'dir="rtl"' in text and "secret cause" not in text


def test_a_role_taken_away_counts_no_more_at_once(node: Path) -> None:
    """The next request of a browser that is still signed in is refused."""
    from plumbrule_portal.accounts.models import Membership

    user = person("ada", "administrator")
    client = visitor(user)
    assert client.get("/people").status_code == 200
    Membership.objects.filter(user=user).delete()
    assert client.get("/people").status_code == 403


def test_who_may_publish_alone_is_said_in_public(node: Path) -> None:
    """The page about the register says that two persons publish, or that one may, and which offices elsewhere count."""
    from dataclasses import replace

    from django.conf import settings
    from django.test import override_settings

    assert b"Nobody publishes alone" in visitor().get("/about").content
    changed = replace(settings.OFFICE, alone=True, agreeing=("other.example",), security_contact="mailto:x@example.org")
    with override_settings(OFFICE=changed):
        text = visitor().get("/about").content.decode()
    assert "one person may publish alone" in text and "<code>other.example</code>" in text
    assert 'href="mailto:x@example.org"' in text and "named no address" not in text
