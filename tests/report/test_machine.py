"""assessment.json: canonical, strict, described by its schema, and read for ever."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from types import MappingProxyType, ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from plumbrule.base.observation import Known, Observation
from plumbrule.errors import UnreadableError
from plumbrule.findings.model import Assessment
from plumbrule.report import assessment_json, assessment_schema, read_assessment

RELEASED = sorted((Path(__file__).parent / "released").glob("assessment-*.json"))
COMMITTED = Path(__file__).resolve().parents[2] / "src" / "plumbrule" / "report" / "schemas"


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_every_released_version_is_read_and_valid(path: Path) -> None:
    """Each released file is read, is valid by its published schema, and is written back byte for byte."""
    content = path.read_bytes()
    schema = json.loads((COMMITTED / path.name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(content))
    assert assessment_json(read_assessment(content)) == content


def test_the_committed_schema_is_the_generated_one() -> None:
    """The schema in the package says what the types say (python tools/assessment_schema.py mends it)."""
    assert json.loads((COMMITTED / "assessment-2.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(assessment_schema())
    )


def test_the_schema_refuses_what_is_missing_or_too_much(boston: Assessment) -> None:
    """A field left out and a field too many are both invalid."""
    validator = Draft202012Validator(assessment_schema())
    for spoil in (
        lambda value: value.pop("observations"),
        lambda value: value.update(verdict="fine"),
        lambda value: value["findings"][0].update(verdict="ok"),
    ):
        value = json.loads(assessment_json(boston))
        spoil(value)
        with pytest.raises(ValidationError):
            validator.validate(value)


def test_the_same_assessment_gives_the_same_bytes(boston: Assessment) -> None:
    """Bytes do not depend on the kind of mapping or on the order in which it was filled."""
    shuffled = dataclasses.replace(boston, provisions=MappingProxyType(dict(reversed(boston.provisions.items()))))
    assert shuffled == boston
    assert assessment_json(shuffled) == assessment_json(boston)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"schema":"plumbrule-assessment/3"}',
        b'{"schema":"plumbrule-assessment/1"}',
        b'{"schema":"plumbrule-assessment/2"}',
        b'{"schema":1}',
    ],
    ids=range(10),
)
def test_what_is_no_assessment_is_refused(content: bytes) -> None:
    """Got, expected, cure, and never a traceback of another kind."""
    with pytest.raises(UnreadableError) as caught:
        read_assessment(content)
    assert caught.value.got and caught.value.expected and caught.value.cure


@given(st.data())
def test_no_changed_byte_is_read_as_if_nothing_happened(data: st.DataObject) -> None:
    """Cut off, doubled or with one byte changed: refused, or read as something that writes exactly those bytes."""
    content = RELEASED[0].read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    byte = bytes([data.draw(st.integers(0, 255))])
    for spoilt in (content[:place], content[:place] + byte + content[place + 1 :], content + byte):
        if spoilt == content:
            continue
        try:
            found = read_assessment(spoilt)
        except UnreadableError:
            continue
        assert assessment_json(found) == spoilt


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_never_written(boston: Assessment, value: float) -> None:
    """Not a number has no JSON; it is refused before a byte is written."""
    spoilt = Observation(
        id="x:",
        means="test",
        metric="x",
        measure="rate",
        group={},
        family="exploratory",
        estimate=Known(value=value, low=0, high=1, n=1, method="wilson"),
    )
    with pytest.raises(ValueError, match=r"."):
        assessment_json(dataclasses.replace(boston, observations=(spoilt,)))


def test_the_reference_page_is_the_generated_one(schema_tool: ModuleType) -> None:
    """docs/reference/assessment-json.md says what the types say (python tools/assessment_schema.py mends it)."""
    assert schema_tool.PAGE.read_text(encoding="utf-8") == schema_tool.page_text()
