"""Give a pack the newest cosigned checkpoint, so that a reader who asks for a quorum of witnesses can accept it.

When an assessment is signed, nobody outside has seen it yet. A round later witnesses have; then the same envelopes get
new proofs. Nothing else in the pack changes.
"""

from __future__ import annotations

from pathlib import Path

from plumbrule.errors import InputError
from plumbrule.evidence.federation.cosign import WITNESSED, best_checkpoint
from plumbrule.evidence.log import Log
from plumbrule.evidence.log.guard import write_durably
from plumbrule.evidence.note import parse_note
from plumbrule.evidence.pack import read_pack
from plumbrule.evidence.proof import parse_proof


def renew_pack(pack: Path, directory: Path) -> int:
    """Prove a pack's entries again, at the checkpoint that most witnesses cosigned; returns how many did.

    Args:
        pack: the folder of the pack.
        directory: the folder of the node whose log holds its entries.

    Raises:
        InputError: no witness has cosigned a checkpoint over these entries, or they are not in this log.
        UnreadableError: the pack or the log cannot be read.
    """
    packed = read_pack(pack).entries
    with Log.open(directory / "log") as log:
        indexes = {entry.proof_file: parse_proof(entry.proof, entry.proof_file).index for entry in packed}
        for entry in packed:
            index = indexes[entry.proof_file]
            if index >= log.size or log.entry(index) != entry.envelope:
                raise InputError(
                    f"{entry.envelope_file} is not entry {index} of {log.origin}.",
                    expected="a pack of this node.",
                    cure="name the node whose log holds it.",
                )
        checkpoint = best_checkpoint(directory / WITNESSED, max(indexes.values()))
        if checkpoint is None:
            raise InputError(
                f"no witness has cosigned a checkpoint of {log.origin} over these entries yet.",
                expected="a checkpoint with cosignatures.",
                cure="run plumbrule node sync when the witnesses have done theirs.",
            )
        proofs = {name: log.prove(index, checkpoint) for name, index in indexes.items()}
    for name, proof in proofs.items():
        write_durably(pack / name, proof)
    return len(parse_note(checkpoint).signatures) - 1
