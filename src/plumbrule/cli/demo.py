"""`plumbrule demo`: the main job on the real example, from the plan to a verified pack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from plumbrule.base.messages import message
from plumbrule.cli import assess
from plumbrule.cli.keys import open_recorder
from plumbrule.cli.speech import words_in
from plumbrule.errors import InputError

MEANING = {
    0: message("0: everything that was judged is satisfied"),
    1: message("1: something is not satisfied; for a demo of a real table that is a success"),
    3: message("3: nothing failed, and something is inconclusive or not assessed"),
}


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("demo")(run)


def run(
    out: Annotated[Path, typer.Option(help="Folder for the result; the demo's node is made beside it.", metavar="DIR")] = Path(
        "build/mortgage"
    ),
    lang: Annotated[str, typer.Option(help="Language: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
) -> None:
    """Assess 1,989 real mortgage decisions (Boston, 1990), sign the result with demo keys and verify it."""
    from plumbrule.cli.verify import check  # noqa: PLC0415
    from plumbrule.evidence.log import create_node  # noqa: PLC0415

    words, console = words_in(lang), Console()
    home = out.parent / "node"
    if not (home / "log").exists():
        create_node(home, name="demo.plumbrule.invalid")
    done = assess.judge(
        example(), out, recorder=open_recorder(home / "keys" / "statement.key", home / "log", demo=True), force=True, lang=lang
    )
    console.rule(words.text("Verified, as a stranger would"))
    held = check(out / "pack", out / "trust" / "policy.txt", out / "trust" / "trust.toml", words, console)
    console.rule()
    console.print(words.text("plumbrule assess would leave with exit code"), words.text(MEANING[done.exit_code()]))
    raise typer.Exit(0 if held else 1)


def example() -> Path:
    """The plan of the example: inside the installed package, or in the checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "examples", package.parents[1] / "examples"):
        if (folder / "mortgage" / "assessment.toml").is_file():
            return folder / "mortgage" / "assessment.toml"
    raise InputError(
        "The example is not installed.", expected="examples/mortgage beside the package", cure="Install plumbrule again."
    )
