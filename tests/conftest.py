"""What every room's tests share: the folder of real tables and official texts, which is not part of the project."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder beside the repository, or a skip that says how to run the test."""
    folder = Path(__file__).resolve().parents[1].parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs ../shared: put the shared folder beside the repository")
    return folder
