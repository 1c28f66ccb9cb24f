"""Organisations: who answers for systems and assesses them; described here by their own people, as every record is.

/desk/organisations/<slug> ─propose→ record.json (organisation-1) ─second person agrees→ entry ─→ /organisations/<slug>
"""
