"""The instruments whole: every unit that was marked by hand is held, in six languages, with its asks, no louder than its text."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from plumbrule.base.languages import UN_LANGUAGES
from plumbrule.rulebook import Provision, load_rulebook
from plumbrule.rulebook.soundness import all_wordings

ROOT = Path(__file__).resolve().parents[2]
READING = Path(__file__).parent / "reading"
WHOLE = ("R265", "CA", "GAI", "GDC")
OPENING: dict[str, dict[str, str]] = {
    "en": {
        "urges": "Urges",
        "calls-upon": "Calls on",
        "encourages": "Encourages",
        "invites": "Invites",
        "requests": "Requests",
        "commits": "Resolves",
        "assesses": "Acknowledges|Affirms|Commends|Considers|Emphasises|Looks forward"
        "|Reaffirms|Recognises|Stresses|Supports|Welcomes",
        "notes": "Notes|Recalls",
        "GAI": "Puts forward",
        "GDC": "Proposes",
        "annex": "Lists|Reports",
    },
    "zh": {
        "urges": "敦促",
        "calls-upon": "呼吁",
        "encourages": "鼓励",
        "invites": "邀请",
        "requests": "请",
        "commits": "决心",
        "assesses": "确认|肯定|赞扬|考虑到|强调|期待|重申|认识到|支持|欢迎",
        "notes": "注意到|回顾",
        "GAI": "倡议",
        "GDC": "提议",
        "annex": "列出|报告",
    },
    "fr": {
        "urges": "Exhorte",
        "calls-upon": "Appelle",
        "encourages": "Encourage",
        "invites": "Invite",
        "requests": "Prie",
        "commits": "Se dit résolue",
        "assesses": "Affirme|Appuie|Considère|Constate|Insiste|Réaffirme|Reconnaît|Salue|Souligne|Attend",
        "notes": "Note|Rappelle",
        "GAI": "Avance",
        "GDC": "Propose",
        "annex": "Énumère|Rend compte",
    },
    "es": {
        "urges": "Insta",
        "calls-upon": "Exhorta",
        "encourages": "Alienta",
        "invites": "Invita",
        "requests": "Solicita",
        "commits": "Se declara resuelta",
        "assesses": "Acoge|Afirma|Apoya|Considera|Destaca|Espera|Pone de relieve|Reafirma|Reconoce|Subraya",
        "notes": "Observa|Recuerda",
        "GAI": "Plantea",
        "GDC": "Propone",
        "annex": "Enumera|Informa",
    },
    "ru": {
        "urges": "Настоятельно призывает",
        "calls-upon": "Призывает",
        "encourages": "Поощряет",
        "invites": "Приглашает",
        "requests": "Просит",
        "commits": "Выражает решимость",
        "assesses": "Отмечает важность|Ожидает|Подтверждает|Подчёркивает|Поддерживает|Признаёт|Приветствует|Учитывает",
        "notes": "Отмечает|Напоминает",
        "GAI": "Выдвигает",
        "GDC": "Предлагает",
        "annex": "Перечисляет|Сообщает",
    },
    "ar": {
        "urges": "تحث",
        "calls-upon": "تهيب",
        "encourages": "تشجع",
        "invites": "تدعو",
        "requests": "تطلب",
        "commits": "تعقد العزم",
        "assesses": "تؤكد|تؤيد|تتطلع|ترحب|تسلم|تشدد|تضع في اعتبارها|تعترف",
        "notes": "تحيط علما|تشير",
        "GAI": "تطرح",
        "GDC": "يقترح",
        "annex": "يسرد|يعرض",
    },
}
"""By language: the verbs with which a wording of each kind may open."""

LOUD = {
    "en": r"\b(must|shall|required|requires|obliged|obligation|duty|binding|orders|demands)\b",
    "zh": r"必须|务必|有义务|责令|强制|不得",
    "fr": r"\b(doit|doivent|devra|devront|obligatoire|obligation|exige|exigent|ordonne|tenus? de)\b",
    "es": r"\b(debe|deben|deberá|deberán|obligatori[oa]|obligación|exige|exigen|ordena)\b",
    "ru": r"\b(должн\w+|обязан\w*|обязательн\w+|требует|приказывает)\b",
    "ar": r"\b(يجب|يتعين|إلزام\w*|ملزم\w*|تلزم)\b",
}
"""Words of command: a text that recommends or proposes says none, so neither does our wording of it."""


def marked(name: str) -> dict[str, dict[str, Any]]:
    """The units of one instrument as marked by hand; a footnote has no wording, its citations stand with its provision."""
    answers = yaml.safe_load((READING / f"{name}.yaml").read_text(encoding="utf-8"))
    return {f"{name}/{p['id']}": p for p in answers["provisions"] if p["kind"] != "footnote"}


def held(name: str) -> list[Provision]:
    """What the rulebook holds of one instrument."""
    return [p for p in load_rulebook().provisions.values() if p.instrument == name]


def allowed(provision: Provision, language: str) -> str:
    """The verbs with which our wording of a provision may open: those of its first ask, or those of its instrument."""
    verbs = OPENING[language]
    if provision.kind == "annex":
        return verbs["annex"]
    if provision.instrument in verbs:
        return verbs[provision.instrument]
    if not provision.asks:
        return f"{verbs['assesses']}|{verbs['notes']}|{verbs['encourages']}"
    first = provision.asks[0]
    return verbs[first.rank or first.function]


@pytest.mark.parametrize("name", WHOLE)
def test_every_marked_unit_is_held_and_no_other(name: str) -> None:
    """Ids, order, kinds, parents and citations of other texts are those of the hand-marked answers."""
    answers = marked(name)
    assert [p.id for p in held(name)] == list(answers)
    for provision in held(name):
        answer = answers[provision.id]
        assert provision.kind == answer["kind"]
        assert provision.parent == (f"{name}/{answer['parent']}" if answer.get("parent") else "")
        assert list(provision.cites) == answer.get("cites", [])


@pytest.mark.parametrize("name", WHOLE)
def test_every_ask_is_held_as_marked(name: str) -> None:
    """Each ask stands with its provision: the same verb, function, rank, polarity, addressees, limits, dates and numbers."""
    for provision in held(name):
        for ask, answer in zip(provision.asks, marked(name)[provision.id]["asks"], strict=True):
            said = {key: list(getattr(ask, key)) for key in ("qualifiers", "beneficiaries", "cites")}
            assert said == {key: answer.get(key, []) for key in said}, provision.id
            assert (ask.verb, ask.function, ask.rank) == (answer["verb"], answer["function"], answer.get("rank"))
            assert (ask.polarity, ask.deadline) == (answer.get("polarity", "do"), answer.get("deadline"))
            assert [(a.kind, a.name) for a in ask.addressees] == [
                (a["class"], a.get("name")) for a in answer.get("addressees", [])
            ]
            amounts = [*([ask.quantity] if ask.quantity else []), *ask.further_quantities]
            wanted = [*([answer["quantity"]] if "quantity" in answer else []), *answer.get("further_quantities", [])]
            assert [(q.value, q.unit) for q in amounts] == [(q["value"], q["unit"]) for q in wanted]
            assert ask.english
            assert dict(ask.unsure) == answer.get("unsure", {})


@pytest.mark.parametrize("provision", [p for name in WHOLE for p in held(name)], ids=lambda p: p.id)
def test_six_languages_none_louder_than_the_text(provision: Provision) -> None:
    """Our wording stands in all six, each opens with a verb that its text's verb allows, and none holds a word of command."""
    assert set(provision.wording.texts) == set(UN_LANGUAGES)
    for language, text in provision.wording.texts.items():
        assert re.match(f"(?:{allowed(provision, language)})", text), (language, text)
        assert not re.search(LOUD[language], text, re.IGNORECASE), (language, text)
        assert text == " ".join(text.split())
    assert provision.wording.reviewed_by == {}


def test_every_wording_in_six_languages_and_requirements_without_a_word_of_command() -> None:
    """All but the reasons of crosswalks stand in all six; requirements say how things are looked at and command nothing."""
    book = load_rulebook()
    few = [place for place, w in all_wordings(book) if set(w.texts) != set(UN_LANGUAGES) and not place.startswith("crosswalks/")]
    assert few == []
    for requirement in book.requirements.values():
        for wording in (requirement.title, requirement.statement):
            loud = [text for language, text in wording.texts.items() if re.search(LOUD[language], text, re.IGNORECASE)]
            assert loud == [], requirement.id


def test_asks_are_made_again_the_same(tmp_path: Path) -> None:
    """The committed files of asks are what tools/rulebook_asks.py makes of the answers."""
    subprocess.run([sys.executable, ROOT / "tools" / "rulebook_asks.py", tmp_path], check=True, timeout=60)
    data = ROOT / "src" / "plumbrule" / "rulebook" / "data" / "asks"
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert made == {file.name: file.read_bytes() for file in data.iterdir()}
    assert set(made) == {f"{name}.yaml" for name in WHOLE}
