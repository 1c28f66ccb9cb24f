"""Findings as HTML, made once for each assessment and language, and kept in DIR/cache until the code changes.

What is kept is derived from a file by its digest and from our own code, so it never gets old; it goes when the file is
withdrawn. It is made by the same code as the dossier (`plumbrule.report`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from plumbrule.base.files import write_file_aside
from plumbrule.base.words import translator
from plumbrule.errors import PlumbruleError
from plumbrule.report import finding_views, read_assessment, render_findings
from plumbrule_portal.ledger import content, node

_REGION = re.compile(r'role="region" aria-label="([^"]*)"')


def whole(digest: str, language: str) -> SafeString:
    """Every finding of an assessment in full; empty where the file was withdrawn, or is of a form that is not read."""
    return _kept(digest, language, "whole", lambda raw: whole_of(raw, language))


def short(digest: str, language: str) -> SafeString:
    """The verdict, the figure and the sentence of each finding, for the page of the system."""
    return _kept(digest, language, "short", lambda raw: short_of(raw, language, f"a{digest[:12]}-"))


def whole_of(raw: bytes, language: str) -> SafeString:
    """As `whole`, of an assessment that is not public yet. Raises UnreadableError."""
    return mark_safe(_named_apart(render_findings(read_assessment(raw), language=language)))  # noqa: S308  our templates escape


def short_of(raw: bytes, language: str, prefix: str) -> SafeString:
    """As `short`. Raises UnreadableError."""
    spoken = translator(language)
    views = finding_views(read_assessment(raw), language=language, prefix=prefix)
    told = [one for one in views if one.comparisons or one.levels]
    others = [one for one in views if not (one.comparisons or one.levels)]
    page = {"told": told, "others": others, "lang": spoken.language, "dir": spoken.direction}
    return render_to_string("systems/finding_short.html", page)


def forget(digest: str) -> None:
    """Delete what was made of a file that was withdrawn."""
    for path in _folder().glob(f"{digest}.*"):
        path.unlink(missing_ok=True)


def sweep() -> int:
    """Delete what was made of files that are gone, or by an earlier version of the code. For `tick`. Returns how many."""
    folder, gone = _folder(), 0
    for path in folder.glob("*.html") if folder.is_dir() else ():
        digest, *_, code, _ending = path.name.split(".")
        if code != _code() or not content.has(digest):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _named_apart(page: str) -> str:
    """Tables that have the same caption in several findings get a number, so that somebody who jumps between them can tell."""
    seen: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        seen[found[1]] = seen.get(found[1], 0) + 1
        number = f" ({seen[found[1]]})" if seen[found[1]] > 1 else ""
        return f'role="region" aria-label="{found[1]}{number}"'

    return _REGION.sub(numbered, page)


def _kept(digest: str, language: str, kind: str, make: Callable[[bytes], SafeString]) -> SafeString:
    if not digest or not content.has(digest):
        forget(digest)
        return mark_safe("")
    path = _folder() / f"{digest}.{language}.{kind}.{_code()}.html"
    if path.is_file():
        return mark_safe(path.read_text("utf-8"))  # noqa: S308  written below, by our own templates
    try:
        made = make(content.read(digest))
    except PlumbruleError:
        return mark_safe("")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file_aside(path, made.encode("utf-8"))
    return made


def _folder() -> Path:
    return node.folder() / "cache"


@lru_cache(maxsize=1)
def _code() -> str:
    """A digest of the code, templates and words that make findings: another version makes them anew."""
    total = hashlib.sha256()
    for package in ("plumbrule.report", "plumbrule.base", "plumbrule_portal.systems"):
        for name, part in sorted(_parts(files(package))):
            total.update(name.encode() + b"\0" + hashlib.sha256(part.read_bytes()).digest())
    return total.hexdigest()[:16]


def _parts(folder: Traversable, above: str = "") -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for part in folder.iterdir():
        name = f"{above}/{part.name}"
        if part.is_dir():
            found += _parts(part, name)
        elif name.endswith((".py", ".j2", ".mo", "/finding_short.html")):
            found.append((name, part))
    return found
