"""The rulebook as OSCAL: a catalog of requirements, a profile for each tier, a collection of mappings for the crosswalks."""

from __future__ import annotations

from collections.abc import Mapping

from plumbrule.base.languages import Wording
from plumbrule.rulebook.exchange.oscal import (
    Json,
    document_link,
    filled,
    line,
    made_uuid,
    metadata,
    prop,
    prose,
    token,
)
from plumbrule.rulebook.model import (
    Check,
    Crosswalk,
    Instrument,
    Jurisdiction,
    Link,
    LinkType,
    LocalTier,
    Profile,
    Provision,
    ProvisionAsk,
    Requirement,
    Rulebook,
    Threshold,
)

NAME = "urn:x-plumbrule:rulebook:1"
CATALOG, MAPPINGS = "catalog.json", "mapping-collection.json"
RELATIONS: Mapping[LinkType, str] = {
    "equal": "equivalent-to",
    "narrower": "subset-of",
    "wider": "superset-of",
    "related": "intersects-with",
}
"""Ours is the source. Words always differ, so that *equal* is OSCAL's *equivalent-to*: the same effective meaning."""
NOTE = (
    "Wording is Plumbrule's own, never the official text of an instrument. Where no name stands beside a language, nobody has "
    "reviewed it. A requirement is our measure; it is no duty that an instrument lays on anybody."
)


def rulebook_documents(rulebook: Rulebook, *, language: str = "en", when: str = "") -> dict[str, Json]:
    """Every document by the name of its file.

    Args:
        rulebook: what is written.
        language: of the wording; a text that is not held in it is given in English, and says so.
        when: an RFC 3339 time for `last-modified`; empty where nobody gives one.
    """
    work = _Work(rulebook, language, when)
    documents = {CATALOG: work.catalog()}
    documents |= {profile_file(name): work.profile(profile) for name, profile in rulebook.profiles.items()}
    for place in rulebook.jurisdictions.values():
        documents |= {profile_file(place.id, tier.id): work.local(place, tier) for tier in place.tiers}
    if any(walk.links for walk in rulebook.crosswalks.values()):
        documents[MAPPINGS] = work.mappings()
    return documents


def group_id(provision: str) -> str:
    """The identifier of a provision in the catalog."""
    return token(provision)


class _Work:
    """A rulebook while it is written in one language."""

    def __init__(self, rulebook: Rulebook, language: str, when: str) -> None:
        self.rulebook, self.language, self.when = rulebook, language, when

    def head(self, title: str) -> Json:
        """Metadata of a document."""
        props = [prop(NAME, "language", self.language), prop(NAME, "rulebook-version", self.rulebook.version)]
        return metadata(title, self.rulebook.version, self.when, props=props, remarks=NOTE)

    def uuid(self, *parts: str) -> str:
        """An identifier that changes with the rulebook and the language."""
        return made_uuid(self.rulebook.version, self.language, *parts)

    def said(self, wording: Wording) -> str:
        """A wording in one line."""
        return line(wording.said(self.language)[0])

    def worded(self, wording: Wording, name: str = "wording") -> list[Json]:
        """Who has reviewed a wording, and in which language it stands."""
        _, language = wording.said(self.language)
        reviewed = wording.reviewed_by.get(language, "")
        return [prop(NAME, f"{name}-reviewed-by" if reviewed else f"{name}-status", reviewed or "draft", kind=language)]

    def catalog(self) -> Json:
        """Instruments with their provisions as groups, requirements as controls."""
        instruments = [self.instrument(instrument) for instrument in self.rulebook.instruments.values()]
        requirements = filled(
            id="requirements",
            class_="requirements",
            title="Requirements: our checkable reading of what is asked",
            controls=[self.requirement(requirement) for requirement in self.rulebook.requirements.values()],
        )
        body = filled(uuid=self.uuid("catalog"), metadata=self.head("Plumbrule rulebook"), groups=[*instruments, requirements])
        return {"catalog": body}

    def instrument(self, instrument: Instrument) -> Json:
        """An instrument: what it is, how loudly it speaks, and its provisions."""
        said = {
            "symbol": instrument.symbol, "status": instrument.status, "date": instrument.date, "kind": instrument.kind,
            "force": self.said(instrument.force), "in-hand": self.said(instrument.in_hand),
            "jurisdiction": instrument.jurisdiction, "binding": "yes" if instrument.binding else "no",
            "sources": instrument.sources, "reviewed-by": instrument.reviewed_by or None,
        }  # fmt: skip
        props = [prop(NAME, name, value) for name, value in said.items() if value is not None]
        props += [prop(NAME, "in-force", f"{part.since}/{part.until}", kind=part.part) for part in instrument.in_force]
        below: dict[str, list[Provision]] = {}
        held = {p.id: p for p in self.rulebook.provisions.values() if p.instrument == instrument.id}
        for provision in held.values():
            below.setdefault(provision.parent if provision.parent in held else "", []).append(provision)
        return filled(
            id=token(instrument.id),
            class_="instrument",
            title=self.said(instrument.title),
            props=props,
            links=[document_link(instrument.symbol)] if instrument.symbol[:2] == "A/" and " " not in instrument.symbol else [],
            groups=[self.provision(provision, below) for provision in below.get("", [])],
        )

    def provision(self, provision: Provision, below: Mapping[str, list[Provision]]) -> Json:
        """A provision in our own short wording, with what it asks."""
        mine = group_id(provision.id)
        props = [prop(NAME, "id", provision.id), prop(NAME, "kind", provision.kind), *self.worded(provision.wording)]
        for number, ask in enumerate(provision.asks, 1):
            props += _asked(ask, f"ask-{number}")
        return filled(
            id=mine,
            class_="provision",
            title=line(provision.citation),
            props=props,
            links=[document_link(symbol) for symbol in provision.cites],
            parts=[filled(id=f"{mine}_wording", name="overview", prose=prose(provision.wording.said(self.language)[0]))],
            groups=[self.provision(child, below) for child in below.get(provision.id, [])],
        )

    def requirement(self, requirement: Requirement) -> Json:
        """A requirement: its statement, what is looked at, and the provisions it answers."""
        mine = token(requirement.id)
        checks = self.checks(requirement)
        said = {"subject": requirement.subject, "looked-at": requirement.looked_at}
        props = [prop(NAME, name, value) for name, value in said.items()] + self.worded(requirement.statement)
        props += [prop(NAME, "row", row) for row in requirement.rows]
        statement = prose(requirement.statement.said(self.language)[0])
        return filled(
            id=mine,
            class_="requirement",
            title=self.said(requirement.title),
            params=[_param(check, threshold) for check in checks for threshold in check.thresholds],
            props=props,
            links=[
                {"href": f"#{group_id(answer)}", "rel": "answers", "text": self.rulebook.provisions[answer].citation}
                for answer in requirement.answers
            ],
            parts=[
                filled(id=f"{mine}_smt", name="statement", prose=statement),
                *(_objective(mine, check) for check in checks),
            ],
        )

    def checks(self, requirement: Requirement) -> list[Check]:
        """The checks that any profile makes of a requirement, once each with all thresholds that any profile sets."""
        found: dict[str, Check] = {}
        for profile in self.rulebook.profiles.values():
            for check in profile.checks:
                if check.requirement == requirement.id:
                    found[check.id] = _joined(found.get(check.id, check), check)
        return list(found.values())

    def profile(self, profile: Profile) -> Json:
        """A tier: which requirements apply, and with which numbers."""
        settings = [_setting(check, threshold) for check in profile.checks for threshold in check.thresholds]
        head = self.head(self.said(profile.title))
        head["props"] += [prop(NAME, "tier", profile.tier), prop(NAME, "inconclusive", self.said(profile.inconclusive))]
        head["props"] += [prop(NAME, "ground", ground) for ground in profile.grounds]
        body = filled(
            uuid=self.uuid("profile", profile.id),
            metadata=head,
            imports=[{"href": CATALOG, "include-controls": [{"with-ids": [token(name) for name in profile.requirements]}]}],
            merge={"as-is": True},
            modify={"set-parameters": settings} if settings else None,
        )
        return {"profile": body}

    def local(self, place: Jurisdiction, tier: LocalTier) -> Json:
        """What one jurisdiction makes of a tier: its own name, and its own numbers in place of ours."""
        checks = {check.id: check for check in self.rulebook.profiles[tier.tier].checks}
        limits = [limit for limit in place.limits if limit.tier == tier.tier]
        head = self.head(f"{self.said(place.name)}: {self.said(tier.name)}")
        said = {
            "jurisdiction": place.id, "tier": tier.tier, "relation": tier.relation, "because": self.said(tier.because),
            "citation": tier.source.citation, "status": tier.source.status, "reviewed-by": place.reviewed_by or "nobody",
        }  # fmt: skip
        head["props"] += [prop(NAME, name, value) for name, value in said.items()]
        settings = [_setting(checks[limit.check], limit.threshold) for limit in limits]
        body = filled(
            uuid=self.uuid("profile", place.id, tier.id),
            metadata=head,
            imports=[{"href": profile_file(tier.tier), "include-all": {}}],
            merge={"as-is": True},
            modify={"set-parameters": settings} if settings else None,
        )
        return {"profile": body}

    def mappings(self) -> Json:
        """All crosswalks; a text that we hold no catalog of is named in the back matter."""
        walks = [walk for walk in self.rulebook.crosswalks.values() if walk.links]
        body = filled(
            uuid=self.uuid("mapping-collection"),
            metadata=self.head("Plumbrule crosswalks"),
            provenance={
                "method": "hybrid",
                "matching-rationale": "semantic",
                "status": "draft",
                "mapping-description": prose(
                    "From our requirements to places in texts of others, by meaning. Nobody outside has reviewed a link unless "
                    "it carries a name. A place without a link says nothing; none of the wording of those texts is held."
                ),
            },
            mappings=[self.mapping(walk) for walk in walks],
            back_matter={"resources": [self.framework(walk) for walk in walks]},
        )
        return {"mapping-collection": body}

    def framework(self, walk: Crosswalk) -> Json:
        """The text that a crosswalk leads to."""
        said = {"jurisdiction": walk.jurisdiction, "status": walk.status}
        return {
            "uuid": self.uuid("framework", walk.id),
            "title": self.said(walk.title),
            "citation": {"text": line(walk.citation)},
            "props": [prop(NAME, name, value) for name, value in said.items()],
        }

    def mapping(self, walk: Crosswalk) -> Json:
        """One crosswalk, and the requirements of ours that it leads nowhere from."""
        mapped = {link.requirement for link in walk.links}
        rest = [token(name) for name in self.rulebook.requirements if name not in mapped]
        gap = {"uuid": self.uuid("gap", walk.id), "unmapped-controls": [{"with-ids": rest}]}
        return {
            "uuid": self.uuid("mapping", walk.id),
            "source-resource": {"type": "catalog", "href": CATALOG},
            "target-resource": {"type": "catalog", "href": f"#{self.uuid('framework', walk.id)}"},
            "maps": [self.link(walk, link) for link in walk.links],
            "props": [prop(NAME, "crosswalk", walk.id)],
            **({"source-gap-summary": gap} if rest else {}),
        }

    def link(self, walk: Crosswalk, link: Link) -> Json:
        """One link, with the reason for it."""
        reviewed = [prop(NAME, "reviewed-by", link.reviewed_by)] if link.reviewed_by else []
        return {
            "uuid": self.uuid("map", walk.id, link.requirement, link.to),
            "relationship": RELATIONS[link.type],
            "sources": [{"type": "control", "id-ref": token(link.requirement)}],
            "targets": [{"type": "control", "id-ref": line(link.to)}],
            "props": [prop(NAME, "type", link.type), prop(NAME, "source", link.source), *reviewed],
            "remarks": prose(link.reason.said(self.language)[0]),
        }


def profile_file(*names: str) -> str:
    """The file of a profile."""
    return f"profile-{token('-'.join(names))}.json"


def _setting(check: Check, threshold: Threshold) -> Json:
    """The value that a profile gives a number, and where it comes from."""
    return {"param-id": param_id(check, threshold), "values": [f"{threshold.value:.15g}"], "props": _sourced(threshold)}


def param_id(check: Check, threshold: Threshold) -> str:
    """The parameter that a threshold sets: the check and the role, so that every profile sets the same ones."""
    return token(f"{check.id}.{threshold.role}")


def _joined(before: Check, check: Check) -> Check:
    """Both checks' thresholds, one for each role."""
    roles = {threshold.role for threshold in before.thresholds}
    more = tuple(threshold for threshold in check.thresholds if threshold.role not in roles)
    return Check(
        id=before.id,
        requirement=before.requirement,
        kind=before.kind,
        metric=before.metric,
        thresholds=(*before.thresholds, *more),
    )


def _param(check: Check, threshold: Threshold) -> Json:
    """A number that a profile sets."""
    said = {"role": threshold.role, "measure": threshold.measure, "metric": check.metric}
    return {
        "id": param_id(check, threshold),
        "props": [prop(NAME, name, value) for name, value in said.items()],
        "label": line(f"{threshold.role} for the {threshold.measure} of {check.metric}"),
    }


def _objective(requirement: str, check: Check) -> Json:
    """What a check looks at, with the numbers that a profile sets."""
    numbers = [f"{one.role} {{{{ insert: param, {param_id(check, one)} }}}}" for one in check.thresholds]
    return filled(
        id=f"{requirement}_obj.{token(check.id)}",
        name="assessment-objective",
        props=[prop(NAME, "check", check.id), prop(NAME, "kind", check.kind), prop(NAME, "metric", check.metric)],
        prose=prose(f"{check.kind}: {check.metric}") + "".join(f"; {number}" for number in numbers),
    )


def _sourced(threshold: Threshold) -> list[Json]:
    """Where a number comes from; *ours* where nobody outside has set it."""
    source = threshold.source
    said = {
        "threshold": threshold.id, "citation": source.citation, "jurisdiction": source.jurisdiction, "status": source.status,
        "reviewed-by": source.reviewed_by or "nobody",
    }  # fmt: skip
    return [prop(NAME, name, value) for name, value in said.items()]


def _asked(ask: ProvisionAsk, group: str) -> list[Json]:
    """One ask as properties that share a group; its English verb is ours."""
    said: list[tuple[str, object]] = [
        ("verb", ask.verb), ("verb-english", ask.english), ("function", ask.function), ("rank", ask.rank),
        ("polarity", ask.polarity), ("deadline", ask.deadline),
    ]  # fmt: skip
    said += [("qualifier", value) for value in ask.qualifiers] + [("beneficiary", value) for value in ask.beneficiaries]
    said += [("cites", value) for value in ask.cites] + [("unsure", f"{name}: {why}") for name, why in ask.unsure.items()]
    said += [("quantity", f"{q.value:.15g} {q.unit}") for q in (ask.quantity, *ask.further_quantities) if q]
    made = [prop(NAME, name, value, group=group) for name, value in said if value is not None]
    return [*made, *(prop(NAME, "addressee", to.name or to.kind, group=group, kind=to.kind) for to in ask.addressees)]
