"""Packs and their check: every byte matters, trust comes from elsewhere, and the words say what was and was not shown."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from evidence_made import CONTENT, NOW, Made, assessment_envelope, plan_envelope

from plumbrule.errors import OutputError, UnreadableError
from plumbrule.evidence import (
    Kind,
    Verification,
    new_signer,
    parse_checkpoint,
    parse_note,
    parse_proof,
    read_pack,
    verify_pack,
    write_pack,
    write_proof,
    write_trust,
)
from plumbrule.evidence.checkpoint import cosigned_message
from plumbrule.evidence.note import NoteSignature, write_note


def check(made: Made, now: datetime = NOW) -> Verification:
    """Check the pack with the policy and trust beside it."""
    return verify_pack(made.pack, made.policy, made.trust, now=now)


def said(sentences: tuple[object, ...]) -> str:
    """Sentences, one a line."""
    return "\n".join(map(str, sentences))


def failing(made: Made) -> str:
    """The failures of a pack that must not hold. Whatever fails, nothing is called proved."""
    found = check(made)
    assert not found.holds
    assert not found.proved
    assert not found.statements
    assert found.not_shown
    return said(found.failures)


def test_a_pack_holds_and_says_what_that_means(made: Made) -> None:
    """What was proved, against whom, and everything that was not shown."""
    found = check(made)
    assert found.holds
    assert not found.failures
    proved, open_questions = said(found.proved), said(found.not_shown)
    for words in (
        "plan.dsse.json is entry 0",
        "assessment.dsse.json is entry 1",
        "The plan (entry 0) is in the log before",
        "example.org/assessor",
    ):
        assert words in proved
    for words in (
        "latest word",
        "nothing was left out",
        "numbers are true",
        "Witnessed by nobody: the log's operator could rewrite it",
        "loanapp.csv.bz2",
    ):
        assert words in open_questions
    assert "demo keys" in said(found.warnings)
    assert len(found.fingerprints["policy"]) == len(found.fingerprints["trust"]) == 79
    assert found.statements["assessment"].predicate.system == "loans"


def test_every_byte_of_every_file_matters(made: Made) -> None:
    """Flip a bit of every byte of every file, one at a time: it never holds, and the file is named."""
    flipped = 0
    for path in sorted(made.pack.iterdir()):
        good = path.read_bytes()
        for at in range(len(good)):
            path.write_bytes(good[:at] + bytes([good[at] ^ (1 << at % 8)]) + good[at + 1 :])
            try:
                found = check(made)
            except UnreadableError as error:
                assert path.name in error.got, error.got
            else:
                assert not found.holds, f"{path.name} byte {at}"
                assert any(path.name == failure.values["file"] for failure in found.failures), (path.name, at, found.failures)
            flipped += 1
        path.write_bytes(good)
    assert flipped == sum(len(path.read_bytes()) for path in made.pack.iterdir()) > 2000
    assert check(made).holds


@pytest.mark.parametrize("change", [lambda raw: raw[:-1], lambda raw: raw + b"\n", lambda raw: b"", lambda raw: raw + raw])
def test_shorter_and_longer_files_do_not_hold(made: Made, change: Callable[[bytes], bytes]) -> None:
    """Cut off, with a newline more, empty, twice: never."""
    for path in sorted(made.pack.iterdir()):
        good = path.read_bytes()
        path.write_bytes(change(good))
        try:
            assert path.name in failing(made)
        except UnreadableError as error:
            assert path.name in error.got
        path.write_bytes(good)


def test_every_file_is_needed(made: Made) -> None:
    """Take any one file out: it does not hold, and the missing one is named."""
    for path in sorted(made.pack.iterdir()):
        good = path.read_bytes()
        path.unlink()
        try:
            assert path.name in failing(made)
        except UnreadableError as error:
            assert path.name in error.got
        path.write_bytes(good)


@pytest.mark.parametrize(
    "name", ["extra.txt", "README.md", ".hidden", "witness.dsse.json", "a b", "con", "nul.txt", "policy.txt"]
)
def test_no_file_too_many(made: Made, name: str) -> None:
    """A file that no statement names is refused by name."""
    (made.pack / name).write_bytes(b"x")
    try:
        assert name in failing(made)
    except UnreadableError as error:
        assert name in error.got


def test_links_folders_and_devices_are_refused(made: Made) -> None:
    """A link to the very same bytes, a folder, a pipe: not in a pack."""
    path = made.pack / "dossier.html"
    path.unlink()
    path.mkdir()
    with pytest.raises(UnreadableError, match=r"dossier\.html"):
        check(made)
    path.rmdir()
    if os.name != "posix":
        return
    outside = made.root / "outside.html"
    outside.write_bytes(CONTENT["dossier.html"])
    path.symlink_to(outside)
    with pytest.raises(UnreadableError, match=r"dossier\.html: it is not a plain file"):
        check(made)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(UnreadableError, match=r"dossier\.html: it is not a plain file"):
        check(made)


def test_trust_never_comes_from_the_pack(made: Made) -> None:
    """Policy or trust inside the pack is refused, by whatever path it is named."""
    for name, path in (("policy", made.policy), ("trust", made.trust)):
        inside = made.pack / f"{name}.txt"
        shutil.copy(path, inside)
        paths = [inside, made.pack / ".." / "pack" / inside.name]
        if os.name == "posix":
            link, folder = made.root / f"{name}-link", made.root / f"{name}-folder"
            link.symlink_to(inside)
            folder.symlink_to(made.pack)
            paths += [link, folder / inside.name]
        for hidden in paths:
            files = {"policy": made.policy, "trust": made.trust, name: hidden}
            with pytest.raises(UnreadableError, match="lies inside the pack"):
                verify_pack(made.pack, files["policy"], files["trust"], now=NOW)
        inside.unlink()


def test_a_pack_reached_through_a_link_is_the_same_pack(made: Made) -> None:
    """Naming the pack by a link does not put its files outside of it."""
    if os.name != "posix":
        pytest.skip("needs symbolic links: run on Linux or macOS")
    (made.root / "alias").symlink_to(made.pack)
    shutil.copy(made.policy, made.pack / "policy.txt")
    with pytest.raises(UnreadableError, match="lies inside the pack"):
        verify_pack(made.root / "alias", made.pack / "policy.txt", made.trust, now=NOW)


def test_files_that_are_not_there(made: Made) -> None:
    """A missing pack, policy or trust file is a clear error."""
    for pack, policy, trust in (
        (made.root / "no", made.policy, made.trust),
        (made.policy, made.policy, made.trust),
        (made.pack, made.root / "no", made.trust),
        (made.pack, made.policy, made.root),
    ):
        with pytest.raises(UnreadableError):
            verify_pack(pack, policy, trust, now=NOW)
    with pytest.raises(ValueError, match="time zone"):
        verify_pack(made.pack, made.policy, made.trust, now=datetime(2026, 7, 22))  # that is the point


def test_another_log_and_another_signer(made: Made) -> None:
    """With somebody else's policy or trust file the pack does not hold, and what it suggests is said and ignored."""
    log, signer = new_signer("example.org/assessor/log", Kind.LOG), new_signer("example.org/assessor")
    policy, trust = write_trust(made.root / "other", log.verifier, [signer.verifier], as_of=date(2026, 7, 22))
    found = verify_pack(made.pack, policy, made.trust, now=NOW)
    assert "no log that the policy names" in said(found.failures)
    found = verify_pack(made.pack, made.policy, trust, now=NOW)
    assert "nobody whom the trust file names signed it" in said(found.failures)
    assert made.signer.verifier.label in said(found.suggested)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'"urn:x-plumbrule:assessment:1", ', b"", "does not let example.org/assessor sign urn:x-plumbrule:assessment:1"),
        (b'for = ["*"]', b'for = ["other"]', "about loans"),
        (b"from = 0", b"from = 2", "does not count at position 0"),
        (b"from = 0", b"from = 0\nto = 0", "does not count at position 1"),
        (b'log = "example.org/assessor/log"', b'log = "example.org/other"', "does not count at position"),
    ],
)
def test_a_signer_is_trusted_only_so_far(made: Made, old: bytes, new: bytes, words: str) -> None:
    """Another predicate, system, position or log than the trust file allows: it does not hold."""
    raw = made.trust.read_bytes()
    assert old in raw
    made.trust.write_bytes(raw.replace(old, new))
    assert words in failing(made)


def test_a_plan_after_the_fact_is_found_out(made: Made) -> None:
    """A plan appended after its assessment does not pass as a plan."""
    plan = plan_envelope(made.signer)
    made.repack({"assessment": assessment_envelope(made.signer, plan, 3), "plan": plan})
    assert "does not come before the assessment" in failing(made)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"assessment": "other"}, "plan of another assessment"),
        ({"system": "other"}, "another system"),
    ],
)
def test_the_plan_is_of_this_assessment(made: Made, changes: dict[str, str], words: str) -> None:
    """A plan for something else does not pass as this one's."""
    plan = plan_envelope(made.signer, **changes)
    made.repack({"plan": plan, "assessment": assessment_envelope(made.signer, plan, 2)})
    assert words in failing(made)


def test_the_plan_is_the_one_cited(made: Made) -> None:
    """Another envelope or another position than the assessment cites, or none cited at all: it does not hold."""
    plan = plan_envelope(made.signer)
    made.repack({"plan": plan, "assessment": assessment_envelope(made.signer, plan_envelope(made.signer, profile="other"), 2)})
    assert "not the plan that the assessment cites" in failing(made)
    made.repack({"plan": plan, "assessment": assessment_envelope(made.signer, plan, 0)})
    assert "at another position" in failing(made)
    made.repack({"plan": plan, "assessment": assessment_envelope(made.signer, None)})
    assert "not the plan that the assessment cites" in failing(made)
    made.repack({"assessment": assessment_envelope(made.signer, plan)})
    assert "plan.dsse.json: the assessment cites a plan, and the pack does not hold it" in failing(made)


def test_without_a_plan_that_is_said(made: Made) -> None:
    """An assessment without a plan can hold; that nothing was declared beforehand stands among what was not shown."""
    made.repack({"assessment": assessment_envelope(made.signer, None)})
    found = check(made)
    assert found.holds
    assert "cites no plan" in said(found.not_shown)


def test_each_statement_in_its_own_place(made: Made) -> None:
    """A plan in the place of the assessment is no assessment."""
    plan = plan_envelope(made.signer)
    made.repack({"assessment": plan})
    assert "a statement of another kind" in failing(made)


def test_both_proofs_are_at_one_checkpoint(made: Made) -> None:
    """A plan proved in an older state of the log than the assessment is refused: get both at once."""
    old = (made.pack / "plan.tlog-proof").read_bytes()
    plan = read_pack(made.pack).plan
    assert plan is not None
    content = CONTENT
    made.repack({"assessment": assessment_envelope(made.signer, plan.envelope, 0)}, content)
    (made.pack / "plan.dsse.json").write_bytes(plan.envelope)
    (made.pack / "plan.tlog-proof").write_bytes(old)
    assert "plan.tlog-proof: its checkpoint is not the one" in failing(made)


def test_extra_data_in_a_proof_is_refused(made: Made) -> None:
    """Nothing protects the extra line of a proof, so a pack has none."""
    path = made.pack / "plan.tlog-proof"
    proof = parse_proof(path.read_bytes())
    path.write_bytes(write_proof(type(proof)(index=proof.index, hashes=proof.hashes, checkpoint=proof.checkpoint, extra=b"hi")))
    with pytest.raises(UnreadableError, match=r"plan\.tlog-proof: it carries extra data"):
        check(made)


def test_a_plan_file_that_changed_in_between_is_found_out(made: Made) -> None:
    """When plan and assessment name one file with two digests, it does not hold."""
    content = {**CONTENT, "assessment.toml": b"# loosened afterwards\n"}
    plan = plan_envelope(made.signer)
    made.repack({"plan": plan, "assessment": assessment_envelope(made.signer, plan, 2)}, content)
    assert "assessment.toml: it is not the file that plan.dsse.json names" in failing(made)


def witnessed(made: Made, when: datetime) -> str:
    """Add a witness's cosignature to both proofs, and return the policy's lines for it."""
    witness = new_signer("witness.example", Kind.WITNESS)
    for path in made.pack.glob("*.tlog-proof"):
        proof = parse_proof(path.read_bytes())
        note = parse_note(proof.checkpoint)
        assert parse_checkpoint(note).size == 2
        stamp = int(when.timestamp())
        blob = stamp.to_bytes(8, "big") + witness.sign(cosigned_message(note.text, stamp))
        line = NoteSignature(name=witness.name, key_id=witness.verifier.id, blob=blob)
        raw = write_note(note.text, [*note.signatures, line])
        path.write_bytes(write_proof(type(proof)(index=proof.index, hashes=proof.hashes, checkpoint=raw)))
    return f"witness W {witness.verifier}\nquorum W\n"


def test_a_witness_is_named_and_a_thin_quorum_warned_of(made: Made) -> None:
    """With a witness the log's operator alone cannot rewrite it; one witness is thin, and that is said."""
    lines = witnessed(made, NOW)
    found = check(made)
    assert found.holds
    assert "the policy does not name witness.example" in said(found.warnings)
    made.policy.write_text(
        made.policy.read_text(encoding="utf-8").replace("quorum none\n", lines), encoding="utf-8", newline="\n"
    )
    found = check(made)
    assert found.holds
    assert "cosigned by these witnesses of the policy: W." in said(found.proved)
    assert "Witnessed by nobody" not in said(found.not_shown)
    assert "One witness is enough" in said(found.warnings)


def test_a_quorum_that_is_not_there_is_said(made: Made) -> None:
    """A policy that asks for a witness is not satisfied by a pack without one."""
    witness = new_signer("witness.example", Kind.WITNESS)
    text = made.policy.read_text(encoding="utf-8").replace("quorum none", f"witness W {witness.verifier}\nquorum W")
    made.policy.write_text(text, encoding="utf-8", newline="\n")
    assert "the quorum 'W' is not satisfied: 0 of 1 witnesses cosigned" in failing(made)


def test_old_and_future_dates_are_warned_of(made: Made) -> None:
    """An old trust file, one from tomorrow, and a witness's clock that runs ahead."""
    assert "more than a year old" in said(check(made, NOW + timedelta(days=400)).warnings)
    assert "has not come yet" in said(check(made, NOW - timedelta(days=3)).warnings)
    lines = witnessed(made, datetime(2030, 1, 1, tzinfo=UTC))
    made.policy.write_text(
        made.policy.read_text(encoding="utf-8").replace("quorum none\n", lines), encoding="utf-8", newline="\n"
    )
    assert "dates its cosignature in the future" in said(check(made).warnings)


def test_no_socket_is_opened(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checking needs no network: it holds where a socket cannot even be made."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert check(made).holds


def test_what_cannot_be_packed(made: Made) -> None:
    """Path tricks, names that no pack has, a folder in use, entries that no pack has: refused before anything is written."""
    entry = (b"{}", b"")
    for name in (
        "../up",
        "a/b",
        "a\\b",
        ".",
        "..",
        "",
        "UPPER",
        "con",
        "aux.txt",
        "a..b",
        "x.",
        "plan.dsse.json",
        "x" * 101,
        "a:b",
    ):
        with pytest.raises(OutputError):
            write_pack(made.root / "new", {"assessment": entry}, {name: b""})
        assert not (made.root / "new").exists()
    for entries in ({}, {"plan": entry}, {"assessment": entry, "other": entry}):
        with pytest.raises(OutputError):
            write_pack(made.root / "new", entries, {})
    with pytest.raises(OutputError, match="not empty"):
        write_pack(made.pack, {"assessment": entry}, {})
    with pytest.raises(OutputError):
        write_pack(made.root / "no" / "parent", {"assessment": entry}, {})


def test_a_pack_of_giants_is_refused(made: Made) -> None:
    """An envelope or proof beyond its limit, or hundreds of files, is refused without reading it all."""
    path = made.pack / "plan.dsse.json"
    with path.open("wb") as stream:
        stream.truncate(10**9)
    with pytest.raises(UnreadableError, match=r"plan\.dsse\.json: it is too large"):
        check(made)
    for i in range(200):
        (made.pack / f"file{i}").write_bytes(b"")
    with pytest.raises(UnreadableError, match="files"):
        check(made)
