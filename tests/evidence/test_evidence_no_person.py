"""What no predicate may hold: every schema of ours is walked whole, and each kind of gap is planted and seen.

A schema node is fine only if it is one of a few forms that leave no room; anything else is a fault, so a keyword that
nobody thought of cannot slip through.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import jsonschema
import pytest

import plumbrule.evidence
from plumbrule.evidence.claims import KINDS
from plumbrule.evidence.predicates import ASSESSMENT, PLAN
from plumbrule.evidence.tokens import SALTED

Schema = dict[str, Any]
FOLDER = Path(plumbrule.evidence.__file__).parent / "schemas"
PROBES = ("one two", "someone@example.org", "\u4e00\u4e8c", "Ana\u00efs", "O'Neill", "a\nb", "a\tb", "")
PERSONAL = frozenset(
    {
        "address", "age", "applicant", "author", "birth", "born", "case", "citizen", "client", "comment", "complainant",
        "contact", "email", "employee", "ethnicity", "face", "fingerprint", "gender", "health", "id_number", "income", "iris",
        "ip", "job", "mail", "name", "national", "nationality", "note", "passport", "patient", "person", "phone", "photo",
        "race", "religion", "remark", "salary", "sex", "subject", "surname", "tax_number", "text", "title", "user", "victim",
        "voice", "witness", "worker"
    }
)  # fmt: skip
KEYWORDS = frozenset(
    {
        "$schema", "$id", "$defs", "$ref", "title", "description", "type", "enum", "const", "pattern", "anyOf", "items",
        "properties", "required", "additionalProperties", "propertyNames", "minimum", "maximum", "minLength", "maxLength",
        "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"
    }
)  # fmt: skip
NUMBERS = {"integer", "number", "boolean", "null"}


def faults(root: Schema) -> list[str]:
    """Where a schema leaves room for running text, or for anything about a person that is no salted commitment."""
    return list(_faults(root, root, "", frozenset()))


def _faults(node: Any, root: Schema, at: str, seen: frozenset[str]) -> Iterator[str]:
    if not isinstance(node, dict) or not node:
        yield f"{at}: anything goes"
        return
    yield from (f"{at}: the keyword {key} is not one that this walk understands" for key in sorted(node.keys() - KEYWORDS))
    if "$ref" in node:
        if node["$ref"] not in seen:
            yield from _faults(_resolved(root, node["$ref"]), root, at, seen | {node["$ref"]})
    elif "anyOf" in node:
        for one in node["anyOf"]:
            yield from _faults(one, root, at, seen)
    elif "enum" in node or "const" in node:
        words = node.get("enum", [node.get("const")])
        yield from (f"{at}: the words {word!r}" for word in words if not re.fullmatch(r"[\w-]+", str(word)))
    else:
        yield from _typed(node, root, at, seen)


def _typed(node: Schema, root: Schema, at: str, seen: frozenset[str]) -> Iterator[str]:
    kinds = node.get("type", "anything")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind == "string":
            yield from _text(node, at)
        elif kind == "array":
            yield from _faults(node.get("items"), root, f"{at}[]", seen)
        elif kind == "object":
            yield from _object(node, root, at, seen)
        elif kind not in NUMBERS:
            yield f"{at}: of the type {kind}"


def _text(node: Schema, at: str) -> Iterator[str]:
    if "pattern" not in node:
        yield f"{at}: text without a pattern"
    elif not node["pattern"].startswith("^(?:") or not node["pattern"].endswith(")$"):
        yield f"{at}: a pattern that is not anchored"  # JSON Schema searches, it does not match whole
    for probe in PROBES:
        if jsonschema.Draft202012Validator(node).is_valid(probe):
            yield f"{at}: takes {probe!r}"
    if jsonschema.Draft202012Validator(node).is_valid("x" * 400):
        yield f"{at}: takes text of any length"


def _object(node: Schema, root: Schema, at: str, seen: frozenset[str]) -> Iterator[str]:
    rest = node.get("additionalProperties", True)
    if rest is not False:
        yield from _faults(None if rest is True else rest, root, f"{at}.*", seen)
        yield from _faults(node.get("propertyNames"), root, f"{at}.(names)", seen)
    for key, one in node.get("properties", {}).items():
        if _personal(key) and one.get("pattern") != f"^(?:{SALTED.pattern})$":
            yield f"{at}.{key}: about a person, and no salted commitment"
        yield from _faults(one, root, f"{at}.{key}", seen)


def _personal(key: str) -> bool:
    return key in PERSONAL or bool(set(key.split("_")) & PERSONAL)


def _resolved(root: Schema, ref: str) -> Any:
    assert ref.startswith("#/$defs/")
    return root["$defs"][ref.removeprefix("#/$defs/")]


def schemas() -> dict[str, Schema]:
    """Every predicate's schema, by its predicate type."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        if not re.fullmatch(r"trust-[0-9]+\.json", path.name):  # a file that readers keep, no predicate
            name, version = path.stem.rsplit("-", 1)
            found[f"urn:x-plumbrule:{name}:{version}"] = json.loads(path.read_text(encoding="utf-8"))
    return found


def predicate_types() -> set[str]:
    """Every predicate type that any module of the room names."""
    found: set[str] = set()
    for module in iter_modules(plumbrule.evidence.__path__):
        values = vars(import_module(f"plumbrule.evidence.{module.name}")).values()
        found |= {value for value in values if isinstance(value, str) and re.fullmatch(r"urn:x-plumbrule:[a-z-]+:[0-9]+", value)}
    return found


def test_every_predicate_has_a_schema_that_is_walked() -> None:
    """Types named anywhere in the room, types that are read, and files under schemas/ are the same set."""
    assert predicate_types() == schemas().keys() == {PLAN, ASSESSMENT, *KINDS}
    for predicate, schema in schemas().items():
        assert f"Predicate type {predicate}." in schema["description"]


@pytest.mark.parametrize("predicate", sorted(schemas()))
def test_no_predicate_has_room_for_a_sentence_or_a_person(predicate: str) -> None:
    """Strings are tokens, objects closed or with token keys, and what is about a person is a salted commitment."""
    assert faults(schemas()[predicate]) == []


TOKEN = {"type": "string", "pattern": "^(?:[A-Za-z0-9][A-Za-z0-9._:/~+%*=<>,-]{0,199})$"}
PLANTS: dict[str, Schema] = {
    "reason_in_words": {"type": "string"},
    "short": {"type": "string", "maxLength": 20},
    "loose": {"type": "string", "pattern": "[a-z]+"},
    "spaced": {"type": "string", "pattern": "^(?:[a-z ]+)$"},
    "mail_like": {"type": "string", "pattern": "^(?:[a-z.@]+)$"},
    "endless": {"type": "string", "pattern": "^(?:[a-z]+)$"},
    "hidden": {"type": ["string", "null"]},
    "deep": {"type": "array", "items": {"anyOf": [{"type": "null"}, {"type": "string"}]}},
    "anything": {},
    "untyped": {"description": "to be said"},
    "always": True,  # type: ignore[dict-item]  # a schema, too
    "open_object": {"type": "object", "properties": {}},
    "free_keys": {"type": "object", "additionalProperties": {"type": "integer"}},
    "free_values": {"type": "object", "propertyNames": TOKEN, "additionalProperties": {"type": "string"}},
    "sentences": {"enum": ["the applicant was refused"]},
    "clever": {"oneOf": [{"type": "string"}]},
    "format_only": {"type": "string", "format": "date"},
    "applicant": TOKEN,
    "applicant_id": TOKEN,
    "date_of_birth": {"type": "string", "pattern": "^(?:[0-9]{4}-[0-9]{2}-[0-9]{2})$"},
    "age": {"type": "integer"},
    "person": {"type": "string", "pattern": "^(?:[0-9a-f]{64})$"},  # a digest without a salt can be guessed
}


def _places(schema: Schema) -> Iterator[Callable[[Schema], Schema]]:
    """Every closed object of a schema, as a function from a copy to that object in it."""

    def walk(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if isinstance(node, dict):
            if node.get("type") == "object" and "properties" in node:
                yield path
            for key, item in node.items():
                yield from walk(item, (*path, key))
        elif isinstance(node, list):
            for at, item in enumerate(node):
                yield from walk(item, (*path, at))

    for path in walk(schema, ()):

        def find(document: Schema, path: tuple[Any, ...] = path) -> Schema:
            for key in path:
                document = document[key]
            return document

        yield find


@pytest.mark.parametrize("name", PLANTS)
def test_what_is_planted_is_seen(name: str) -> None:
    """Each gap, planted as a field into every object of every predicate's schema, makes the walk find a fault there."""
    planted = 0
    for predicate, schema in schemas().items():
        for find in _places(schema):
            copied = copy.deepcopy(schema)
            find(copied)["properties"][name] = PLANTS[name]
            assert any(name in fault for fault in faults(copied)), (predicate, name)
            planted += 1
    assert planted >= len(schemas())


def test_a_salted_commitment_may_stand_for_a_person() -> None:
    """The same fields are fine in the one form that can be erased; and an object that is opened is seen."""
    salted = {"type": "string", "pattern": f"^(?:{SALTED.pattern})$"}
    for schema in schemas().values():
        for find in _places(schema):
            copied = copy.deepcopy(schema)
            find(copied)["properties"] |= {"applicant": salted, "person": salted}
            assert faults(copied) == []
            find(copied)["additionalProperties"] = True
            assert faults(copied) != []
            del find(copied)["additionalProperties"]
            assert faults(copied) != []
