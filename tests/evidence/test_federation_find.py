"""Statements of other nodes by subject, kind and party; a revoked key's statements stay in the log and stop counting."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from evidence_made import NOW, PLAN_TEXT, Made, assessment_envelope, clock, plan_envelope

from plumbrule.errors import OutputError
from plumbrule.evidence import Kind, new_signer, parse_trust, parse_verifier_key, verify_pack, write_trust
from plumbrule.evidence.federation import find, follow, sync
from plumbrule.evidence.log import Log, create_node
from running import Ran


@pytest.fixture
def hub(made: Made) -> Path:
    """A node without statements of its own that follows the maker of the pack."""
    sync(made.root / "node", clock)
    hub = made.root / "hub"
    create_node(hub, name="hub.example")
    key = parse_verifier_key((made.log / "log.vkey").read_text(encoding="utf-8").strip())
    follow(hub, key, str(made.root / "node" / "share"))
    sync(hub, clock)
    return hub


def test_statements_are_found(hub: Path, made: Made) -> None:
    """By kind, by system, by file name, by digest, by who signed; unknown entries are passed over; new ones are added."""
    everything = find(hub)
    assert [(one.index, one.kind, one.about) for one in everything] == [(0, "plan", "loans"), (1, "assessment", "loans")]
    digest = hashlib.sha256(PLAN_TEXT).hexdigest()
    assert find(hub, kind="plan") == everything[:1]
    assert find(hub, subject="loans") == find(hub, subject=digest) == find(hub, party="example.org/assessor") == everything
    assert find(hub, subject="loanapp.csv.bz2") == everything[1:]
    assert find(hub, subject="loans", kind="plan", party="nobody") == ()
    assert find(hub, most=1) == everything[:1]
    with Log.open(made.log) as log:
        log.append([b"something else", plan_envelope(made.signer, system="schools")])
        log.publish(clock)
    sync(made.root / "node", clock)
    sync(hub, clock)
    assert [one.index for one in find(hub, subject="schools")] == [3]
    assert find(made.root / "node") == find(hub)
    (hub / "index.sqlite3").unlink()
    assert len(find(hub)) == 3
    (hub / "index.sqlite3").write_bytes(b"no database at all, and long enough to be looked at" * 40)
    with pytest.raises(OutputError, match="delete it"):
        find(hub)


def test_find_as_a_person_uses_it(here: Callable[..., Ran], hub: Path) -> None:
    """In words and in JSON."""
    ran = here("node", "find", str(hub), "--kind", "assessment")
    assert (ran.code, "entry 1: assessment about loans" in ran.stdout) == (0, True), ran.stderr
    assert "Nothing found" in here("node", "find", str(hub), "--party", "nobody").stdout
    told = json.loads(here("node", "find", str(hub), "--subject", "loans", "--json").stdout)
    assert [one["index"] for one in told] == [0, 1]


def test_signatures_by_a_trust_file(here: Callable[..., Ran], made: Made, hub: Path) -> None:
    """Which hold and count, which hold only, which are false, and which nobody vouches for: each is said."""
    raw = assessment_envelope(made.signer, None, system="schools")
    at = raw.index(b'"sig":"') + 9
    false = raw[:at] + (b"A" if raw[at : at + 1] != b"A" else b"B") + raw[at + 1 :]
    stranger = plan_envelope(new_signer("stranger.example"), system="streets")
    with Log.open(made.log) as log:
        log.append([false, stranger, plan_envelope(made.signer, system="later")])
        log.publish(clock)
    sync(made.root / "node", clock)
    sync(hub, clock)
    trust = parse_trust(made.trust.read_bytes().replace(b"from = 0", b"from = 0\nto = 3"))
    assert all(one.signatures == () for one in find(hub))
    for node in (hub, made.root / "node"):
        found = {one.index: [signed.state for signed in one.signatures] for one in find(node, trust=trust)}
        assert found == {0: ["counts"], 1: ["counts"], 2: ["false"], 3: ["stranger"], 4: ["holds"]}
    ran = here("node", "find", str(hub), "--trust", str(made.trust))
    assert ran.code == 0, ran.stderr
    for words in ("holds, and counts here", "does NOT hold", "does not name: stranger.example"):
        assert words in ran.stdout
    told = json.loads(here("node", "find", str(hub), "--trust", str(made.trust), "--json").stdout)
    assert told[2]["signatures"][0]["state"] == "false"
    assert here("node", "find", str(hub), "--trust", "missing").code == 2


def test_a_revoked_key_counts_up_to_its_position(made: Made, hub: Path) -> None:
    """Mirrors hold what was signed after a revocation too, and judge nothing; the trust file's `to` makes it count no more."""
    plan = plan_envelope(made.signer, system="later")
    made.repack({"plan": plan, "assessment": assessment_envelope(made.signer, plan, 2, system="later")})
    sync(made.root / "node", clock)
    assert {outcome.state for outcome in sync(hub, clock)} == {"fine"}
    assert len(find(hub, subject="later")) == 2
    assert verify_pack(made.pack, made.policy, made.trust, now=NOW).holds
    made.trust.write_bytes(made.trust.read_bytes().replace(b"from = 0", b"from = 0\nto = 1"))
    found = verify_pack(made.pack, made.policy, made.trust, now=NOW)
    assert "does not count at position 2" in str(found.failures[0])
    other = new_signer("example.org/assessor/log", Kind.LOG)
    policy, _ = write_trust(made.root / "new", other.verifier, [made.signer.verifier], as_of=date(2026, 7, 22))
    assert not verify_pack(made.pack, policy, made.trust, now=NOW).holds
