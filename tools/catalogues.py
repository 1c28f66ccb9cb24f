"""Catalogues of gettext as people edit them and as programs read them: what `words.py` and `portal_words.py` share."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

DRAFT = "draft: not reviewed by a named person"
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""Written as the creation date of every catalogue: a date that changes by itself only makes noise."""
CENTRAL_ASIAN = frozenset({"kk", "ky", "tg", "tk", "uz", "uz_Cyrl"})
"""Languages that speak on public pages only, so far. They have the plural forms one and other (CLDR), for which Babel has
other rules or none."""


def new_catalogue(language: str, project: str, header: str) -> Catalog:
    """An empty catalogue, a draft until a named person has reviewed it."""
    made = Catalog(
        locale=language,
        project=project,
        version="1",
        copyright_holder="The Plumbrule developers",
        creation_date=EPOCH,
        revision_date=EPOCH,
        last_translator="nobody yet",
        language_team=DRAFT,
        msgid_bugs_address="the issue tracker of the project",
        fuzzy=False,
        header_comment=header,
    )
    if language in CENTRAL_ASIAN:
        made._num_plurals, made._plural_expr = 2, "(n != 1)"
    return made


def po_bytes(catalogue: Catalog) -> bytes:
    """A catalogue as people edit it."""
    out = io.BytesIO()
    write_po(out, catalogue, width=120, sort_output=True, include_lineno=False)
    return out.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """A catalogue as the program reads it: what is not translated is not in it, and falls back to English."""
    whole = read_po(io.BytesIO(po_bytes(catalogue)), locale=str(catalogue.locale))
    for item in list(whole):
        if item.id and isinstance(item.string, tuple) and not all(item.string):
            whole.delete(item.id, item.context)  # Babel would write the English forms as a translation
    out = io.BytesIO()
    write_mo(out, whole)
    return out.getvalue()
