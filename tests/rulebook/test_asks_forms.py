"""Asks of items, actions, bullets and dash paragraphs, and which clause holds what."""

from __future__ import annotations

from asks_reading import GAP, short, unit

from plumbrule.rulebook.reading.asks import find_asks
from plumbrule.rulebook.reading.model import Heading
from plumbrule.rulebook.reading.units import Cited, Unit

EN, ZH = Heading(language="en", session=91), Heading(language="zh", session=91)


def lines(units: list[Unit], heading: Heading) -> dict[str, list[str]]:
    """Asks by provision, in short."""
    return {name: [short(ask) for ask in asks] for name, asks in find_asks(units, heading).items()}


def test_a_verb_inside_an_item_overrides_the_chapeau_when_it_names_somebody() -> None:
    """*Requests the Secretary-General* is the item's own; *encourage lamps* is part of what is asked."""
    units = [
        unit("Welcomes light, and urges Member States and invites other stakeholders, as appropriate:", name="1"),
        unit("Encourages the use of lamps by 2040;", "item", name="1.a", parent="1"),
        unit("Requests the Secretary-General to count lamps;", "item", name="1.b", parent="1"),
        unit("To refrain from putting them out;", "item", name="1.c", parent="1"),
        unit("in winter;", "item", name="1.c.i", parent="1.c"),
    ]
    assert lines(units, EN) == {
        "1": [
            "Welcomes assesses",
            "urges exhorts urges | member-states | as-appropriate",
            "invites exhorts invites | other-stakeholders | as-appropriate",
        ],
        "1.a": ["urges exhorts urges | member-states |  | 2040", "invites exhorts invites | other-stakeholders |  | 2040"],
        "1.b": ["Requests requests | secretary-general"],
        "1.c": ["urges exhorts urges refrain | member-states", "invites exhorts invites refrain | other-stakeholders"],
        "1.c.i": ["urges exhorts urges refrain | member-states", "invites exhorts invites refrain | other-stakeholders"],
    }


def test_nothing_but_provisions_that_ask_is_asked() -> None:
    """Preambles, objectives, sections, footnotes and annexes hold no asks, whatever they say."""
    text = "Requests the Secretary-General to light lamps;"
    for kind in ("preamble", "objective", "section", "footnote", "annex", "heading"):
        assert find_asks([unit(text, kind)], EN) == {}


def test_actions_inherit_those_who_should() -> None:
    """The lead-in's verb and addressees; bodies in brackets beside them; *should* with a subject is an ask of its own."""
    lead = "Member States should:"
    units = [
        unit("Light every lighthouse by 2040 (International Maritime Organization)", "action", name="A.action.1", lead_in=lead),
        unit("Commit to pay. Ports may ring. Harbours and employers should also open", "action", name="A.action.2", lead_in=lead),
    ]
    found = find_asks(units, EN)
    assert [short(ask) for ask in found["A.action.1"]] == ["should exhorts | member-states+IMO |  | 2040"]
    assert [short(ask) for ask in found["A.action.2"]] == ["should exhorts | member-states", "should exhorts | employers"]
    assert found["A.action.1"][0].verb_at == (1000 + 14, 1000 + 20)
    assert found["A.action.2"][1].verb_at[0] > GAP + 45


def test_chinese_actions_bullets_and_leave() -> None:
    """应 inside a word is no verb; a bullet with its own subject overrides; bullets under 可以 ask nothing."""
    lead = "会员国应："
    units = [
        unit("承诺响应海员的需要，到2040年培训100万名守灯人，其中四分之一在岛屿", "action", name="A.action.1", lead_in=lead),
        unit("就政府、雇主和工人而言，承诺维护灯塔", "action", name="A.action.2", lead_in=lead),
        unit("制定灯塔守则，具体如下：", "action", name="A.action.3", lead_in=lead),
        unit("平台应点灯。海员可以唱歌", "bullet", name="A.action.3.1", parent="A.action.3", lead_in="制定灯塔守则，具体如下："),
        unit("清洗镜片", "bullet", name="A.action.3.2", parent="A.action.3", lead_in="制定灯塔守则，具体如下："),
        unit("保护灯塔。这种措施可以：", "action", name="A.action.4", lead_in=lead),
        unit("增加灯油", "bullet", name="A.action.4.1", parent="A.action.4", lead_in="保护灯塔。这种措施可以："),
    ]
    assert lines(units, ZH) == {
        "A.action.1": ["应 exhorts | member-states |  | 2040 | 1e+06 people+0.25 share"],
        "A.action.2": ["应 exhorts | states+employers+workers"],
        "A.action.3": ["应 exhorts | member-states"],
        "A.action.3.1": ["应 exhorts | platforms"],
        "A.action.3.2": ["应 exhorts | member-states"],
        "A.action.4": ["应 exhorts | member-states"],
    }


def test_dash_paragraphs_hold_an_ask_for_each_run() -> None:
    """应, 反对 and 鼓励 ask by themselves; other sentences inherit the lead-in, one ask for the same addressee."""
    units = [
        unit("点灯应当及时。鼓励各国分享灯油。保养镜片。擦亮铜器。反对熄灭灯塔。", "dash", name="1", lead_in="为此，我们倡议："),
        unit("逐步修建灯塔，反对拆除灯塔。", "dash", name="2", lead_in="为此，我们倡议："),
    ]
    assert lines(units, ZH) == {
        "1": ["应当 exhorts", "鼓励 exhorts encourages | states", "倡议 exhorts", "反对 exhorts refrain"],
        "2": ["倡议 exhorts |  | step-by-step", "反对 exhorts refrain"],
    }


def test_what_is_cited_belongs_to_the_clause_that_cites_it() -> None:
    """A footnote number at the very end of the text belongs to the last clause."""
    text = "Recalls its resolution 70/1, and urges Member States to light lamps"
    end = GAP + len(text)
    cites = (Cited(symbol="A/RES/70/1", at=(GAP + 12, GAP + 27)), Cited(symbol="A/74/821", at=(end, end + 1)))
    base = unit(text, cites=cites)
    longer = Unit(id="1", kind="operative", parent=None, text=base.text, start=GAP, end=base.end + 1, cites=cites)
    assert [ask.cites for ask in find_asks([longer], EN)["1"]] == [("A/RES/70/1",), ("A/74/821",)]


def test_a_heading_that_is_a_verb_hands_it_down() -> None:
    """Where a heading says who is instructed, the paragraphs under it are asked; the heading itself asks nothing."""
    units = [
        unit("further instructs the Lamp Council", "section", name="instructs"),
        unit("to count lamps by 2040;", name="instructs.1", parent="instructs"),
        unit("to report on requests;", name="instructs.2", parent="instructs"),
        unit("once a year.", "item", name="instructs.2.a", parent="instructs.2"),
        unit("Lamps", "section", name="lamps"),
        unit("to shine.", name="lamps.1", parent="lamps"),
    ]
    assert lines(units, EN) == {
        "instructs.1": ["instructs requests | Lamp Council |  | 2040"],
        "instructs.2": ["instructs requests | Lamp Council"],
        "instructs.2.a": ["instructs requests | Lamp Council"],
    }


def test_a_body_within_a_longer_name_is_the_longer_one() -> None:
    """The council of a union is not the union."""
    found = find_asks([unit("Requests the ITU Council to light lamps;")], EN)["1"]
    assert [short(ask) for ask in found] == ["Requests requests | ITU Council"]


def test_confidence_and_rule_are_said() -> None:
    """What opens a paragraph is surer than what stands in its middle; what is inherited is less sure than its chapeau."""
    units = [
        unit("Urges Member States to light lamps, and invites the Grand Council of Keepers to help:", name="1"),
        unit("At night;", "item", name="1.a", parent="1"),
    ]
    found = find_asks(units, EN)
    opening, guessed = found["1"]
    assert (opening.rule, guessed.rule) == ("en/verb:urges", "en/verb:invites")
    assert opening.confidence > guessed.confidence > 0
    assert found["1.a"][0].rule == "en/inherited:urges"
    assert found["1.a"][0].confidence < opening.confidence
