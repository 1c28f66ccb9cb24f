"""Plans for the tests of further tests: the head that every plan has, and what `plumbrule assess` left."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from running import Ran

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
Command = Callable[..., Ran]

HEAD = """
schema = "plumbrule-plan/1"
id = "further"
profile = "limited"
[title]
en = "A test"
[system]
id = "toy"
version = "1"
organisation = "nobody"
jurisdiction = "none"
phase = "testing"
[system.name]
en = "A toy"
[system.purpose]
en = "To be tested."
[tier]
non_military = true
[declared.purpose]
holds = true
text = "To be tested."
stated_by = "this plan"
"""

TABLE = """
[data]
file = "decisions.csv"
more_rows = true
[data.population]
en = "Made up."
[decisions]
prediction = "approved"
by = ["sex"]
[[comparison]]
attribute = "sex"
group = "women"
reference = "men"
"""


def written(folder: Path, *parts: str) -> Path:
    """A plan in a folder."""
    path = folder / "assessment.toml"
    path.write_text(HEAD + "".join(parts), encoding="utf-8")
    return path


def assessed(run: Command, plan: Path, *, code: tuple[int, ...] = (0, 1, 3)) -> dict[str, Any]:
    """Assess a plan, and return assessment.json."""
    out = plan.parent / "out"
    ran = run("assess", plan, "--out", out, "--force")
    assert ran.code in code, ran.stdout + ran.stderr
    found: dict[str, Any] = json.loads((out / "assessment.json").read_bytes())
    return found


def observed(assessment: dict[str, Any], test: str) -> dict[str, dict[str, Any]]:
    """The observations of one family of tests, by id."""
    return {one["id"]: one for one in assessment["observations"] if one["test"] == test}


def refused(run: Command, plan: Path) -> str:
    """Assess a plan that is refused: exit code 2, three lines, no traceback, nothing written. Returns what was said."""
    out = plan.parent / "refused"
    ran = run("assess", plan, "--out", out)
    assert ran.code == 2, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stderr.count("Got:") == 1
    assert not out.exists()
    assert not [path for path in plan.parent.iterdir() if path.name.endswith((".new", ".old"))]
    return ran.stderr


@contextmanager
def serving(answer: Callable[[Any], tuple[int, Any]]) -> Iterator[str]:
    """A real server on 127.0.0.1: JSON in, status and JSON out."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            data = json.dumps(body).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:
                return  # who asked has gone

        def log_message(self, *ignored: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
