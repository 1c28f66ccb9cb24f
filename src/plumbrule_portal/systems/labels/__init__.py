"""Trust labels: a signed statement on named findings, for thirty days at most; it falls as soon as what it rests on falls.

definition (YAML, whose findings) + evidence (one published assessment) ─give→ entry ─→ badge and page, while it holds
                                                                          └ renewed by `tick`, or it runs out
"""
