"""`plumbrule tick`: what has to happen with time. From cron or a timer, every few minutes; running it twice does no harm.

*/5 * * * *   plumbrule tick --node /srv/plumbrule
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from plumbrule.errors import PlumbruleError
from plumbrule_portal.config.heads import sign_head
from plumbrule_portal.config.upgrading import ready

LEAST_FREE = 2 * 2**30
LEAST_SHARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a step did, in a line; `look` is true where a person has to look."""

    line: str
    look: bool = False


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("tick")(tick)


def tick(
    node: Annotated[Path, typer.Option(help="Folder of the node.", metavar="DIR", envvar="PLUMBRULE_NODE")] = Path("node"),
) -> None:
    """Do what is due: publish what waited for its day, renew and end labels, follow other nodes, sign, write and send letters.

    Exit code 1 if a person has to look: a full disk, mail that fails, a log that may not sign.
    """
    ready(node)
    console = Console(highlight=False, soft_wrap=True)
    told = [_done(step, node, datetime.now(UTC)) for step in steps()]
    for one in told:
        if one is not None:
            console.print("!" if one.look else "•", one.line, markup=False)
    raise typer.Exit(1 if any(one and one.look for one in told) else 0)


def steps() -> tuple[Callable[[Path, datetime], Told | None], ...]:
    """The steps in their order: what is published, before the head is signed; letters about it last."""
    return (_room, _due, _labels, _withdrawn, _trail, _follow, _head, _letters, _sweep)


def _done(step: Callable[[Path, datetime], Told | None], node: Path, now: datetime) -> Told | None:
    """One step; what goes wrong in it, also in a file or in the database, is told and keeps no other step from being done."""
    from django.db import DatabaseError  # noqa: PLC0415 - Django is loaded by now

    try:
        return step(node, now)
    except (PlumbruleError, OSError, DatabaseError) as error:
        return Told(line=f"{step.__name__.strip('_')}: {error}", look=True)


def _room(node: Path, _now: datetime) -> Told | None:
    found = shutil.disk_usage(node)
    if found.free < LEAST_FREE or found.free < LEAST_SHARE * found.total:
        return Told(line=f"room: {found.free / 2**30:.1f} GiB are free on the node's disk. A full one stops the log.", look=True)
    return None


def _due(_node: Path, now: datetime) -> Told | None:
    from plumbrule_portal.ledger.proposals import publish_due  # noqa: PLC0415 - needs Django's settings

    made = publish_due(now)
    return Told(line=f"published because their day had come: {len(made)}") if made else None


def _labels(_node: Path, now: datetime) -> Told | None:
    from plumbrule_portal.systems.labels.actions import renew_due  # noqa: PLC0415 - needs Django's settings

    renewed = renew_due(now)
    return Told(line=f"labels renewed: {renewed}") if renewed else None


def _withdrawn(_node: Path, now: datetime) -> Told | None:
    """A machine that stopped between a withdrawal and the deletion deletes now."""
    from plumbrule_portal.ledger.actions import finish_withdrawals  # noqa: PLC0415 - needs Django's settings

    gone = finish_withdrawals(now - timedelta(days=7))
    return Told(line=f"deleted, because it was withdrawn and the machine stopped before: {gone}") if gone else None


def _trail(_node: Path, now: datetime) -> Told | None:
    from plumbrule_portal.ledger.trail import commit  # noqa: PLC0415 - needs Django's settings

    made = commit(now)
    return Told(line=f"audit trail: committed to the log, entry {made.index}") if made else None


def _follow(node: Path, now: datetime) -> Told | None:
    """Pull from the nodes that this one follows, and show them our head."""
    from plumbrule.evidence.federation import standing, sync  # noqa: PLC0415 - the network loads only where somebody is followed
    from plumbrule_portal.config.standing import write_standing  # noqa: PLC0415
    from plumbrule_portal.pages.queries_about import STANDING  # noqa: PLC0415

    if not standing(node).peers:
        (node / STANDING).unlink(missing_ok=True)
        return None
    outcomes = sync(node, lambda: now, os.environ.get("PLUMBRULE_PASSPHRASE") or None)
    found = standing(node)
    write_standing(node, found, now)
    return Told(line="follow: " + " ".join(str(one.said) for one in outcomes), look=not found.holds)


def _head(node: Path, now: datetime) -> Told | None:
    size = sign_head(node, now)
    return None if size is None else Told(line=f"signed: {size} entries")


def _letters(_node: Path, now: datetime) -> Told | None:
    from plumbrule_portal.ledger import letters, occasions  # noqa: PLC0415 - needs Django's settings

    written = occasions.write_due(now)
    sent, failed = letters.send_due(now)
    printed = letters.to_be_printed().count()
    if not (written or sent or failed or printed):
        return None
    return Told(line=f"letters: {written} written, {sent} sent, {failed} failed, {printed} to be printed", look=failed > 0)


def _sweep(_node: Path, now: datetime) -> Told | None:
    from plumbrule_portal.accounts.sweeping import sweep  # noqa: PLC0415 - needs Django's settings
    from plumbrule_portal.ledger import sweeping  # noqa: PLC0415
    from plumbrule_portal.systems import fragments  # noqa: PLC0415
    from plumbrule_portal.systems.purchases.actions import forget_links  # noqa: PLC0415
    from plumbrule_portal.systems.submissions.actions import forget  # noqa: PLC0415

    forget_links(now)
    gone = sweep(now) + forget(now) + sweeping.sweep(now) + fragments.sweep()
    return Told(line=f"deleted, because it is not kept longer: {gone}") if gone else None
