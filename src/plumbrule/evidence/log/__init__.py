"""The second door of evidence: an append-only log, and the node that keeps it. Only the ends of the house open it.

>>> import tempfile
>>> from datetime import UTC, datetime
>>> from pathlib import Path
>>> from plumbrule.evidence import Kind, new_signer
>>> signer = new_signer("example.org/log", Kind.LOG)
>>> folder = tempfile.TemporaryDirectory()
>>> with Log.create(Path(folder.name) / "log", "example.org/log", signer) as log:
...     indexes = log.append([b"first", b"second"])       # recorded: on the disk, unseen
...     checkpoint = log.publish(lambda: datetime.now(UTC))  # published: signed, guarded
...     proof = log.prove(1)
>>> indexes, proof.splitlines()[:2]
((0, 1), [b'c2sp.org/tlog-proof@v1', b'index 1'])
>>> folder.cleanup()

Many submitters share a `Writer`, which commits and signs in groups.
A caller with a transaction of its own hands a cursor to `store.append` instead, so that its row and the entry commit
together or not at all.
"""

from plumbrule.evidence.log import store
from plumbrule.evidence.log.cases import Batch, Cases
from plumbrule.evidence.log.checks import LogReport
from plumbrule.evidence.log.content import ContentStore
from plumbrule.evidence.log.log import Log, Stage, fsck
from plumbrule.evidence.log.move import move_log
from plumbrule.evidence.log.node import Node, create_node
from plumbrule.evidence.log.outside import WaitingError
from plumbrule.evidence.log.private import PrivateStore
from plumbrule.evidence.log.settings import Settings, read_settings, set_outside, waiting_for
from plumbrule.evidence.log.status import LogStatus, log_status
from plumbrule.evidence.log.withdrawal import withdraw
from plumbrule.evidence.log.writer import Writer

__all__ = [
    "Batch",
    "Cases",
    "ContentStore",
    "Log",
    "LogReport",
    "LogStatus",
    "Node",
    "PrivateStore",
    "Settings",
    "Stage",
    "WaitingError",
    "Writer",
    "create_node",
    "fsck",
    "log_status",
    "move_log",
    "read_settings",
    "set_outside",
    "store",
    "waiting_for",
    "withdraw",
]
