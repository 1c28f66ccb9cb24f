"""The hand-marked answers against the official texts: offsets, marks, counts and codes hold, and no text is copied.

This checks the answers, not a reader. What each field means stands in docs/concepts/asks.md; its tables are the closed lists
of codes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((Path(__file__).parent / "reading").glob("*.yaml"))
GUIDE = (ROOT / "docs" / "concepts" / "asks.md").read_text(encoding="utf-8")
LONGEST_RUN = 12
ASK_FIELDS = {
    *("addressees", "verb", "verb_at", "function", "rank", "polarity", "qualifiers", "deadline", "quantity"),
    *("further_quantities", "beneficiaries", "cites", "unsure"),
}
ALL_CODES = set(re.findall(r"^\| `([a-z-]+)` \|", GUIDE, re.MULTILINE))
PROVISION_FIELDS = {"id", "kind", "parent", "start", "end", "breaks", "mark", "cites", "asks", "unsure"}
MARKS = {
    "operative": r"{last}\.",
    "item": r"\({last}\)",
    "dash": "——",
    "objective": "•",
    "action": "•",
    "bullet": "»",
    "footnote": "{last}",
}
# From the description of the work; A/RES/73/17 is left to its own file, so that nobody who writes rules reads its answers here.
COUNTS = {
    "R265": {"operative": 13, "item": 24},
    "CA": {"operative": 7},
    "GAI": {"dash": 11},
    "GDC": {"objective": 26, "action": 39, "bullet": 6},
}
ADDRESSED = {
    ("member-states",): 14,
    ("member-states", "regional-organisations"): 3,
    ("all-stakeholders",): 17,
    ("multilateral-organisations",): 2,
    ("multilateral-organisations", "regional-organisations"): 3,
}


def codes(table: str) -> set[str]:
    """The codes of one table of the guide: first column, under the heading of that name."""
    part = re.split(r"^#+ ", GUIDE, flags=re.MULTILINE)
    body = next(p for p in part if p.split("\n", maxsplit=1)[0] == table)
    return set(re.findall(r"^\| `([^`]+)` \|", body, re.MULTILINE))


def load(path: Path) -> dict[str, Any]:
    """The answers of one text."""
    answers: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return answers


def asks_of(answers: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each ask with its provision."""
    for provision in answers["provisions"]:
        for ask in provision["asks"]:
            yield provision, ask


def own_pieces(provision: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """A provision's span without its breaks."""
    at = provision["start"]
    for start, end in provision.get("breaks", []):
        yield at, start
        at = end
    yield at, provision["end"]


def text_of(answers: dict[str, Any], shared: Path) -> str:
    """The official text, newlines untouched."""
    name: str = answers["file"]
    return (shared / "instruments" / name).read_bytes().decode("utf-8")


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def answers(request: pytest.FixtureRequest) -> dict[str, Any]:
    """One file of answers."""
    return load(request.param)


def test_every_code_is_of_a_closed_list(answers: dict[str, Any]) -> None:
    """Kinds, functions, ranks, classes, qualifiers, units and beneficiaries are those of the guide."""
    units, kinds, outside = codes("unit"), codes("kind"), codes("outside")
    assert {p["kind"] for p in answers["provisions"]} <= kinds
    assert {o["what"] for o in answers["outside"]} <= outside
    assert {answers["instrument"][key] for key in ("body", "status")} <= codes("body and status")
    for provision, ask in asks_of(answers):
        assert set(provision) <= PROVISION_FIELDS and set(ask) <= ASK_FIELDS, provision["id"]
        assert ask["function"] in codes("function"), provision["id"]
        assert ask.get("polarity", "do") in codes("polarity"), provision["id"]
        assert "rank" not in ask or (ask["function"] == "exhorts" and ask["rank"] in codes("rank")), provision["id"]
        assert {a["class"] for a in ask.get("addressees", [])} <= codes("addressee"), provision["id"]
        assert all(("name" in a) == (a["class"] == "named-body") for a in ask.get("addressees", [])), provision["id"]
        assert set(ask.get("qualifiers", [])) <= codes("qualifier"), provision["id"]
        assert set(ask.get("beneficiaries", [])) <= codes("beneficiary"), provision["id"]
        amounts = [*([ask["quantity"]] if "quantity" in ask else []), *ask.get("further_quantities", [])]
        assert {q["unit"] for q in amounts} <= units, provision["id"]
        deadline = ask.get("deadline", "2030")
        assert isinstance(deadline, dict) or re.fullmatch(r"\d{4}(-\d\d-\d\d)?", deadline), provision["id"]
        assert set(ask.get("unsure", {})) <= ASK_FIELDS | {"ask"}, provision["id"]


def test_ids_are_unique_and_parents_exist(answers: dict[str, Any]) -> None:
    """Each id stands once; the parent of an item, a bullet, an objective or an action is the rest of its id."""
    ids = [p["id"] for p in answers["provisions"]]
    assert len(ids) == len(set(ids))
    for provision in answers["provisions"]:
        parent = provision.get("parent")
        assert parent is None or parent in ids, provision["id"]
        if provision["kind"] in {"item", "bullet", "objective", "action"}:
            above = provision["id"].rsplit(".", 2 if provision["kind"] in {"objective", "action"} else 1)[0]
            assert parent == above, provision["id"]


def test_counts_are_those_marked(answers: dict[str, Any]) -> None:
    """As many units of each kind as the file itself and the description of the work say."""
    found: dict[str, int] = {}
    for provision in answers["provisions"]:
        found[provision["kind"]] = found.get(provision["kind"], 0) + 1
    assert found == answers["counts"]
    expected = COUNTS.get(answers["instrument"]["id"], {})
    assert {kind: found[kind] for kind in expected} == expected


def test_only_what_asks_holds_asks(answers: dict[str, Any]) -> None:
    """No ask in a preamble, footnote, section, annex or objective; who decides or commits addresses nobody."""
    silent = {"preamble", "footnote", "section", "annex", "objective", "heading"}
    for provision, ask in asks_of(answers):
        assert provision["kind"] not in silent, provision["id"]
        assert ask["function"] not in {"decides", "commits"} or not ask.get("addressees"), provision["id"]


def test_citations_are_gathered(answers: dict[str, Any]) -> None:
    """An ask cites what its provision cites; the instrument cites what its provisions cite, sorted, and not itself."""
    gathered = {c for p in answers["provisions"] for c in p.get("cites", [])}
    cites = answers["instrument"]["cites"]
    assert gathered <= set(cites) and cites == sorted(set(cites)) and answers["instrument"]["symbol"] not in cites
    for provision, ask in asks_of(answers):
        assert set(ask.get("cites", [])) <= set(provision.get("cites", [])), provision["id"]


@pytest.mark.shared
def test_the_file_is_the_one_that_was_marked(answers: dict[str, Any], shared: Path) -> None:
    """Digest and length; marks on another file would be marks on nothing."""
    data = (shared / "instruments" / answers["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == answers["sha256"]
    assert len(data.decode("utf-8")) == answers["characters"]


@pytest.mark.shared
def test_every_visible_character_is_in_one_place(answers: dict[str, Any], shared: Path) -> None:
    """Spans without their breaks, and what lies outside, hold each visible character once: nothing dropped, nothing twice."""
    text = text_of(answers, shared)
    times = [0] * len(text)
    pieces = [(p["id"], *piece) for p in answers["provisions"] for piece in own_pieces(p)]
    pieces += [(o["what"], o["start"], o["end"]) for o in answers["outside"]]
    for name, start, end in pieces:
        assert 0 <= start < end <= len(text), name
        for at in range(start, end):
            times[at] += 1
    assert [at for at, n in enumerate(times) if n > 1] == []
    assert [at for at, n in enumerate(times) if n == 0 and not text[at].isspace()] == []


@pytest.mark.shared
def test_spans_begin_with_their_mark_and_end_with_text(answers: dict[str, Any], shared: Path) -> None:
    """Number, letter, dash or bullet at the start; a visible character at both ends, of breaks too."""
    text = text_of(answers, shared)
    for provision in answers["provisions"]:
        own = text[provision["start"] : provision["end"]]
        assert own == own.strip(), provision["id"]
        assert all(text[s:e] == text[s:e].strip() for s, e in provision.get("breaks", [])), provision["id"]
        mark = MARKS.get(provision["kind"], r"{last}\." if re.fullmatch("[A-Z]", provision["id"]) else "")
        if provision.get("mark") != "displaced":
            assert re.match(mark.format(last=provision["id"].rsplit(".", 1)[-1]) + r"(?!\d)", own), provision["id"]


@pytest.mark.shared
def test_verbs_stand_where_they_are_marked(answers: dict[str, Any], shared: Path) -> None:
    """The verb, white space aside, is the text at its place: in the provision, in what it stands under, or in a lead-in."""
    text = text_of(answers, shared)
    by_id = {p["id"]: p for p in answers["provisions"]}
    leads = [(o["start"], o["end"]) for o in answers["outside"] if o["what"] == "lead-in"]
    for provision, ask in asks_of(answers):
        start, end = ask["verb_at"]
        assert "".join(text[start:end].split()).casefold() == ask["verb"].replace(" ", "").casefold(), provision["id"]
        above = by_id.get(provision.get("parent", ""), {"start": 0, "end": 0})
        places = [*own_pieces(provision), *own_pieces(above), *leads]
        assert any(s <= start and end <= e for s, e in places), provision["id"]


@pytest.mark.shared
def test_no_text_is_copied(answers: dict[str, Any], shared: Path) -> None:
    """No remark and no value but a symbol or a code shares more than 12 characters with its text, white space or not."""
    text = text_of(answers, shared)
    bare = "".join(text.split())
    path = next(f for f in FILES if load(f) == answers)
    symbols = re.compile(r"cites: \[[^\]]*\]|^ *(?:symbol|file): .*$", re.MULTILINE)
    kept = symbols.sub("", path.read_text(encoding="utf-8"))
    for code in sorted(ALL_CODES, key=len, reverse=True):
        kept = kept.replace(code, "")
    for line in kept.splitlines():
        for words in (line.strip(), "".join(line.split())):
            runs = (words[at : at + LONGEST_RUN + 1] for at in range(len(words) - LONGEST_RUN))
            assert [run for run in runs if run in text or run in bare] == []


def test_the_particular_places_of_the_description_are_marked() -> None:
    """R265 4 asks in two ways, 5 by refrain and cease, 7 to 9 hold three or four verbs, 6(p) has its own."""
    of = {p["id"]: p["asks"] for p in load(next(f for f in FILES if f.stem == "R265"))["provisions"]}
    assert [(a["rank"], a["addressees"][0]["class"]) for a in of["4"]] == [
        ("calls-upon", "member-states"),
        ("invites", "other-stakeholders"),
    ]
    assert {a.get("polarity", "do") for a in of["5"]} == {"do", "refrain", "cease"}
    assert [len(of[n]) for n in ("7", "8", "9")] == [3, 4, 4]
    assert [(a["verb"], a["rank"]) for a in of["6.p"]] == [("促请", "calls-upon")]
    assert {a["rank"] for letter in "abcdefghijklmnoq" for a in of[f"6.{letter}"]} == {"encourages"}


def test_actions_of_the_brief_are_of_the_addressees_counted() -> None:
    """14 of Member States, 3 with regional organisations, 17 of all stakeholders, 2 and 3 of multilateral organisations."""
    found: dict[tuple[str, ...], int] = {}
    for provision in load(next(f for f in FILES if f.stem == "GDC"))["provisions"]:
        if provision["kind"] == "action":
            first = provision["asks"][0]
            led = tuple(a["class"] for a in first["addressees"] if a["class"] != "named-body")
            # C.action.3 names governments, employers and workers under "all stakeholders".
            key = ("all-stakeholders",) if led == ("states", "employers", "workers") else led
            found[key] = found.get(key, 0) + 1
    assert found == ADDRESSED
