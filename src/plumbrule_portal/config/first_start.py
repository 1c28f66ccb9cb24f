"""The first start of a node: keys, log, database, one real example, and a link for the first account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from plumbrule.evidence.log import Settings, create_node
from plumbrule_portal.config.database import address_of
from plumbrule_portal.config.example import bring
from plumbrule_portal.config.office import FILE, Office
from plumbrule_portal.config.start import collect_static, start
from plumbrule_portal.config.upgrading import upgrade


def may_sign(directory: Path) -> bool:
    """Whether the node's own keys are there; not so in a copy that was restored to be looked at."""
    return (directory / "keys" / "statement.key").is_file() and (directory / "log" / "log.key").is_file()


def prepare(directory: Path, *, name: str, at: str, example: bool = True, copy: bool = True) -> Iterator[str]:
    """Make what is missing of a node, step by step, and say what was done. Safe to run again at every start.

    Args:
        directory: the node's folder.
        name: for a new node, who signs.
        at: the address at which it will be reached.
        example: bring the example into a register that holds nothing yet.
        copy: before an upgrade, copy the node to DIR/backups.
    """
    new = not (directory / "log" / "log.vkey").exists()
    if new:
        where = Settings(database=address_of(directory) or None)
        create_node(directory, name=name, clock=lambda: datetime.now(UTC), settings=where)
        (directory / FILE).write_text(Office(address=at).text(), encoding="utf-8", newline="\n")
        yield f"A new node: {directory}"
    start(directory)
    yield from upgrade(directory, datetime.now(UTC), copy=copy)
    collect_static()
    if not may_sign(directory):
        yield f"There are no keys in this node: it is shown, and nothing can be published in it.\nThe register: {at}"
        return
    from plumbrule_portal.accounts import actions, queries  # noqa: PLC0415 - needs Django's settings
    from plumbrule_portal.ledger.models import Entry  # noqa: PLC0415
    from plumbrule_portal.ledger.rule import settle  # noqa: PLC0415
    from plumbrule_portal.systems.verifier.publishing import publish_tool  # noqa: PLC0415

    if example and not Entry.objects.exists():
        yield from bring(directory)
    if publish_tool(datetime.now(UTC)):
        yield "The digest of verify.html is in the log."
    said = settle(None, datetime.now(UTC))
    if said:
        yield f"The log says it from now on: {said}."
    if not queries.anybody():
        from plumbrule_portal.accounts.models import Role  # noqa: PLC0415

        secret = actions.invite(Role.ADMINISTRATOR, datetime.now(UTC))
        yield f"Make the first account here; the link works once, for three days:\n  {at}/account/start/{secret}"
    yield f"The register: {at}"
