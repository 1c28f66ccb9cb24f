"""The nouns of the rule: instrument, provision, ask, requirement, check, threshold, profile, tier, crosswalk, jurisdiction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from plumbrule.base.languages import Wording
from plumbrule.rulebook.asking import Addressee, Function, Polarity, Quantity, Rank

ThresholdStatus = Literal["law", "guidance", "convention", "ours", "plan"]
TierName = Literal["unacceptable", "high", "limited", "minimal"]
InstrumentKind = Literal["resolution", "initiative", "report", "law"]
Sources = Literal["primary", "secondary"]
Subject = Literal["system", "party", "content"]
Look = Literal["tested", "examined", "decided", "measured", "declared", "not-yet"]
LinkType = Literal["equal", "narrower", "wider", "related"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """From when until when a part of a text is in force: ISO dates, `until` empty where no end is set.

    `part` is how people cite it (`Article 5`), or `whole`.
    """

    part: str
    since: str
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A text that asks: its short name (`R265`), what it is, and how much force it has.

    `force` says in our words how loudly the text speaks ("recommends", "proposes"); nothing here may speak louder.
    `citable` is False when the text in hand is only about the instrument: no provision of it may then be held.
    `jurisdiction` is a code of ISO 3166 or `EU`, and `none` where the text is no law of anybody; only a law can be
    `binding`, and `in_force` says from when, part by part. `sources` says whether the text itself was read, and
    `reviewed_by` who has reviewed these facts; empty means nobody.
    """

    id: str
    symbol: str
    title: Wording
    status: str
    force: Wording
    in_hand: Wording
    date: str
    citable: bool = True
    kind: InstrumentKind = "resolution"
    jurisdiction: str = "none"
    binding: bool = False
    in_force: tuple[InForce, ...] = ()
    sources: Sources = "primary"
    reviewed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionAsk:
    """One ask of a provision, as marked by hand in the text in hand (docs/concepts/asks.md is the guide to every code).

    `verb` is the verb word of that text and `english` our English name for it; an item without a verb of its own has its
    chapeau's. `unsure` maps a field to the reason why whoever marked it hesitated. Functions, ranks and classes are ours.
    """

    verb: str
    english: str
    function: Function
    rank: Rank | None = None
    polarity: Polarity = "do"
    addressees: tuple[Addressee, ...] = ()
    qualifiers: tuple[str, ...] = ()
    deadline: str | None = None
    quantity: Quantity | None = None
    further_quantities: tuple[Quantity, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    unsure: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """The smallest citable unit of an instrument, in our own short wording (never the official text).

    `id` is stable (`R265/6.h`); `citation` is how people write it (`R265 6(h)`); `parent` is the id it stands under, empty
    for a unit that stands by itself. `cites` are symbols that its text prints; `asks` may be none, one or several.
    """

    id: str
    instrument: str
    kind: str
    citation: str
    wording: Wording
    parent: str = ""
    cites: tuple[str, ...] = ()
    asks: tuple[ProvisionAsk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a threshold comes from. `status` "ours" means nobody outside has set it and nobody has reviewed it; "plan"
    that whoever wrote the plan of one assessment declared it there.

    `note` says what a reader must know of the number: what it was written for, or why we chose it.
    """

    citation: str
    jurisdiction: str
    status: ThresholdStatus
    reviewed_by: str = ""
    note: Wording | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A number that a measured value is held against.

    `role`: a `screen` is a point value compared as its source writes it; a `tolerance` is the largest gap in either
    direction; a `floor` and a `ceiling` bound a level. `measure` says what is compared; `value` is a plain number.
    """

    id: str
    role: Literal["screen", "tolerance", "floor", "ceiling"]
    measure: Literal["difference", "ratio", "rate", "share", "count", "number"]
    value: float
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A metric, its thresholds and the requirement it answers (OSCAL: assessment objective).

    `kind` `gap` compares groups; `level` holds one value against a floor or ceiling; `declared` asks whether a fact
    was declared, and `metric` is then the fact's key (`human_review`).
    """

    id: str
    requirement: str
    kind: Literal["gap", "level", "declared"]
    metric: str
    thresholds: tuple[Threshold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Our checkable reading of asks, for one kind of subject (OSCAL: control).

    `rows` are the rows of the mission that it serves (`C2`). `looked_at` says how, today: a profile judges it by a test
    (`tested`) or reads what was declared (`examined`); a named person decides (`decided`); tests give facts and no profile
    sets a limit (`measured`); a plan states it and nothing judges it (`declared`); nothing looks at it yet (`not-yet`).
    """

    id: str
    title: Wording
    statement: Wording
    answers: tuple[str, ...]
    subject: Subject = "system"
    rows: tuple[str, ...] = ()
    looked_at: Look = "not-yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The requirements, checks and thresholds that apply in one tier (OSCAL: profile).

    `grounds` are the attributes a primary family may name (race, sex, ...). `truths` are the three true gaps, as
    plain numbers, for which an inconclusive check says how many rows would have given 80 % power.
    `inconclusive` says what an inconclusive finding leads to.
    """

    id: str
    tier: TierName
    title: Wording
    requirements: tuple[str, ...]
    checks: tuple[Check, ...]
    grounds: tuple[str, ...]
    truths: tuple[float, float, float]
    inconclusive: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRule:
    """One line of the decision table: when every fact in `when` has the value given, the tier is suggested."""

    id: str
    tier: TierName
    when: Mapping[str, bool]
    because: Wording
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TierSuggestion:
    """What the decision table suggests; a person decides.

    `fired` are the rules of the suggested tier that fired, in order; `unanswered` the facts that a higher tier would
    have needed and nobody stated, so the suggestion is the lowest that the known facts allow.
    """

    tier: TierName
    fired: tuple[TierRule, ...]
    unanswered: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A requirement of ours beside a place in somebody else's text (`MEASURE 2.11`, `Article 14`).

    `type` says how ours stands to theirs: `narrower`, ours looks at a part of what theirs asks; `wider`, ours takes in theirs
    and more; `equal`; `related`, they meet without either holding the other. `source` names the paragraph that draws the
    link, or says that it is ours.
    """

    requirement: str
    to: str
    type: LinkType
    reason: Wording
    source: str = "ours, unreviewed"
    reviewed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosswalk:
    """From our requirements to one framework or law that people already use.

    `places` are the ids of that text which were confirmed to exist there; a link to any other is refused. A place
    without a link says nothing about us. None of its wording is held.
    """

    id: str
    title: Wording
    citation: str
    jurisdiction: str
    status: ThresholdStatus
    places: tuple[str, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTier:
    """What one jurisdiction calls a tier, and which of our profiles it is looked at with.

    `relation` says how theirs stands to ours, as in a link; `because` gives the reason, which is ours.
    """

    id: str
    name: Wording
    tier: TierName
    relation: LinkType
    because: Wording
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalLimit:
    """A number that one jurisdiction sets: it takes the place of our threshold of the same role in that check."""

    tier: TierName
    check: str
    threshold: Threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """The profile of one jurisdiction: its own names of tiers, and its own numbers where its law names any."""

    id: str
    name: Wording
    instrument: str
    tiers: tuple[LocalTier, ...]
    limits: tuple[LocalLimit, ...] = ()
    reviewed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All of it, by id.

    `version` is the version of the data files and, after `+`, twelve hex digits of their digest: an edited file is
    another rulebook. `tier_note` says whose the tiers and their rules are. `rows_without` are rows of the mission for
    which no requirement can be written, with the reason.
    """

    version: str
    instruments: Mapping[str, Instrument]
    provisions: Mapping[str, Provision]
    requirements: Mapping[str, Requirement]
    profiles: Mapping[str, Profile]
    tier_rules: tuple[TierRule, ...]
    tier_note: Wording
    questions: Mapping[str, Wording]
    crosswalks: Mapping[str, Crosswalk] = field(default_factory=dict)
    jurisdictions: Mapping[str, Jurisdiction] = field(default_factory=dict)
    rows_without: Mapping[str, Wording] = field(default_factory=dict)
