"""Legal hold: two people begin it and two end it; while it counts nothing about the system is deleted, by any way."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from portal_made import publish_loans
from portal_people import NOW, person, visitor

from plumbrule.errors import InputError

LATER = NOW + timedelta(days=1000)


@pytest.fixture
def people(node: Path) -> tuple[Any, Any]:
    """Two stewards of the node, and the system `loans`."""
    publish_loans()
    return person("sam", "steward"), person("tia", "steward")


def sent_back(people: tuple[Any, Any], record: str = "loans", system: str = "loans") -> Any:
    """A proposal about a system that was sent back, with its file."""
    from test_portal_proposals import record_claim

    from plumbrule_portal.ledger.proposals import propose, send_back

    claim, files = record_claim()
    made = propose(
        "record", record, claim=claim, files=files, by=people[0], organisation="city-x", system=system, now=NOW
    )
    send_back(made, people[1], "no", NOW)
    return made


def held(people: tuple[Any, Any], at: Any = NOW) -> Any:
    """A hold on `loans`, agreed to."""
    from plumbrule_portal.ledger import holds

    made = holds.ask("loans", "Case 7/26", people[0], at)
    holds.agree(made, people[1], at)
    made.refresh_from_db()
    return made


def lift(hold: Any, people: tuple[Any, Any], at: Any) -> None:
    """End a hold by two people."""
    from plumbrule_portal.ledger import holds

    holds.ask_to_lift(hold, "The case is closed", people[1], at)
    holds.agree(hold, people[0], at)


def waiting_files(node: Path) -> list[Path]:
    """What lies in the inbox."""
    return sorted((node / "inbox").iterdir()) if (node / "inbox").is_dir() else []


def test_what_was_sent_back_stays_while_the_hold_counts(node: Path, people: tuple[Any, Any]) -> None:
    """Its row, its files, its letters and the refused pack outlive their time, and go with the first sweep after it is lifted."""
    from plumbrule_portal.ledger.models import Letter, Proposal
    from plumbrule_portal.ledger.sweeping import sweep
    from plumbrule_portal.systems.submissions.actions import forget
    from plumbrule_portal.systems.submissions.models import Submission

    hold = held(people)
    proposal, other = sent_back(people), sent_back(people, "other", "other")
    for one in (proposal, other):
        Letter.objects.create(
            key=f"proposal/{one.pk}/returned/x", language="en", subject="s", body="b", made=NOW, after=NOW, sent=NOW
        )
        Submission.objects.create(name=f"n{one.pk}", state="refused", came=NOW, facts={"system": one.system})
    for path in waiting_files(node):
        os.utime(path, (0, 0))
    assert waiting_files(node)
    sweep(LATER), forget(LATER)
    assert [one.title for one in Proposal.objects.all()] == ["loans"]
    assert [one.key for one in Letter.objects.all()] == [f"proposal/{proposal.pk}/returned/x"]
    assert [one.facts["system"] for one in Submission.objects.all()] == ["loans"]
    assert waiting_files(node)
    lift(hold, people, LATER)
    sweep(LATER), forget(LATER)
    assert not Proposal.objects.exists() and not Letter.objects.exists() and not Submission.objects.exists()
    assert not waiting_files(node)


def test_what_is_withdrawn_leaves_the_public_and_is_kept(node: Path, people: tuple[Any, Any]) -> None:
    """The page's file is gone for everybody; its bytes lie in a folder of the office until the hold is lifted."""
    from plumbrule_portal.ledger.earlier import propose_withdrawal
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.ledger.proposals import agree
    from plumbrule_portal.ledger.sweeping import sweep

    hold, entry = held(people), Entry.objects.get(about="loans")
    digest = entry.files[0][1]
    before = visitor().get(f"/content/{digest}").content
    agree(propose_withdrawal(entry, "order", "W", "city-x", people[0], NOW), people[1], NOW)
    assert visitor().get(f"/content/{digest}").status_code == 404
    kept = node / "held" / "loans" / digest
    assert kept.read_bytes() == before
    assert sweep(LATER) == 0 and kept.exists()
    lift(hold, people, LATER)
    sweep(LATER)
    assert not kept.exists()


def test_without_a_hold_nothing_is_kept_of_it(node: Path, people: tuple[Any, Any]) -> None:
    """The same withdrawal, and the same refusal, leave nothing behind."""
    from plumbrule_portal.ledger.earlier import propose_withdrawal
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.ledger.proposals import agree

    sent_back(people)
    assert not waiting_files(node)
    entry = Entry.objects.get(about="loans")
    agree(propose_withdrawal(entry, "order", "W", "city-x", people[0], NOW), people[1], NOW)
    assert not (node / "held").exists()


def test_a_hold_counts_at_once_and_ends_by_itself_if_nobody_agrees(people: tuple[Any, Any]) -> None:
    """Fourteen days, no longer; one that was agreed to counts until it is lifted, and lifting needs another person again."""
    from django.core.exceptions import PermissionDenied

    from plumbrule_portal.ledger import holds
    from plumbrule_portal.ledger.queries_holds import held_systems

    made = holds.ask("loans", "Case 7/26", people[0], NOW)
    assert held_systems(NOW) == {"loans"}
    assert held_systems(NOW + timedelta(days=13)) == {"loans"}
    assert held_systems(NOW + timedelta(days=15)) == frozenset()
    with pytest.raises(PermissionDenied):
        holds.agree(made, people[0], NOW)
    holds.agree(made, people[1], NOW)
    assert held_systems(LATER) == {"loans"}
    with pytest.raises(InputError):
        holds.agree(made, people[1], NOW)
    holds.ask_to_lift(made, "closed", people[0], LATER)
    assert held_systems(LATER) == {"loans"}
    with pytest.raises(PermissionDenied):
        holds.agree(made, people[0], LATER)
    holds.agree(made, people[1], LATER)
    assert held_systems(LATER) == frozenset()
    with pytest.raises(InputError):
        holds.ask_to_lift(made, "again", people[0], LATER)


def test_each_step_stands_in_the_trail_and_the_stranger_asks_in_vain(people: tuple[Any, Any]) -> None:
    """Four acts, by those who did them. A system of which nothing is kept, and a steward of one organisation, are refused."""
    from django.core.exceptions import PermissionDenied

    from plumbrule_portal.accounts.models import Act
    from plumbrule_portal.ledger import holds

    hold = held(people)
    lift(hold, people, LATER)
    acts = list(Act.objects.filter(on=f"hold/{hold.pk}/loans").order_by("pk").values_list("what", "who"))
    one, two = people[0].pk, people[1].pk
    assert acts == [
        ("asked for a legal hold", one),
        ("agreed to a legal hold", two),
        ("asked to lift a legal hold", two),
        ("lifted a legal hold", one),
    ]
    with pytest.raises(InputError):
        holds.ask("lones", "Case", people[0], NOW)
    with pytest.raises(PermissionDenied):
        holds.ask("loans", "Case", person("ora", "steward", organisation="city-x"), NOW)


def test_an_office_of_one_holds_alone_and_the_log_says_so(people: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """With `alone` the same person agrees; that the second person is off is an entry of the log, as for publishing."""
    from django.conf import settings

    from plumbrule_portal.ledger import holds, rule

    monkeypatch.setattr(settings, "OFFICE", replace(settings.OFFICE, alone=True))
    made = holds.ask("loans", "Case 7/26", people[0], NOW)
    holds.agree(made, people[0], NOW)
    assert rule.said() == rule.OFF


def test_it_is_done_with_buttons(people: tuple[Any, Any]) -> None:
    """One steward asks on the page, another agrees on it, the first asks to lift it, the other lifts it."""
    from plumbrule_portal.ledger.models import Hold

    one, two = visitor(people[0]), visitor(people[1])
    assert one.post("/desk/holds", {"system": "lones", "reason": "x"}).status_code == 422
    assert one.post("/desk/holds", {"system": "loans", "reason": "Case <7>"}).status_code == 302
    number = Hold.objects.get().pk
    assert "Case &lt;7&gt;" in two.get("/desk/holds").content.decode()
    assert "I agree: keep everything" not in one.get("/desk/holds").content.decode()
    assert one.post(f"/desk/holds/{number}/agree").status_code == 403
    two.post(f"/desk/holds/{number}/agree")
    one.post(f"/desk/holds/{number}/lift", {"reason": "closed"})
    page = two.get("/desk/holds").content.decode()
    assert "I agree: lift it" in page and "Counts, until a second person agrees" in page
    two.post(f"/desk/holds/{number}/agree")
    assert "Lifted" in one.get("/desk/holds").content.decode()


@pytest.mark.parametrize("line", ["keep_refused_days = 0", "keep_letters_days = 59", "keep_unpublished_days = 40000"])
def test_times_that_make_no_sense_are_refused(tmp_path: Path, line: str) -> None:
    """Nothing kept at all, letters forgotten while they could be written again, or a century: the file says which line."""
    from plumbrule_portal.config.office import FILE, read_office

    (tmp_path / FILE).write_text(line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=line.split(" ", maxsplit=1)[0]):
        read_office(tmp_path)
