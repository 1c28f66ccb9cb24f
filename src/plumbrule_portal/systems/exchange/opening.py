"""The files of each format: from bytes to entries, and from entries to bytes. Whatever is not that format is refused."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plumbrule.errors import LimitError, UnreadableError
from plumbrule_portal.systems.exchange.card import read_card, write_card
from plumbrule_portal.systems.exchange.names import slug
from plumbrule_portal.systems.exchange.report import Remark, shortened
from plumbrule_portal.systems.exchange.table import table_of
from plumbrule_portal.systems.exchange.ways import dig
from plumbrule_portal.systems.record import read_json
from plumbrule_portal.systems.record.words import gettext_noop

MOST_BYTES = 64 << 20
MOST_ENTRIES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The entries of a file, what it says about itself, and what was left aside.

    `retrieved` is the day on which the file says that it was read; `url` where from.
    """

    entries: tuple[Any, ...]
    retrieved: str = ""
    url: str = ""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How files of one format are opened and closed, and how an entry is called.

    `number` gives what the id is made of; `organisation` is the path of the organisation's name, empty where there is none.
    """

    open: Callable[[bytes], Opened]
    close: Callable[[Sequence[Mapping[str, Any]]], bytes]
    number: Callable[[Mapping[str, Any]], str]
    organisation: str = ""
    single: bool = False


def _not_it(what: str, expected: str, cure: str = "Name the format that the file has.") -> UnreadableError:
    return UnreadableError(what, expected=expected, cure=cure)


def _json(content: bytes) -> Any:
    return read_json(content.removeprefix(b"\xef\xbb\xbf"), what="The file", most=MOST_BYTES)


def _listed(raw: Any, key: str, expected: str) -> list[Any]:
    entries = raw.get(key) if isinstance(raw, dict) else None
    if not isinstance(entries, list):
        raise _not_it(f"The file has no list {key!r}.", expected)
    return _few(entries)


def _few(entries: list[Any]) -> list[Any]:
    if len(entries) > MOST_ENTRIES:
        raise LimitError(f"The file has {len(entries):,} entries.", expected=f"at most {MOST_ENTRIES:,}", cure="Split it.")
    return entries


def _shaped(entries: list[Any], keys: set[str], expected: str) -> None:
    """Refuse a file in which no entry looks like one of the format."""
    if entries and not any(isinstance(one, dict) and keys <= set(one) for one in entries):
        raise _not_it("No entry has the keys of the format.", expected)


def _day(value: object) -> str:
    return value[:10] if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}(T.*)?", value) else ""


def _address(value: object) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"https?://[^\s@]{1,1990}", value) else ""


_NL_SHORT = "an object with a list 'algoritmes', whose entries have id, title, organisatie, status and url"


def _open_nl_short(content: bytes) -> Opened:
    raw = _json(content)
    entries = _listed(raw, "algoritmes", _NL_SHORT)
    _shaped(entries, {"id", "title", "organisatie"}, _NL_SHORT)
    return Opened(entries=tuple(entries), retrieved=_day(raw.get("fetched_at")), url=_address(raw.get("source_url")))


def _close_nl_short(entries: Sequence[Mapping[str, Any]]) -> bytes:
    return _bytes({"algoritmes": list(entries), "count": len(entries)})


_NL_FULL = "a list of entries with the keys name, description_short and organization"


def _open_nl_full(content: bytes) -> Opened:
    raw = _json(content)
    entries = _few(raw if isinstance(raw, list) else [raw])
    _shaped(entries, {"name", "description_short", "organization"}, _NL_FULL)
    return Opened(entries=tuple(entries))


def _number_nl_full(entry: Mapping[str, Any]) -> str:
    own = next((str(entry[key]) for key in ("lars", "source_id", "id") if entry.get(key)), "")
    return own or f"{entry.get('organization') or ''} {entry.get('name') or ''}"


_UK = "JSON with a list 'records', or CSV with the columns publishing_body, tool_name, published and url"
_UK_CSV = ["publishing_body", "tool_name", "published", "url"]


def _open_uk(content: bytes) -> Opened:
    if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in {b"{", b"["}:
        raw = _json(content)
        entries = _listed(raw, "records", _UK)
        _shaped(entries, {"tool_name", "url"}, _UK)
        meta = raw.get("meta") if isinstance(raw.get("meta"), dict) else {}
        return Opened(entries=tuple(entries), url=_address(meta.get("source_url")))
    if len(content) > MOST_BYTES:
        raise LimitError(f"The file has {len(content):,} bytes.", expected=f"at most {MOST_BYTES:,}", cure="Split it.")
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        if list(rows.fieldnames or ()) != _UK_CSV:
            raise _not_it("The first line does not name the columns of the list.", _UK)
        entries = _few([{key or "": value for key, value in row.items()} for row in rows])
    except (UnicodeDecodeError, csv.Error) as error:
        raise _not_it(f"The file is neither JSON nor CSV in UTF-8: {error}.", _UK) from None
    if any("" in one or None in one.values() for one in entries):
        raise _not_it("A row has more or fewer cells than there are columns.", _UK)
    return Opened(entries=tuple(entries))


def _close_uk(entries: Sequence[Mapping[str, Any]]) -> bytes:
    keys = [line.theirs for line in table_of("uk-atrs").lines]
    records = [{key: one.get(key, [] if key == "listed_organisations" else None) for key in keys} for one in entries]
    return _bytes({"meta": {"n_records": len(records)}, "records": records})


def _number_uk(entry: Mapping[str, Any]) -> str:
    return str(entry.get("url") or "").rstrip("/").rpartition("/")[2] or str(entry.get("tool_name") or "")


_CDX = "a CycloneDX file in JSON, specVersion 1.5, 1.6 or 1.7, with a component of the type machine-learning-model"
_MODEL = "machine-learning-model"


def _open_cyclonedx(content: bytes) -> Opened:
    raw = _json(content)
    if not isinstance(raw, dict) or raw.get("bomFormat") != "CycloneDX":
        raise _not_it("The file does not say that it is CycloneDX.", _CDX)
    if raw.get("specVersion") not in {"1.5", "1.6", "1.7"}:
        raise _not_it(f"The file is of version {str(raw.get('specVersion'))[:20]!r}.", _CDX, "Convert it to 1.6.")
    main = dig(raw, "metadata.component")
    listed = raw.get("components")
    found = _few([*([main] if isinstance(main, dict) else []), *(listed if isinstance(listed, list) else [])])
    models = [one for one in found if isinstance(one, dict) and one.get("type") == _MODEL]
    if not models:
        raise _not_it("No component is a model.", _CDX)
    others = [one for one in found if one not in models]
    return Opened(entries=tuple(models), remarks=(*(_aside(one) for one in others), *_around(raw)))


def _aside(component: Any) -> Remark:
    name = component.get("name") if isinstance(component, dict) else component
    reason = gettext_noop("The component is not a model, and was not read.")
    return Remark(kind="not-mapped", entry=str(name)[:80], theirs="components", reason=reason)


def _around(raw: Mapping[str, Any]) -> Iterator[Remark]:
    """What stands in the file beside its components."""
    metadata = raw.get("metadata")
    parts = {f"metadata.{key}": part for key, part in metadata.items()} if isinstance(metadata, dict) else {}
    for name, part in {**raw, **parts}.items():
        if part and name not in _HEAD:
            reason = gettext_noop("It is about the file or about other components.")
            yield Remark(kind="not-mapped", entry="file", theirs=name[:120], reason=reason, value=shortened(part))


_HEAD = {"$schema", "bomFormat", "specVersion", "serialNumber", "version", "components", "metadata", "metadata.component"}


def _close_cyclonedx(entries: Sequence[Mapping[str, Any]]) -> bytes:
    models = [{"type": _MODEL, **one} for one in entries]
    body = json.dumps(models, sort_keys=True, ensure_ascii=False)
    serial = uuid.uuid5(uuid.NAMESPACE_URL, body)  # the same records give the same file
    head = {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6"}
    return _bytes({**head, "serialNumber": f"urn:uuid:{serial}", "version": 1, "components": models})


def _number_cyclonedx(entry: Mapping[str, Any]) -> str:
    return " ".join(str(entry[key]) for key in ("group", "name") if entry.get(key))


def _open_card(content: bytes) -> Opened:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_it("The file is not text in UTF-8.", "a model card in Markdown", "Save it as UTF-8.") from None
    return Opened(entries=(read_card(text),))


def _close_card(entries: Sequence[Mapping[str, Any]]) -> bytes:
    return write_card(entries[0]).encode("utf-8")


def _bytes(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _close_list(entries: Sequence[Mapping[str, Any]]) -> bytes:
    return _bytes(list(entries))


FORMATS: Mapping[str, Format] = {
    "cyclonedx": Format(open=_open_cyclonedx, close=_close_cyclonedx, number=_number_cyclonedx),
    "model-card": Format(open=_open_card, close=_close_card, number=lambda entry: str(entry.get("title") or ""), single=True),
    "nl-register": Format(
        open=_open_nl_short, close=_close_nl_short, number=lambda entry: str(entry.get("id") or ""), organisation="organisatie"
    ),
    "nl-schema-1.0.0": Format(open=_open_nl_full, close=_close_list, number=_number_nl_full, organisation="organization"),
    "nl-standard-1.0": Format(open=_open_nl_full, close=_close_list, number=_number_nl_full, organisation="organization"),
    "uk-atrs": Format(open=_open_uk, close=_close_uk, number=_number_uk, organisation="publishing_body"),
}
"""The formats by name; each has its table in `maps/`."""


def id_of(prefix: str, number: str) -> str:
    """The stable id of an entry: the same number gives the same id for ever."""
    return f"{prefix}-{slug(number)}"[:120]
