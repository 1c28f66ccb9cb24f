"""English asks, by the drafting conventions of General Assembly resolutions; the sentences are ours, about lighthouses."""

from __future__ import annotations

import pytest
from asks_reading import asks_of, short

CASES = {
    "Also requests the Secretary-General, in close consultation with Member States, to prepare, within existing resources, a"
    " report for the ninety-second session of the Assembly;": [
        "requests requests | secretary-general | within-existing-resources+together-with-others | session:92",
    ],
    "Encourages Member States and invites other stakeholders, within their respective mandates and on mutually agreed terms, to"
    " light 90 per cent of their coasts by 2040;": [
        "Encourages exhorts encourages | member-states | within-mandates+mutually-agreed-terms | 2040 | 90 percent",
        "invites exhorts invites | other-stakeholders | within-mandates+mutually-agreed-terms | 2040 | 90 percent",
    ],
    "Calls upon all Member States and, where applicable, calls upon other stakeholders to refrain from or cease the use of lamps"
    " that blind sailors, and reaffirms that light belongs to everybody;": [
        "Calls upon exhorts calls-upon refrain | member-states",
        "Calls upon exhorts calls-upon cease | member-states",
        "calls upon exhorts calls-upon refrain | other-stakeholders | where-applicable",
        "calls upon exhorts calls-upon cease | other-stakeholders | where-applicable",
        "reaffirms assesses",
    ],
    "Urges developed countries and international financial institutions to provide 5 billion United States dollars by 30 June"
    " 2040, of which one quarter for small island developing States;": [
        "Urges exhorts urges | developed-countries+international-financial-institutions |  | 2040-06-30 | 5e+09 USD+0.25 share"
        " | small-island-developing-states",
    ],
    "Urges Member States not to extinguish any lamp before 2060, and to pay keepers;": [
        "Urges exhorts urges refrain | member-states |  | 2060",
        "Urges exhorts urges | member-states",
    ],
    "Takes note with appreciation of the report on lamps, and in this regard strongly urges Governments to pay keepers;": [
        "Takes note notes",
        "urges exhorts urges | states",
    ],
    "Emphasizes the importance of lamps for small island developing States, and in this regard calls on Member States, the United"
    " Nations system and other stakeholders, as appropriate, to train women and girls;": [
        "Emphasizes assesses |  |  |  |  | small-island-developing-states",
        "calls on exhorts calls-upon | member-states+un-system+other-stakeholders | as-appropriate |  |  | women-and-girls",
    ],
    "Stresses that coastal States need to keep lamps, while recognizing the role of harbours, and invites the Universal Lamp"
    " Commission of Keepers to report;": [
        "Stresses assesses | states",
        "invites exhorts invites | Universal Lamp Commission of Keepers",
    ],
    "Emphasizes that the United Nations system should, within its mandate, support countries;": [
        "Emphasizes assesses | un-system | within-mandates |  |  | member-states",
    ],
    "Demands that keepers immediately cease to sleep;": ["Demands exhorts cease |  | urgent"],
    "Recognizes the need for Member States to keep watch;": ["Recognizes assesses | member-states"],
    "Welcomes the efforts of Member States to light their coasts, notes that many remain dark, and encourages further action;": [
        "Welcomes assesses",
        "notes notes",
        "encourages exhorts encourages",
    ],
    "Invites the Commission on Science and Technology for Development and the regional commissions to study lenses;": [
        "Invites exhorts invites | CSTD+un-organs",
    ],
    "Calls upon States in a position to do so to give lamps on a voluntary basis;": [
        "Calls upon exhorts calls-upon | states-in-a-position | voluntary",
    ],
    "Also encourages the use of lenses by Member States;": ["encourages exhorts encourages"],
    "Encourages keepers to build lamps that guide sailors and requests nothing of ships;": ["Encourages exhorts encourages"],
    "Resolves to light all ports by 2050;": ["Resolves commits |  |  | 2050"],
    "Decides to convene, in 2038, a meeting on lamps, and requests its President to prepare it;": [
        "Decides decides |  |  | 2038",
        "requests requests | presiding-officers",
    ],
    "Recalls the conference held in 2030, and looks forward to the next in 2037;": [
        "Recalls notes",
        "looks forward assesses |  |  | 2037",
    ],
    "Calls for the lighting of ports by 2�40, and for �00 lamps;": ["Calls for exhorts calls-upon"],
}


@pytest.mark.parametrize("text", CASES, ids=lambda text: text[:40])
def test_a_paragraph_asks_what_a_person_would_read(text: str) -> None:
    """Verbs, who, how, when, how many and for whom, in order."""
    assert [short(ask) for ask in asks_of(text, "en")] == CASES[text]


def test_a_noun_is_no_verb() -> None:
    """Requests, notes and calls inside a sentence ask nothing."""
    text = "Welcomes the requests of Member States, the notes by the Secretariat and the calls from the sea;"
    assert [ask.verb for ask in asks_of(text, "en")] == ["Welcomes"]


def test_a_title_in_quotes_asks_nothing() -> None:
    """A verb in the title of an item is not the paragraph's."""
    text = "Decides to include the item entitled “Lamps; requests the Secretary-General to light them by 2040”;"
    assert [short(ask) for ask in asks_of(text, "en")] == ["Decides decides"]


def test_a_year_of_a_title_is_no_deadline() -> None:
    """The 2030 Agenda is not due."""
    assert [ask.deadline for ask in asks_of("Urges States to implement the plan by 2030 Agenda means;", "en")] == [None]


def test_a_session_past_is_no_deadline() -> None:
    """What was done at an earlier session is not asked for then."""
    found = asks_of("Requests the Secretary-General to go on as at the ninetieth session;", "en")
    assert [ask.deadline for ask in found] == [None]
