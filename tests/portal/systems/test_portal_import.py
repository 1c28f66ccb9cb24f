"""Real public registers come in whole, marked as declared, and a second time change nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from portal_people import NOW

pytestmark = [pytest.mark.shared, pytest.mark.xdist_group("import")]


def test_the_british_register_comes_in_whole(shared: Path, client: Any) -> None:
    """136 records, each with a page that says who declared it; the second import finds all of them as before."""
    from plumbrule_portal.ledger.actions import rebuild
    from plumbrule_portal.systems.importing import take
    from plumbrule_portal.systems.models import Record, System

    raw = (shared / "data" / "registers" / "uk_atrs_records.json").read_bytes()
    taken = take(raw, "uk-atrs", NOW)
    assert (taken.new, taken.changed, taken.same) == (136, 0, 0)
    assert System.objects.filter(declared="uk-atrs").count() == 136
    page = client.get(f"/systems/{System.objects.first().slug}").content.decode()
    assert "Nobody here has verified it." in page
    again = take(raw, "uk-atrs", NOW)
    assert (again.new, again.changed, again.same) == (0, 0, 136)
    assert rebuild() == 136 + taken.organisations
    assert Record.objects.count() == 136


def test_what_changed_there_follows_the_earlier_entry(shared: Path, node: Path) -> None:
    """A changed description is a second record of the same system, which names the entry that it follows."""
    from plumbrule_portal.ledger.queries import statement_of
    from plumbrule_portal.systems.importing import take
    from plumbrule_portal.systems.models import Record

    some = json.loads((shared / "data" / "registers" / "uk_atrs_records.json").read_text("utf-8"))
    records = some if isinstance(some, list) else next(value for value in some.values() if isinstance(value, list))
    records = [record for record in records if record.get("description")][:3]
    kept = records if isinstance(some, list) else {**some, next(k for k, v in some.items() if isinstance(v, list)): records}
    take(json.dumps(kept).encode(), "uk-atrs", NOW)
    records[1]["description"] = "Something else is done now."
    taken = take(json.dumps(kept).encode(), "uk-atrs", NOW)
    assert (taken.new, taken.changed, taken.same) == (0, 1, 2)
    newest = Record.objects.last()
    first = Record.objects.filter(system=newest.system).first()
    assert statement_of(newest.entry).fields["previous"]["log_index"] == first.entry


def test_what_was_withdrawn_does_not_come_back(shared: Path, node: Path) -> None:
    """A record that two people withdrew stays away, on whatever day and with whatever changes it is imported again."""
    from test_portal_withdrawals import withdraw

    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.systems.importing import take
    from plumbrule_portal.systems.models import Record, System

    raw = (shared / "data" / "registers" / "uk_atrs_records.json").read_bytes()
    take(raw, "uk-atrs", NOW)
    gone = Record.objects.first()
    withdraw(Entry.objects.get(index=gone.entry))
    again = take(raw, "uk-atrs", NOW + timedelta(days=30))
    assert (again.new, again.changed, again.same, again.withdrawn) == (0, 0, 135, 1)
    assert not System.objects.filter(slug=gone.system).exists()


def test_a_file_that_is_no_register_publishes_nothing(node: Path) -> None:
    """It is refused with what was expected, and no entry is made."""
    from plumbrule.errors import InputError
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.systems.importing import take

    with pytest.raises(InputError):
        take(b"not a register", "uk-atrs", NOW)
    assert Entry.objects.count() == 0
