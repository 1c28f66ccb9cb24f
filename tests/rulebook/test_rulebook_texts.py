"""The rulebook against the official texts: every cited clause is there, and no wording of ours is copied from them.

The texts are not part of the project; these tests read them from ../shared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from plumbrule.rulebook import load_rulebook
from plumbrule.rulebook.soundness import all_wordings

pytestmark = pytest.mark.shared
ANSWERS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "answers.yaml").read_text(encoding="utf-8"))
FILES = {
    "R265": "A_78_L49.zh.txt",
    "CA": "A_79_L_central-asia.zh.txt",
    "R311": "news-78-311.zh.md",
    "GAI": "global-ai-governance-initiative.zh.txt",
    "GDC": "policy-brief-5-global-digital-compact.zh.txt",
}
OPENERS = "还认识到|又认识到|认识到|重申|又重申|回顾其|表示注意到|又表示注意到|欢迎|知悉|考虑到|鼓励|注意到|强调指出"
LONGEST_RUN = 14


@pytest.fixture(scope="module")
def texts(shared: Path) -> dict[str, str]:
    """The five official texts as they are."""
    return {name: (shared / "instruments" / file).read_text(encoding="utf-8") for name, file in FILES.items()}


@pytest.fixture(scope="module")
def clauses(texts: dict[str, str]) -> dict[str, str]:
    """Clause id to text without spaces, found by the marks in the texts alone."""
    return {
        **dict(_resolution("R265", texts["R265"])),
        **dict(_resolution("CA", texts["CA"])),
        **dict(_initiative(texts["GAI"])),
        **dict(_brief(texts["GDC"])),
    }


def _pieces(text: str, mark: str) -> list[tuple[re.Match[str], str]]:
    """Each match of a mark with the text up to the next."""
    marks = list(re.finditer(mark, text, re.MULTILINE))
    ends = [m.start() for m in marks[1:]] + [len(text)]
    return [(m, "".join(text[m.start() : end].split())) for m, end in zip(marks, ends, strict=True)]


def _resolution(name: str, text: str) -> Iterator[tuple[str, str]]:
    start = re.search(r"^ 1\. ", text, re.MULTILINE)
    assert start
    for number, (_, body) in enumerate(_pieces(text[: start.start()], rf"^ {{1,2}}(?:{OPENERS})"), start=1):
        yield f"{name}/preamble.{number}", body
    chapeau = ""
    for mark, body in _pieces(text[start.start() :], r"^ {1,2}(?:(\d+)\. |\(([a-q])\) )"):
        chapeau = mark[1] or chapeau
        yield (f"{name}/{mark[1]}" if mark[1] else f"{name}/{chapeau}.{mark[2]}"), body


def _initiative(text: str) -> Iterator[tuple[str, str]]:
    for number, (_, body) in enumerate(_pieces(text.split("相关 附件", maxsplit=1)[0], r"^—— "), start=1):
        yield f"GAI/{number}", body


def _brief(text: str) -> Iterator[tuple[str, str]]:
    for number, (_, body) in enumerate(
        _pieces(text.split("愿景、目的和范围", maxsplit=1)[0], r"^ ?(?:缩小数字鸿沟，推进|使在线空间对|为人类管理)"), start=1
    ):
        yield f"GDC/vision.{number}", body
    plan = text[text.index("\nA. ") : text.index("\n实施、跟踪和审查")]
    section, kind, number, inner = "", "", 0, 0
    for mark, body in _pieces(plan, r"^ {0,2}(?:([A-H])\. |(我建议以下目标)|(.*应：)$|(•) |(») )"):
        letter, objectives, addressee, bullet, sub = mark.groups()
        if letter or objectives or (addressee and kind == "objective"):
            section, number = letter or section, 0
            kind = "objective" if not addressee else "action"
        elif bullet:
            number, inner = number + 1, 0
            yield f"GDC/{section}.{kind}.{number}", body
        elif sub:
            inner += 1
            yield f"GDC/{section}.{kind}.{number}.{inner}", body


def _count(clauses: dict[str, str], pattern: str) -> int:
    return sum(1 for clause in clauses if re.fullmatch(pattern, clause))


def test_the_texts_have_the_units_that_were_marked(clauses: dict[str, str]) -> None:
    """Paragraphs, items, dash paragraphs, objectives and actions are as many as were counted by hand."""
    counts = ANSWERS["counts"]
    for name in ("R265", "CA"):
        assert _count(clauses, rf"{name}/\d+") == counts[name]["operative"]
        assert _count(clauses, rf"{name}/preamble\.\d+") == counts[name]["preamble"]
    for paragraph, letters in counts["R265"]["items"].items():
        assert [c[-1] for c in clauses if re.fullmatch(rf"R265/{paragraph}\.[a-z]", c)] == list(letters)
    assert _count(clauses, r"GAI/\d+") == counts["GAI"]["paragraphs"]
    assert _count(clauses, r"GDC/vision\.\d") == counts["GDC"]["vision"]
    for section in "ABCDEFGH":
        assert _count(clauses, rf"GDC/{section}\.objective\.\d+") == counts["GDC"]["objectives"][section]
        assert _count(clauses, rf"GDC/{section}\.action\.\d+") == counts["GDC"]["actions"][section]
    for place, number in counts["GDC"]["sub_actions"].items():
        section, action = place.split(".")
        assert _count(clauses, rf"GDC/{section}\.action\.{action}\.\d+") == number


def test_every_provision_is_the_clause_it_means(clauses: dict[str, str]) -> None:
    """What was marked by hand exists in the text under its id and holds the term marked for it; requirements cite only such."""
    book = load_rulebook()
    cited = {p for r in (*book.requirements.values(), *book.tier_rules) for p in r.answers}
    assert {p for p in cited if p.split("/")[0] in FILES} <= set(clauses)
    assert [p for p, term in ANSWERS["terms"].items() if term not in clauses[p]] == []
    assert {p for r in book.requirements.values() for p in r.answers} <= set(ANSWERS["terms"])


def test_citation_is_the_id_as_people_write_it() -> None:
    """`R265/6.h` is cited as `R265 6(h)`, `GDC/G.objective.1` as `GDC G objective 1`."""
    for provision in load_rulebook().provisions.values():
        said = provision.id.replace("/", " ")
        said = re.sub(r"^(R265 \d+)\.([a-z])$", r"\1(\2)", said)
        said = re.sub(r"([a-zA-Z])\.", r"\1 ", said)
        assert provision.citation == said


def test_no_wording_is_copied(texts: dict[str, str]) -> None:
    """No Chinese wording of ours shares a run of 15 Chinese characters with any of the five texts, spaces and marks aside."""
    official = {name: _characters(text) for name, text in texts.items()}
    runs = {run for text in official.values() for run in _runs(text, LONGEST_RUN + 1)}
    copied = {
        (place, run)
        for place, wording in all_wordings(load_rulebook())
        for run in _runs(_characters(wording.texts["zh"]), LONGEST_RUN + 1)
        if run in runs
    }
    assert copied == set()


def _characters(text: str) -> str:
    return "".join(re.findall(r"[\u3400-\u9fff]", text))


def _runs(text: str, length: int) -> set[str]:
    return {text[i : i + length] for i in range(len(text) - length + 1)}
