"""A public buyer's checklist before a purchase: asked of suppliers by link, compared side by side, decided on record.

    profile ─→ points ─ask→ suppliers answer, sealed until closing ─→ compare ─decide→ proposal ─ a second person agrees ─→ log

What suppliers write and hand in stays private to the purchase; public is the decision, and for the chosen supplier which
points rest on evidence and which on a declaration.
"""
