"""`plumbrule verify`: check a pack offline, trusting only what came from elsewhere."""

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


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("verify")(run)


def run(
    pack: Annotated[Path, typer.Argument(help="The folder pack/ of an assessment", metavar="PACK")],
    policy: Annotated[Path, typer.Option(help="Which log and witnesses you trust (C2SP tlog-policy).", metavar="FILE")],
    trust: Annotated[Path, typer.Option(help="Who may sign what, for whom.", metavar="FILE")],
    lang: Annotated[str, typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
) -> None:
    """Check a pack without any network. Get the policy and the trust file by another way than the pack.

    Exit code 0: holds; 1: does not hold; 2: could not be read, also when the policy or the trust file lies inside the pack.
    """

    held = check(pack, policy, trust, words_in(lang), Console(soft_wrap=True, highlight=False))
    raise typer.Exit(0 if held else 1)


def check(pack: Path, policy: Path, trust: Path, words: Words, console: Console) -> bool:
    """Verify and say in words what was proved, what failed, and what was not shown."""
    from plumbrule.evidence import verify_pack  # noqa: PLC0415 - cryptography loads only when something is verified

    found = verify_pack(pack, policy, trust, now=datetime.now(UTC))
    parts = (
        (message("Proved"), found.proved, "green"),
        (message("Failed"), found.failures, "bold red"),
        (message("What the pack would have us trust, ignored"), found.suggested, "dim"),
        (message("Warnings"), found.warnings, "yellow"),
        (message("Not shown"), found.not_shown, ""),
    )
    console.print(words.text("Checked against, by fingerprint"), style="bold")
    for name, fingerprint in found.fingerprints.items():
        console.print(f"  {name}: {fingerprint}", markup=False)
    for title, sentences, style in parts:
        if sentences:
            console.print(words.text(title), style="bold")
        for sentence in sentences:
            console.print("  •", words.say(sentence.text, **sentence.values), style=style, markup=False)
    console.print(
        words.text("Holds.") if found.holds else words.text("Does not hold."), style="bold green" if found.holds else "bold red"
    )
    return found.holds
