"""What every room's tests share: the folder of real tables and official texts, and the real command line.

The folder is not part of the project. Where PLUMBRULE_SKIP_NOTHING is set (`.ci/run` does), a test that would be skipped
fails instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from running import Ran, run_here, run_plumbrule


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
