"""Write the JSON Schema of files of cells from the types.

python tools/cells_schema.py
"""

from __future__ import annotations

import json
from pathlib import Path

from plumbrule.lab.exchange.form import cells_schema

PATH = Path(__file__).resolve().parents[1] / "src" / "plumbrule" / "lab" / "schemas" / "cells-1.json"


def schema_text() -> str:
    """The schema file."""
    return json.dumps(cells_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(schema_text(), encoding="utf-8", newline="\n")
