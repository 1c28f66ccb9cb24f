"""`plumbrule log withdraw`: an entry says that public content is withdrawn; the content goes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from plumbrule.base.messages import message
from plumbrule.cli.outside import open_to_sign
from plumbrule.cli.passphrase import read_signer
from plumbrule.cli.speech import words_in


def run(
    digest: Annotated[str, typer.Argument(help="SHA-256 of the content", metavar="DIGEST")],
    reason: Annotated[str, typer.Option(help="error, order, personal-data or rights-of-others.", metavar="WORD")],
    key: Annotated[Path, typer.Option(help="Key file that signs the withdrawal.", metavar="FILE")],
    log: Annotated[Path, typer.Option("--log", help="The log whose entries name the content.", metavar="DIR")] = Path("log"),
    everywhere: Annotated[bool, typer.Option("--everywhere", help="Also when several entries name it.")] = False,
    lang: Annotated[str, typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
) -> None:
    """Withdraw public content: record in the log that it is withdrawn and why, then delete it here and from what is laid out.

    The entry that names it stays, with its digest. Mirrors delete it at their next round. Copies that others made, packs
    and backups are not reached. Deleting waits for nobody; the withdrawal is published as soon as the log may sign.
    """
    from plumbrule.evidence.federation import share_content  # noqa: PLC0415 - loaded only when the verb runs
    from plumbrule.evidence.log import Log, WaitingError, withdraw  # noqa: PLC0415

    signer, console, words = read_signer(key), Console(highlight=False, soft_wrap=True), words_in(lang)
    with Log.open(log) as opened:
        indexes = withdraw(opened, digest, reason, signer, lambda: datetime.now(UTC), everywhere=everywhere)
        shared = log.absolute().parent / "share"
        if (shared / "content").is_dir():
            share_content(opened.content, shared)
    said = words.say(message("Withdrawn by entry {index}: {digest}."), index=", ".join(map(str, indexes)), digest=digest)
    console.print(said, markup=False)
    try:
        with open_to_sign(log) as opened:
            opened.publish(lambda: datetime.now(UTC))
    except WaitingError as error:
        console.print(words.text("The content is deleted. The withdrawal is recorded, and not published yet:"))
        console.print(str(error), markup=False)
