"""Write `src/plumbrule/rulebook/data/asks/`: what each provision asks, from the hand-marked answers of the tests.

    python tools/rulebook_asks.py [FOLDER]

The answers (tests/rulebook/reading/) were marked by reading, in the words of docs/concepts/asks.md. Offsets stay there: they
belong to one file of one text. Here stands who is asked, by which verb, to do, refrain or cease, by when, how many.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
ANSWERS = ROOT / "tests" / "rulebook" / "reading"
TARGET = ROOT / "src" / "plumbrule" / "rulebook" / "data" / "asks"
INSTRUMENTS = ("R265", "CA", "GAI", "GDC")
ENGLISH = {
    "决心": "resolves",
    "强调指出": "stresses",
    "强调": "emphasises",
    "重申": "reaffirms",
    "认识到": "recognises",
    "确认": "acknowledges",
    "肯定": "affirms",
    "支持": "supports",
    "期待": "looks forward",
    "回顾": "recalls",
    "注意到": "notes",
    "请": "requests",
    "敦促": "urges",
    "促请": "calls upon",
    "鼓励": "encourages",
    "邀请": "invites",
    "应": "should",
    "应该": "should",
    "必须": "must",
    "倡议": "puts forward",
    "反对": "opposes",
}
"""Our English name for each verb as written; a new verb is added here."""

HEAD = """# yaml-language-server: $schema=../../schemas/asks.schema.json
# Made by tools/rulebook_asks.py from the hand-marked answers; edit those. Codes: docs/concepts/asks.md. Nobody has reviewed them.
schema: plumbrule-asks/1
instrument: {instrument}
language: {language}
provisions:
"""


def asks_file(name: str) -> str:
    """The asks of one instrument as YAML: provisions that ask or cite something, one ask a line."""
    answers = yaml.safe_load((ANSWERS / f"{name}.yaml").read_text(encoding="utf-8"))
    lines = [HEAD.format(instrument=name, language=answers["instrument"]["language"])]
    for provision in answers["provisions"]:
        cites, asks = provision.get("cites", []), provision["asks"]
        if provision["kind"] == "footnote" or not (cites or asks):
            continue
        lines.append(f"  - id: {name}/{provision['id']}\n")
        if cites:
            lines.append(f"    cites: {_flow(cites)}\n")
        if asks:
            lines.append("    asks:\n")
            lines.extend(f"      - {_flow(_ask(ask))}\n" for ask in asks)
    return "".join(lines)


def _ask(marked: dict[str, Any]) -> dict[str, Any]:
    """The ask without its place; the verb's English name stands behind the verb, fields that are not there stay out."""
    ask: dict[str, Any] = {"verb": marked["verb"], "english": ENGLISH[marked["verb"]]}
    if "addressees" in marked:
        ask["addressees"] = [{"kind": a["class"], **({"name": a["name"]} if "name" in a else {})} for a in marked["addressees"]]
    ask.update({key: value for key, value in marked.items() if key not in {"verb", "verb_at", "addressees", "deadline"}})
    if "deadline" in marked:
        deadline = marked["deadline"]
        ask["deadline"] = f"session:{deadline['session']}" if isinstance(deadline, dict) else deadline
    return ask


def _flow(value: object) -> str:
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000).strip()


def main(arguments: list[str]) -> None:
    """Write every file into the folder named, else into the rulebook."""
    folder = Path(arguments[0]) if arguments else TARGET
    folder.mkdir(exist_ok=True)
    for instrument in INSTRUMENTS:
        (folder / f"{instrument}.yaml").write_text(asks_file(instrument), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
