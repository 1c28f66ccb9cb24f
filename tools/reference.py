"""Write docs/reference/command-line.md from the command line itself. `--check` only compares (a test runs that)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from plumbrule.cli import application

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "command-line.md"


def commands(group: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every verb with its full name."""
    for verb, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} {verb}")
        else:
            yield f"{name} {verb}", command


def page() -> str:
    """The whole page as Markdown."""
    root = typer.main.get_command(application())
    parts = ["# The command line", "", "Made by `python tools/reference.py` from the command line itself.", ""]
    for name, command in commands(root, "plumbrule"):
        parts += [f"## `{name}`", "", *(line.strip() for line in (command.help or "").strip().splitlines()), ""]
        parts += ["| argument or option | meaning | default |", "|---|---|---|"]
        parts += [_row(parameter) for parameter in command.params]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def _row(parameter: Any) -> str:
    is_argument = parameter.param_type_name == "argument"
    shown = (parameter.metavar or parameter.name.upper()) if is_argument else ", ".join(parameter.opts)
    value = parameter.metavar if parameter.metavar and not is_argument else ""
    meaning = (getattr(parameter, "help", "") or "").replace("|", "\\|")
    fixed = (
        ""
        if parameter.default is None or callable(parameter.default) or "Sentinel" in type(parameter.default).__name__
        else f"`{parameter.default}`"
    )
    needed = "required" if parameter.required else fixed if fixed not in ("`False`", "`()`") else ""
    return f"| `{(shown + ' ' + value).strip()}` | {meaning} | {needed} |"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(
            0
            if PAGE.read_text(encoding="utf-8") == page()
            else "docs/reference/command-line.md is not what tools/reference.py writes; run it."
        )
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
