"""A portal that runs: `plumbrule serve` in processes of its own, on a free port of this machine."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from running import command_environment

HERE = Path(__file__).parent
PUBLISH = "from portal_made import publish_loans; publish_loans()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a portal answers, its node's folder, and the link for the first account as it was printed."""

    address: str
    node: Path
    first_link: str

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of a page."""
        request = urllib.request.Request(self.address + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()


@contextmanager
def running_site(node: Path, *options: str, prepare: str = PUBLISH) -> Iterator[Site]:
    """Start a portal on a new node with these options of `serve`, run the Python text `prepare` in it, and end it by its id."""
    port = free_port()
    output = node.with_suffix(".out")
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "plumbrule", "serve", str(node), "--listen", f"127.0.0.1:{port}", *options],
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=command_environment(),
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_it_answers(address, process, output)
        in_portal(node, prepare)
        link = re.search(r"http\S+/account/start/\S+", output.read_text("utf-8"))
        yield Site(address=address, node=node, first_link=link[0] if link else "")
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=20)


def in_portal(node: Path, text: str) -> str:
    """Run Python in a process of its own that is part of the portal."""
    start = f"from pathlib import Path\nfrom plumbrule_portal.config.start import start\nstart(Path({str(node)!r}))\n"
    done = subprocess.run(
        [sys.executable, "-c", start + text], capture_output=True, check=False, cwd=HERE, env=command_environment(), timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def wait_until_it_answers(address: str, process: subprocess.Popen[bytes], output: Path) -> None:
    """Until the first page comes."""
    until = time.monotonic() + 90
    while True:
        try:
            # As a server before it would say it: else a register that wants TLS leads somewhere else.
            with urllib.request.urlopen(urllib.request.Request(address + "/", headers={"X-Forwarded-Proto": "https"}), timeout=5):
                return
        except OSError:
            assert process.poll() is None, output.read_text("utf-8")
            assert time.monotonic() < until, output.read_text("utf-8")
            time.sleep(0.1)


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
