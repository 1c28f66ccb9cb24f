"""No text that anybody typed is ever HTML: every form that links lead to is filled with tags, and every page is read again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from portal_made import publish_record
from portal_people import PASSWORD, person, visitor

EVIL = "<b onmouseover=alert(1)>\"'&{{7*7}}"
TAG = "<b onmouseover"
QUOTE = 'Loans" onfocus="alert(1) \'x'
ATTRIBUTE = '" onfocus='
"""Records refuse tags, so in them we try to end an attribute."""
LEAVE = ("/account/sign-out", "/account/close", "/end", "/remove", "/take-back", "/drop", "/account/password")
"""Forms that end the walk, and change nothing that is shown."""

FITTING = {"name": "New thing", "slug": "new-thing", "organisation": "city-x", "days": "30"}
"""Fields that take no text: with these values a form is taken, and what was typed into the others is shown somewhere."""


@dataclass
class Form:
    """A form of a page: where it goes, how, and what is in it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)


class Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.address, self.links, self.forms, self.select = address, set[str](), list[Form](), ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note links, forms, and what a browser would send."""
        found = {key: value or "" for key, value in attributes}
        name = found.get("name", "")
        if tag == "a" and "href" in found:
            self.links.add(urljoin(self.address, found["href"]).partition("#")[0])
        elif tag == "form":
            self.forms.append(Form(urljoin(self.address, found.get("action") or self.address), found.get("method", "get")))
        elif self.forms and name:
            form, kind = self.forms[-1], found.get("type", "text")
            if tag == "textarea" or (tag == "input" and kind in {"text", "search", "url", "email", "password", "number"}):
                form.typed.add(name)
            elif tag == "select":
                self.select = name
            elif tag == "input" and (kind not in {"radio", "checkbox"} or name not in form.fields):
                form.fields[name] = found.get("value", "")
        elif tag == "option" and self.forms and self.select:
            self.forms[-1].fields.setdefault(self.select, found.get("value", ""))


def walk(client: Any, start: str, most: int) -> dict[str, Page]:
    """The pages that links lead to, from a first one; none of them holds a typed tag as a tag."""
    waiting, found = [start], dict[str, Page]()
    while waiting and len(found) < most:
        address = waiting.pop(0)
        if address in found or not address.startswith("/"):
            continue
        answer = client.get(address)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        text = answer.content.decode()
        assert TAG not in text and ATTRIBUTE not in text, address
        found[address] = Page(address, text)
        waiting += sorted(link for link in found[address].links if not urlsplit(link).netloc)
    return found


def send(client: Any, form: Form, told: dict[str, str]) -> None:
    """Send a form; the answer has no tag of ours."""
    answer = client.post(form.action, told) if form.method == "post" else client.get(form.action, told)
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        assert TAG not in answer.content.decode(), form


def everything(name: str) -> Any:
    """Somebody with every role, signed in with the second factor."""
    roles = ("reporter", "assessor", "focal-point", "steward", "auditor", "administrator")
    user = person(name, *roles)
    user.name = EVIL
    user.set_password(PASSWORD)
    user.save()
    return person(name, *roles, organisation="city-x")


def test_what_is_published_with_tags_is_shown_as_text(node: Path) -> None:
    """An organisation named with tags, a system with quotes that would end an attribute: text on every page, and no more."""
    publish_record("organisation-1", "city-x", {"names": {"en": EVIL}}, party="city-x")
    fields = {name: {"en": QUOTE, "fr": QUOTE} for name in ("name", "summary", "purpose")}
    head = {"schema": "plumbrule-record/1", "declared": None, "form": "system-1"}
    document = head | {"id": "loans", "organisation": "city-x", "language": "en", "fields": fields}
    publish_record("system-1", "loans", document, system="loans")
    pages = walk(visitor(), "/", 60)
    assert {"/systems/loans", "/systems", "/entries/1"} <= pages.keys()
    assert "alert(1)" in visitor().get("/systems/loans").content.decode()
    shown = visitor().get(f"/systems?{'q'}={EVIL}").content.decode()
    assert TAG not in shown and json.dumps(EVIL)[1:5] not in shown


def test_what_is_typed_with_tags_is_shown_as_text(node: Path) -> None:
    """Every text field of every form that the links of a person with all roles lead to, filled with tags and sent."""
    publish_record("organisation-1", "city-x", {"names": {"en": "X"}}, party="city-x")
    fields = {"name": {"en": "Loans"}, "summary": {"en": "Decides on loans."}}
    head = {"schema": "plumbrule-record/1", "declared": None, "form": "system-1"}
    document = head | {"id": "loans", "organisation": "city-x", "language": "en", "fields": fields}
    publish_record("system-1", "loans", document, system="loans")
    client, sent = visitor(everything("ada")), set[tuple[str, str]]()
    for _ in range(2):
        for start in ("/", "/desk"):
            for page in walk(client, start, 60).values():
                for form in page.forms:
                    if form.action.endswith(LEAVE) or (form.action, ",".join(sorted(form.typed))) in sent:
                        continue
                    sent.add((form.action, ",".join(sorted(form.typed))))
                    for told in (dict.fromkeys(form.typed, EVIL), {name: FITTING.get(name, EVIL) for name in form.typed}):
                        send(client, form, form.fields | told)
    assert len([one for one in sent if one[1]]) >= 8
    assert any("/desk/drafts/new-thing/" in action for action, _ in sent), "the sections of a draft are among them"
    walk(client, "/desk", 80)
