"""The audit trail and its commitments: what was committed cannot change without showing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from portal_people import NOW, person, visitor


def acted(times: int) -> None:
    """So many acts."""
    from plumbrule_portal.accounts.trail import record

    for number in range(times):
        record(None, "proposed", f"proposal/{number}", NOW)


def root_of(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def test_the_root_in_the_log_is_that_of_the_salted_acts(node: Path) -> None:
    """Salt, content and tree computed a second time from the standards give the root in the entry; nothing else is public."""
    from plumbrule_portal.accounts.models import Act
    from plumbrule_portal.ledger import queries, trail

    acted(5)
    entry = trail.commit(NOW)
    leaves = []
    for act in Act.objects.order_by("pk"):
        said = {"on": act.on, "what": act.what, "when": "2026-11-21T12:00:00.000000Z", "who": None}
        content = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
        leaves.append(hashlib.sha256(b"plumbrule-salted/1\n" + bytes.fromhex(act.salt) + content).digest())
    claim: Any = queries.statement_of(entry.index)
    assert claim.fields["root"] == root_of(leaves).hex()
    assert (claim.fields["size"], claim.fields["counts"], entry.files) == (5, {"act": 5}, [])
    assert trail.commit(NOW) is None


def test_every_batch_continues_the_one_before(node: Path) -> None:
    """After several batches all of them fit; acts that came later are not committed yet."""
    from plumbrule_portal.ledger import trail

    for times in (1, 3, 7):
        acted(times)
        trail.commit(NOW)
    acted(2)
    report = trail.check()
    assert report.fits and [one.size for one in report.batches] == [1, 4, 11]
    assert (report.acts, report.committed) == (13, 11)


@pytest.mark.parametrize("change", ["what", "who", "when", "salt", "deleted", "moved", "put in"])
def test_whatever_changes_in_the_trail_shows(node: Path, change: str) -> None:
    """Another word, person, time or salt, an act less, one more, or two in another order: the batch does not fit any more."""
    from datetime import timedelta

    from plumbrule_portal.accounts.models import Act
    from plumbrule_portal.ledger import trail

    acted(6)
    trail.commit(NOW)
    acted(1)
    act = Act.objects.get(position=2)
    if change == "deleted":
        act.delete()
    elif change == "moved":
        Act.objects.filter(position=3).update(position=99)
        Act.objects.filter(position=2).update(position=3)
        Act.objects.filter(position=99).update(position=2)
    elif change == "put in":
        Act.objects.filter(position__gte=2).update(position=None)
        for place, pk in enumerate(Act.objects.filter(position=None).order_by("-pk").values_list("pk", flat=True), 2):
            Act.objects.filter(pk=pk).update(position=place)
    else:
        setattr(act, change, {"what": "x", "who": 7, "when": act.when + timedelta(microseconds=1), "salt": "0" * 64}[change])
        act.save()
    assert not trail.check().fits


def test_auditors_read_the_trail_and_see_that_it_fits(node: Path) -> None:
    """Who acted is named while the account is open, afterwards it is a number; the page says whether everything fits."""
    from plumbrule_portal.accounts.actions import close
    from plumbrule_portal.accounts.trail import record
    from plumbrule_portal.ledger import trail

    ada, auditor = person("ada", "steward"), visitor(person("ben", "auditor"))
    record(ada, "proposed", "proposal/1", NOW)
    trail.commit(NOW)
    assert b"Ada" in auditor.get("/trail").content
    close(ada, NOW)
    page = auditor.get("/trail").content
    assert b"Ada" not in page and b"closed" in page
    assert b"Yes. Every act" in auditor.get("/trail/check").content
    assert visitor(person("cora", "auditor", organisation="city-x")).get("/trail").status_code == 403
