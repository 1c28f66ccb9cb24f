"""Proposals: two persons publish, one does not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from portal_made import CREATED, publish_record
from portal_people import NOW, person

from plumbrule.errors import InputError
from plumbrule.evidence.claims import RECORD, WITHDRAWAL, Claim


def record_claim(record: str = "city-y", **fields: Any) -> tuple[Claim, dict[str, bytes]]:
    """An organisation's record, not yet published."""
    names = {"names": {"en": "City of Y"}}
    said = {"form": "organisation-1", "record": record, "system": None, "party": record, "previous": None, **fields}
    claim = Claim(kind=RECORD, fields={**said, "created": CREATED, "files": ("record.json",)})
    return claim, {"record.json": json.dumps(names).encode()}


def proposed(by: Any, **more: Any) -> Any:
    """A record proposed by somebody."""
    from plumbrule_portal.ledger.proposals import propose

    claim, files = record_claim()
    return propose("record", "City of Y", claim=claim, files=files, by=by, organisation="city-y", now=NOW, **more)


def test_nothing_is_public_before_a_second_person_agreed(node: Path) -> None:
    """The file waits in the inbox; with the second person's yes it is content, an entry and a row, and leaves the inbox."""
    from plumbrule_portal.accounts.models import Organisation
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.ledger.proposals import agree

    one = proposed(person("ada", "focal-point", organisation="city-y"))
    waiting = [path.name for path in (node / "inbox").iterdir()]
    assert waiting == list(one.files.values())
    assert Entry.objects.count() == 0 and not (node / "log" / "content").exists()
    entry = agree(one, person("ben", "steward", organisation="city-y"), NOW)
    assert one.state == "published" and one.entry == entry.index
    assert Organisation.objects.get(slug="city-y").names == {"en": "City of Y"}
    assert not list((node / "inbox").iterdir())


def test_nobody_agrees_to_their_own_proposal(node: Path) -> None:
    """Not even a steward of the node, who may do both, agrees to what they proposed."""
    from django.core.exceptions import PermissionDenied

    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.ledger.proposals import agree

    steward = person("ben", "steward")
    one = proposed(steward)
    with pytest.raises(PermissionDenied):
        agree(one, steward, NOW)
    assert Entry.objects.count() == 0


def test_an_office_of_one_says_so_in_the_log(node: Path) -> None:
    """With `alone` the proposer may agree, and the entry before says that the rule is off; then on again."""
    from django.conf import settings
    from django.test import override_settings

    from plumbrule_portal.ledger.actions import rebuild
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.ledger.proposals import agree
    from plumbrule_portal.ledger.queries import document

    steward = person("ben", "steward")
    with override_settings(OFFICE=replace(settings.OFFICE, alone=True)):
        entry = agree(proposed(steward), steward, NOW)
    assert entry.index == 1
    assert document(Entry.objects.get(index=0))["act"] == "two-person-rule-off"
    entry = agree(proposed(person("ada", "steward")), steward, NOW)
    assert (entry.index, document(Entry.objects.get(index=2))["act"]) == (3, "two-person-rule-on")
    assert rebuild() == 4


def test_a_proposal_is_sent_back_with_a_reason_or_taken_back(node: Path) -> None:
    """The second person's no needs a reason; only the proposer takes back; either ends it."""
    from django.core.exceptions import PermissionDenied

    from plumbrule_portal.ledger.proposals import agree, send_back, take_back

    ada, ben = person("ada", "focal-point", organisation="city-y"), person("ben", "steward")
    one, two = proposed(ada), proposed(ada)
    with pytest.raises(InputError):
        send_back(one, ben, "  ", NOW)
    send_back(one, ben, "The name is wrong.", NOW)
    assert (one.state, one.reason) == ("returned", "The name is wrong.")
    assert list((node / "inbox").iterdir()), "the second proposal waits for the same file"
    with pytest.raises(PermissionDenied):
        take_back(two, ben, NOW)
    take_back(two, ada, NOW)
    assert two.state == "taken-back" and not list((node / "inbox").iterdir())
    for ended in (one, two):
        with pytest.raises(InputError, match="waits no longer"):
            agree(ended, ben, NOW)


def test_people_of_another_organisation_neither_propose_nor_agree(node: Path) -> None:
    """A focal point or steward of one organisation has no say over another's record; an unknown kind has no proposer."""
    from django.core.exceptions import PermissionDenied

    from plumbrule_portal.ledger.proposals import agree, propose

    stranger = person("eve", "focal-point", "steward", organisation="city-z")
    with pytest.raises(PermissionDenied):
        proposed(stranger)
    with pytest.raises(PermissionDenied):
        agree(proposed(person("ada", "focal-point", organisation="city-y")), stranger, NOW)
    claim, files = record_claim()
    with pytest.raises(PermissionDenied):
        propose("anything", "x", claim=claim, files=files, by=person("ben", "steward"), now=NOW)


def test_what_is_agreed_to_waits_for_the_reply(node: Path) -> None:
    """Agreed to before its time, a proposal is published when the time has come, and not before."""
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.ledger.proposals import agree, publish_due

    one = proposed(person("ada", "focal-point", organisation="city-y"), public_from=NOW + timedelta(days=14))
    assert agree(one, person("ben", "steward"), NOW) is None
    assert one.state == "reply" and Entry.objects.count() == 0
    assert publish_due(NOW + timedelta(days=13)) == []
    assert [entry.index for entry in publish_due(NOW + timedelta(days=14))] == [0]


def test_a_record_that_was_overtaken_is_not_published(node: Path) -> None:
    """A record that follows an entry which is not the newest any more is refused, and waits on."""
    from plumbrule_portal.ledger.proposals import agree, propose

    first = publish_record("organisation-1", "city-y", {"names": {"en": "Y"}}, party="city-y")
    claim, files = record_claim(previous={"envelope": first.sha256, "log_index": first.index})
    by = person("ada", "steward")
    one = propose("record", "Y", claim=claim, files=files, by=by, organisation="city-y", now=NOW)
    publish_record("organisation-1", "city-y", {"names": {"en": "Y!"}}, party="city-y")
    with pytest.raises(InputError, match="entry 1 of the same record"):
        agree(one, person("ben", "steward"), NOW)
    one.refresh_from_db()
    assert one.state == "waiting"


def test_a_withdrawal_takes_the_bytes_and_leaves_the_entry(node: Path) -> None:
    """After two persons withdrew it, the file is gone with a notice in its place; the entry says who took it."""
    from plumbrule.evidence.statement import Subject
    from plumbrule_portal.ledger.content import read
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.ledger.proposals import agree, propose

    first = publish_record("organisation-1", "city-y", {"names": {"en": "Y"}}, party="city-y")
    digest = dict(first.files)["record.json"]
    fields = {"entry": {"envelope": first.sha256, "log_index": 0}, "content": (digest,), "reason": "error"}
    claim = Claim(kind=WITHDRAWAL, fields={**fields, "created": CREATED, "files": ()})
    subject = [Subject(name="record.json", sha256=digest)]
    one = propose("withdrawal", "Y", claim=claim, files={}, elsewhere=subject, by=person("ada", "steward"), now=NOW)
    assert read(digest)
    agree(one, person("ben", "steward"), NOW)
    assert read(digest) == b"" and Entry.objects.get(index=0).withdrawn_by == 1
    assert (node / "log" / "content" / digest[:2] / f"{digest}.withdrawn").is_file()


def test_a_withdrawal_that_was_broken_off_is_finished(node: Path) -> None:
    """When the machine stopped after the entry, `tick` deletes the bytes, also from what is laid out for mirrors."""
    from datetime import UTC, datetime

    from plumbrule.evidence.statement import Subject
    from plumbrule_portal.ledger import actions
    from plumbrule_portal.ledger.content import read
    from plumbrule_portal.ledger.proposals import agree, propose

    first = publish_record("organisation-1", "city-y", {"names": {"en": "Y"}}, party="city-y")
    name, digest = first.files[0]
    raw = read(digest)
    (node / "share" / "content").mkdir(parents=True)
    (node / "share" / "content" / digest).write_bytes(raw)
    fields = {"entry": {"envelope": first.sha256, "log_index": 0}, "content": (digest,), "reason": "error"}
    claim = Claim(kind=WITHDRAWAL, fields={**fields, "created": CREATED, "files": ()})
    subject = [Subject(name=name, sha256=digest)]
    one = propose("withdrawal", "Y", claim=claim, files={}, elsewhere=subject, by=person("ada", "steward"), now=NOW)
    agree(one, person("ben", "steward"), NOW)
    assert not (node / "share" / "content" / digest).exists()
    actions.content().put(raw)
    assert actions.finish_withdrawals(datetime(2026, 11, 22, tzinfo=UTC)) == 0 and read(digest) == raw
    assert actions.finish_withdrawals(datetime(2026, 11, 21, tzinfo=UTC)) == 1 and read(digest) == b""
