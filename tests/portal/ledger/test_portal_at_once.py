"""Several people at the same moment: an entry is made once, and tries are all counted."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from portal_made import CREATED
from portal_people import NOW, person

from plumbrule.errors import InputError
from plumbrule.evidence.claims import RECORD, Claim


def alone(work: Any) -> Any:
    """Run in a thread with a connection of its own, and close it."""
    from django.db import connections

    try:
        return work()
    finally:
        connections.close_all()


def test_two_stewards_who_agree_at_once_publish_once(node: Path) -> None:
    """Of six agreements at the same moment one publishes; the others read that it waits no longer; the log has one entry."""
    from plumbrule_portal.ledger.models import Entry, Proposal
    from plumbrule_portal.ledger.proposals import agree, propose

    said = {"form": "organisation-1", "record": "city-y", "system": None, "party": "city-y", "previous": None}
    claim = Claim(kind=RECORD, fields={**said, "created": CREATED, "files": ("record.json",)})
    files = {"record.json": json.dumps({"names": {"en": "Y"}}).encode()}
    one = propose("record", "Y", claim=claim, files=files, by=person("ada", "steward"), organisation="city-y", now=NOW)
    stewards = [person(f"steward-{number}", "steward") for number in range(6)]

    def agreed(steward: Any) -> str:
        try:
            return f"entry {agree(Proposal.objects.get(pk=one.pk), steward, NOW).index}"
        except InputError as error:
            return error.got

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda steward: alone(lambda: agreed(steward)), stewards))
    assert sorted(answers) == ["entry 0", *["this proposal waits no longer."] * 5]
    assert Entry.objects.count() == 1


def test_tries_at_once_are_all_counted(node: Path) -> None:
    """Of thirty tries at the same moment ten are let through, whoever comes first."""
    from plumbrule_portal.accounts import limits

    def tried(_number: int) -> bool:
        try:
            limits.count(limits.PASSWORD_ELSEWHERE, "ada@example.org", NOW)
        except limits.TooOftenError:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda number: alone(lambda: tried(number)), range(30)))
    assert sum(answers) == 10


def test_a_trail_that_several_commit_at_once_fits(node: Path) -> None:
    """Of four ticks at the same moment one commits the acts; every act has one place, and the trail fits the log."""
    from plumbrule_portal.accounts.models import Act
    from plumbrule_portal.accounts.trail import record
    from plumbrule_portal.ledger import trail

    for number in range(20):
        record(None, "proposed", f"proposal/{number}", NOW)
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: alone(lambda: trail.commit(NOW)), range(4)))
    assert sum(entry is not None for entry in made) == 1
    assert sorted(Act.objects.values_list("position", flat=True)) == list(range(20))
    assert trail.check().fits
