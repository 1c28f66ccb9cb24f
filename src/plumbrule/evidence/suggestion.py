"""Write the policy and trust file that a node would like others to use. Nobody is bound by a suggestion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from plumbrule.errors import OutputError
from plumbrule.evidence.policy import NOBODY, parse_policy
from plumbrule.evidence.predicates import ASSESSMENT, PLAN
from plumbrule.evidence.trust import Trust, TrustedSigner, parse_trust, write_trust_file
from plumbrule.evidence.vkey import VerifierKey

POLICY_FILE, TRUST_FILE = "policy.txt", "trust.toml"


def write_trust(
    directory: Path, log: VerifierKey, signers: Sequence[VerifierKey], *, as_of: date, demo: bool = False
) -> tuple[Path, Path]:
    """Write `policy.txt` (this log, no witness) and `trust.toml` (these keys, for every predicate and system).

    Args:
        directory: where; made if it is missing. Not the pack: `verify` refuses files that lie in it.
        log: the log's verifier key.
        signers: keys for statements.
        as_of: the day that the trust file carries.
        demo: mark the keys as made for an example.

    Returns:
        The paths of policy and trust.

    Raises:
        OutputError: a file exists or cannot be written.
    """
    mark = "DEMO KEYS: made on this machine for an example." if demo else "Compare the key with its owner by another way."
    policy = f"# {mark}\n# Nobody outside watches this log: its operator could rewrite it.\nlog {log}\nquorum {NOBODY}\n".encode()
    trusted = tuple(TrustedSigner(name=key.name, key=key, predicates=(ASSESSMENT, PLAN), log=log.name) for key in signers)
    trust = write_trust_file(Trust(as_of=as_of, signers=trusted, demo=demo))
    parse_policy(policy, POLICY_FILE)
    parse_trust(trust, TRUST_FILE)
    return _write(directory, POLICY_FILE, policy), _write(directory, TRUST_FILE, trust)


def _write(directory: Path, name: str, raw: bytes) -> Path:
    path = directory / name
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            stream.write(raw)
    except FileExistsError:
        raise OutputError(
            f"{path} exists already.",
            expected="a new file.",
            cure="take it away first, if you are sure that nobody relies on it.",
        ) from None
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.", cure="check the folder and its permissions.") from None
    return path
