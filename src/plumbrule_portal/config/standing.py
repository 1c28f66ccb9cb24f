"""What others have seen of this log, in a file for the page about the register: names, sizes and times, no address of anybody.

`tick` writes it, because the page must not: to look it up opens the log, and a visitor should not wait for that.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from plumbrule.base.files import write_file_aside
from plumbrule.evidence.federation import Standing
from plumbrule_portal.pages.queries_about import STANDING


def write_standing(node: Path, found: Standing, now: datetime) -> None:
    """Write DIR/standing.json anew."""
    document = {
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "contradiction": bool(found.contradiction),
        "peers": [
            {"name": one.name, "kind": one.kind, "size": one.size, "state": one.state, "seen": one.seen} for one in found.peers
        ],
    }
    write_file_aside(node / STANDING, json.dumps(document, indent=1).encode() + b"\n")
