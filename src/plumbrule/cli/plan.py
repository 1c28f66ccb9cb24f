"""`plumbrule plan`: show what will be judged, and sign it into the log before the data are read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from plumbrule.cli.keys import open_recorder
from plumbrule.cli.speech import words_in
from plumbrule.errors import AssessmentError, InputError


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("plan")(run)


def run(
    assessment: Annotated[Path, typer.Argument(help="The plan to read", metavar="ASSESSMENT.toml")],
    sign: Annotated[bool, typer.Option("--sign", help="Sign it into the log now.")] = False,
    key: Annotated[Path | None, typer.Option(help="Key file that signs it.", metavar="FILE")] = None,
    log: Annotated[Path | None, typer.Option(help="Log that records it.", metavar="DIR")] = None,
    lang: Annotated[str, typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
) -> None:
    """What will be judged and how. The data are not opened."""
    from plumbrule import pipeline, rulebook  # noqa: PLC0415 - loaded only when the verb runs
    from plumbrule.findings import read_plan  # noqa: PLC0415
    from plumbrule.report import print_plan  # noqa: PLC0415

    try:
        text = assessment.read_bytes()
    except OSError as error:
        raise AssessmentError(
            f"{assessment} cannot be read: {error.strerror}.", expected="an assessment.toml", cure="Check the path."
        ) from None
    plan = read_plan(text, assessment.name)
    book = rulebook.load_rulebook()
    profile = rulebook.profile(book, plan.profile)
    pipeline.check_plan(plan, profile)
    words, console = words_in(lang), Console()
    print_plan(plan, profile, console, words)
    if sign:
        recorder = open_recorder(key, log)
        if recorder is None:
            raise InputError(
                "--sign was given without a key.",
                expected="--key FILE and --log DIR",
                cure="Make a node with plumbrule node init DIR.",
            )
        _, index = pipeline.declare(plan, text, recorder)
        recorder.log.publish(lambda: datetime.now(UTC))
        console.print(words.say("Signed into the log at position {index}, before the data were read.", index=index))
