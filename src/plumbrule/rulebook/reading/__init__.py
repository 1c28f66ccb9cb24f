"""Read the official text of an instrument into provisions and asks; nothing is dropped, and nothing is guessed.

    file ─source→ document ─mend→ traced text ─structure→ passages ─asks→ reading

`source` turns a file of any kind into text with offsets; `structure` finds preambles, paragraphs, items, objectives,
actions, dashes and notes; `asks` finds verbs and who is asked, by lexicons that a person can edit (`lexicon/*.yaml`, one
a language). What no rule knew is listed as unread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.base.late import late_door
from plumbrule.rulebook.reading.model import Ask, Heading, Passage, Piece, Reading

if TYPE_CHECKING:
    from plumbrule.rulebook.reading.document import Document
    from plumbrule.rulebook.reading.read import read_document, read_file
    from plumbrule.rulebook.reading.source import load_document

__all__ = ["Ask", "Document", "Heading", "Passage", "Piece", "Reading", "load_document", "read_document", "read_file"]

# The rules load on first use: the rulebook needs this room's words, and seldom its rules.
__getattr__ = late_door(
    __name__,
    {
        "document": ("Document",),
        "source": ("load_document",),
        "read": ("read_document", "read_file"),
    },
)
