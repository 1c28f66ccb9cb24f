"""Assessments that come from assessors' own machines: received, checked, answered by the party assessed, published.

    pack ─POST→ checked in a process of its own ─→ refused, with reasons
                                        └→ accepted ─→ proposal ─ the party sees it, may answer ─→ a second person agrees ─→ log

There is no account for assessors here: the signature on the pack says who sends it, and whose key counts stands in the log.
"""
