"""The fixtures of this room's tests; what they are made of stands in `evidence_made`."""

from evidence_made import made, made_once

__all__ = ["made", "made_once"]
