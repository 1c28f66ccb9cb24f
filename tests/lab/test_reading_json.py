"""JSON from outside: bounded, without surprises, and taken apart with words for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbrule.errors import InputError, LimitError
from plumbrule.lab.tables.json import Fields, parse_json, read_json_lines

FIELDS = Fields(place="f.json", what="a thing", values={"t": "x", "n": 3, "b": True, "l": ["a"], "o": {"k": 1}, "z": None})


def test_kinds_come_out_or_are_named() -> None:
    """Texts, whole numbers, objects and lists; the error names the place and the kind, never the value."""
    assert (FIELDS.text("t"), FIELDS.whole("n"), FIELDS.texts("l")) == ("x", 3, ("a",))
    assert (FIELDS.text("no", "d"), FIELDS.text("z", "d"), FIELDS.whole("no", 4)) == ("d", "d", 4)
    assert FIELDS.object("o").whole("k") == 1
    assert FIELDS.object("no").values == {}
    assert FIELDS.objects("no") == FIELDS.texts("z") == ()
    for call in (
        lambda: FIELDS.text("n"),
        lambda: FIELDS.text("no"),
        lambda: FIELDS.whole("b"),
        lambda: FIELDS.whole("t"),
        lambda: FIELDS.object("l"),
        lambda: FIELDS.objects("l"),
        lambda: FIELDS.texts("o"),
        lambda: Fields.of([1], place="p", what="w"),
    ):
        with pytest.raises(InputError) as caught:
            call()
        assert "a thing" in caught.value.expected or "w" in caught.value.expected
        assert caught.value.cure
    with pytest.raises(InputError, match=r"f\.json\.n holds a number"):
        FIELDS.texts("n")


@pytest.mark.parametrize("data", [b'{"a": 1, "a": 2}', b"[NaN]", b"[Infinity]", b"\xff", b"{", b"", b"[" * 100_000])
def test_no_surprises(data: bytes) -> None:
    """Keys twice, NaN, no UTF-8, cut off, nested without end."""
    with pytest.raises(InputError):
        parse_json(data, name="x", what="a thing")


def test_a_byte_order_mark_is_no_surprise() -> None:
    """Windows writes one."""
    assert parse_json(b"\xef\xbb\xbf[1]", name="x", what="a thing") == [1]


def test_lines_one_at_a_time(tmp_path: Path) -> None:
    """Numbers of lines count empty ones; a broken line is named; a line without end is refused."""
    path = tmp_path / "l.jsonl"
    path.write_bytes(b'{"a": 1}\n\n[2]\r\n')
    assert list(read_json_lines(path, what="lines")) == [(1, {"a": 1}), (3, [2])]
    path.write_bytes(b"{}\n{\n")
    with pytest.raises(InputError, match="line 2"):
        list(read_json_lines(path, what="lines"))
    path.write_bytes(b"{}\n" + b" " * 5_000 + b"1")
    with pytest.raises(LimitError, match="line 2"):
        list(read_json_lines(path, what="lines", most_bytes=1_000))
    with pytest.raises(InputError, match="cannot be read"):
        list(read_json_lines(tmp_path, what="lines"))
