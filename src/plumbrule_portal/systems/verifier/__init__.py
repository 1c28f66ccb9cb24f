"""A page of one file that checks a pack in a browser, without a network: `verify.html`. Here it is only handed out.

A page that a node serves proves nothing against that node, so it is offered as a file to keep, its digest stands in the log
of every node that offers it, and people compare what several nodes say.

>>> len(digest()), page().startswith(b"<!DOCTYPE html>")
(64, True)
"""

import hashlib
from functools import cache
from importlib.resources import files

FORM, RECORD, FILE = "tool-1", "verify-page", "verify.html"

__all__ = ["FILE", "FORM", "RECORD", "digest", "page"]


@cache
def page() -> bytes:
    """The file."""
    return files(__name__).joinpath(FILE).read_bytes()


def digest() -> str:
    """Its SHA-256."""
    return hashlib.sha256(page()).hexdigest()
