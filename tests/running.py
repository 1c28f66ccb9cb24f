"""The real command line, in a process of its own or in this one."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1] / "src"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command left: exit code, and both streams as text."""

    code: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        """The one JSON object on stdout; NaN and infinities are no JSON."""
        assert self.code == 0, self.stderr
        return json.loads(self.stdout, parse_constant=_refuse)


def _refuse(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


def command_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: this checkout first on the path whether or not PYTHONPATH is set, plain wide output."""
    path = os.pathsep.join([str(SOURCE), *filter(None, [os.environ.get("PYTHONPATH")])])
    plain = {"PYTHONPATH": path, "NO_COLOR": "1", "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"}
    return {**os.environ, **plain, **(extra or {})}


def run_plumbrule(*arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Ran:
    """Run `plumbrule` in a process of its own, as a user does."""
    done = subprocess.run(
        [sys.executable, "-m", "plumbrule", *map(str, arguments)],
        capture_output=True,
        check=False,
        cwd=cwd,
        env=command_environment(env),
        timeout=300,
    )
    return Ran(code=done.returncode, stdout=done.stdout.decode("utf-8"), stderr=done.stderr.decode("utf-8"))


def run_here(*arguments: str | Path) -> Ran:
    """Run the same command in this process: ten times as fast, and a warning is an error."""
    from plumbrule.cli import main  # the tests that never call this need no command line

    out, err, code = io.StringIO(), io.StringIO(), 0
    before = sys.argv, os.environ.get("COLUMNS")
    sys.argv, os.environ["COLUMNS"] = ["plumbrule", *map(str, arguments)], "200"
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.argv = before[0]
        os.environ.pop("COLUMNS")
        os.environ.update({"COLUMNS": before[1]} if before[1] else {})
    return Ran(code=code, stdout=out.getvalue(), stderr=err.getvalue())
