"""Read hostile files in a process of their own, with limits.

A parser of a complicated format (XLSX, PDF, images) may be led to eat all memory, to run for ever or to crash.
`run_limited` runs one of our own modules in a fresh Python that has little time, memory and room, a clean environment
and no standard input but a file; whatever it does, the caller gets an output file or an `InputError`. Who wants to talk
with the child while it runs takes `start_limited` and `end_limited`, and keeps the clock himself.

What it is not: a wall against code that an attacker runs inside the child. The child keeps the user's rights and the
network. Windows has no limits on memory and processor time here; the clock and the size of the output hold there too.
"""

from __future__ import annotations

import errno
import json
import math
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from plumbrule.errors import InputError, LimitError

_REFUSED = 65  # the child said why it refused: one line of JSON on stderr
_BROKE_OFF = 70
_NO_MEMORY = 71
_NO_ROOM = 74
_STDERR_KEPT = 1 << 16
_OURS = frozenset({"plumbrule", "plumbrule_portal"})  # the packages that lie in this folder; only their files are run
_STEP = 0.02
_ROOT = Path(__file__).resolve().parents[2]
_PROGRAMS = _ROOT  # where the file of a module is looked for; tests bring programs of their own
_PASSED = (
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "TMPDIR",
    "TEMP",
    "TMP",
)  # without some of these Python does not start
_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from plumbrule.base.sandbox import child; child(sys.argv[2:])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a limited run ended well: seconds on the clock, bytes written, the last 64 KiB of its stderr."""

    seconds: float
    size: int
    stderr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """What a child may use: processor seconds and address space (POSIX; MiB), and the size of a file it writes (MiB)."""

    seconds: float
    megabytes: int
    output_megabytes: int = 1024


def run_limited(
    module: str,
    arguments: Sequence[str],
    *,
    seconds: float,
    megabytes: int,
    stdout: Path,
    stdin: Path | None = None,
    output_megabytes: int = 1024,
) -> Ran:
    """Run the file of `module` as a program with limits; its standard output becomes the file `stdout`.

    Args:
        module: dotted name of a module of plumbrule or its portal that runs as a program; nothing else is run.
        arguments: text arguments.
        seconds: limit on the clock, and on processor time where the system can.
        megabytes: limit on the child's address space (POSIX; MiB).
        stdout: where its output goes; overwritten. Removed again when the run fails.
        stdin: a file to read from; empty when left out.
        output_megabytes: limit on the size of the output (MiB).

    Raises:
        LimitError: too slow, too much memory, too much output, or the child broke off.
        InputError: the child refused the input and said why (an `InputError` raised inside it).
        ValueError: `module` is not one of ours.
    """
    if module.partition(".")[0] not in _OURS:
        raise ValueError(f"only modules of plumbrule run in the sandbox, not {module}")
    program = _PROGRAMS.joinpath(*module.split(".")).with_suffix(".py")
    limits = Limited(seconds=seconds, megabytes=megabytes, output_megabytes=output_megabytes)
    started = time.monotonic()
    done = False
    try:
        with (stdin or Path(os.devnull)).open("rb") as source, stdout.open("wb") as out, tempfile.TemporaryFile() as errors:
            process = start_limited(program, arguments, limits, stdin=source, stdout=out, stderr=errors)
            code = _wait(process, out=out, limits=limits)
            errors.seek(-min(errors.seek(0, os.SEEK_END), _STDERR_KEPT), os.SEEK_END)
            stderr = errors.read().decode("utf-8", "replace")
        if code != 0:
            raise _failure(code, stderr, limits)
        done = True
    finally:
        if not done:
            stdout.unlink(missing_ok=True)
    return Ran(seconds=time.monotonic() - started, size=stdout.stat().st_size, stderr=stderr)


def start_limited(
    program: Path,
    arguments: Sequence[str],
    limits: Limited,
    *,
    stdin: IO[bytes] | int,
    stdout: IO[bytes] | int,
    stderr: IO[bytes] | int,
) -> subprocess.Popen[bytes]:
    """Start a Python file of ours with limits and a clean environment; the streams are those of `subprocess.Popen`.

    The caller watches the clock and ends it with `end_limited`.
    """
    python = [sys.executable, "-I", "-X", "utf8", "-c", _START]
    return subprocess.Popen(
        [*python, json.dumps(_search_path()), json.dumps(asdict(limits)), str(program), *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        env=_environment(),
        close_fds=True,
        start_new_session=sys.platform != "win32",
    )


def end_limited(process: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started. Also on Ctrl-C, which a child in its own session does not get."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def child(arguments: Sequence[str]) -> None:
    """Inside the new process: set the limits, then run the module. Called by `start_limited` only."""
    limits, program = json.loads(arguments[0]), arguments[1]
    _limit(seconds=limits["seconds"], megabytes=limits["megabytes"], output_megabytes=limits["output_megabytes"])
    sys.argv = list(arguments[1:])
    try:  # by path: `python -m` would load the whole room of the module, and with it numpy and duckdb
        runpy.run_path(program, run_name="__main__")
        sys.stdout.flush()
    except InputError as error:
        sys.stderr.write("\n" + json.dumps({"got": error.got, "expected": error.expected, "cure": error.cure}))
        os._exit(_flushed(_REFUSED))
    except MemoryError:
        os._exit(_NO_MEMORY)
    except OSError as error:
        sys.stderr.write(str(error))
        os._exit(_flushed(_NO_ROOM if error.errno in {errno.EFBIG, errno.ENOSPC} else _BROKE_OFF))


def _flushed(code: int) -> int:
    sys.stderr.flush()
    return code


def _limit(*, seconds: float, megabytes: int, output_megabytes: int) -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - POSIX only

    size, processor = output_megabytes << 20, math.ceil(seconds) + 1
    wanted = {"RLIMIT_AS": megabytes << 20, "RLIMIT_CPU": processor, "RLIMIT_FSIZE": size, "RLIMIT_NOFILE": 64, "RLIMIT_CORE": 0}
    for name, value in wanted.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (allowed, allowed))
        except (OSError, ValueError):
            continue  # macOS knows the name RLIMIT_AS but not every value; the clock still holds


def _search_path() -> list[str]:
    """Where the child may find modules: where the parent finds them, without the current folder."""
    here = {"", os.curdir, str(Path.cwd())}
    return [str(_ROOT), *(entry for entry in sys.path if entry not in here and entry != str(_ROOT))]


def _environment() -> dict[str, str]:
    """No secrets of the user's shell. One thread each: threads cost address space, and sums come out the same every time."""
    kept = {name: os.environ[name] for name in _PASSED if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _wait(process: subprocess.Popen[bytes], *, out: IO[bytes], limits: Limited) -> int | None:
    """The exit code; None when the clock ran out; `_NO_ROOM` when the output grew too large."""
    deadline = time.monotonic() + limits.seconds
    try:
        while True:
            try:
                return process.wait(timeout=_STEP)
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline:
                    return None
                if os.fstat(out.fileno()).st_size > limits.output_megabytes << 20:
                    return _NO_ROOM
    finally:
        end_limited(process)


def _failure(code: int | None, stderr: str, limits: Limited) -> InputError:
    if code == _REFUSED:
        said = json.loads(stderr.splitlines()[-1])
        return InputError(said["got"], expected=said["expected"], cure=said["cure"])
    if code is None or code == -getattr(signal, "SIGXCPU", 24):
        return LimitError(
            "Reading the file took too long.",
            expected=f"at most {limits.seconds:g} seconds",
            cure="Make the file smaller or simpler.",
        )
    if code == _NO_MEMORY:
        return LimitError(
            "Reading the file needed too much memory.", expected=f"at most {limits.megabytes} MiB", cure="Make the file smaller."
        )
    if code == _NO_ROOM:
        detail = f" ({stderr.strip()})" if stderr.strip() else ""
        return LimitError(
            f"Reading the file wrote too much{detail}.",
            expected=f"at most {limits.output_megabytes} MiB",
            cure="Make the file smaller.",
        )
    last = stderr.strip().splitlines()[-1:] or [f"exit code {code}"]
    return LimitError(
        f"Reading the file broke off ({last[0]}).",
        expected="a whole and valid file",
        cure="Save the file again and try once more.",
    )
