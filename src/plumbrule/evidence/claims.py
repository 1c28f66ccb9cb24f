"""The claims besides plan and assessment, each a row of one table from which reader and JSON Schema both come.

A system's classification, what a party promised and did, a label on content, what happened to a key, the root and the
counts of a restricted log, and two claims about earlier entries: superseded, withdrawn. Like every predicate they hold
no running text and nothing about a person: reasons in words are a file, and a subject by digest.

>>> fields = {"created": "2026-07-22T12:00:00Z", "files": (), "labels": ("ai-generated",), "system": None}
>>> claim = Claim(kind=LABEL, fields=fields)
>>> read_claim(LABEL, claim.to_json(), "example") == claim
True
>>> read_claim(LABEL, {**claim.to_json(), "labels": ["made by a machine"]}, "example")
Traceback (most recent call last):
plumbrule.errors.UnreadableError: example: 'labels' is 'made by a machine'. ...
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from plumbrule.evidence.reading import Json, read_list, read_match, read_object, refuse
from plumbrule.evidence.tokens import CREATED, DATE, DIGEST, FILE_NAME, MAX_FILES, MAX_INDEX, SALTED, TOKEN, WORDLESS

CLASSIFICATION = "urn:x-plumbrule:classification:1"
COMMITMENT = "urn:x-plumbrule:commitment:1"
MEASURE = "urn:x-plumbrule:measure:1"
LABEL = "urn:x-plumbrule:label:1"
KEY_EVENT = "urn:x-plumbrule:key-event:1"
KEY_ACT = "urn:x-plumbrule:key-event:2"
STEWARD_ACT = "urn:x-plumbrule:steward-event:1"
ENDORSEMENT = "urn:x-plumbrule:endorsement:1"
CASE = "urn:x-plumbrule:case:1"
CASES = "urn:x-plumbrule:cases:1"
SUPERSEDES = "urn:x-plumbrule:supersedes:1"
WITHDRAWAL = "urn:x-plumbrule:withdrawal:1"
RECORD = "urn:x-plumbrule:record:1"
TRUST_LABEL = "urn:x-plumbrule:trust-label:1"
MAX_ITEMS = 1000
MAX_ENDORSED = 199
VERIFIER_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/~%*=<>,-]{0,199}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{40,120}={0,2}")
"""A verifier key with a name in ASCII, in the one form that a predicate can hold."""

Read = Callable[[object, str, str], Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How one value is read, `read(value, what, key)`, and what JSON Schema says of it."""

    read: Read
    schema: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim of the given kind (the predicate type); `fields` are those of its row in `KINDS`, lists as tuples."""

    kind: str
    fields: Mapping[str, Json]

    @property
    def files(self) -> tuple[str, ...]:
        """The subjects whose files travel with it."""
        return tuple(map(str, _items(self.fields.get("files"))))

    @property
    def system(self) -> str:
        """The system or the party that it is about, as a trust file names them; a dash if it is about neither."""
        return str(self.fields.get("system") or self.fields.get("party") or "-")

    def to_json(self) -> dict[str, Json]:
        """The predicate as JSON."""
        return dict(self.fields)


def read_claim(kind: str, value: object, what: str) -> Claim:
    """Check a claim against its row in `KINDS`. Raises UnreadableError: a field missing, unknown, or not in its form."""
    forms = KINDS[kind]
    fields = read_object(value, what, frozenset(forms))
    return Claim(kind=kind, fields={key: forms[key].read(fields[key], what, key) for key in sorted(forms)})


def claim_schema(kind: str) -> dict[str, Json]:
    """The JSON Schema of a kind of claim; it also lies under `schemas/`."""
    name, version = kind.split(":")[2:]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:x-plumbrule:schema:{name}:{version}",
        "title": f"Plumbrule predicate: {name}",
        "description": f"{MEANING[kind]} Predicate type {kind}.",
        **_object_schema(KINDS[kind]),
    }


def _object_schema(forms: Mapping[str, Form]) -> dict[str, Json]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": sorted(forms),
        "properties": {key: forms[key].schema for key in sorted(forms)},
    }


def _matching(pattern: re.Pattern[str], expected: str) -> Form:
    return Form(
        read=lambda value, what, key: read_match(value, what, key, pattern, expected),
        schema={"type": "string", "pattern": f"^(?:{pattern.pattern})$"},
    )


def _one_of(*words: str) -> Form:
    def read(value: object, what: str, key: str) -> Json:
        if not isinstance(value, str) or value not in words:
            refuse(what, f"{key!r} is {str(value)[:60]!r}", f"one of {', '.join(words)}.")
        return value

    return Form(read=read, schema={"enum": list(words)})


def _maybe(form: Form) -> Form:
    return Form(
        read=lambda value, what, key: None if value is None else form.read(value, what, key),
        schema={"anyOf": [form.schema, {"type": "null"}]},
    )


def _many(form: Form, most: int) -> Form:
    """A sorted list without doubles."""

    def read(value: object, what: str, key: str) -> Json:
        found = tuple(str(form.read(item, what, key)) for item in read_list(value, what, key, most))
        if list(found) != sorted(set(found)):
            refuse(what, f"{key!r} is not sorted, or holds one twice", "each once, in order.")
        return found

    return Form(read=read, schema={"type": "array", "maxItems": most, "uniqueItems": True, "items": form.schema})


def _entries(value: object, what: str, key: str) -> Json:
    found = [_ENTRY.read(item, what, key) for item in read_list(value, what, key, MAX_ENDORSED)]
    indexes = [int(str(item["log_index"])) for item in found if isinstance(item, Mapping)]
    if not indexes or indexes != sorted(set(indexes)):
        refuse(what, f"{key!r} is empty, not in the order of the log, or holds one twice", "each entry once, in order.")
    return tuple(found)


def _counted(value: object, what: str, key: str) -> Json:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_INDEX:
        refuse(what, f"{key!r} is {str(value)[:60]!r}", "a whole number from 0.")
    return value


def _counts(value: object, what: str, key: str) -> Json:
    if not isinstance(value, Mapping) or len(value) > MAX_ITEMS:
        refuse(what, f"{key!r} is not an object of at most {MAX_ITEMS} counts", "names and counts.")
    return {read_match(name, what, key, TOKEN, WORDLESS): _counted(item, what, key) for name, item in value.items()}


def _within(forms: Mapping[str, Form]) -> Form:
    def read(value: object, what: str, key: str) -> Json:
        fields = read_object(value, f"{what}, {key!r}", frozenset(forms))
        return {name: forms[name].read(fields[name], what, name) for name in sorted(forms)}

    return Form(read=read, schema=_object_schema(forms))


def _items(value: Json) -> tuple[Json, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()


_TOKEN, _DIGEST = _matching(TOKEN, WORDLESS), _matching(DIGEST, "64 hex digits.")
_COUNT = Form(read=_counted, schema={"type": "integer", "minimum": 0, "maximum": MAX_INDEX})
_ENTRY = _within({"envelope": _DIGEST, "log_index": _COUNT})
_SAID = {
    "created": _matching(CREATED, "a time in UTC like 2026-07-22T09:30:00Z."),
    "files": _many(_matching(FILE_NAME, "names of small letters, digits, dots, dashes and underscores"), MAX_FILES),
}
_VKEY = _matching(VERIFIER_KEY, "a verifier key, its name in ASCII.")
_ACT = {
    "log": _TOKEN,
    "event": _one_of("added", "rotated", "revoked"),
    "key": _VKEY,
    "replaces": _maybe(_VKEY),
    "party": _TOKEN,
    "predicates": _many(_TOKEN, MAX_ITEMS),
    "systems": _maybe(_many(_TOKEN, MAX_ITEMS)),
    "from": _COUNT,
    "suspect_from": _maybe(_COUNT),
} | _SAID
_COUNTS = Form(
    read=_counts,
    schema={
        "type": "object",
        "maxProperties": MAX_ITEMS,
        "propertyNames": _TOKEN.schema,
        "additionalProperties": _COUNT.schema,
    },
)

KINDS: Mapping[str, Mapping[str, Form]] = {
    CLASSIFICATION: {"system": _TOKEN, "profile": _TOKEN, "tier": _TOKEN} | _SAID,
    COMMITMENT: {"party": _TOKEN, "commitment": _TOKEN, "provision": _maybe(_TOKEN), "due": _maybe(_matching(DATE, "a date."))}
    | _SAID,
    MEASURE: {
        "party": _TOKEN,
        "measure": _TOKEN,
        "commitment": _maybe(_TOKEN),
        "state": _one_of("planned", "under-way", "done", "stopped"),
    }
    | _SAID,
    LABEL: {"labels": _many(_TOKEN, MAX_FILES), "system": _maybe(_TOKEN)} | _SAID,
    KEY_EVENT: {
        "event": _one_of("added", "rotated", "revoked"),
        "purpose": _one_of("statement", "log", "witness", "mirror"),
        "key": _TOKEN,
        "replaces": _maybe(_TOKEN),
        "from": _COUNT,
        "suspect_from": _maybe(_COUNT),
    }
    | _SAID,
    KEY_ACT: _ACT,
    STEWARD_ACT: _ACT,
    ENDORSEMENT: {
        "log": _TOKEN,
        "party": _TOKEN,
        "entries": Form(
            read=_entries,
            schema={"type": "array", "minItems": 1, "maxItems": MAX_ENDORSED, "uniqueItems": True, "items": _ENTRY.schema},
        ),
    }
    | _SAID,
    CASE: {"kind": _TOKEN, "case": _matching(SALTED, "salted: and 64 hex digits.")} | _SAID,
    CASES: {"log": _TOKEN, "size": _COUNT, "root": _DIGEST, "counts": _COUNTS} | _SAID,
    SUPERSEDES: {"old": _ENTRY, "new": _ENTRY, "reason": _one_of("correction", "update")} | _SAID,
    WITHDRAWAL: {
        "entry": _ENTRY,
        "content": _many(_DIGEST, MAX_ITEMS),
        "reason": _one_of("error", "personal-data", "rights-of-others", "order"),
    }
    | _SAID,
    RECORD: {
        "form": _TOKEN,
        "record": _TOKEN,
        "system": _maybe(_TOKEN),
        "party": _maybe(_TOKEN),
        "previous": _maybe(_ENTRY),
    }
    | _SAID,
    TRUST_LABEL: {
        "system": _TOKEN,
        "label": _TOKEN,
        "evidence": _ENTRY,
        "findings": _many(_TOKEN, MAX_ITEMS),
        "from": _matching(DATE, "a date."),
        "until": _matching(DATE, "a date."),
    }
    | _SAID,
}
"""The fields of each kind. `from` of an act on a key is the position in the log from which it counts, `suspect_from` the one
from which entries under the key must be endorsed again, `party` whose key it is, or who endorses; `content` of a withdrawal
are digests in the content store."""

MEANING: Mapping[str, str] = {
    CLASSIFICATION: "A person graded a system: the tier under a profile.",
    COMMITMENT: "What a party promised: an id, the provision it answers, and when it is due.",
    MEASURE: "What a party did or is doing towards a commitment.",
    LABEL: "What content is, by digest: labels such as ai-generated.",
    KEY_EVENT: "A key was added, rotated or revoked, from a position of the log on.",
    KEY_ACT: "A steward added, rotated or revoked the key of an organisation, a log or a witness, and says what it may sign.",
    STEWARD_ACT: "The holder of the offline key added, rotated or revoked a key that may itself act on keys.",
    ENDORSEMENT: "Entries under a key that became suspect are good: their digests and positions.",
    CASE: "A case of a person, in a restricted log: its kind, and a salted commitment to everything else.",
    CASES: "Root, size and counts of a restricted log, published in batches; the cases stay there.",
    SUPERSEDES: "A later entry takes the place of an earlier one, which stays in the log.",
    WITHDRAWAL: "Content that an entry names was deleted; the entry stays.",
    RECORD: "A record of a public register: its form, what it is about, the entry that it follows; its text is a file by digest.",
    TRUST_LABEL: "A system carries a label from one day to another, because of named findings of one assessment.",
}
