"""Hand the rule on in formats of others: OSCAL for what is asked and checked, Akoma Ntoso for texts.

    reading  ─as_akn→ Akoma Ntoso (AKN4UN)      rulebook ─rulebook_documents→ OSCAL catalog, profiles, mappings
    reading  ─as_oscal→ OSCAL catalog           rulebook ─wording_documents→ Akoma Ntoso of our own wording

Nothing here reads a clock or draws by chance: the same input gives the same bytes. What a format has no word for stands
under a name of our own (`urn:x-plumbrule:reading:1`, `urn:x-plumbrule:rulebook:1`).

    >>> from plumbrule.rulebook import load_rulebook
    >>> from plumbrule.rulebook.exchange import rulebook_documents
    >>> documents = rulebook_documents(load_rulebook())
    >>> sorted(documents)[:2], documents["catalog.json"]["catalog"]["metadata"]["oscal-version"]
    (['catalog.json', 'mapping-collection.json'], '1.2.1')
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.base.late import late_door

if TYPE_CHECKING:
    from plumbrule.rulebook.exchange.akn import as_akn
    from plumbrule.rulebook.exchange.akn_rulebook import wording_documents
    from plumbrule.rulebook.exchange.oscal import dumped
    from plumbrule.rulebook.exchange.oscal_reading import as_oscal, catalog_of, provision_ids
    from plumbrule.rulebook.exchange.oscal_rulebook import rulebook_documents

__all__ = ["as_akn", "as_oscal", "catalog_of", "dumped", "provision_ids", "rulebook_documents", "wording_documents"]

# A format loads when it is written: the rules of reading must be free to load this room.
__getattr__ = late_door(
    __name__,
    {
        "akn": ("as_akn",),
        "oscal_reading": ("as_oscal", "catalog_of", "provision_ids"),
        "oscal": ("dumped",),
        "oscal_rulebook": ("rulebook_documents",),
        "akn_rulebook": ("wording_documents",),
    },
)
