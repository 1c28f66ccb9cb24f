"""The log for other nodes and for Go's client: bytes by their paths, never pages."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.views.decorators.http import require_safe

from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.ledger import log_files, node
from plumbrule_portal.ledger.views import content

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"


@everybody
@require_safe
def log_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """A checkpoint, a tile, a bundle of entries, a file by digest, or what the node has laid out as a witness."""
    if path.startswith("content/"):
        return content(request, path.removeprefix("content/"))
    if path.startswith("tile/"):
        # A tile of a width never changes, so having it once is having it for ever.
        return _bytes(request, log_files.tile(path), FOR_EVER)
    if path == "checkpoint":
        return _bytes(request, log_files.checkpoint(), ASK_AGAIN, "text/plain; charset=utf-8")
    if path == "log.vkey":
        return _bytes(request, f"{node.log_key()}\n".encode(), ASK_AGAIN, "text/plain; charset=utf-8")
    found = log_files.laid_out(path)
    return _bytes(request, found.read_bytes() if found else b"", ASK_AGAIN)


def _bytes(request: HttpRequest, raw: bytes, keep: str, kind: str = "application/octet-stream") -> HttpResponseBase:
    if not raw:
        raise Http404
    etag = f'"{hashlib.sha256(raw).hexdigest()[:32]}"'
    unchanged = etag in request.headers.get("If-None-Match", "")
    response = HttpResponseNotModified() if unchanged else HttpResponse(raw, content_type=kind)
    response.headers["ETag"], response.headers["Cache-Control"] = etag, keep
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
