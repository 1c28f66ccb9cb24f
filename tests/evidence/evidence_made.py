"""A small node, a plan, an assessment and their pack, made once and copied for each test that changes something."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from plumbrule.evidence import (
    AssessmentPredicate,
    KeySigner,
    PlanCitation,
    PlanPredicate,
    make_statement,
    read_key,
    seal,
    subject_of,
    write_pack,
    write_statement,
    write_trust,
)
from plumbrule.evidence.log import Log, create_node

NOW = datetime(2026, 7, 22, 12, 0, tzinfo=UTC)
PLAN_TEXT = b'schema = "plumbrule-plan/1"\n'
CONTENT = {"assessment.json": b'{"n":1989}', "assessment.toml": PLAN_TEXT, "dossier.html": b"<!doctype html><p>83 %"}
TABLE = subject_of("loanapp.csv.bz2", b"the table stays where it is")


def clock() -> datetime:
    """A clock that stands still."""
    return NOW


def fresh_process() -> dict[str, str]:
    """The environment in which a new Python finds this checkout, installed or not."""
    source = str(Path(__file__).resolve().parents[2] / "src")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([source, *filter(None, [os.environ.get("PYTHONPATH")])])}


def plan_envelope(signer: KeySigner, **changes: object) -> bytes:
    """A signed plan."""
    fields: dict[str, object] = {
        "assessment": "boston-1990", "system": "loans", "profile": "high",
        "declared": {"tolerance": 0.05, "methods": ["miettinen-nurminen"]}, "files": ("assessment.toml",),
    }  # fmt: skip
    predicate = PlanPredicate(**{**fields, **changes})  # type: ignore[arg-type]  # the test says what it changes
    return seal(write_statement(make_statement([subject_of("assessment.toml", PLAN_TEXT)], predicate)), [signer])


def assessment_envelope(signer: KeySigner, plan: bytes | None, index: int = 0, **changes: object) -> bytes:
    """A signed assessment that cites the plan."""
    cited = None if plan is None else PlanCitation(envelope=hashlib.sha256(plan).hexdigest(), log_index=index)
    fields: dict[str, object] = {
        "assessment": "boston-1990", "system": "loans", "verdicts": {"non-discrimination": "not-satisfied"}, "plan": cited,
        "created": "2026-07-22T12:00:00Z", "software": "plumbrule/0.1.0", "files": tuple(sorted(CONTENT)),
    }  # fmt: skip
    predicate = AssessmentPredicate(**{**fields, **changes})  # type: ignore[arg-type]  # the test says what it changes
    subjects = [TABLE, *(subject_of(name, content) for name, content in CONTENT.items())]
    return seal(write_statement(make_statement(subjects, predicate)), [signer])


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Where things lie."""

    root: Path
    signer: KeySigner

    @property
    def pack(self) -> Path:
        """The pack."""
        return self.root / "pack"

    @property
    def policy(self) -> Path:
        """The policy."""
        return self.root / "trust" / "policy.txt"

    @property
    def trust(self) -> Path:
        """The trust file."""
        return self.root / "trust" / "trust.toml"

    @property
    def log(self) -> Path:
        """The log's folder."""
        return self.root / "node" / "log"

    def repack(self, envelopes: dict[str, bytes], content: dict[str, bytes] | None = None) -> None:
        """Append envelopes in the order given and replace the pack by one of them."""
        with Log.open(self.log) as log:
            indexes = {name: log.append([envelope])[0] for name, envelope in envelopes.items()}
            checkpoint = log.publish(clock)
            entries = {name: (envelopes[name], log.prove(index, checkpoint)) for name, index in indexes.items()}
        shutil.rmtree(self.pack)
        write_pack(self.pack, entries, CONTENT if content is None else content)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Made:
    root = tmp_path_factory.mktemp("evidence")
    node = create_node(root / "node", name="example.org/assessor")
    signer = read_key(node.statement_key)
    made = Made(root=root, signer=signer)
    plan = plan_envelope(signer)
    with Log.open(node.log) as log:
        assessment = assessment_envelope(signer, plan)
        assert log.append([plan, assessment]) == (0, 1)
        checkpoint = log.publish(clock)
        entries = {"plan": (plan, log.prove(0, checkpoint)), "assessment": (assessment, log.prove(1, checkpoint))}
    write_pack(made.pack, entries, CONTENT)
    write_trust(root / "trust", node.log_verifier, [signer.verifier], as_of=date(2026, 7, 22), demo=True)
    return made


@pytest.fixture
def made(made_once: Made, tmp_path: Path) -> Made:
    """A node, a pack, a policy and a trust file of the test's own."""
    root = tmp_path / "made"
    shutil.copytree(made_once.root, root)
    return Made(root=root, signer=made_once.signer)
