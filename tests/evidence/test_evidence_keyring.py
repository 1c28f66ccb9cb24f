"""The keyring: a reference that reads the same rules, and what a stranger, a thief or a careless steward cannot do."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from evidence_made import NOW, Made, assessment_envelope, plan_envelope
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plumbrule.errors import InputError, UnreadableError, VerificationError
from plumbrule.evidence import (
    Claim,
    Keyring,
    KeySigner,
    Kind,
    Scope,
    Standing,
    Subject,
    add_key,
    check_act,
    endorse,
    make_statement,
    new_signer,
    parse_envelope,
    parse_request,
    parse_statement,
    parse_trust,
    read_keyring,
    revoke_key,
    root_trust,
    rotate_key,
    seal,
    sign_note,
    subject_of,
    verify_pack,
    write_request,
    write_statement,
    write_trust_of,
)
from plumbrule.evidence.claims import ENDORSEMENT, KEY_ACT, KEY_EVENT, STEWARD_ACT
from plumbrule.evidence.log import Log

LOG = "ministry.example/log"
SAID = {"created": "2026-07-22T12:00:00Z"}
OFFLINE = new_signer("ministry.example/offline")
NAMES = ("steward", "second", "lab", "spare", "court", "stranger")
SIGNERS = {"offline": OFFLINE, **{name: new_signer(f"{name}.example") for name in NAMES}}
POWERS = {"offline": (ENDORSEMENT, KEY_ACT, STEWARD_ACT), "steward": (ENDORSEMENT, KEY_ACT), "plain": ("urn:x-plumbrule:plan:1",)}
ROOTS = parse_trust(root_trust(LOG, ((OFFLINE.verifier, POWERS["offline"]),), as_of=date(2026, 7, 22)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act on keys, or an endorsement of the positions `of`, in the words of the tests."""

    by: str
    kind: str
    event: str = "added"
    key: str = "lab"
    old: str = "spare"
    power: str = "plain"
    party: str = "p"
    first: int = 0
    suspect: int | None = None
    of: tuple[int, ...] = ()


def written(act: Act, before: Sequence[bytes]) -> bytes:
    """The envelope of an act, whatever nonsense it says."""
    if act.kind == ENDORSEMENT:
        named = [{"envelope": hashlib.sha256(before[i]).hexdigest(), "log_index": i} for i in sorted(act.of) if i < len(before)]
        if not named:
            return b"nothing"
        fields: dict[str, Any] = {"log": LOG, "party": act.party, "entries": named, "files": ()}
        subjects = [subject_of("entry", b"x")]
    else:
        replaces = str(SIGNERS[act.old].verifier) if act.event == "rotated" else None
        fields = {
            "log": LOG, "event": act.event, "key": str(SIGNERS[act.key].verifier), "replaces": replaces, "party": act.party,
            "predicates": POWERS[act.power], "systems": None, "from": act.first, "suspect_from": act.suspect,
            "files": ("key-request.txt",),
        }  # fmt: skip
        subjects = [Subject(name="key-request.txt", sha256="0" * 64)]
    return seal(write_statement(make_statement(subjects, Claim(kind=act.kind, fields=fields | SAID))), [SIGNERS[act.by]])


def logged(history: Sequence[Act]) -> list[bytes]:
    """The log that the acts make."""
    entries: list[bytes] = []
    for act in history:
        entries.append(written(act, entries))
    return entries


def keyring_of(entries: Sequence[bytes]) -> Keyring:
    """What our reader makes of a log."""
    return read_keyring(enumerate(entries), ROOTS, LOG)


@dataclass(slots=True, kw_only=True)
class Row:
    """What the reference knows of a key; every end and doubt is kept, and the earliest holds."""

    first: int
    power: str
    party: str
    ends: list[int]
    doubts: list[int]
    seen: bool = True


class Reference:
    """The rules of docs/concepts/keys.md read as plainly as possible: two rounds over the acts, then a question per position."""

    def __init__(self, history: Sequence[Act]) -> None:
        self.history = history
        self.rows = {"offline": Row(first=0, power="offline", party="offline", ends=[], doubts=[], seen=False)}
        self.stewards: set[str] = set()
        for level in (STEWARD_ACT, KEY_ACT):
            for i, act in enumerate(history):
                if act.kind == level and self.may(act, i):
                    self.follow(act, i)
            self.stewards = self.stewards or set(self.rows)

    def alive(self, key: str, i: int) -> bool:
        """From its first position to before its earliest end."""
        return key in self.rows and self.rows[key].first <= i < min([99, *self.rows[key].ends])

    def clean(self, key: str, i: int) -> bool:
        """Alive, and before it is in doubt."""
        return self.alive(key, i) and i < min([99, *self.rows[key].doubts])

    def vouched(self, i: int, by: set[str]) -> bool:
        """Named by a later endorsement of one of these keys, which was clean then."""
        acts = enumerate(self.history)
        return any(
            act.kind == ENDORSEMENT and i in act.of and i < j and act.by in by and self.clean(act.by, j) for j, act in acts
        )

    def able(self) -> set[str]:
        """The keys that act on keys."""
        return {key for key in self.stewards if self.rows[key].power != "plain"}

    def may(self, act: Act, i: int) -> bool:
        """Whether the author counts: alive for an offline key, clean or vouched for otherwise."""
        if act.kind == STEWARD_ACT:
            return self.alive(act.by, i) and self.rows[act.by].power == "offline"
        return act.by in self.able() and (self.clean(act.by, i) or (self.alive(act.by, i) and self.vouched(i, self.able())))

    def follow(self, act: Act, i: int) -> None:
        """What follows from an act of somebody who may."""
        old, first = {"added": "", "rotated": act.old, "revoked": act.key}[act.event], max(act.first, i + 1)
        if old and (old not in self.rows or (act.kind == KEY_ACT and old in self.stewards)):
            return
        known = self.rows.get(act.key)
        own = act.kind == STEWARD_ACT or act.by == act.key
        if own and act.event == "added" and known is not None and not known.seen:
            known.seen, known.party = True, act.party
            return
        if act.event != "revoked":
            if known is not None or (act.kind == KEY_ACT and act.power != "plain"):
                return
            if old and (self.rows[old].ends or self.rows[old].party != act.party):
                return
            self.rows[act.key] = Row(first=first, power=act.power, party=act.party, ends=[], doubts=[])
        if old:
            back = act.event == "revoked" and self.rows[old].power != "offline"
            self.rows[old].ends.append(act.first if back else first)
            self.rows[old].doubts += [] if act.suspect is None else [act.suspect]

    def counts(self, key: str, i: int) -> bool:
        """Clean; or alive, and vouched for by a steward or by the same organisation."""
        own = {name for name, row in self.rows.items() if name not in self.stewards and row.party == self.rows[key].party}
        return self.clean(key, i) or (self.alive(key, i) and (self.vouched(i, self.able()) or self.vouched(i, own)))


POSITIONS = st.integers(0, 12)
ANYTHING = st.builds(
    Act,
    by=st.sampled_from(["offline", "steward", "second", "lab", "stranger"]),
    kind=st.sampled_from([STEWARD_ACT, KEY_ACT]),
    event=st.sampled_from(["added", "rotated", "revoked"]),
    key=st.sampled_from(list(SIGNERS)),
    old=st.sampled_from(list(SIGNERS)),
    power=st.sampled_from(["plain", "steward", "offline"]),
    party=st.sampled_from(["p", "q"]),
    first=POSITIONS,
    suspect=st.none() | POSITIONS,
)
ENDORSED = st.builds(
    Act,
    by=st.sampled_from(["offline", "steward", "second", "lab", "spare", "court"]),
    kind=st.just(ENDORSEMENT),
    of=st.frozensets(POSITIONS, min_size=3, max_size=9).map(lambda found: tuple(sorted(found))),
)
OF_STEWARDS = st.builds(
    Act,
    by=st.just("offline"),
    kind=st.just(STEWARD_ACT),
    event=st.sampled_from(["added", "rotated", "revoked"]),
    key=st.sampled_from(["offline", "steward", "steward", "second"]),
    old=st.sampled_from(["steward", "second"]),
    power=st.sampled_from(["plain", "steward", "steward", "offline"]),
    party=st.sampled_from(["s", "p"]),
    first=POSITIONS,
    suspect=st.none() | POSITIONS,
)
OF_OTHERS = st.builds(
    Act,
    by=st.sampled_from(["steward", "steward", "second", "offline"]),
    kind=st.just(KEY_ACT),
    event=st.sampled_from(["added", "rotated", "revoked", "revoked"]),
    key=st.sampled_from(["lab", "lab", "spare", "court"]),
    old=st.sampled_from(["lab", "spare", "court"]),
    party=st.sampled_from(["p", "p", "q"]),
    first=POSITIONS,
    suspect=POSITIONS,
)
ACTS = OF_OTHERS | ENDORSED | OF_STEWARDS | ANYTHING
BEGUN = [
    Act(by="offline", kind=STEWARD_ACT, key="steward", power="steward", party="s"),
    Act(by="steward", kind=KEY_ACT, key="lab"),
    Act(by="steward", kind=KEY_ACT, key="spare"),
]


ENDED = Act(by="steward", kind=KEY_ACT, event="revoked", key="lab", first=9, suspect=2)
AGAIN = Act(by="steward", kind=KEY_ACT, event="rotated", key="court", old="lab")
PLAIN_STEWARD = [
    Act(by="offline", kind=STEWARD_ACT, key="second"),
    ENDED,
    Act(by="second", kind=ENDORSEMENT, of=(2, 3)),
]


@settings(max_examples=400, deadline=None)
@example([ENDED, AGAIN])
@example(PLAIN_STEWARD)
@given(st.lists(ACTS, min_size=2, max_size=9))
def test_any_history_is_read_as_the_rules_say(history: list[Act]) -> None:
    """Random acts by everybody on everything: what counts is what the reference counts; ranges and trust file say the same."""
    history = BEGUN + history
    found, expected = keyring_of(logged(history)), Reference(history)
    assert {record.key.name for record in found.keys} == {SIGNERS[name].verifier.name for name in expected.rows}
    names = {signer.verifier.name: name for name, signer in SIGNERS.items()}
    places = range(len(history) + 9)
    for record in found.keys:
        counts = {i for i in places if record.counts_at(i)}
        assert counts == {i for i in places if expected.counts(names[record.key.name], i)}, (record, found.ignored)
        assert counts == {i for i in places for first, last in record.ranges() if first <= i and (last is None or i <= last)}
        assert record.explained()
    if any(record.ranges() and "urn:x-plumbrule:plan:1" in record.predicates for record in found.keys):
        trust = parse_trust(write_trust_of(found, as_of=date(2026, 7, 22), roots="0"))
        for record in found.keys:
            if record.predicates == POWERS["plain"]:
                lines = [signer for signer in trust.signers if signer.key == record.key]
                assert {i for i in places if record.counts_at(i)} == {
                    i for i in places if any(signer.counts_at(LOG, i) for signer in lines)
                }


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, max_size=9), st.lists(ACTS.map(lambda act: replace(act, by="stranger")), max_size=4))
def test_a_stranger_changes_nothing(history: list[Act], strange: list[Act]) -> None:
    """Whatever somebody signs whose key nobody recorded: every key counts where it did, and the entry is told as ignored."""
    history = BEGUN + [act for act in history if act.by != "stranger" and "stranger" not in (act.key, act.old)]
    before = logged(history)
    entries = [*before]
    for act in strange:
        entries.append(written(act, entries))
    one, other = keyring_of(before), keyring_of(entries)
    for record, again in zip(one.keys, other.keys, strict=True):
        assert record.ranges() == again.ranges()
    spoken = {len(before) + i for i in range(len(strange)) if entries[len(before) + i] != b"nothing"}
    assert spoken <= {ignored.index for ignored in other.ignored}


def test_what_a_stolen_stewards_key_did_falls_with_it() -> None:
    """Entries by a thief of the steward's key lose what followed from them when the offline key ends it from before them."""
    thief = [Act(by="steward", kind=KEY_ACT, key="court"), Act(by="steward", kind=KEY_ACT, event="revoked", key="lab", first=0)]
    history = [*BEGUN, *thief]
    assert not keyring_of(logged(history)).find("lab.example").ranges()  # type: ignore[union-attr]  # it is there
    ended = Act(by="offline", kind=STEWARD_ACT, event="revoked", key="steward", first=3)
    after = keyring_of(logged([*history, ended]))
    assert after.find("court.example") is None
    lab = after.find("lab.example")
    assert lab is not None
    assert lab.ranges() == ((2, None),)
    assert [one.index for one in after.ignored] == [3, 4]
    assert "nobody of them may act on this key" in str(after.ignored[0].why)


def test_a_suspect_stewards_act_waits_for_an_endorsement() -> None:
    """An honest act in the suspect time counts again when the offline key, or another steward, endorses it; not by itself."""
    doubt = Act(by="offline", kind=STEWARD_ACT, event="revoked", key="steward", first=9, suspect=3)
    history = [*BEGUN, Act(by="steward", kind=KEY_ACT, key="court"), doubt]
    assert keyring_of(logged(history)).find("court") is None
    for who, counts in (("steward", False), ("lab", False), ("offline", True)):
        found = keyring_of(logged([*history, Act(by=who, kind=ENDORSEMENT, of=(3,))])).find("court")
        assert (found is not None) == counts, who


def test_an_endorsement_is_of_the_very_entry() -> None:
    """Another digest at the position, a later position, another log or a key that is itself in doubt: nothing is endorsed."""
    doubt = Act(by="steward", kind=KEY_ACT, event="revoked", key="lab", first=9, suspect=2)
    entries = [*logged([*BEGUN, doubt]), b"x", b"x"]
    good = {4: entries[4]}
    for log, named, who, right in (
        (LOG, good, "spare", True),
        (LOG, good, "steward", True),
        (LOG, {4: b"y"}, "spare", False),
        (LOG, {7: b"z"}, "spare", False),
        ("another.example/log", good, "spare", False),
        (LOG, good, "lab", False),
        (LOG, good, "stranger", False),
    ):
        act = endorse(named, log, "p", signer=SIGNERS[who], now=NOW)
        lab = keyring_of([*entries, act]).find("lab")
        assert lab is not None
        assert (lab.standing(4) is Standing.ENDORSED) == right, (log, who)
        assert any(one.index == 6 for one in keyring_of([*entries, act]).ignored) != right
    ahead = endorse({7: b"y"}, LOG, "p", signer=SIGNERS["spare"], now=NOW)
    lab = keyring_of([*entries, ahead, b"y"]).find("lab")
    assert lab is not None
    assert lab.standing(7) is Standing.SUSPECT, "nobody endorses what is yet to come"
    court = Act(by="steward", kind=KEY_ACT, key="court", party="q")
    entries = [*logged([*BEGUN, doubt, court]), b"x"]
    other = keyring_of([*entries, endorse({5: b"x"}, LOG, "p", signer=SIGNERS["court"], now=NOW)]).find("lab")
    assert other is not None
    assert other.standing(5) is Standing.SUSPECT


@pytest.mark.parametrize("kind", [Kind.STATEMENT, Kind.LOG, Kind.WITNESS])
def test_a_request_shows_possession(kind: Kind) -> None:
    """A key of each purpose asks for itself; the bytes have one form, and no bit of them may change."""
    signer = new_signer("lab.example/tests", kind)
    raw = write_request(signer, LOG, "lab.example")
    found = parse_request(raw)
    assert (found.log, found.party, found.key, found.raw) == (LOG, "lab.example", signer.verifier, raw)
    for at in range(len(raw)):
        for bit in (1, 32):
            with pytest.raises((UnreadableError, VerificationError)):
                parse_request(raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :])
    for bad in (b"", raw + b"\n", raw + raw, raw.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + raw, raw * 20, raw[:-1]):
        with pytest.raises((UnreadableError, VerificationError)):
            parse_request(bad)


def test_somebody_elses_key_cannot_be_requested() -> None:
    """A request signed by another key, by two, or with a signature from elsewhere is refused with what is wrong."""
    mine, theirs = new_signer("mine.example"), new_signer("theirs.example")
    text = write_request(theirs, LOG, "mine.example").decode().partition("\n\n")[0] + "\n"
    for signers, words in (([mine], "is signed by mine.example"), ([mine, theirs], "is signed by mine.example")):
        with pytest.raises(VerificationError, match=words) as caught:
            parse_request(sign_note(text, signers))
        assert "node key request" in caught.value.cure
    stolen = write_request(theirs, LOG, "theirs.example").decode().partition("\n\n")[2]
    with pytest.raises(VerificationError, match="has not shown that they have this key"):
        parse_request((text + "\n" + stolen).encode())
    for log, party, name in (("two words", "p", "a.example"), (LOG, "a@b", "a.example"), (LOG, "p", "\u043b\u0430\u0431")):
        with pytest.raises(InputError, match="cannot stand in an entry"):
            write_request(new_signer(name), log, party)


def request(signer: KeySigner, party: str = "p") -> Any:
    """A request that was read."""
    return parse_request(write_request(signer, LOG, party))


def test_an_act_is_checked_before_it_is_recorded() -> None:
    """By no steward, on a key that was there, on one that is not, on the steward by itself: refused, each in its words."""
    entries, now = logged(BEGUN), NOW
    keyring = keyring_of(entries)
    steward, lab = keyring.find("steward"), keyring.find("lab")
    assert steward is not None
    assert lab is not None
    signer, fresh = SIGNERS["steward"], new_signer("fresh.example")
    stranger = replace(lab, key=new_signer("gone.example").verifier)
    for act, words in (
        (add_key(request(fresh), Scope(), signer=SIGNERS["lab"], now=now), "nobody of them may act"),
        (add_key(request(SIGNERS["lab"]), Scope(), signer=signer, now=now), "was there before"),
        (add_key(request(fresh), Scope(steward=True), signer=signer, now=now), "nobody of them may act"),
        (rotate_key(request(fresh, "s"), steward, signer=signer, now=now), "nobody of them may act"),
        (revoke_key(stranger, LOG, signer=signer, now=now, end=1), "is not in the keyring"),
        (revoke_key(lab, "other.example/log", signer=signer, now=now, end=1), "about the log other.example/log"),
        (written(replace(BEGUN[2], key="court", power="steward"), entries), "only an offline key can"),
        (written(Act(by="steward", kind=KEY_ACT, event="revoked", key="steward"), entries), "only an offline key ends it"),
    ):
        with pytest.raises(VerificationError, match=words):
            check_act(enumerate(entries), act, ROOTS, LOG)
    assert len(check_act(enumerate(entries), add_key(request(fresh), Scope(), signer=signer, now=now), ROOTS, LOG).keys) == 5
    with pytest.raises(InputError, match="is a key of p"):
        rotate_key(request(fresh, "q"), lab, signer=signer, now=now)
    with pytest.raises(InputError, match="becomes suspect before"):
        revoke_key(lab, LOG, signer=signer, now=now, end=3, suspect_from=4)
    with pytest.raises(InputError, match="0 entries"):
        endorse({}, LOG, "p", signer=signer, now=now)


def test_a_root_file_must_name_somebody_for_this_log() -> None:
    """Another log, nobody who acts on keys, or one key twice: refused before an entry is read."""
    for raw in (
        root_trust("other.example/log", ((OFFLINE.verifier, POWERS["offline"]),), as_of=NOW.date()),
        root_trust(LOG, ((OFFLINE.verifier, POWERS["plain"]),), as_of=NOW.date()),
        root_trust(LOG, ((OFFLINE.verifier, POWERS["steward"]), (OFFLINE.verifier, POWERS["offline"])), as_of=NOW.date()),
    ):
        with pytest.raises(UnreadableError, match="who may act on the keys"):
            read_keyring([], parse_trust(raw), LOG)


def test_key_events_of_the_first_form_are_read_for_ever() -> None:
    """A released entry of `key-event:1` parses as it did; nothing follows from it, and the keyring says so."""
    released = (
        b'{"_type":"https://in-toto.io/Statement/v1","predicate":{"created":"2026-07-22T12:00:00Z","event":"rotated","files":[],'
        b'"from":0,"key":"example.org/b+01234567","purpose":"log","replaces":"example.org/a+89abcdef","suspect_from":null},'
        b'"predicateType":"urn:x-plumbrule:key-event:1","subject":[{"digest":{"sha256":"' + b"a" * 64 + b'"},"name":"x"}]}'
    )
    assert parse_statement(released).predicate_type == KEY_EVENT
    found = keyring_of([seal(released, [SIGNERS["steward"]])])
    assert [str(one.why) for one in found.ignored] == ["It is of the first form, which names no whole key."]


def test_other_spellings_of_an_act_are_found_too() -> None:
    """A payload with spaces and escapes says the same to a JSON reader, and so it does to the keyring."""
    plain = parse_envelope(logged(BEGUN)[0]).payload
    odd = plain.replace(b"steward-event", b"steward\\u002devent").replace(b'":', b'" : ')
    assert keyring_of([seal(odd, [OFFLINE])]).find("steward.example") is not None


def test_a_pack_in_the_suspect_time_is_refused_until_endorsed(made: Made) -> None:
    """`verify` and a trust file from the log: good before, refused with words in the gap, good again once endorsed."""
    origin, signer, fresh = "example.org/assessor/log", made.signer, new_signer("example.org/assessor/2026")
    roots = parse_trust(root_trust(origin, ((OFFLINE.verifier, POWERS["offline"]),), as_of=NOW.date()))

    def trusted() -> None:
        with Log.open(made.log) as log:
            entries = [(i, log.entry(i)) for i in range(log.size)]
        made.trust.write_bytes(write_trust_of(read_keyring(entries, roots, origin), as_of=NOW.date(), roots="0"))

    def asked(key: KeySigner) -> Any:
        return parse_request(write_request(key, origin, "example.org"))

    def record(act: bytes) -> int:
        with Log.open(made.log) as log:
            return log.append([act])[0]

    at = record(add_key(asked(signer), Scope(), signer=OFFLINE, now=NOW))
    plan = plan_envelope(signer, system="loans-3")
    made.repack({"plan": plan, "assessment": assessment_envelope(signer, plan, at + 1, system="loans-3")})
    trusted()
    assert verify_pack(made.pack, made.policy, made.trust, now=NOW).holds
    with Log.open(made.log) as log:
        old = read_keyring([(i, log.entry(i)) for i in range(log.size)], roots, origin).find("example.org/assessor+")
    assert old is not None
    record(rotate_key(asked(fresh), old, signer=OFFLINE, now=NOW, suspect_from=at + 2))
    trusted()
    failed = verify_pack(made.pack, made.policy, made.trust, now=NOW)
    assert [failure.values["file"] for failure in failed.failures] == ["assessment.dsse.json"]
    assert f"does not count at position {at + 2}" in str(failed.failures[0])
    assert f"only at {at + 1}. " in str(failed.failures[0])
    assert "suspect and nobody endorsed the entry again" in str(failed.failures[0])
    with Log.open(made.log) as log:
        entry = log.entry(at + 2)
    record(endorse({at + 2: entry}, origin, "example.org", signer=fresh, now=datetime(2026, 7, 23, tzinfo=UTC)))
    trusted()
    assert verify_pack(made.pack, made.policy, made.trust, now=NOW).holds
