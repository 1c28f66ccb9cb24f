"""The third door of evidence: nodes that follow one another, and give up proof, never data. Only the command line opens it.

A node pulls another's log, checks every byte of it against what the log signed, stores it, and only then cosigns. When a
log signs two histories, both checkpoints are kept for ever and nothing is decided here. This is the only door behind
which a socket is opened, and only to an address that somebody named; `plumbrule verify` never comes near it.

>>> import tempfile
>>> from datetime import UTC, datetime
>>> from pathlib import Path
>>> from plumbrule.evidence.log import Log, create_node
>>> folder = tempfile.TemporaryDirectory()
>>> at, clock = Path(folder.name), lambda: datetime(2026, 7, 22, tzinfo=UTC)
>>> node = create_node(at / "ministry", name="ministry.example")
>>> with Log.open(node.log) as log:
...     _ = log.append([b"first", b"second"]), log.publish(clock)
>>> outcomes = sync(at / "ministry", clock)              # lays out ministry/share for others
>>> witness = make_witness(at / "university", "university.example")
>>> _ = follow(at / "university", node.log_verifier, str(at / "ministry" / "share"))
>>> [str(outcome.said) for outcome in sync(at / "university", clock)]
['ministry.example/log: entries held: 2, new: 2.']
>>> _ = follow(at / "ministry", witness, str(at / "university" / "share"))
>>> [str(outcome.said) for outcome in sync(at / "ministry", clock)]
['university.example cosigned a state of this log.']
>>> folder.cleanup()
"""

from plumbrule.evidence.federation.alarm import Acknowledged, acknowledge
from plumbrule.evidence.federation.contact import Contact
from plumbrule.evidence.federation.find import Found, find
from plumbrule.evidence.federation.mirror import DisagreementError, Mirror
from plumbrule.evidence.federation.outside import hear_outside
from plumbrule.evidence.federation.recover import Recovered, recover
from plumbrule.evidence.federation.renew import renew_pack
from plumbrule.evidence.federation.serve import parse_place, witness_server
from plumbrule.evidence.federation.share import share_content
from plumbrule.evidence.federation.signed import Signed, check_signatures
from plumbrule.evidence.federation.source import Source, open_source
from plumbrule.evidence.federation.stage import stage
from plumbrule.evidence.federation.status import Peer, Standing, standing
from plumbrule.evidence.federation.sync import Outcome, follow, make_witness, sync
from plumbrule.evidence.federation.witness import add_checkpoint

__all__ = [
    "Acknowledged",
    "Contact",
    "DisagreementError",
    "Found",
    "Mirror",
    "Outcome",
    "Peer",
    "Recovered",
    "Signed",
    "Source",
    "Standing",
    "acknowledge",
    "add_checkpoint",
    "check_signatures",
    "find",
    "follow",
    "hear_outside",
    "make_witness",
    "open_source",
    "parse_place",
    "recover",
    "renew_pack",
    "share_content",
    "stage",
    "standing",
    "sync",
    "witness_server",
]
