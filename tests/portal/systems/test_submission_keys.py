"""Keys of assessors: asked for, proposed by a steward with the request that shows who has them, listed for everybody, ended."""

from __future__ import annotations

from typing import Any

import pytest
from portal_made import publish_record
from portal_people import agree, person, visitor
from submitting import LAB, NOW

from plumbrule.evidence import new_signer, write_request

ASSESSOR = new_signer("lab.example")


@pytest.fixture
def stewards(node: Any) -> Any:
    """Two stewards of the node, and a laboratory that is in the register."""
    publish_record("organisation-1", LAB, {"names": {"en": "Testing laboratory"}}, party=LAB)
    return person("one", "steward"), person("two", "steward")


def test_a_key_is_proposed_agreed_to_listed_and_ended(stewards: Any, client: Any) -> None:
    """From the pasted request to the public list, and to its end; each step is an entry of the log."""
    from plumbrule_portal.ledger import keyring, node
    from plumbrule_portal.ledger.models import Proposal

    one, two = stewards
    browser = visitor(one)
    text = write_request(ASSESSOR, node.log_key().name, LAB).decode().replace("\n", "\r\n")
    assert browser.post("/keys/new", {"request": text}).status_code == 302
    assert ASSESSOR.verifier.label not in client.get("/keys").content.decode()
    proposal = Proposal.objects.get()
    assert browser.get(f"/proposals/{proposal.pk}").status_code == 200
    assert agree(visitor(two), f"/proposals/{proposal.pk}").status_code == 302
    page = client.get("/keys").content.decode()
    assert ASSESSOR.verifier.label in page
    assert "counts" in page
    assert browser.post("/keys/end", {"key": ASSESSOR.verifier.label, "suspect_from": "0"}).status_code == 302
    assert agree(visitor(two), f"/proposals/{Proposal.objects.latest('pk').pk}").status_code == 302
    found = keyring.keyring()
    assert found is not None
    record = found.find(ASSESSOR.verifier.label)
    assert record is not None
    assert (record.end is not None, record.suspect_from) == (True, 0)


def test_what_shows_nothing_is_refused(stewards: Any) -> None:
    """A request for another log, of an unknown organisation, changed, or no request at all; a key that is not there."""
    from plumbrule_portal.ledger import node
    from plumbrule_portal.ledger.models import Proposal

    browser, log = visitor(stewards[0]), node.log_key().name
    good = write_request(ASSESSOR, log, LAB).decode()
    refused = (
        write_request(ASSESSOR, "other.example/log", LAB).decode(),
        write_request(ASSESSOR, log, "somebody-else").decode(),
        good.replace(LAB, "city-x"),
        "no request",
    )
    for text in refused:
        assert b"errorlist" in browser.post("/keys/new", {"request": text}).content
    assert b"errorlist" in browser.post("/keys/end", {"key": "nobody+00000000"}).content
    assert Proposal.objects.count() == 0


def test_a_steward_of_one_organisation_asks_for_its_own_keys_only(stewards: Any) -> None:
    """And cannot end those of others."""
    from plumbrule_portal.ledger import node

    publish_record("organisation-1", "city-x", {"names": {"en": "X"}}, party="city-x")
    browser = visitor(person("own", "steward", organisation="city-x"))
    log = node.log_key().name
    assert browser.post("/keys/new", {"request": write_request(ASSESSOR, log, LAB).decode()}).status_code == 403
    assert browser.post("/keys/new", {"request": write_request(ASSESSOR, log, "city-x").decode()}).status_code == 302


def test_the_list_stands_still_for_what_is_published_later(stewards: Any, client: Any) -> None:
    """The keyring is read again only when an act on keys came, and then it is."""
    from plumbrule_portal.ledger import keyring, keys, node, proposals

    first = keyring.keyring()
    publish_record("organisation-1", "city-x", {"names": {"en": "X"}}, party="city-x")
    assert keyring.keyring() is first
    made = keys.propose_key(write_request(ASSESSOR, node.log_key().name, LAB), stewards[0], NOW)
    proposals.agree(made, stewards[1], NOW)
    again = keyring.keyring()
    assert first is not None
    assert again is not None
    assert len(again.keys) == len(first.keys) + 1


def test_an_endorsed_entry_counts_again(stewards: Any) -> None:
    """What a key signed while it is in doubt counts again once it is endorsed; the keyring is that of the whole log."""
    from plumbrule.evidence import endorse, parse_request, read_keyring, revoke_key
    from plumbrule.evidence.keyacts import Scope, add_key
    from plumbrule_portal.ledger import actions, keyring, node

    log, signer = node.log_key().name, node.signer()
    request = parse_request(write_request(ASSESSOR, log, LAB))
    actions.publish_envelopes([add_key(request, Scope(), signer=signer, now=NOW)], [request.raw])
    index = publish_record("organisation-1", "city-x", {"names": {"en": "X"}}, party="city-x").index
    ring = keyring.keyring()
    assert ring is not None
    record = ring.find(ASSESSOR.verifier.label)
    assert record is not None
    end = revoke_key(record, log, signer=signer, now=NOW, end=index + 1, suspect_from=index)
    vouched = endorse({index: actions.envelopes_at([index])[index]}, log, LAB, signer=signer, now=NOW)
    actions.publish_envelopes([end, vouched])
    ring, trust = keyring.keyring(), keyring.roots()
    assert ring is not None
    assert trust is not None
    whole = read_keyring(actions.envelopes(), trust, log)
    assert ring.keys == whole.keys
    found = ring.find(ASSESSOR.verifier.label)
    assert found is not None
    assert found.endorsed == (index,)
