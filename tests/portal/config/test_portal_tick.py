"""`tick` does what is due, and doing it twice changes nothing more."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from portal_made import publish_loans

from running import Ran


def test_tick_signs_what_was_recorded_and_then_has_nothing_to_do(node: Path, here: Callable[..., Ran]) -> None:
    """The first round signs a head over two entries; the second says nothing and leaves with 0."""
    publish_loans()
    first = here("tick", "--node", node)
    assert first.code == 0, first.stderr
    assert "signed: 2 entries" in first.stdout
    second = here("tick", "--node", node)
    assert (second.code, second.stdout) == (0, "")


def test_a_full_disk_is_told_and_stops_nothing_else(
    node: Path, here: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With more room asked for than any disk has, the alarm comes first and the head is signed all the same."""
    from plumbrule_portal.config import ticking

    publish_loans()
    monkeypatch.setattr(ticking, "LEAST_FREE", 2**60)
    done = here("tick", "--node", node)
    assert done.code == 1
    assert done.stdout.startswith("! room:")
    assert "signed: 2 entries" in done.stdout


def test_a_step_that_fails_is_told_and_the_others_are_done(node: Path, here: Callable[..., Ran]) -> None:
    """A log whose key is gone cannot sign: a line says so, and the letters are written nevertheless."""
    publish_loans()
    (node / "log" / "log.key").unlink()
    done = here("tick", "--node", node)
    assert done.code == 1
    assert "! head:" in done.stdout


def test_a_file_that_is_in_the_way_is_told_without_a_traceback(node: Path, here: Callable[..., Ran]) -> None:
    """A step that the disk refuses: a line says which and why, the exit code asks for a person, the others were done."""
    publish_loans()
    (node / "inbox").mkdir()
    (node / "inbox" / "folder").mkdir()
    os.utime(node / "inbox" / "folder", (0, 0))
    done = here("tick", "--node", node)
    assert done.code == 1
    assert "! sweep:" in done.stdout and "signed: 2 entries" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
