"""The plan is read strictly: what is misspelt is refused, not left out."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import jsonschema
import pytest

from plumbrule.errors import AssessmentError
from plumbrule.findings import plan_object, plan_schema, read_plan

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / "examples" / "mortgage" / "assessment.toml").read_bytes()


def test_the_example_is_a_plan() -> None:
    """The example reads, and its object fits the schema of plans."""
    plan = read_plan(EXAMPLE)
    assert [(one.group, one.reference) for one in plan.comparison] == [
        ("black", "white"),
        ("Hispanic", "white"),
        ("women", "men"),
    ]
    jsonschema.validate(plan_object(plan), plan_schema())


@pytest.mark.parametrize(
    ("old", "new", "got", "cure"),
    [
        (b'prediction = "approve"', b'predicton = "approve"', "predicton", "prediction"),
        (b'prediction = "approve"', b"", "prediction", "Add it"),
        (b'attribute = "sex"', b'attribute = "age"', "'age'", "decisions.by"),
        (b'group = "women"', b'group = "men"', "with itself", "Correct"),
        (b'group = "Hispanic"', b'group = "black"', "twice", "remove"),
        (b'schema = "plumbrule-plan/1"', b'schema = "plumbrule-plan/9"', "schema", "Correct"),
        (b"more_rows = false", b'more_rows = "no"', "more_rows", "Correct"),
        (b"[system]", b"[system", "not TOML", "line"),
    ],
)
def test_a_fault_is_named_with_its_cure(old: bytes, new: bytes, got: str, cure: str) -> None:
    """Got, expected, cure for each fault of a plan."""
    with pytest.raises(AssessmentError) as caught:
        read_plan(EXAMPLE.replace(old, new))
    assert got in caught.value.got
    assert caught.value.expected
    assert cure in caught.value.cure


def test_bytes_that_are_no_text_are_refused() -> None:
    """Not UTF-8 is a clear error."""
    with pytest.raises(AssessmentError):
        read_plan(b"\xff\xfe\x00")


def test_the_published_schema_and_page_are_up_to_date() -> None:
    """The committed schema and reference page are what `tools/plan_schema.py` writes."""
    spec = importlib.util.spec_from_file_location("plan_schema_tool", ROOT / "tools" / "plan_schema.py")
    assert spec and spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.SCHEMA.read_text(encoding="utf-8") == tool.schema_text()
    assert tool.PAGE.read_text(encoding="utf-8") == tool.page()


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "findings" / "released").glob("*.toml")), ids=lambda path: path.stem)
def test_every_released_version_is_read(path: Path) -> None:
    """A plan that some release could write is read for ever."""
    assert read_plan(path.read_bytes()).comparison
