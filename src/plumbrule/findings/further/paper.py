"""What comes with a data set: its description, and a list of what its files should be."""

from __future__ import annotations

from dataclasses import replace

from plumbrule.errors import AssessmentError
from plumbrule.findings.further.files import one_of, side_file
from plumbrule.findings.further.look import Look, Ran
from plumbrule.findings.planned.dataset import PlannedDescription, PlannedDigests
from plumbrule.lab.families import dataset


def describe(asked: PlannedDescription, look: Look, key: str) -> Ran:
    """What a Croissant description declares.

    Raises:
        InputError: the file is not there, or is no such description.
    """
    path, material = side_file(look, asked.file, key)
    found = dataset.observe_croissant(dataset.read_croissant(path), inputs=(material.sha256,))
    return Ran(observations=found, materials=(material,))


def digests(asked: PlannedDigests, look: Look, key: str) -> Ran:
    """The files of a folder against what was declared. Each one's digest stands with its own observation.

    Raises:
        InputError: a file is not there or not in its form, or the folder is none.
    """
    in_list = one_of(key, list=asked.list, description=asked.description) == "list"
    path, material = side_file(look, asked.list or asked.description or "", key)
    folder = look.folder / asked.folder
    if not folder.is_dir():
        raise AssessmentError(
            f"{key} names the folder {asked.folder!r}, which is not there.",
            expected="a folder beside the plan",
            cure="Check the path.",
        )
    declared = dataset.read_digests(path) if in_list else dataset.digests_of_croissant(dataset.read_croissant(path))
    found = dataset.check_digests(folder, declared, everything=asked.everything)
    seen = dataset.observe_digests(found, inputs=(material.sha256,))
    held = {f"digest_agrees:{one.name}": one.found for one in found if one.found}
    observations = tuple(replace(one, inputs=(*one.inputs, held[one.id])) if one.id in held else one for one in seen)
    return Ran(observations=observations, materials=(material,))
