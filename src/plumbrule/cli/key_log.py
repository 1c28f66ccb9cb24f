"""A log as the verbs about keys use it: its keyring, and acts that are checked before they are recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbrule.base.messages import message
from plumbrule.cli.passphrase import log_signer, read_signer
from plumbrule.errors import InputError, KeyFileError, PlumbruleError, UnreadableError

if TYPE_CHECKING:
    from plumbrule.evidence import KeyRecord, KeyRequest, Keyring, KeySigner, Scope, Sentence, Trust
    from plumbrule.evidence.log import ContentStore, Log

ROOT = Path("trust") / "root.toml"
LIMIT = 262_144


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """A log that is open to sign, who signs, the root file, and the keyring before the act."""

    log: Log
    signer: KeySigner
    roots: Trust
    keyring: Keyring

    @property
    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC)

    def find(self, text: str) -> KeyRecord:
        """The one key that begins so. Raises InputError."""
        found = self.keyring.find(text)
        if found is None:
            raise InputError(
                f"{text[:80]!r} is not one key of {self.log.origin}.",
                expected="the name and id of one key, or as much of it as no other has.",
                cure="plumbrule node key list shows them.",
            )
        return found

    def request(self, path: Path) -> KeyRequest:
        """The request in a file, made for this log. Raises UnreadableError, VerificationError, InputError."""
        from plumbrule.evidence import parse_request  # noqa: PLC0415 - cryptography loads only when something is signed

        found = parse_request(_read(path, "the request that an organisation sent."), str(path))
        if found.log != self.log.origin:
            raise InputError(
                f"{path} is for the log {found.log}.",
                expected=f"a request for {self.log.origin}.",
                cure="ask for one made with --origin " + self.log.origin,
            )
        return found

    def party(self) -> str:
        """The organisation of whoever signs here; its name if the keyring does not hold the key."""
        record = self.keyring.find(str(self.signer.verifier))
        return self.signer.verifier.name if record is None else record.party

    def suspect(self, indexes: Sequence[int]) -> tuple[dict[int, bytes], list[str]]:
        """The entries at these positions, and the keys that are suspect there. Raises InputError: none signed an entry."""
        from plumbrule.evidence import Standing, parse_envelope  # noqa: PLC0415 - as above

        entries, keys = {}, dict[str, None]()
        for index in sorted(set(indexes)):
            entries[index] = self.log.entry(index)
            try:
                envelope = parse_envelope(entries[index])
                signed = [record for record in self.keyring.keys if envelope.signed_by(record.key)]
            except UnreadableError:
                signed = []
            doubtful = [record for record in signed if record.standing(index) in {Standing.SUSPECT, Standing.ENDORSED}]
            if not doubtful:
                raise InputError(
                    f"entry {index} is not suspect: it counts already, or its key had ended, or is not in the keyring.",
                    expected="an entry that a key signed while it was suspect.",
                    cure="plumbrule node key list shows from where to where; nothing was recorded.",
                )
            keys.update(dict.fromkeys(str(record.key) for record in doubtful))
        return entries, list(keys)

    def record(self, act: bytes, request: KeyRequest | None = None) -> Keyring:
        """Check what would follow from an act, record it, and return what follows. Raises VerificationError: nothing would."""
        from plumbrule.evidence import check_act  # noqa: PLC0415 - as above

        after = check_act(_entries(self.log), act, self.roots, self.log.origin)
        if request is not None:
            self.log.content.put(request.raw)
        self.log.append([act])
        return after

    def said(self, keyring: Keyring, *keys: str) -> tuple[Sentence, ...]:
        """Publish, and say what holds of these keys in the keyring, and whether others can see it yet.

        An act waits for nobody outside to be recorded: a stolen key has to end even when no witness can be reached.
        """
        from plumbrule.evidence import Sentence  # noqa: PLC0415 - as above
        from plumbrule.evidence.federation import hear_outside  # noqa: PLC0415 - the network loads only when somebody asks for it
        from plumbrule.evidence.log import WaitingError  # noqa: PLC0415

        said = [line for key in keys if (record := keyring.find(key)) is not None for line in about(record)]
        unheard = hear_outside(self.log.directory.absolute().parent, self.log)
        try:
            self.log.publish(lambda: self.now)
        except WaitingError as error:
            text = message("The act is recorded, and not published yet: {problem}")
            said.append(Sentence(text=text, values={"problem": " ".join([str(error), *map(str, unheard)])}))
        return tuple(said)


@contextmanager
def acting(key: Path, log: Path, root: Path | None) -> Iterator[Acting]:
    """Open a log to act on its keys. Raises what opening a key, a root file and a log raise."""
    from plumbrule.evidence import read_keyring  # noqa: PLC0415 - as above
    from plumbrule.evidence.log import Log  # noqa: PLC0415

    signer = read_signer(key)
    roots, _ = read_roots(log, root)
    with Log.open(log, log_signer(log)) as opened:
        keyring = read_keyring(_entries(opened), roots, opened.origin)
        yield Acting(log=opened, signer=signer, roots=roots, keyring=keyring)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadKeys:
    """The keyring of a log, by which root file, and for each key whether the request that shows possession lies here."""

    keyring: Keyring
    fingerprint: str
    possession: tuple[str, ...]

    def sentences(self) -> tuple[Sentence, ...]:
        """Everything in words."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[Sentence]:
        from plumbrule.evidence import Sentence  # noqa: PLC0415 - as above

        text = message("Keys of {log} at {size} entries, by the root file with fingerprint {fingerprint}.")
        yield Sentence(
            text=text, values={"log": self.keyring.log, "size": str(self.keyring.size), "fingerprint": self.fingerprint}
        )
        for record, possession in zip(self.keyring.keys, self.possession, strict=True):
            yield from about(record)
            yield Sentence(text=POSSESSION[possession])
        for one in self.keyring.ignored:
            yield Sentence(
                text=message("Entry {index} speaks of keys, and nothing follows from it:"), values={"index": str(one.index)}
            )
            yield one.why

    def to_json(self) -> dict[str, Any]:
        """The same for a machine."""
        keys = [
            {
                **{name: value for name, value in asdict(record).items() if name != "key"},
                "key": str(record.key),
                "purpose": record.key.kind.name.lower(),
                "counts": record.ranges(),
                "possession": possession,
            }
            for record, possession in zip(self.keyring.keys, self.possession, strict=True)
        ]
        ignored = [{"index": one.index, "why": str(one.why)} for one in self.keyring.ignored]
        head = {"log": self.keyring.log, "size": self.keyring.size, "root": self.fingerprint}
        return {**head, "keys": keys, "ignored": ignored}

    @property
    def unfounded(self) -> tuple[KeyRecord, ...]:
        """The keys whose request lies here and does not show possession: a steward recorded what was not so."""
        pairs = zip(self.keyring.keys, self.possession, strict=True)
        return tuple(record for record, possession in pairs if possession == "false")

    def trust(self) -> bytes:
        """The trust file that follows, without unfounded keys. Raises InputError: nobody may sign anything."""
        from plumbrule.evidence import write_trust_of  # noqa: PLC0415 - as above

        founded = tuple(record for record in self.keyring.keys if record not in self.unfounded)
        return write_trust_of(replace(self.keyring, keys=founded), as_of=datetime.now(UTC).date(), roots=self.fingerprint)


PURPOSE = {
    "STATEMENT": message("{key} of {party}, a key for statements"),
    "LOG": message("{key} of {party}, a key for a log"),
    "WITNESS": message("{key} of {party}, a key for a witness"),
}
POSSESSION = {
    "shown": message("its owner has shown possession; the request lies in the content store and was checked again"),
    "gone": message("the request that showed possession does not lie here"),
    "false": message("the request in the content store does not show possession of this key"),
    "root": message("named by the root file; the log holds no request of it"),
}


def read(log: Path, root: Path | None) -> ReadKeys:
    """The keyring of a published log, or of the mirror of somebody else's. Raises UnreadableError."""
    from plumbrule.evidence import fingerprint, parse_checkpoint, parse_note, read_keyring  # noqa: PLC0415 - as above
    from plumbrule.evidence.log import Log  # noqa: PLC0415

    roots, raw = read_roots(log, root)
    if (log / "follow.json").is_file():
        from plumbrule.evidence.federation import Mirror  # noqa: PLC0415 - loaded only for mirrors

        with Mirror.open(log) as mirror:
            keyring = read_keyring(mirror.entries(), roots, mirror.origin)
            possession = tuple(_possession(record, keyring.log, mirror.content) for record in keyring.keys)
    else:
        with Log.open(log) as opened:
            size = parse_checkpoint(parse_note(opened.checkpoint)).size
            keyring = read_keyring(_entries(opened, size), roots, opened.origin)
            possession = tuple(_possession(record, keyring.log, opened.content) for record in keyring.keys)
    return ReadKeys(keyring=keyring, fingerprint=fingerprint(raw), possession=possession)


def read_roots(log: Path, root: Path | None) -> tuple[Trust, bytes]:
    """The root file and its bytes. Raises UnreadableError."""
    from plumbrule.evidence import parse_trust  # noqa: PLC0415 - as above

    path = root or log.absolute().parent / ROOT
    raw = _read(
        path, "a root file: who may act on the keys of this log.", "name it with --root; plumbrule node key root makes one."
    )
    return parse_trust(raw, str(path)), raw


def root_of(log: Path, steward: Path, offline: Path | None) -> bytes:
    """The bytes of a root file that names these keys for a log."""
    from plumbrule.evidence import Scope, root_trust  # noqa: PLC0415 - as above
    from plumbrule.evidence.log import Log  # noqa: PLC0415

    scopes = [(steward, Scope(steward=True)), *([] if offline is None else [(offline, Scope(predicates=(), offline=True))])]
    keys = [(read_signer(path).verifier, scope) for path, scope in scopes]
    with Log.open(log) as opened:
        named = tuple((key, scope.all_predicates(key)) for key, scope in keys)
        return root_trust(opened.origin, named, as_of=datetime.now(UTC).date())


def about(record: KeyRecord) -> tuple[Sentence, ...]:
    """What holds of one key."""
    from plumbrule.evidence import Sentence  # noqa: PLC0415 - as above

    values = {"key": record.key.label, "party": record.party}
    return (Sentence(text=PURPOSE[record.key.kind.name], values=values), *record.explained())


def signer_of_any_kind(path: Path) -> KeySigner:
    """The signer in a key file, whatever it signs. Raises KeyFileError."""
    from plumbrule.evidence import Kind  # noqa: PLC0415 - as above

    try:
        with path.open("rb") as stream:
            purpose = stream.readline(64).decode("ascii", "replace").rstrip("\n").rpartition(" ")[2]
    except OSError as error:
        raise KeyFileError(
            f"{path} cannot be read: {error.strerror}.", expected="a key file.", cure="make one with plumbrule node key new."
        ) from None
    return read_signer(path, {"log": Kind.LOG, "witness": Kind.WITNESS}.get(purpose, Kind.STATEMENT))


def predicates(wanted: Sequence[str], scope: Scope) -> tuple[str, ...]:
    """Predicate types by the words that people use. Raises InputError."""
    known = {name.split(":")[2]: name for name in scope.predicates}
    strangers = sorted(set(wanted) - known.keys())
    if strangers:
        raise InputError(f"{strangers[0][:40]!r} is no kind of statement.", expected=f"of {', '.join(sorted(known))}.")
    return tuple(sorted(known[word] for word in set(wanted))) if wanted else scope.predicates


def _possession(record: KeyRecord, log: str, content: ContentStore) -> str:
    """What the content store shows of possession: shown, gone, false; or root, of a key that no entry added."""
    from plumbrule.evidence import parse_request  # noqa: PLC0415 - as above

    if record.request is None:
        return "root"
    if not content.has(record.request):
        return "gone"
    try:
        found = parse_request(content.get(record.request))
    except PlumbruleError:
        return "false"
    return "shown" if (found.key, found.log, found.party) == (record.key, log, record.party) else "false"


def _entries(log: Log, size: int | None = None) -> Iterator[tuple[int, bytes]]:
    from plumbrule.evidence.log import store  # noqa: PLC0415 - as above

    with log.database.reading() as cursor:
        yield from store.read_entries(cursor, 0, store.read_state(cursor).size if size is None else size)


def _read(path: Path, expected: str, cure: str = "check the path.") -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(LIMIT + 1)
    except OSError as error:
        raise UnreadableError(f"{path} cannot be read: {error.strerror}.", expected=expected, cure=cure) from None
