"""`plumbrule ask`: put the questions of an item pack to a model behind an address that the user names."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from plumbrule.base.messages import message
from plumbrule.cli.speech import words_in

if TYPE_CHECKING:
    from plumbrule.base.words import Words
    from plumbrule.lab.families.languages import Endpoint, Pack, Transcript

_A_DAY = 86_400.0


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("ask")(run)


def run(
    pack: Annotated[str, typer.Argument(help="An item pack in YAML, or one of ours by name: everyday", metavar="PACK")],
    to: Annotated[
        str,
        typer.Option("--to", help="The address, up to where /chat/completions follows: http://127.0.0.1:8080/v1", metavar="URL"),
    ],
    model: Annotated[str, typer.Option(help="The model's name there.", metavar="NAME")],
    out: Annotated[Path, typer.Option(help="Where the transcript is written; must not exist.", metavar="FILE")],
    runs: Annotated[int, typer.Option(help="How many times each question is put.", min=1, max=100)] = 1,
    languages: Annotated[
        str | None, typer.Option(help="Only these languages of the pack: kk,uz-Latn.", metavar="CODE[,CODE…]")
    ] = None,
    key_variable: Annotated[
        str | None, typer.Option(help="Name of the environment variable that holds the key.", metavar="NAME")
    ] = None,
    key_file: Annotated[Path | None, typer.Option(help="File that holds the key, readable by you only.", metavar="FILE")] = None,
    seconds: Annotated[float, typer.Option(help="Limit for one request.", min=0.1)] = 60.0,
    max_tokens: Annotated[int, typer.Option(help="Longest answer that is asked for.", min=1)] = 256,
    temperature: Annotated[float, typer.Option(help="As the model takes it; 0 is the least random.", min=0, max=2)] = 0.0,
    lang: Annotated[str, typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
) -> None:
    """Put every question of a pack to a model, in every language, and write down what it says.

    Only the address named is called. An interrupted run loses nothing: the same command again goes on where it stopped.
    What comes out is for a plan: [languages] transcript = FILE. Exit code 0: the transcript is written; 2: it is not.
    """
    from plumbrule.lab.families.languages import Endpoint, find_pack, read_pack  # noqa: PLC0415 - numpy loads only when needed

    words = words_in(lang)
    items = read_pack(find_pack(pack, Path()))
    endpoint = Endpoint(
        url=to,
        model=model,
        key_variable=key_variable,
        key_file=key_file,
        seconds=seconds,
        total_seconds=_A_DAY,
        max_tokens=max_tokens,
        temperature=temperature,
    )
    chosen = [code.strip() for code in languages.split(",") if code.strip()] if languages else None
    _show(_ask(items, endpoint, out, runs, chosen, words), out, words)


def _ask(pack: Pack, endpoint: Endpoint, out: Path, runs: int, languages: list[str] | None, words: Words) -> Transcript:
    """Ask, with a bar on standard error; on Ctrl-C say where the answers so far are."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    from plumbrule.lab.families.languages import ask_pack, part_of  # noqa: PLC0415

    errors = Console(stderr=True, soft_wrap=True)
    bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=errors)
    try:
        with bar:

            def show(done: int, total: int) -> None:
                task = bar.task_ids[0] if bar.task_ids else bar.add_task(words.text(message("Asking")))
                bar.update(task, completed=done, total=total)

            return ask_pack(
                pack,
                endpoint,
                out,
                now=datetime.now(UTC),
                runs=runs,
                languages=languages,
                progress=show,
            )
    except KeyboardInterrupt:
        if part_of(out).exists():
            said = words.say(
                message("What was answered is kept in {file}; the same command goes on from there."), file=part_of(out).name
            )
            errors.print(said, markup=False)
        raise


def _show(transcript: Transcript, out: Path, words: Words) -> None:
    console = Console(soft_wrap=True, highlight=False)
    answered = sum(one.text is not None for one in transcript.said)
    console.print(
        words.say(
            message("{answered} of {asked} questions were answered."),
            answered=words.whole(answered),
            asked=words.whole(len(transcript.said)),
        ),
        markup=False,
    )
    if transcript.drafts:
        said = message("Nobody has reviewed the pack in {languages}: what it finds there may be the translation’s fault.")
        console.print(words.say(said, languages=words.listing(transcript.drafts)), markup=False)
    console.print(words.say(message("{file}: name it in a plan, under languages.transcript."), file=out), markup=False)
