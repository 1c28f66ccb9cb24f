"""Hostile programs, really run: each one hits its limit and the caller gets an error that says which."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbrule.base import sandbox
from plumbrule.base.sandbox import run_limited
from plumbrule.errors import InputError, LimitError

Program = Callable[[str], str]
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit; the clock and the output limit hold there")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Write a program where the sandbox looks for modules, and give its dotted name."""
    monkeypatch.setattr(sandbox, "_PROGRAMS", tmp_path)
    (tmp_path / "plumbrule").mkdir()

    def write(code: str) -> str:
        (tmp_path / "plumbrule" / "hostile.py").write_text(code, encoding="utf-8")
        return "plumbrule.hostile"

    return write


def test_a_well_behaved_program_gives_its_output(program: Program, tmp_path: Path) -> None:
    """Arguments and standard input arrive; output and standard error come back."""
    name = program("import sys; sys.stdout.write(sys.argv[1] + sys.stdin.read()); sys.stderr.write('note')")
    given, out = tmp_path / "in", tmp_path / "out"
    given.write_text("世界", encoding="utf-8")
    ran = run_limited(name, ["hello "], seconds=20, megabytes=512, stdin=given, stdout=out)
    assert out.read_text(encoding="utf-8") == "hello 世界"
    assert (ran.size, ran.stderr) == (out.stat().st_size, "note")


def test_an_endless_loop_is_stopped_by_the_clock(program: Program, tmp_path: Path) -> None:
    """Sleeping costs no processor time; the clock ends it all the same, and no output is left."""
    with pytest.raises(LimitError, match="too long"):
        run_limited(program("import time\nwhile True: time.sleep(1)"), [], seconds=0.5, megabytes=512, stdout=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@posix
def test_a_memory_hog_is_stopped(program: Program, tmp_path: Path) -> None:
    """Two gigabytes do not fit into 200 MiB."""
    with pytest.raises(LimitError, match="memory"):
        run_limited(program("x = bytearray(2 << 30)"), [], seconds=20, megabytes=200, stdout=tmp_path / "out")


def test_an_endless_output_is_stopped(program: Program, tmp_path: Path) -> None:
    """Output past its limit ends the run, with the disk hardly touched."""
    with pytest.raises(LimitError, match="wrote too much"):
        run_limited(
            program("while True: print('x' * 100000)"), [], seconds=20, megabytes=512, stdout=tmp_path / "out", output_megabytes=1
        )
    assert not (tmp_path / "out").exists()


@posix
def test_an_endless_standard_error_is_stopped(program: Program, tmp_path: Path) -> None:
    """Standard error cannot fill the disk either."""
    code = "import sys\nwhile True: sys.stderr.write('x' * 100000)"
    with pytest.raises(LimitError):
        run_limited(program(code), [], seconds=20, megabytes=512, stdout=tmp_path / "out", output_megabytes=1)


@posix
def test_many_open_files_are_refused(program: Program, tmp_path: Path) -> None:
    """A child cannot open thousands of files."""
    with pytest.raises(LimitError, match="Too many open files"):
        run_limited(program("import os\nwhile True: os.dup(0)"), [], seconds=20, megabytes=512, stdout=tmp_path / "out")


def test_a_crash_is_an_error_and_no_traceback(program: Program, tmp_path: Path) -> None:
    """The last line of what the child said, not its stack."""
    with pytest.raises(LimitError) as caught:
        run_limited(program("raise RuntimeError('boom')"), [], seconds=20, megabytes=512, stdout=tmp_path / "out")
    assert "RuntimeError: boom" in str(caught.value)
    assert "Traceback" not in str(caught.value)


@posix
def test_a_killed_child_is_an_error(program: Program, tmp_path: Path) -> None:
    """A child that dies of a signal (a crash in C) is told apart from one that ends well."""
    with pytest.raises(LimitError, match="broke off"):
        run_limited(
            program("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"),
            [],
            seconds=20,
            megabytes=512,
            stdout=tmp_path / "out",
        )


def test_a_refusal_keeps_its_words(program: Program, tmp_path: Path) -> None:
    """An InputError raised inside arrives outside with got, expected and cure, whatever was said before."""
    code = """
import sys
from plumbrule.errors import InputError
print('noise', file=sys.stderr)
raise InputError('so', expected='ja', cure='но')
"""
    with pytest.raises(InputError) as caught:
        run_limited(program(code), [], seconds=20, megabytes=512, stdout=tmp_path / "out")
    assert (caught.value.got, caught.value.expected, caught.value.cure) == ("so", "ja", "но")
    assert not isinstance(caught.value, LimitError)


def test_the_environment_is_clean(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets in the parent's environment and modules in its current folder stay outside."""
    monkeypatch.setenv("PLUMBRULE_SECRET", "s3cret")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "intruder.py").write_text("", encoding="utf-8")
    code = "import os, importlib.util as u; print(sorted(os.environ), u.find_spec('intruder'))"
    run_limited(program(code), [], seconds=20, megabytes=512, stdout=tmp_path / "out")
    printed = (tmp_path / "out").read_text(encoding="utf-8")
    assert "PLUMBRULE_SECRET" not in printed
    assert "HOME" not in printed
    assert "None" in printed


def test_only_our_own_modules_run(tmp_path: Path) -> None:
    """The sandbox is not a way to run anything else."""
    with pytest.raises(ValueError, match="only modules of plumbrule"):
        run_limited("http.server", [], seconds=1, megabytes=100, stdout=tmp_path / "out")


@posix
def test_ctrl_c_in_the_parent_ends_the_child(program: Program, tmp_path: Path) -> None:
    """A child does not outlive a parent that was interrupted."""
    name = program(
        f"import os, time, pathlib; pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    code = (
        "from pathlib import Path; from plumbrule.base import sandbox\n"
        f"sandbox._PROGRAMS = Path({str(tmp_path)!r})\n"
        f"sandbox.run_limited({name!r}, [], seconds=60, megabytes=512, stdout=Path({str(tmp_path / 'out')!r}))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL) as parent:
        pid = _wait_for(tmp_path / "pid")
        parent.send_signal(signal.SIGINT)
        parent.wait(timeout=20)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not (tmp_path / "out").exists()


def _wait_for(path: Path) -> int:
    for _ in range(600):
        if path.exists() and (text := path.read_text(encoding="utf-8")):
            return int(text)
        time.sleep(0.05)
    raise AssertionError(f"{path} was never written")
