"""Write build/sbom.json: what a portal is made of, as CycloneDX 1.6. `make sbom` runs it.

Versions and hashes come from requirements/portal.txt, which is what `make serve` installs; licences and who needs whom from
the metadata of the packages installed here. Of a package that this machine does not need (another system, another Python) the
licence is not known here, and the file says so. A hash is that of one of the files that may be installed for the version.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK, PROJECT, WHERE = ROOT / "requirements" / "portal.txt", ROOT / "pyproject.toml", ROOT / "build" / "sbom.json"
EXTRAS = ("demo", "portal")
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+)\s*(?:;\s*(?P<marker>[^\\]+?))?\s*(?:\\|$)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_OLD_LICENCE = "License :: OSI Approved :: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One version that the lock names: under which condition ("" for always), and the SHA-256 of each of its files."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def pins(text: str) -> Iterator[Pin]:
    """The versions in a lock file."""
    for block in re.split(r"\n(?=\S)", text):
        found = _PIN.match(block)
        if found:
            yield Pin(
                name=canonicalize_name(found["name"]),
                version=found["version"],
                marker=found["marker"] or "",
                hashes=tuple(_HASH.findall(block)),
            )


def bill(lock: str, project: Mapping[str, object]) -> Bom:
    """The whole bill. Its number follows from what is in it, so that the same lock gives the same one."""
    about = project["project"]
    assert isinstance(about, dict)
    root = Component(
        name="plumbrule",
        version=about["version"],
        type=ComponentType.APPLICATION,
        bom_ref="plumbrule",
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
    )
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, f"plumbrule {about['version']}\n{lock}"))
    bom.metadata.component = root
    made = {pin: _component(pin) for pin in pins(lock)}
    for component in made.values():
        bom.components.add(component)
    extras = about["optional-dependencies"]
    direct = [*about["dependencies"], *(one for extra in EXTRAS for one in extras[extra])]
    bom.register_dependency(root, _needed(direct, made))
    for pin, component in made.items():
        bom.register_dependency(component, _needed(_requirements(pin), made))
    return bom


def _component(pin: Pin) -> Component:
    known = _licence(pin)
    notes = [Property(name="plumbrule:licence", value="not installed here, so not read")] if known is None else []
    if pin.marker:
        notes.append(Property(name="plumbrule:only-where", value=pin.marker))
    return Component(
        name=pin.name,
        version=pin.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{pin.name}@{pin.version}",
        purl=PackageURL(type="pypi", name=pin.name, version=pin.version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in pin.hashes],
        licenses=[known] if known else [],
        properties=notes,
    )


def _licence(pin: Pin) -> License | None:
    """What the package says of its licence: the expression, else the classifiers, else the first line of the text."""
    try:
        said = distribution(pin.name).metadata
    except PackageNotFoundError:
        return None
    expression = said.get("License-Expression")
    if expression:
        return LicenseFactory().make_from_string(expression)
    named = [one.removeprefix(_OLD_LICENCE) for one in said.get_all("Classifier", ()) if one.startswith(_OLD_LICENCE)]
    lines = (said.get("License") or "").strip().splitlines()
    words = " AND ".join(named) or (lines[0] if lines else "")
    return LicenseFactory().make_with_name(words) if words else None


def _requirements(pin: Pin) -> list[str]:
    try:
        return list(distribution(pin.name).requires or ())
    except PackageNotFoundError:
        return []


def _needed(requirements: Iterable[str], made: Mapping[Pin, Component]) -> list[Component]:
    """Those of the bill that are asked for on this machine, without extras of extras."""
    asked = [Requirement(one) for one in requirements]
    names = {canonicalize_name(one.name) for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})}
    return [component for pin, component in made.items() if pin.name in names]


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=WHERE)
    out: Path = parser.parse_args().out
    bom = bill(LOCK.read_text("utf-8"), tomllib.loads(PROJECT.read_text("utf-8")))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(JsonV1Dot6(bom).output_as_string(indent=1) + "\n", encoding="utf-8", newline="\n")
    sys.stdout.write(f"{len(bom.components)} components in {out}\n")


if __name__ == "__main__":
    main()
