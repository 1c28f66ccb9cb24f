"""Are these the files that were declared? SHA-256 of what lies here against what somebody wrote down.

A digest that agrees says that the bytes are the ones declared. It says nothing about who declared them, or whether what
the bytes say is true; a digest from the same place as the file protects against accidents only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal
from urllib.parse import unquote, urlsplit

from plumbrule.base.files import sha256_file
from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Known, Observation, Unknown
from plumbrule.errors import InputError
from plumbrule.lab.families.dataset.source import Croissant

Outcome = Literal["agrees", "differs", "not here", "no digest declared", "not declared"]
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SUM_LINE = re.compile(r"\\?([0-9a-fA-F]{64}) [ *](.+)")
_MOST_BYTES = 16 << 20
NOTHING_TO_COMPARE = {
    "not here": message("the file is not here"),
    "no digest declared": message("no SHA-256 of it was declared"),
    "not declared": message("nobody declared this file"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigest:
    """One file by the name it was declared under, what was declared, and what lies here (empty where nothing does)."""

    name: str
    declared: str
    found: str
    outcome: Outcome


def digests_of_croissant(found: Croissant) -> dict[str, str]:
    """File name (the last part of its address, or else its name) to SHA-256; empty where the file has none.

    Raises:
        InputError: two files of one name are declared with different digests.
    """
    told: dict[str, str] = {}
    for one in found.files:
        if not one.is_set and not one.encoding_format.startswith("git"):  # a repository is no file
            name = PurePosixPath(unquote(urlsplit(one.content_url).path)).name or one.name or one.id
            if told.setdefault(name, one.sha256) != one.sha256:
                raise InputError(
                    f"{found.file} declares two different files named {name}.",
                    expected="each name once",
                    cure="Declare the digests by path in a list as sha256sum writes it.",
                )
    return told


def read_digests(path: Path) -> dict[str, str]:
    """A list as `sha256sum` writes it: digest, two blanks, name.

    Raises:
        InputError: a line is of another form, or a name stands twice.
    """
    try:
        text = path.read_bytes()[: _MOST_BYTES + 1].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _no_list(path.name, "cannot be read as text") from error
    told: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        match = _SUM_LINE.fullmatch(line)
        if line.strip() and (match is None or match[2] in told):
            raise _no_list(path.name, f"holds in line {number} no digest, or a name for the second time")
        if match:
            told[match[2]] = match[1].lower()
    return told


def check_digests(folder: Path, declared: Mapping[str, str], *, everything: bool = False) -> tuple[FileDigest, ...]:
    """Compare the files of a folder with what was declared.

    Args:
        folder: where the files lie.
        declared: path inside the folder to SHA-256 in hexadecimal, or to an empty text where none was declared.
        everything: list also the files of the folder that nobody declared.

    Raises:
        InputError: a path leads out of the folder, or a digest is none.
    """
    found = [_check(folder, name, digest) for name, digest in declared.items()]
    if everything:
        told = {(folder / name).resolve() for name in declared}
        strange = sorted(path for path in folder.rglob("*") if path.is_file() and path.resolve() not in told)
        found += [
            FileDigest(name=path.relative_to(folder).as_posix(), declared="", found=_digest(path), outcome="not declared")
            for path in strange
        ]
    return tuple(found)


def _check(folder: Path, name: str, digest: str) -> FileDigest:
    path, told = folder / name, digest.lower()
    if (told and not _SHA256.fullmatch(told)) or not _inside(path, folder):
        raise InputError(
            f"What was declared for {name!r} cannot be compared.",
            expected="a path inside the folder, and 64 hexadecimal digits or nothing",
            cure="Correct the declaration.",
        )
    if not path.is_file():
        return FileDigest(name=name, declared=told, found="", outcome="not here")
    here = _digest(path)
    outcome: Outcome = "no digest declared" if not told else "agrees" if here == told else "differs"
    return FileDigest(name=name, declared=told, found=here, outcome=outcome)


def _inside(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a loop of links, a sign that no name may hold
        return False


def _digest(path: Path) -> str:
    try:
        return sha256_file(path)
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be read ({error.strerror or error}).",
            expected="a file that you may read",
            cure="Look at its permissions.",
        ) from error


def _no_list(name: str, got: str) -> InputError:
    return InputError(
        f"{name} {got}.",
        expected="lines of 64 hexadecimal digits, two blanks and a name, each name once",
        cure="Write it with sha256sum.",
    )


def observe_digests(
    found: Sequence[FileDigest], *, inputs: tuple[str, ...], family: Family = "exploratory"
) -> tuple[Observation, ...]:
    """For each file whether it is the one declared (1, or 0), and the share of those among all compared."""
    compared = [one for one in found if one.outcome in {"agrees", "differs"}]
    agree = sum(one.outcome == "agrees" for one in compared)
    whole: Estimate = Unknown(reason=message("no file could be compared"))
    if compared:
        whole = _exactly(agree / len(compared), len(compared))
    lines: list[tuple[str, Estimate]] = [("digest_agreement:all files", whole)]
    for one in found:
        reason = NOTHING_TO_COMPARE.get(one.outcome)
        estimate = Unknown(reason=reason) if reason else _exactly(float(one.outcome == "agrees"), 1)
        lines.append((f"digest_agrees:{one.name}", estimate))
    return tuple(
        Observation(
            id=name,
            means="test",
            metric=name.partition(":")[0],
            measure="share",
            estimate=estimate,
            group={},
            family=family,
            inputs=inputs,
        )
        for name, estimate in lines
    )


def _exactly(value: float, n: int) -> Known:
    return Known(value=value, low=value, high=value, n=n, method="sha256")
