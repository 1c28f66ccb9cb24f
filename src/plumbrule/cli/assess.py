"""`plumbrule assess`: judge what a plan declared, write the dossier, sign it into the log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from plumbrule.base.messages import message
from plumbrule.cli.keys import open_recorder
from plumbrule.cli.progress import bar
from plumbrule.cli.speech import words_in

if TYPE_CHECKING:
    from plumbrule.pipeline import Assessed, Recorder


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("assess")(run)


def run(
    assessment: Annotated[Path, typer.Argument(help="The plan: what will be judged and how", metavar="ASSESSMENT.toml")],
    out: Annotated[Path, typer.Option(help="Folder for dossier.html, assessment.json, pack/ and trust/.", metavar="DIR")],
    key: Annotated[Path | None, typer.Option(help="Key file that signs the statement.", metavar="FILE")] = None,
    log: Annotated[Path | None, typer.Option(help="Log that records it.", metavar="DIR")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier assessment in DIR.")] = False,
    lang: Annotated[str, typer.Option(help="Language of what is printed: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
) -> None:
    """Judge what a plan declared: findings, a dossier to read, and a pack that a stranger can verify.

    Exit code 0: satisfied; 1: something is not satisfied; 3: something is inconclusive or not assessed; 2: bad input.
    """
    done = judge(assessment, out, recorder=open_recorder(key, log), force=force, lang=lang)
    raise typer.Exit(done.exit_code())


def judge(assessment: Path, out: Path, *, recorder: Recorder | None, force: bool, lang: str) -> Assessed:
    """Run the pipeline, print the table of findings, and say where everything is."""
    from plumbrule import pipeline  # noqa: PLC0415 - numpy and duckdb load only when a table is read
    from plumbrule.report import print_findings  # noqa: PLC0415

    words = words_in(lang)
    console = Console()
    with bar(words.text("Working")) as shown:
        done = pipeline.assess(
            assessment, out, recorder=recorder, force=force, language=lang, tell=lambda text: shown.say(words.text(text))
        )
    print_findings(done.assessment, console, words)
    for path, what in _written(out, signed=done.signed):
        console.print(f"  {path}", words.text(what), style="dim", soft_wrap=True)
    if not done.signed:
        console.print(words.text("Unsigned: no key was given, so nobody can check who said this or when."), style="bold")
    else:
        console.print(
            words.text("To check it:"),
            f"plumbrule verify {out / 'pack'} --policy {out / 'trust' / 'policy.txt'} --trust {out / 'trust' / 'trust.toml'}",
            soft_wrap=True,
        )
    return done


def _written(out: Path, *, signed: bool) -> list[tuple[Path, str]]:
    found = [
        (out / "dossier.html", message("the dossier, to read and to print")),
        (out / "assessment.json", message("the same for machines")),
    ]
    if signed:
        found += [
            (out / "pack", message("what a stranger verifies")),
            (out / "trust", message("policy and trust: hand them over by another way than the pack")),
        ]
    return found
