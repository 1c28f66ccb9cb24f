"""The files of a pack as files of a record, which may not have a pack's names; and the pack as one file, out and in."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path

from plumbrule.base.sandbox import run_limited

OWN_FILES = {
    "assessment-envelope.json": "assessment.dsse.json",
    "assessment-proof.txt": "assessment.tlog-proof",
    "plan-envelope.json": "plan.dsse.json",
    "plan-proof.txt": "plan.tlog-proof",
}
"""What a pack's own files are called as files of a record, and what they are called in the pack."""
SHOWN_AS = {name: kept for kept, name in OWN_FILES.items()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A pack as one file: the same files give the same bytes. A file that was withdrawn is left out."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            if content:
                archive.writestr(zipfile.ZipInfo(OWN_FILES.get(name, name)), content, zipfile.ZIP_DEFLATED)
    return raw.getvalue()


def unzipped(raw: bytes, most_files: int, most_bytes: int) -> dict[str, bytes]:
    """The files of a pack that came as one zip file, read in a process of its own. Raises InputError: no such, or too much."""
    with tempfile.TemporaryDirectory(prefix="plumbrule-") as home:
        source, said = Path(home) / "pack.zip", Path(home) / "said.json"
        source.write_bytes(raw)
        limits = [str(most_files), str(most_bytes)]
        run_limited("plumbrule_portal.systems.pack_child", limits, seconds=30, megabytes=1024, stdin=source, stdout=said)
        return {name: b64decode(content) for name, content in json.loads(said.read_bytes()).items()}
