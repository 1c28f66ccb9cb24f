"""The files of a pack as files of a record, which may not have a pack's names; and the pack as a file to hand out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

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
