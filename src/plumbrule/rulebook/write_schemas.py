"""Write the JSON Schemas of the rulebook's files into `schemas/`: `python -m plumbrule.rulebook.write_schemas`."""

from __future__ import annotations

import json
from pathlib import Path

from plumbrule.rulebook.form import schema_documents


def write_schemas(folder: Path) -> None:
    """One file for each kind of file, `instruments.schema.json` and so on."""
    for kind, document in schema_documents().items():
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        (folder / f"{kind}.schema.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_schemas(Path(__file__).parent / "schemas")
