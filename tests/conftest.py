"""What every room's tests share: the folder of real tables and official texts, the real command line, a real browser.

The folder is not part of the project. Where PLUMBRULE_SKIP_NOTHING is set (`.ci/run` does), a test that would be skipped
fails instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from running import Ran, run_here, run_plumbrule

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


LONG = frozenset(
    {
        "evidence/test_evidence_killing.py",
        "lab/test_hostile_files.py",
        "lab/test_warehouse.py",
        "oracles/test_criteria.py",
        "oracles/test_every_metric.py",
        "oracles/test_fairlearn.py",
        "portal/accounts/test_portal_people_in_browser.py",
        "portal/config/test_portal_behind_server.py",
        "portal/config/test_portal_postgres.py",
        "portal/config/test_portal_upgrade.py",
        "portal/ledger/test_portal_killed.py",
        "portal/ledger/test_portal_log_files.py",
        "portal/systems/test_drafts_in_browser.py",
        "portal/systems/test_portal_import.py",
        "portal/systems/test_purchases_in_browser.py",
        "portal/systems/test_submission_in_browser.py",
        "portal/ui/test_every_page_in_browser.py",
        "portal/ui/test_portal_pictures.py",
    }
)
"""Files whose tests take long: Spark, peers as oracles, hostile files, processes that are killed, PostgreSQL once more, all
pages in a browser. `make long` and `.ci/run` run them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes long, in one place."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and item.path.relative_to(here).as_posix() in LONG:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def cli() -> Callable[..., Ran]:
    """`cli("audit", file, "--by", "race", "--json")` runs the real command and returns code, stdout and stderr."""
    return run_plumbrule


@pytest.fixture(scope="session")
def here() -> Callable[..., Ran]:
    """As `cli`, in this process: for the many cases of one verb; `cli` shows what only a process of its own can."""
    return run_here


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder beside the repository, or a skip that says how to run the test."""
    folder = Path(__file__).resolve().parents[1].parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs ../shared: put the shared folder beside the repository")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, or a skip that says how to run the test."""
    path = Path(os.environ.get("PLUMBRULE_CHROMIUM", "/usr/bin/chromium"))
    if not path.is_file():
        pytest.skip("needs Chromium: install it, or name it with PLUMBRULE_CHROMIUM=/path/to/chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: it is in the dev group")
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=str(path), args=FLAGS)
        yield found
        found.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where nothing may be skipped."""
    report = yield
    if report.skipped and os.environ.get("PLUMBRULE_SKIP_NOTHING") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
    return report


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Long texts are named by their argument: a key made anew in each process would name the test differently in each."""
    return argname if isinstance(val, str | bytes) and len(val) > 40 else None
