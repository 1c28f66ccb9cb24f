"""Write the JSON Schemas of the files that the families of tests read and write: watches and transcripts."""

from __future__ import annotations

from pathlib import Path

from plumbrule.lab.families.languages import transcript
from plumbrule.lab.families.watch import form


def documents() -> dict[Path, str]:
    """Each schema file with its text."""
    found = {form.SCHEMAS / name: text for name, text in form.schema_documents().items()}
    return found | {transcript.SCHEMAS / "transcript-1.json": transcript.schema_document()}


if __name__ == "__main__":
    for path, text in documents().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
