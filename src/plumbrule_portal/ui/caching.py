"""Which pages are made from the log alone: they are the same for everybody who reads them in the same language.

Such a page changes only when something is published, so it needs no making where the reader still has it, and none again
for the next reader (`ledger.caching`). A page that shows anything else - a form with a token, how late it is - must not be
marked. Who is signed in gets a page of their own that nobody keeps: it may lead them to their desk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http.response import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
MARK = "from_the_log"


def from_the_log(view: View) -> View:
    """Mark a view whose answer to a visitor depends on the public tables, the address and the language, and on nothing else."""
    setattr(view, MARK, True)
    return view
