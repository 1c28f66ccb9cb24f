"""What really goes over the line, in Chromium: a first view, and a second one."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]
FIRST_VIEW, TEXT = 50 * 1024, 14 * 1024
PATHS = ("/", "/systems", "/systems/loans", "/entries", "/api/v1/", "/systems/loans?on=2027-01-01", "/compare?system=loans")


@pytest.mark.parametrize("path", PATHS)
def test_a_first_view_is_light_and_a_second_one_lighter(site: Any, browser: Any, path: str) -> None:
    """Bytes as the browser counts them, headers with them: all of a first view, and a reload that is answered by 304."""
    context = browser.new_context()
    try:
        page = context.new_page()
        sent: list[tuple[str, int, int]] = []

        def count(request: Any) -> None:
            sizes, answer = request.sizes(), request.response()
            sent.append((request.resource_type, sizes["responseBodySize"] + sizes["responseHeadersSize"], answer.status))

        page.on("requestfinished", count)
        page.goto(f"{site.address}{path}", wait_until="networkidle")
        first = list(sent)
        assert "document" in {kind for kind, _, _ in first}
        assert sum(size for _, size, _ in first) <= FIRST_VIEW
        assert sum(size for kind, size, _ in first if kind in {"document", "stylesheet"}) <= TEXT, first
        assert {kind for kind, _, _ in first} <= {"document", "stylesheet", "image"}
        sent.clear()
        page.goto("about:blank")
        page.goto(f"{site.address}{path}", wait_until="networkidle")
        assert sum(size for _, size, _ in sent) <= 2048, sent
        assert not context.cookies()
    finally:
        context.close()
