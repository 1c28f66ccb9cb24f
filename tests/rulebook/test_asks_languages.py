"""Asks in Chinese, French, Spanish, Russian and Arabic; the sentences are ours, about lighthouses.

Written by the author of the rules: they show that each form is known, not that a real resolution is read well.
"""

from __future__ import annotations

import pytest
from asks_reading import asks_of, short
from read_fixtures import SIX

from plumbrule.rulebook.reading import Reading, read_document
from plumbrule.rulebook.reading.document import Document

CASES = {
    "zh": {
        "又请秘书长在现有资源范围内，与会员国协商，向大会第九十二届会议提交报告，并决定将题为“灯塔”的项目列入议程；": [
            "请 requests | secretary-general | within-existing-resources+together-with-others | session:92",
            "决定 decides",
        ],
        "还鼓励会员国、联合国系统各组织、国际金融机构和私营部门按照共同商定条件转让技术；": [
            "鼓励 exhorts encourages | member-states+un-system+international-financial-institutions+private-sector"
            " | mutually-agreed-terms",
        ],
        "再次强烈敦促所有国家停止熄灭灯塔；": ["敦促 exhorts urges cease | states"],
        "促请会员国不要熄灭灯塔，并确保守灯人获得报酬；": [
            "促请 exhorts calls-upon refrain | member-states",
            "促请 exhorts calls-upon | member-states",
        ],
        "赞赏地注意到关于灯塔的报告，并在这方面期待2037年的会议；": ["注意到 notes", "期待 assesses"],
        "确认必须加强合作，并敦促尚未这样做的会员国尽快加入；": [
            "确认 assesses",
            "敦促 exhorts urges | member-states | urgent",
        ],
        "请国际海事组织并邀请其他利益攸关方酌情在2040年前培训2 000名守灯人；": [
            "请 requests | IMO | as-appropriate | 2040 | 2000 people",
            "邀请 exhorts invites | other-stakeholders | as-appropriate | 2040 | 2000 people",
        ],
        "请会员国点灯；": ["请 exhorts invites | member-states"],
        "决定设立一个基金，并呼吁有能力的国家自愿捐款至少500万美元；": [
            "决定 decides",
            "呼吁 exhorts calls-upon | states-in-a-position | voluntary |  | 5e+06 USD",
        ],
        "鼓励各国交流经验，支持小岛屿发展中国家，同时强调合作；": [
            "鼓励 exhorts encourages | states |  |  |  | small-island-developing-states",
        ],
        "强调各国需要点灯，响应海员，适应潮汐；": ["强调 assesses | states"],
        "强调各国应对黑夜的努力，重申国际组织应点灯；": ["强调 assesses", "重申 assesses | international-organisations"],
        "促请国际组织和其他利益攸关方采取措施；": ["促请 exhorts calls-upon | international-organisations+other-stakeholders"],
    },
    "fr": {
        "Prie le Secrétaire général de lui présenter à sa quatre-vingt-douzième session un rapport, et décide d’y revenir ;": [
            "Prie requests | secretary-general |  | session:92",
            "décide decides",
        ],
        "Engage les États Membres et invite les autres parties prenantes, selon qu’il convient, à allumer 90 % des phares d’ici"
        " à 2040 ;": [
            "Engage exhorts calls-upon | member-states | as-appropriate | 2040 | 90 percent",
            "invite exhorts invites | other-stakeholders | as-appropriate | 2040 | 90 percent",
        ],
        "Encourage l’Organisation maritime internationale, en consultation avec les États Membres, à aider les pays"
        " en développement ;": [
            "Encourage exhorts encourages | IMO | together-with-others |  |  | developing-countries",
        ],
        "Exhorte les États à s’abstenir d’éteindre les phares ;": ["Exhorte exhorts urges refrain | states"],
        "Prend note avec satisfaction du rapport et souligne qu’il importe d’éclairer les ports ;": [
            "Prend note notes",
            "souligne assesses",
        ],
    },
    "es": {
        "Pide al Secretario General que le presente un informe en su nonagésimo segundo período de sesiones, y decide"
        " volver a ello;": [
            "Pide requests | secretary-general |  | session:92",
            "decide decides",
        ],
        "Exhorta a los Estados Miembros e invita a otras partes interesadas, según proceda, a que enciendan el 90 % de los faros"
        " para 2040;": [
            "Exhorta exhorts calls-upon | member-states | as-appropriate | 2040 | 90 percent",
            "invita exhorts invites | other-stakeholders | as-appropriate | 2040 | 90 percent",
        ],
        "Insta a los Estados a que se abstengan de apagar los faros;": ["Insta exhorts urges refrain | states"],
        "Toma nota con aprecio del informe y destaca la importancia de los faros;": ["Toma nota notes", "destaca assesses"],
    },
    "ru": {
        "просит Генерального секретаря представить на девяносто второй сессии доклад и постановляет вернуться к нему;": [
            "просит requests | secretary-general |  | session:92",
            "постановляет decides",
        ],
        "призывает государства-члены и предлагает другим заинтересованным сторонам, при необходимости, зажечь 90 процентов маяков"
        " к 2040 году;": [
            "призывает exhorts calls-upon | member-states | as-appropriate | 2040 | 90 percent",
            "предлагает exhorts invites | other-stakeholders | as-appropriate | 2040 | 90 percent",
        ],
        "настоятельно призывает государства воздерживаться от гашения маяков;": [
            "настоятельно призывает exhorts urges refrain | states",
        ],
        "принимает к сведению доклад и подчеркивает важность маяков;": ["принимает к сведению notes", "подчеркивает assesses"],
    },
    "ar": {
        "تطلب إلى الأمين العام أن يقدم إليها في دورتها الثانية والتسعين تقريرا، وتقرر العودة إليه؛": [
            "تطلب إلى requests | secretary-general |  | session:92",
            "تقرر decides",
        ],
        "تهيب بالدول الأعضاء وتدعو سائر أصحاب المصلحة، حسب الاقتضاء، إلى إضاءة 90 في المائة من المنارات بحلول عام 2040؛": [
            "تهيب exhorts calls-upon | member-states | as-appropriate | 2040 | 90 percent",
            "تدعو exhorts invites | other-stakeholders | as-appropriate | 2040 | 90 percent",
        ],
        "تحث الدول على أن تمتنع عن إطفاء المنارات؛": ["تحث exhorts urges refrain | states"],
        "تحيط علما بالتقرير وتشدد على أهمية المنارات؛": ["تحيط علما notes", "تشدد على assesses"],
    },
}
PAIRS = [(language, text) for language, cases in CASES.items() for text in cases]


@pytest.mark.parametrize(("language", "text"), PAIRS, ids=[f"{language}-{number}" for number, (language, _) in enumerate(PAIRS)])
def test_a_paragraph_asks_what_a_person_would_read(language: str, text: str) -> None:
    """Verbs, who, how, when and how many, in order."""
    assert [short(ask) for ask in asks_of(text, language)] == CASES[language][text]


def read(language: str) -> Reading:
    """The fixture of a language, whole."""
    return read_document(Document(name="made up", form="text", sha256="0", text=SIX[language]))


@pytest.mark.parametrize("language", SIX)
def test_a_whole_text_hands_its_chapeau_down(language: str) -> None:
    """Preambles ask nothing; items hold the chapeau's ask, whose verb stands in the chapeau; the Secretary-General is asked."""
    reading = read(language)
    asks = {passage.id: passage.asks for passage in reading.passages}
    assert not any(asks[name] for name in asks if name.startswith(("preamble", "note")))
    called = [ask for name in asks for ask in asks[name] if ask.rank == "calls-upon"]
    assert {addressee.kind for ask in called for addressee in ask.addressees} == {"member-states"}
    assert len({ask.verb_at for ask in called}) == 1
    assert len(called) == (5 if language == "en" else 3)
    requests = [ask for name in asks for ask in asks[name] if ask.function == "requests"]
    assert [addressee.kind for ask in requests for addressee in ask.addressees] == ["secretary-general"]


@pytest.mark.parametrize("language", SIX)
def test_every_verb_stands_where_it_is_said_to(language: str) -> None:
    """The place of a verb holds the verb, in the document itself."""
    asks = [ask for passage in read(language).passages for ask in passage.asks]
    assert asks
    assert all(SIX[language][slice(*ask.verb_at)] == ask.verb for ask in asks)
