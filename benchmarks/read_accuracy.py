"""How well a text is read, against marks made by hand: precision and recall per field.

    python benchmarks/read_accuracy.py [--differences] ANSWERS.yaml… [--texts FOLDER]

Answers name their text and its digest; texts lie in ../shared/instruments unless said otherwise. Fields that the marker was
unsure of are counted apart. What the figures do not show stands in docs/concepts/reading.md.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from plumbrule.rulebook.reading import Reading, load_document, read_document

ROOT = Path(__file__).resolve().parents[1]
INSTRUMENT = (
    *("symbol", "title_at", "body", "session", "date", "agenda_item", "sponsors", "sponsors_at", "asterisk_notes"),
    *("status", "language", "cites"),
)
LISTS = ("addressees", "qualifiers", "further_quantities", "beneficiaries", "cites")
DEFAULTS: dict[str, Any] = {"rank": None, "polarity": "do", "deadline": None, "quantity": None, **dict.fromkeys(LISTS, ())}
ASK = ("verb", "function", *DEFAULTS)
OPEN_KINDS = {"section", "heading", "bullet"}
"""Found in running text, annexes and front matter these are neither right nor wrong (docs/concepts/asks.md, *Left open*)."""


@dataclass
class Score:
    """Right, found and wanted for one field; precision = right / found, recall = right / wanted."""

    right: int = 0
    found: int = 0
    wanted: int = 0
    differences: list[str] = field(default_factory=list)

    def count(self, name: str, found: object, wanted: object, *, empty: object = ...) -> None:
        """One value against one mark; `empty` is a value that says nothing and is not counted as found or wanted."""
        self.found += found != empty
        self.wanted += wanted != empty
        if found == wanted:
            self.right += found != empty
        else:
            self.differences.append(f"{name}: read {found!r}, marked {wanted!r}")

    def __str__(self) -> str:
        precision = f"{self.right / self.found:.3f}" if self.found else "  -  "
        recall = f"{self.right / self.wanted:.3f}" if self.wanted else "  -  "
        return f"precision {precision}  recall {recall}  ({self.right} right, {self.found} found, {self.wanted} marked)"


def score(reading: Reading, answers: dict[str, Any], text: str) -> dict[str, Score]:
    """Every field of a reading against the marks of the same text; `text` is the document's."""
    scores = {"provisions": _provisions(reading, answers)}
    passages = {p.id: p for p in reading.passages}
    for name in ("parent", "breaks", "cites", "displaced"):
        scores[f"provision.{name}"] = _field(name, passages, answers)
    scores["outside"] = _outside(reading, answers, text)
    scores |= _instrument(reading, answers)
    if any(p["asks"] for p in answers["provisions"]):
        scores |= _asks(passages, answers)
    return scores


def _provisions(reading: Reading, answers: dict[str, Any]) -> Score:
    """Id, kind and span together."""
    wanted = {(p["id"], p["kind"], p["start"], p["end"]) for p in answers["provisions"]}
    found = {(p.id, p.kind, p.start, p.end) for p in reading.passages}
    open_spans = [(o["start"], o["end"]) for o in answers["outside"] if o["what"] in {"running-text", "front", "figure"}]
    open_spans += [(p["start"], p["end"]) for p in answers["provisions"] if p["kind"] == "annex"]
    found = {
        item for item in found
        if item in wanted or item[1] not in OPEN_KINDS or not any(s <= item[2] and item[3] <= e for s, e in open_spans)
    }
    missed = [f"not found: {item}" for item in sorted(wanted - found, key=str)]
    invented = [f"invented: {item}" for item in sorted(found - wanted, key=str)]
    return Score(right=len(found & wanted), found=len(found), wanted=len(wanted), differences=missed + invented)


def _field(name: str, passages: dict[str, Any], answers: dict[str, Any]) -> Score:
    result = Score()
    for p in answers["provisions"]:
        passage = passages.get(p["id"])
        wanted: Any = p.get(name)
        if name == "displaced":
            wanted = p.get("mark") == "displaced"
        if name in {"breaks", "cites"}:
            wanted = tuple(tuple(w) if isinstance(w, list) else w for w in wanted or ())
        found = getattr(passage, name) if passage else "no such provision"
        if name == "cites" and passage:
            found, wanted = tuple(sorted(set(found))), tuple(sorted(wanted))
        result.count(p["id"], found, wanted, empty={"parent": None, "displaced": False}.get(name, ()))
    return result


def _outside(reading: Reading, answers: dict[str, Any], text: str) -> Score:
    """By visible characters: how many stand outside under the right word."""
    wanted = {at: o["what"] for o in answers["outside"] for at in range(o["start"], o["end"]) if not text[at].isspace()}
    found = {at: piece.what for piece in reading.outside for at in range(piece.start, piece.end) if not text[at].isspace()}
    wrong = Counter((found.get(at, "in a provision"), what) for at, what in wanted.items() if found.get(at) != what)
    wrong += Counter((what, "in a provision") for at, what in found.items() if at not in wanted and what != "unread")
    visible = {at for at in wanted if wanted[at] == found.get(at)}
    return Score(
        right=len(visible), found=len(found), wanted=len(wanted),
        differences=[f"{times} characters: read {f}, marked {w}" for (f, w), times in wrong.most_common(12)],
    )


def _instrument(reading: Reading, answers: dict[str, Any]) -> dict[str, Score]:
    heading, marked = reading.heading, answers["instrument"]
    scores = {}
    for name in INSTRUMENT:
        result = Score()
        found, wanted = getattr(heading, name), marked.get(name)
        if name == "sponsors":
            found = len(found) if found else None
        if isinstance(found, tuple):
            found = [list(f) if isinstance(f, tuple) else f for f in found]
        result.count(name, found or None, wanted or None, empty=None)
        scores[f"instrument.{name}{' (unsure)' if name in marked.get('unsure', {}) else ''}"] = result
    return scores


def _asks(passages: dict[str, Any], answers: dict[str, Any]) -> dict[str, Score]:
    """Asks are paired by their provision, where their verb stands, and their order among those with the same verb."""
    scores = {"asks": Score(), **{f"ask.{name}": Score() for name in ASK}, **{f"ask.{name} (unsure)": Score() for name in ASK}}
    for p in answers["provisions"]:
        wanted = dict(_numbered((tuple(a["verb_at"]), a) for a in p["asks"]))
        passage = passages.get(p["id"])
        found = dict(_numbered((tuple(a.verb_at), a) for a in (passage.asks if passage else ())))
        both = wanted.keys() & found.keys()
        scores["asks"].right += len(both)
        scores["asks"].found += len(found)
        scores["asks"].wanted += len(wanted)
        scores["asks"].differences += [f"{p['id']}: not found at {key}" for key in sorted(wanted.keys() - both)]
        scores["asks"].differences += [f"{p['id']}: invented at {key}" for key in sorted(found.keys() - both)]
        for key in sorted(wanted.keys() | found.keys()):
            _one(f"{p['id']}", found.get(key), wanted.get(key), scores)
    return {name: result for name, result in scores.items() if result.found or result.wanted}


def _numbered(pairs: Any) -> Iterator[tuple[tuple[Any, int], Any]]:
    seen: Counter[Any] = Counter()
    for key, value in pairs:
        yield (key, seen[key]), value
        seen[key] += 1


def _one(name: str, found: Any, wanted: dict[str, Any] | None, scores: dict[str, Score]) -> None:
    for part in ASK:
        empty = "" if part in {"verb", "function"} else DEFAULTS[part]
        mark = _plain(wanted.get(part, empty)) if wanted is not None else _plain(empty)
        value = _plain(getattr(found, part)) if found is not None else _plain(empty)
        unsure = " (unsure)" if wanted is not None and {part, "ask"} & set(wanted.get("unsure", {})) else ""
        scores[f"ask.{part}{unsure}"].count(name, value, mark, empty=_plain(empty) if part != "polarity" else "do")


def _plain(value: Any) -> Any:
    """Values of the reader and of the marks in one form; the order of several does not matter."""
    if isinstance(value, list | tuple):
        return tuple(sorted((_plain(v) for v in value), key=str))
    if isinstance(value, dict):
        if "session" in value:
            return f"session:{value['session']}"
        return (value["class"], value.get("name", "")) if "class" in value else (str(value["value"]), value["unit"])
    if hasattr(value, "kind"):
        return (value.kind, value.name or "")
    if hasattr(value, "unit"):
        shown = int(value.value) if value.value == int(value.value) else value.value
        return (str(shown), value.unit)
    return value


def main() -> None:
    """Print the figures of each answer file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("answers", nargs="+", type=Path)
    parser.add_argument("--texts", type=Path, default=ROOT.parent / "shared" / "instruments")
    parser.add_argument("--differences", action="store_true", help="say what differs, field by field")
    chosen = parser.parse_args()
    for path in chosen.answers:
        answers = yaml.safe_load(path.read_text(encoding="utf-8"))
        document = load_document(chosen.texts / answers["file"])
        reading = read_document(document)
        if reading.sha256 != answers["sha256"]:
            sys.exit(f"{answers['file']} is not the file that was marked.")
        print(f"{answers['instrument']['id']}  {answers['file']}")
        for name, result in score(reading, answers, document.text).items():
            if result.found or result.wanted or result.differences:
                print(f"  {name:32} {result}")
            if chosen.differences:
                print(*(f"      {line}" for line in result.differences), sep="\n", end="\n" if result.differences else "")


if __name__ == "__main__":
    main()
