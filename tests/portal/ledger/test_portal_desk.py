"""The desk and a proposal's page, in a browser without scripts."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from portal_made import CREATED, publish_loans, written
from portal_people import NOW, person, visitor

from plumbrule.evidence.claims import RECORD, Claim


def changed(by: Any) -> Any:
    """A proposal that changes the system `loans`: another summary, one more name, a phase less."""
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.ledger.proposals import propose

    first = Entry.objects.get(about="loans")
    fields = {
        "name": {"en": "Loans", "fr": "Prêts", "es": "Préstamos"},
        "summary": {"en": "Decides on small loans, < 5 % & more."},
        "phases": [{"phase": "operation", "since": "2025"}],
    }
    head = {"schema": "plumbrule-record/1", "declared": None, "form": "system-1"}
    document = head | {"id": "loans", "organisation": "city-x", "language": "en", "fields": fields}
    said = {"form": "system-1", "record": "loans", "system": "loans", "party": None}
    previous = {"envelope": first.sha256, "log_index": first.index}
    claim = Claim(kind=RECORD, fields={**said, "previous": previous, "created": CREATED, "files": ("record.json",)})
    files = {"record.json": written(document)}
    return propose("record", "Loans: words", claim=claim, files=files, by=by, organisation="city-x", system="loans", now=NOW)


def seen_on(client: Any, number: int) -> str:
    """The mark of what the page showed."""
    from html import unescape

    page = client.get(f"/proposals/{number}").content.decode()
    return unescape(re.search(r'name="seen" value="([^"]*)"', page)[1])


def test_two_people_publish_at_their_desks(node: Path) -> None:
    """The focal point's proposal waits on the steward's desk; its page shows old and new; agreeing publishes it."""
    publish_loans()
    ada = person("ada", "focal-point", organisation="city-x")
    ben = visitor(person("ben", "steward", organisation="city-x"))
    one = changed(ada)
    assert "Loans: words" in ben.get("/desk").content.decode()
    page = ben.get(f"/proposals/{one.pk}").content.decode()
    assert "Decides on loans." in page and "Decides on small loans, &lt; 5 % &amp; more." in page
    assert "Préstamos" in page and "Name, Spanish" in page
    assert "Prêts" not in page, "what stays as it is needs no reading"
    answer = ben.post(f"/proposals/{one.pk}/agree", {"seen": seen_on(ben, one.pk)})
    assert answer["Location"] == "/entries/2"
    assert "Published" in visitor(ada).get(f"/proposals/{one.pk}").content.decode()
    assert "Decides on small loans, &lt; 5 %" in visitor().get("/systems/loans").content.decode()


def test_nobody_agrees_to_what_they_did_not_see(node: Path) -> None:
    """When the register changed after the page was opened, agreeing is refused, and the page asks to look again."""
    publish_loans()
    one = changed(person("ada", "focal-point", organisation="city-x"))
    ben = visitor(person("ben", "steward", organisation="city-x"))
    mark = seen_on(ben, one.pk)
    publish_loans()
    answer = ben.post(f"/proposals/{one.pk}/agree", {"seen": mark}, follow=True)
    assert b"Look at it once more" in answer.content
    one.refresh_from_db()
    assert one.state == "waiting"
    answer = ben.post(f"/proposals/{one.pk}/agree", {"seen": seen_on(ben, one.pk)}, follow=True)
    assert b"something newer was published since" in answer.content, "it follows an entry that is not the newest any more"


def test_the_proposer_reads_that_somebody_else_decides(node: Path) -> None:
    """A steward who proposed sees no button to publish, and a post all the same is refused."""
    publish_loans()
    user = person("ben", "steward")
    one, client = changed(user), visitor(user)
    page = client.get(f"/proposals/{one.pk}").content
    assert b"Somebody else must agree" in page and b"I have read it" not in page
    from plumbrule_portal.ledger.queries_proposals import seen

    assert client.post(f"/proposals/{one.pk}/agree", {"seen": seen(one)}).status_code == 403


def test_an_office_of_one_is_told_that_it_is_public(node: Path) -> None:
    """With the second person switched off the proposer may publish; the page says what that means."""
    from django.conf import settings
    from django.test import override_settings

    publish_loans()
    user = person("ben", "steward")
    one, client = changed(user), visitor(user)
    with override_settings(OFFICE=replace(settings.OFFICE, alone=True)):
        assert b"switched the second person off" in client.get(f"/proposals/{one.pk}").content
        assert client.post(f"/proposals/{one.pk}/agree", {"seen": seen_on(client, one.pk)})["Location"] == "/entries/3"


def test_sending_back_says_why_to_the_proposer(node: Path) -> None:
    """Without a reason the form stays; with one the proposer reads it, as text."""
    publish_loans()
    ada = person("ada", "focal-point", organisation="city-x")
    one, ben = changed(ada), visitor(person("ben", "steward"))
    assert ben.post(f"/proposals/{one.pk}/send-back", {"reason": " "}).status_code == 422
    ben.post(f"/proposals/{one.pk}/send-back", {"reason": "<script>1</script>\nSay more."})
    page = visitor(ada).get(f"/proposals/{one.pk}").content.decode()
    assert "&lt;script&gt;1&lt;/script&gt;<br>Say more." in page and "Exactly what would be published" not in page


def test_the_files_of_an_entry_go_by_two_people(node: Path) -> None:
    """A focal point proposes the withdrawal from the entry's page, a steward agrees, and the file is gone from the site."""
    from plumbrule_portal.ledger.models import Entry

    publish_loans()
    digest = dict(Entry.objects.get(index=1).files)["record.json"]
    ada = visitor(person("ada", "focal-point", organisation="city-x"))
    ben = visitor(person("ben", "steward"))
    assert visitor(person("eve", "focal-point", organisation="city-z")).get("/entries/1/withdraw").status_code == 403
    assert b"stays for ever" in ada.get("/entries/1/withdraw").content
    there = ada.post("/entries/1/withdraw", {"reason": "error"})["Location"]
    number = int(there.rpartition("/")[2])
    ben.post(f"{there}/agree", {"seen": seen_on(ben, number)})
    assert visitor().get(f"/content/{digest}").status_code == 404
    assert Entry.objects.get(index=1).withdrawn_by == 2


def test_a_later_entry_takes_the_place_of_an_earlier_one(node: Path) -> None:
    """Only a later one about the same thing; the earlier one then names the entry that says so."""
    from plumbrule_portal.ledger.models import Entry

    publish_loans()
    publish_loans()
    ada, ben = visitor(person("ada", "steward")), visitor(person("ben", "steward"))
    for wrong in ("0", "1", "2", "99"):
        assert b"no later entry" in ada.post("/entries/1/supersede", {"newer": wrong, "reason": "update"}).content
    there = ada.post("/entries/1/supersede", {"newer": "3", "reason": "update"})["Location"]
    ben.post(f"{there}/agree", {"seen": seen_on(ben, int(there.rpartition("/")[2]))})
    assert Entry.objects.get(index=1).superseded_by == 4


def test_the_desk_asks_for_the_second_factor(node: Path) -> None:
    """Without it a steward reads that roles do not count, and sees nothing that waits."""
    publish_loans()
    changed(person("ada", "focal-point", organisation="city-x"))
    page = visitor(person("ben", "steward"), second_factor=False).get("/desk").content
    assert b"count only with the second factor" in page and b"Nothing waits for you" in page


def test_nobody_agrees_where_a_file_is_gone(node: Path) -> None:
    """When a waiting file was changed or deleted on the disk, the page says so, and there is no button to publish."""
    publish_loans()
    one = changed(person("ada", "focal-point", organisation="city-x"))
    ben = visitor(person("ben", "steward"))
    mark = seen_on(ben, one.pk)
    path = node / "inbox" / one.files["record.json"]
    for spoil in (lambda: path.write_bytes(b"{}"), path.unlink):
        spoil()
        page = ben.get(f"/proposals/{one.pk}").content
        assert b"is gone, or was changed" in page and b"I have read it" not in page
        assert ben.post(f"/proposals/{one.pk}/agree", {"seen": mark})["Location"] == f"/proposals/{one.pk}"
    one.refresh_from_db()
    assert one.state == "waiting"


def test_the_desk_leads_to_an_entry_to_withdraw_or_supersede(node: Path) -> None:
    """By its number; what is no number leads back."""
    ada = visitor(person("ada", "steward"))
    assert b'name="supersede"' in ada.get("/desk").content
    assert ada.get("/desk/entry?entry=3&withdraw=1")["Location"] == "/entries/3/withdraw"
    assert ada.get("/desk/entry?entry=3&supersede=1")["Location"] == "/entries/3/supersede"
    assert ada.get("/desk/entry?entry=x")["Location"] == "/desk"
