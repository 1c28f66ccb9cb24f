"""What a data set's own description says: licence, source, responsible-AI fields, files and their digests (Croissant).

Everything here is declared by whoever wrote the description; nothing of it is tested. Croissant is JSON-LD: keys are
resolved against the `@context` in the file, by hand and without a network; a context at an address is not fetched, and
its keys are then taken at their plain names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbrule.base.files import sha256_file
from plumbrule.base.messages import message
from plumbrule.base.observation import Observation, Stated, Unknown
from plumbrule.errors import InputError
from plumbrule.lab.tables.json import read_json, wrong

_WHAT = "a Croissant description (JSON-LD)"
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_PREFIXES = {
    "https://schema.org/": "sc:",
    "http://schema.org/": "sc:",
    "http://mlcommons.org/croissant/RAI/": "rai:",
    "http://mlcommons.org/croissant/": "cr:",
    "http://purl.org/dc/terms/": "dct:",
    "http://www.w3.org/ns/prov#": "prov:",
}
_KNOWN = {"sc": "https://schema.org/", "cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/"} | {
    "rai": "http://mlcommons.org/croissant/RAI/"
}
_MOST_TEXT = 2000
RAI_FIELDS = (
    "dataCollection",
    "dataCollectionType",
    "dataCollectionMissingData",
    "dataCollectionRawData",
    "dataCollectionTimeframe",
    "dataPreprocessingProtocol",
    "dataImputationProtocol",
    "dataManipulationProtocol",
    "dataReleaseMaintenancePlan",
    "personalSensitiveInformation",
    "dataAnnotationProtocol",
    "dataAnnotationPlatform",
    "dataAnnotationAnalysis",
    "annotationsPerItem",
    "annotatorDemographics",
    "machineAnnotationTools",
    "dataSocialImpact",
    "dataBiases",
    "dataLimitations",
    "dataUseCases",
)
"""The properties of the Croissant RAI vocabulary 1.0 (docs.mlcommons.org/croissant/docs/croissant-rai-spec.html)."""
NOT_SAID = message("the description says nothing about it")


@dataclass(frozen=True, slots=True, kw_only=True)
class CroissantFile:
    """A file (or set of files) of the distribution; `sha256` is empty where none, or nothing that can be one, is given.

    `oddity` says what stands in the place of the digest where it is none.
    """

    id: str
    name: str
    content_url: str
    encoding_format: str
    sha256: str
    oddity: str
    is_set: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Croissant:
    """A description of a data set as its author gives it; a text that is absent is empty.

    `licences` and `sources` (where the data came from: `isBasedOn`, `prov:wasDerivedFrom`) hold addresses or names;
    `responsible` the RAI fields that are there, by their short names; `creators` counts creators and publishers, whose
    names, often of people, are not read. `columns` counts the fields of all record sets.
    """

    file: str
    sha256: str
    name: str
    conforms_to: tuple[str, ...]
    licences: tuple[str, ...]
    url: str
    version: str
    published: str
    cites: str
    sources: tuple[str, ...]
    creators: int
    files: tuple[CroissantFile, ...]
    record_sets: int
    columns: int
    responsible: Mapping[str, str]


def read_croissant(path: Path) -> Croissant:
    """Read a Croissant description of version 1.0 or 1.1.

    Raises:
        InputError: it cannot be read, is no JSON-LD data set, or a part of it has another form than it should.
        LimitError: it is too large.
    """
    value = read_json(path, what=_WHAT)
    top = value
    if isinstance(value, dict) and isinstance(value.get("@graph"), list):
        top = _dataset_of_graph(path, value)
    if not isinstance(top, dict):
        raise wrong(path.name, _WHAT, top, "an object")
    terms = _terms(top.get("@context", value.get("@context") if isinstance(value, dict) else None))
    node = _node(top, terms)
    if not any(kind.rpartition(":")[2].rpartition("/")[2] == "Dataset" for kind in _texts(top.get("@type"))):
        raise InputError(
            f"{path.name} describes {', '.join(_texts(top.get('@type'))) or 'nothing that has a type'}.",
            expected=f"a Dataset, in {_WHAT}",
            cure="Give the description of the data set itself.",
        )
    return Croissant(
        file=path.name,
        sha256=sha256_file(path),
        name=_text(node, "sc:name"),
        conforms_to=_texts(node.get("dct:conformsTo")),
        licences=_texts(node.get("sc:license")),
        url=_text(node, "sc:url"),
        version=_text(node, "sc:version"),
        published=_text(node, "sc:datePublished"),
        cites=_text(node, "cr:citeAs")[:_MOST_TEXT],
        sources=tuple(text for key in ("sc:isBasedOn", "prov:wasDerivedFrom") for text in _texts(node.get(key))),
        creators=sum(len(_list(node.get(key))) for key in ("sc:creator", "sc:publisher")),
        files=tuple(_file(one, terms, path.name) for one in _list(node.get("sc:distribution"))),
        record_sets=len(_list(node.get("cr:recordSet"))),
        columns=sum(len(_list(_node(one, terms).get("cr:field"))) for one in _list(node.get("cr:recordSet"))),
        responsible={field: text[:_MOST_TEXT] for field in RAI_FIELDS if (text := " ".join(_texts(node.get(f"rai:{field}"))))},
    )


def _dataset_of_graph(path: Path, value: Mapping[str, Any]) -> Any:
    """The one data set among the nodes of a graph."""
    sets = [
        one | {"@context": value.get("@context")}
        for one in value["@graph"]
        if isinstance(one, dict) and any(kind.endswith("Dataset") for kind in _texts(one.get("@type")))
    ]
    if len(sets) != 1:
        raise InputError(
            f"{path.name} describes {len(sets)} data sets.", expected="one data set in a file", cure="Give each its own file."
        )
    return sets[0]


def _file(value: Any, terms: Mapping[str, str], place: str) -> CroissantFile:
    if not isinstance(value, dict):
        raise wrong(f"{place}, distribution", _WHAT, value, "an object")
    node = _node(value, terms)
    # Croissant 1.0 took sha256 from schema.org; older files write it under their own prefix.
    told = _text(node, "sc:sha256") or _text(node, "cr:sha256")
    md5 = _text(node, "cr:md5") or _text(node, "sc:md5")
    whole = bool(_SHA256.fullmatch(told))
    oddity = "no SHA-256, but something else" if told and not whole else ""
    return CroissantFile(
        id=" ".join(_texts(value.get("@id"))),
        name=_text(node, "sc:name"),
        content_url=_text(node, "sc:contentUrl"),
        encoding_format=_text(node, "sc:encodingFormat"),
        sha256=told.lower() if whole else "",
        oddity=oddity or ("MD5 only, which anybody can forge" if md5 and not whole else ""),
        is_set=any(kind.endswith("FileSet") for kind in _texts(value.get("@type"))),
    )


# ── a little JSON-LD ─────────────────────────────────────────────────────────────────────────────────────────────────


def _terms(context: Any) -> dict[str, str]:
    """Term to address, from the objects of a context; addresses of contexts are passed over."""
    terms: dict[str, str] = {}
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, dict):
            for key, value in part.items():
                told = value.get("@id") if isinstance(value, dict) else value
                if isinstance(told, str):
                    terms[key] = told
    return terms


def _node(value: Any, terms: Mapping[str, str]) -> dict[str, Any]:
    """The object under short keys: `sc:name`, `cr:recordSet`, `rai:dataBiases`, whatever prefix the file uses."""
    found: dict[str, Any] = {}
    for key, part in value.items() if isinstance(value, dict) else ():
        if not key.startswith("@"):
            found.setdefault(_short(_address(key, terms)), part)
    return found


def _address(key: str, terms: Mapping[str, str], depth: int = 3) -> str:
    told = terms.get(key, key)
    prefix, colon, rest = told.partition(":")
    if colon and not rest.startswith("//") and depth:
        base = terms.get(prefix) or _KNOWN.get(prefix)
        return told if base is None else _address(prefix, {prefix: base}, 0) + rest
    return told if colon else terms.get("@vocab", _KNOWN["sc"]) + told


def _short(address: str) -> str:
    for prefix, short in _PREFIXES.items():
        if address.startswith(prefix):
            return _ALIASES.get(short + address[len(prefix) :], short + address[len(prefix) :])
    return address


_ALIASES = {"sc:conformsTo": "dct:conformsTo", "sc:citeAs": "cr:citeAs", "sc:recordSet": "cr:recordSet", "sc:field": "cr:field"}
"""Where a context is not in the file, these come out as terms of schema.org."""


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _texts(value: Any) -> tuple[str, ...]:
    """Texts of a value that may be a text, a number, an object with @id, @value, url or name, or a list of those."""
    found: list[str] = []
    for one in _list(value):
        if isinstance(one, dict):
            told = next((one[key] for key in ("@value", "@id", "url", "sc:url", "name", "sc:name") if one.get(key)), "")
            found += [str(told)] if isinstance(told, str | int | float) else []
        elif one is not None and not isinstance(one, bool | list):
            found.append(str(one))
    return tuple(text for text in (one.strip() for one in found) if text)


def _text(node: Mapping[str, Any], key: str) -> str:
    return " ".join(_texts(node.get(key)))


# ── observations ─────────────────────────────────────────────────────────────────────────────────────────────────────


def observe_croissant(found: Croissant, *, inputs: tuple[str, ...]) -> tuple[Observation, ...]:
    """Licence, source, version, citation and each RAI field: stated where said, unknown where not. All declared."""
    told: Sequence[tuple[str, str]] = (
        ("dataset_licence", " · ".join(found.licences)),
        ("dataset_source", " · ".join((*found.sources, found.url)) if found.sources else found.url),
        ("dataset_version", found.version),
        ("dataset_citation", "a citation is given" if found.cites else ""),  # it names people
        *((f"dataset_rai_{_snake(field)}", found.responsible.get(field, "")) for field in RAI_FIELDS),
    )
    source = f"{found.file}, sha256 {found.sha256[:16]}…"
    return tuple(
        Observation(
            id=f"{metric}:{found.name or found.file}",
            means="examination",
            metric=metric,
            measure="fact",
            estimate=Stated(holds=True, text=text, stated_by="the description of the data set", source=source)
            if text
            else Unknown(reason=NOT_SAID),
            group={},
            family="declared",
            inputs=inputs,
        )
        for metric, text in told
    )


def _snake(field: str) -> str:
    """`dataCollection` as `data_collection`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", field).lower()
