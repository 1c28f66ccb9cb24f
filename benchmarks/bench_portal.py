"""The portal at 100,000 systems and 1,000,000 entries beside a bare Django view. `python benchmarks/bench_portal.py`.

Needs wrk (Debian's package) and five minutes to make the node, which stays in build/bench; delete it there after a
migration. With `--database ADDRESS` on an empty PostgreSQL; `--workers` as `plumbrule serve` has them, for the bare view too.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import portal_made

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "bench"
BARE = """
import django
from django.conf import settings
from django.http import HttpResponse
from django.urls import path
settings.configure(ROOT_URLCONF=__name__, SECRET_KEY="x" * 50, ALLOWED_HOSTS=["*"], MIDDLEWARE=[], LOGGING_CONFIG=None)
django.setup()
urlpatterns = [path("", lambda request: HttpResponse(b"hello"))]
from django.core.handlers.wsgi import WSGIHandler
application = WSGIHandler()
"""
SECONDS, ROUNDS, ASKED = 8, 3, 400
HEADERS = ("-H", "Accept-Encoding: gzip", "-H", "Accept-Language: en")


def main() -> None:
    """Make the node if it is not there, start both servers, measure in turns, print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--database", default="")
    asked.add_argument("--workers", type=int, default=1)
    said = asked.parse_args()
    node = FOLDER / ("portal-postgres" if said.database else "portal")
    if not (node / "made").exists():
        begun = time.perf_counter()
        text = "import sys, pathlib, portal_made; portal_made.make(pathlib.Path(sys.argv[1]), sys.argv[2])"
        subprocess.run([sys.executable, "-c", text, str(node), said.database], cwd=Path(__file__).parent, check=True)
        (node / "made").write_text("")
        print(f"made in {time.perf_counter() - begun:.0f} s")
    with portal(node, said.workers) as (address, process), bare(said.workers) as plain:
        measure(address, plain, process)


def measure(address: str, plain: str, process: subprocess.Popen[bytes]) -> None:
    """Rates in turns, then the times of searches, then memory."""
    script = FOLDER / "random.lua"
    script.write_text('request = function() return wrk.format("GET", "/systems/system-" .. math.random(0, 99999)) end\n')
    pages = {
        "register list": (f"{address}/systems", ()),
        "one system's page": (f"{address}/systems/system-5", ()),
        "any system's page, none kept": (address, ("-s", str(script))),
    }
    rates: dict[str, list[float]] = {"bare view": [], **{name: [] for name in pages}}
    for _ in range(ROUNDS):
        rates["bare view"].append(rate(plain))
        for name, (where, options) in pages.items():
            rates[name].append(rate(where, *options))
    base = statistics.median(rates["bare view"])
    for name, found in rates.items():
        middle, rounds = statistics.median(found), ", ".join(f"{one:.0f}" for one in found)
        print(f"{name:32} {middle:8.0f}/s  {middle / base:6.3f} of the bare view   (rounds: {rounds})")
    held = rate(f"{address}/systems", "-H", f"If-None-Match: {head(f'{address}/systems')['etag']}")
    print(f"{'register list, reader has it':32} {held:8.0f}/s")
    times("search, page as HTML", [f"{address}/systems?q={quoted(words)}" for words in portal_made.queries(ASKED)], process)
    times("search, JSON", [f"{address}/api/v1/systems?q={quoted(words)}" for words in portal_made.queries(ASKED)], process)
    told = random.Random(1)
    deep = [f"{address}/systems?after=0-{told.randrange(4_000_000)}" for _ in range(100)]
    times("register list, any page", deep, process)
    print(f"memory of the workers: {', '.join(f'{one:.0f} MB' for one in memory(process.pid))}")


def quoted(words: str) -> str:
    """The words and filters of a query string."""
    first, *rest = words.split("&")
    return "&".join([urllib.parse.quote(first), *rest])


def head(address: str) -> dict[str, str]:
    """The headers of an answer."""
    with urllib.request.urlopen(
        urllib.request.Request(address, headers={"Accept-Encoding": "gzip", "Accept-Language": "en"})
    ) as answer:
        return {name.lower(): value for name, value in answer.headers.items()}


def rate(address: str, *options: str) -> float:
    """Answers a second, eight at a time."""
    words = ["wrk", "-t1", "-c8", f"-d{SECONDS}s", *HEADERS, *options, address]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said or "If-None-Match" in str(options), said
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def times(name: str, addresses: list[str], process: subprocess.Popen[bytes]) -> None:
    """How long answers take, one after another, none of them kept; and what the server's processor did for one."""
    found, before = [], processor(process.pid)
    for address in addresses:
        begun = time.perf_counter()
        with urllib.request.urlopen(address) as answer:
            answer.read()
        found.append((time.perf_counter() - begun) * 1000)
    slowest = addresses[found.index(max(found))].split("/", 3)[3]
    middle, cut = statistics.median(found), statistics.quantiles(found, n=20)[18]
    own = (processor(process.pid) - before) * 1000 / len(found)
    said = f"median {middle:5.0f} ms, p95 {cut:5.0f} ms, longest {max(found):5.0f} ms, processor {own:5.1f} ms each"
    print(f"{name:32} {said} ({slowest[:60]})")


def processes(parent: int) -> list[int]:
    """A server and what it started."""
    children = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False).stdout.split()
    return [parent, *map(int, children)]


def processor(parent: int) -> float:
    """Seconds of processor time that a server has used so far."""
    found = [Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split() for process in processes(parent)]
    return sum(int(one[11]) + int(one[12]) for one in found) / os.sysconf("SC_CLK_TCK")


def memory(parent: int) -> list[float]:
    """Resident megabytes of the processes that a server started, itself first."""
    found = []
    for process in processes(parent):
        line = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
        found.append(int(line[1]) / 1024)
    return found


@contextmanager
def portal(node: Path, workers: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`plumbrule serve`."""
    port = free_port()
    words = ["serve", str(node), "--listen", f"127.0.0.1:{port}", "--workers", str(workers), "--no-example"]
    with running([sys.executable, "-m", "plumbrule", *words], f"http://127.0.0.1:{port}/", {}) as process:
        yield f"http://127.0.0.1:{port}", process


@contextmanager
def bare(workers: int) -> Iterator[str]:
    """A Django that does nothing else, in the same server."""
    port = free_port()
    (FOLDER / "bare_view.py").write_text(BARE)
    words = ["--interface", "wsgi", "--port", str(port), "--workers", str(workers), "--no-ws", "bare_view:application"]
    with running(
        [str(Path(sys.executable).parent / "granian"), *words], f"http://127.0.0.1:{port}/", {"PYTHONPATH": str(FOLDER)}
    ):
        yield f"http://127.0.0.1:{port}/"


@contextmanager
def running(words: list[str], address: str, extra: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A server until it answers, and until the block ends."""
    process = subprocess.Popen(words, env={**os.environ, **extra}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(address).read()
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


if __name__ == "__main__":
    main()
