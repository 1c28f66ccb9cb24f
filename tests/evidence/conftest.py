"""The fixtures of this room's tests; what they are made of stands in `evidence_made`."""

from evidence_made import made, made_once
from nodes_made import five, five_once

__all__ = ["five", "five_once", "made", "made_once"]
