"""Cases of people: salted commitments that hide and bind, erasure that leaves nothing, batches that say nothing about few."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from evidence_made import clock
from hypothesis import given
from hypothesis import strategies as st
from tree_made import reader_of

from plumbrule.errors import InputError, OutputError, UnreadableError, VerificationError
from plumbrule.evidence import check_case, parse_policy, parse_trust, read_key
from plumbrule.evidence.claims import CASES
from plumbrule.evidence.federation import sync
from plumbrule.evidence.keys import KeySigner
from plumbrule.evidence.log import Batch, Cases, Log, PrivateStore, create_node, fsck
from plumbrule.evidence.log.cases import disclosed
from plumbrule.evidence.salted import HEADER, commitment_of, make_opening, new_salt, read_opening
from plumbrule.evidence.tree import consistency_proof, leaf_hashes, verify_consistency
from running import Ran

Here = Callable[..., Ran]
SECRET = b"Somebody, born on a day, appealed against a refusal"


@pytest.fixture(scope="module")
def node_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node with twelve cases in a first batch, and seven that came since."""
    node = create_node(tmp_path_factory.mktemp("cases") / "node", name="office.example").directory
    signer = read_key(node / "keys" / "statement.key")
    with Cases.open(node) as cases, Log.open(node / "log") as log:
        for number in range(12):
            cases.add("appeal:upheld" if number % 4 else "complaint", b"%s, number %d" % (SECRET, number), signer, clock)
        cases.publish(log, signer, clock)
        log.publish(clock)
        for number in range(12, 19):
            cases.add("appeal:upheld", b"%s, number %d" % (SECRET, number), signer, clock)
    return node


@pytest.fixture
def node(node_once: Path, tmp_path: Path) -> Path:
    """The node, of the test's own."""
    shutil.copytree(node_once, tmp_path / "node")
    return tmp_path / "node"


def signer_of(node: Path) -> KeySigner:
    """The organisation's key."""
    return read_key(node / "keys" / "statement.key")


def holding(folder: Path, needle: bytes) -> list[str]:
    """The files below a folder that hold these bytes anywhere."""
    return [str(path) for path in sorted(folder.rglob("*")) if path.is_file() and needle in path.read_bytes()]


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_a_salted_commitment_binds(first: bytes, second: bytes) -> None:
    """It is the SHA-256 of a file; it opens to one content alone, and a fresh salt makes another of the same content."""
    salt = new_salt()
    opening = make_opening(first, salt)
    commitment = commitment_of(opening)
    assert commitment == f"salted:{hashlib.sha256(HEADER + salt + first).hexdigest()}"
    assert read_opening(opening, commitment) == first
    assert commitment_of(make_opening(first, new_salt())) != commitment
    if first != second:
        with pytest.raises(VerificationError, match="does not open"):
            read_opening(make_opening(second, salt), commitment)
    with pytest.raises(UnreadableError, match="no opening"):
        read_opening(first, commitment)
    with pytest.raises(ValueError, match="31 bytes"):
        make_opening(first, salt[:31])


def test_a_private_store(tmp_path: Path) -> None:
    """Only the owner reads it; what was changed is refused; what is erased is gone, twice is no error; no path tricks."""
    store = PrivateStore(tmp_path / "private")
    commitment = store.keep(SECRET)
    assert store.content(commitment) == SECRET
    assert list(store.commitments()) == [commitment]
    path = next(path for path in store.directory.rglob("*") if path.is_file())
    if os.name == "posix":
        modes = [stat.S_IMODE(place.stat().st_mode) for place in (store.directory, path.parent, path)]
        assert modes == [0o700, 0o700, 0o600]
    raw = path.read_bytes()
    path.write_bytes(raw[:-1] + b"?")
    with pytest.raises(VerificationError):
        store.opening(commitment)
    path.write_bytes(raw)
    if os.name == "posix":  # elsewhere a file that somebody has open cannot be deleted
        seen = os.open(path, os.O_RDONLY)
        store.erase(commitment)
        assert os.read(seen, 200) == bytes(len(raw))  # whoever had it open finds zeros
        os.close(seen)
    store.erase(commitment)
    store.erase(commitment)
    assert not store.has(commitment)
    with pytest.raises(InputError, match="was erased"):
        store.opening(commitment)
    for name in ("salted:../../x", "abc", f"salted:{'A' * 64}"):
        with pytest.raises(InputError, match="no salted commitment"):
            store.erase(name)
    with pytest.raises(OutputError):
        store.keep(bytes(16 * 2**20 + 1))


def test_the_public_log_has_no_byte_of_a_case(node: Path) -> None:
    """Neither content, nor salt, nor commitment, nor an entry of the restricted log lies outside its folder."""
    sync(node, clock)
    with Cases.open(node) as cases:
        openings = [cases.private.opening(commitment) for commitment in cases.private.commitments()]
        secrets = [SECRET, *(raw[len(HEADER) : len(HEADER) + 32] for raw in openings)]
        secrets += [hashlib.sha256(raw).digest() for raw in openings]
        secrets += [hashlib.sha256(raw).hexdigest().encode() for raw in openings]
        secrets += [entry[110:170] for _, entry in cases.log.entries()] + leaf_hashes([entry for _, entry in cases.log.entries()])
    shutil.move(node / "cases", node.parent / "elsewhere")
    assert holding(node.parent / "elsewhere", SECRET)
    for secret in secrets:
        assert holding(node, secret) == []


def test_after_erasure_nothing_is_left_and_everything_still_holds(node: Path) -> None:
    """No file of the node holds salt or content, not in WAL or free pages; both logs hold; the case is counted as withdrawn."""
    signer = signer_of(node)
    with Cases.open(node) as cases, Log.open(node / "log") as log:
        commitment = next(c for c in cases.private.commitments() if cases.private.content(c).endswith(b"number 3"))
        opening = cases.private.opening(commitment)
        assert cases.erase(commitment, "personal-data", signer, clock) == 19
        assert cases.erase(commitment, "personal-data", signer, clock) == 19
        for needle in (opening[len(HEADER) : len(HEADER) + 32], SECRET + b", number 3"):
            assert holding(node, needle) == []
        with pytest.raises(InputError, match="was erased"):
            cases.prove(commitment, log)
        for number in range(3):
            cases.add("appeal:open", b"%s, another %d" % (SECRET, number), signer, clock)
        batch = cases.publish(log, signer, clock)
        assert (batch.size, batch.counts) == (23, {"other": 11})  # 7 upheld, 3 open, 1 withdrawn: four cannot stand alone
        log.publish(clock)
        with pytest.raises(InputError, match="there is no case"):
            cases.erase(f"salted:{'0' * 64}", "order", signer, clock)
        with pytest.raises(InputError, match="is not a reason"):
            cases.erase(commitment, "shame", signer, clock)
    assert fsck(node / "log").holds
    assert fsck(node / "cases" / "log").holds


def test_roots_that_were_published_continue_each_other(node: Path) -> None:
    """Each batch's root is the start of the next one's tree; a restricted log that was rolled back publishes nothing."""
    signer = signer_of(node)
    shutil.copytree(node / "cases", node.parent / "old")
    with Cases.open(node) as cases, Log.open(node / "log") as log:
        for number in range(5):
            cases.add("complaint", b"%d" % number, signer, clock)
        cases.publish(log, signer, clock)
        first, second = cases.batches(log)
        assert (first.counts, second.counts) == ({"other": 12}, {"appeal:upheld": 7, "complaint": 5})
        leaves = leaf_hashes([entry for _, entry in cases.log.entries()])
        proof = consistency_proof(first.size, second.size, reader_of(leaves))
        assert verify_consistency(first.size, second.size, first.root, second.root, proof)
        size = log.size
    shutil.rmtree(node / "cases")
    (node.parent / "old").rename(node / "cases")
    with Cases.open(node) as cases, Log.open(node / "log") as log:
        for number in range(20):
            cases.add("complaint", b"other %d" % number, signer, clock)
        with pytest.raises(UnreadableError, match="are not the ones that were published"):
            cases.publish(log, signer, clock)
        assert log.size == size


def test_few_cases_are_no_batch(node: Path) -> None:
    """Fewer than ten, or than was asked for: refused, nothing recorded; never fewer than five, whatever is asked."""
    signer = signer_of(node)
    with Cases.open(node) as cases, Log.open(node / "log") as log:
        size, head = log.size, cases.log.checkpoint
        with pytest.raises(InputError, match="7 cases came since"):
            cases.publish(log, signer, clock)
        with pytest.raises(InputError, match="a batch of 4"):
            cases.publish(log, signer, clock, least=4)
        assert (log.size, cases.log.checkpoint) == (size, head)
        assert cases.publish(log, signer, clock, least=7).counts == {"appeal:upheld": 7}
        for kind in ("other", "withdrawn"):
            with pytest.raises(InputError, match="how batches count"):
                cases.add(kind, b"x", signer, clock)
        with pytest.raises(UnreadableError):
            cases.add("two words", b"x", signer, clock)
        assert len(list(cases.private.commitments())) == 19  # what could not be recorded was not kept
        with pytest.raises(InputError, match="restricted log"):
            cases.log.export(node / "out")


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 9), max_size=8).filter(lambda found: sum(found.values()) >= 5))
def test_no_count_below_five(counts: dict[str, int]) -> None:
    """Nothing below five is shown, the sum stays, and a kind that is named has its true count."""
    shown = disclosed(counts)
    assert sum(shown.values()) == sum(counts.values())
    assert all(count >= 5 for count in shown.values())
    assert all(counts[kind] == count for kind, count in shown.items() if kind != "other")


def shown(node: Path, commitment: str) -> tuple[dict[str, bytes], bytes, bytes]:
    """The five files for a person, and a policy and a trust file from elsewhere."""
    with Cases.open(node) as cases, Log.open(node / "log") as log:
        files = cases.prove(commitment, log)
        policy = f"log {log.verifier}\nquorum none\n".encode()
    trust = (
        'schema = "plumbrule-trust/1"\nas_of = 2026-07-22\n[[signer]]\nname = "the office"\n'
        f'key = "{signer_of(node).verifier}"\npredicates = ["{CASES}"]\nfor = ["*"]\nlog = "office.example/log"\nfrom = 0\n'
    ).encode()
    return files, policy, trust


def test_a_person_is_shown_their_case(node: Path) -> None:
    """Five files, a policy and a trust file from elsewhere show it; every file swapped, or any byte of the opening, and not."""
    with Cases.open(node) as cases:
        by_content = {cases.private.content(c): c for c in cases.private.commitments()}
    mine, theirs = by_content[SECRET + b", number 3"], by_content[SECRET + b", number 4"]
    files, policy_raw, trust_raw = shown(node, mine)
    policy, trust = parse_policy(policy_raw), parse_trust(trust_raw)
    checked = check_case(files, policy, trust)
    assert checked.content == SECRET + b", number 3"
    assert checked.kind == "appeal:upheld"
    assert "case 3 of the restricted log office.example/cases" in str(checked.proved[0])
    assert not any(SECRET in raw for name, raw in files.items() if name != "case.opening")
    other = shown(node, theirs)[0]
    for name in ("case.opening", "case.dsse.json", "case.tlog-proof"):
        with pytest.raises(VerificationError):
            check_case({**files, name: other[name]}, policy, trust)
    for name in files:
        with pytest.raises(UnreadableError, match="is missing"):
            check_case({key: raw for key, raw in files.items() if key != name}, policy, trust)
    for at in range(len(files["case.opening"])):
        raw = bytearray(files["case.opening"])
        raw[at] ^= 1
        with pytest.raises((UnreadableError, VerificationError)):
            check_case({**files, "case.opening": bytes(raw)}, policy, trust)
    with pytest.raises(VerificationError, match="nobody whom the trust file"):
        check_case(files, policy, parse_trust(trust_raw.replace(CASES.encode(), b"urn:x-plumbrule:plan:1")))
    late = by_content[SECRET + b", number 15"]
    with pytest.raises(InputError, match="in no batch yet"):
        shown(node, late)


def test_what_a_crash_left_is_swept(here: Here, node: Path) -> None:
    """Of a withdrawn case with the next batch; of one that was never recorded only when a person says so. Standing ones stay."""
    signer = signer_of(node)
    with Cases.open(node) as cases, Log.open(node / "log") as log:
        stray = cases.private.keep(b"of a case that was never recorded")
        commitment = next(one for one in cases.private.commitments() if one != stray)
        opening = cases.private.opening(commitment)
        cases.erase(commitment, "order", signer, clock)
        path = cases.private.directory / commitment[7:9] / commitment[7:]
        path.write_bytes(opening)  # as if the power had gone before the deletion
        for number in range(10):
            cases.add("complaint", b"%d" % number, signer, clock)
        cases.publish(log, signer, clock)
        assert not cases.private.has(commitment)
        assert cases.private.has(stray)
        assert len(list(cases.private.commitments())) == 29
    assert "0" in here("node", "cases", "sweep", str(node)).stdout
    assert "1" in here("node", "cases", "sweep", str(node), "--strays").stdout
    with Cases.open(node) as cases:
        assert not cases.private.has(stray)
        assert len(list(cases.private.commitments())) == 28


def test_cases_need_a_node(tmp_path: Path) -> None:
    """Without a log beside it there is no restricted one."""
    with pytest.raises(OutputError, match="no log beside"):
        Cases.open(tmp_path)
    assert Batch(index=0, size=0, root=b"", counts={}).counts == {}


def test_the_verbs(here: Here, node: Path, tmp_path: Path) -> None:
    """Add, publish, prove, check, erase, as an office does it; the public log's files cannot be taken from the restricted one."""
    bare = create_node(tmp_path / "bare", name="bare.example").directory
    assert "holds no cases" in here("node", "cases", "publish", str(bare)).stderr
    assert not (bare / "cases").exists()
    (tmp_path / "case.txt").write_bytes(SECRET + b", by hand")
    numbers = [here("node", "cases", "add", str(node), str(tmp_path / "case.txt"), "--kind", "complaint") for _ in range(3)]
    assert [ran.code for ran in numbers] == [0, 0, 0], numbers[0].stderr
    case = numbers[0].stdout.split()[-1].strip("\u2068\u2069")
    published = here("node", "cases", "publish", str(node))
    assert published.code == 0, published.stderr
    assert "other 10" in " ".join(published.stdout.split())  # seven upheld, three complaints: neither stands alone
    assert here("node", "cases", "publish", str(node)).code == 2
    assert here("node", "cases", "prove", str(node), case, "--out", str(tmp_path / "mine")).code == 0
    _, policy, trust = shown(node, case)
    (tmp_path / "policy").write_bytes(policy)
    (tmp_path / "trust").write_bytes(trust)
    command = ("node", "cases", "check", str(tmp_path / "mine"), "--policy", str(tmp_path / "policy"), "--trust")
    checked = here(*command, str(tmp_path / "trust"))
    assert checked.code == 0, checked.stderr
    assert "Not shown" in checked.stdout
    (tmp_path / "mine" / "trust").write_bytes(trust)
    assert here(*command, str(tmp_path / "mine" / "trust")).code == 2
    (tmp_path / "trust").write_bytes(trust.replace(CASES.encode(), b"urn:x-plumbrule:plan:1"))
    assert here(*command, str(tmp_path / "trust")).code == 1
    assert here("node", "cases", "prove", str(node), case, "--out", str(tmp_path / "mine")).code == 2
    assert here("node", "cases", "erase", str(node), case, "--reason", "personal-data").code == 0
    assert here("node", "cases", "prove", str(node), case, "--out", str(tmp_path / "again")).code == 2
    refused = here("log", "export", str(tmp_path / "out"), "--log", str(node / "cases" / "log"))
    assert (refused.code, "restricted log" in refused.stderr) == (2, True)
    assert here("log", "fsck", "--log", str(node / "cases" / "log")).code == 0


def test_public_content_is_withdrawn_by_a_verb(here: Here, node: Path) -> None:
    """`log withdraw` says which entry says so, and takes the file out of what is laid out; an unknown one is refused."""
    from test_evidence_withdrawal import TEXT, digest_of, label

    with Log.open(node / "log") as log:
        log.content.put(TEXT)
        log.append([label(signer_of(node), TEXT)])
        log.publish(clock)
    sync(node, clock)
    assert holding(node / "share", TEXT)
    command = ("log", "withdraw", "--log", str(node / "log"), "--key", str(node / "keys" / "statement.key"))
    ran = here(*command, digest_of(TEXT), "--reason", "personal-data")
    assert ran.code == 0, ran.stderr
    assert "Withdrawn by entry" in ran.stdout
    assert holding(node, TEXT) == []
    assert here("log", "fsck", "--log", str(node / "log")).code == 0
    assert here(*command, digest_of(b"x"), "--reason", "order").code == 2
