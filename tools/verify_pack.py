"""Check a pack with nothing of Plumbrule's but this file: Python 3.11 or newer and `cryptography`, offline.

    python verify_pack.py PACK --policy FILE --trust FILE

Exit code 0: holds; 1: does not hold; 2: could not be read, also when the policy or the trust file lies inside the pack.
The verdict is that of `plumbrule verify`; docs/concepts/verify-yourself.md explains each step.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# Key types (C2SP signed-note) and the length of the public key behind each.
LOG, WITNESS, ML_DSA, STATEMENT = b"\x01", b"\x04", b"\x06", b"\xffurn:x-plumbrule:dsse-ed25519:1\n"
KEY_LENGTHS = {LOG: 32, WITNESS: 32, ML_DSA: 1312, STATEMENT: 32}
LIMITS, PAYLOAD_TYPE = {".dsse.json": 65_535, ".tlog-proof": 196_608}, "application/vnd.in-toto+json"
MAX_CONTENT, MAX_PACK, MAX_NOTE, MAX_LIST, MAX_STATEMENT = 64 * 2**20, 256 * 2**20, 131_072, 262_144, 48_000
KINDS = {"plan": "urn:x-plumbrule:plan:1", "assessment": "urn:x-plumbrule:assessment:1"}

# A form: pattern, range, tuple of what may stand there, [form of items, how many], {key or `key?`: form}, {TOKEN: form}, None.
TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/~+%*=<>,-]{0,199}")
DIGEST, NUMBER, ANY = re.compile(r"[0-9a-f]{64}"), re.compile(r"0|[1-9][0-9]{0,18}"), re.compile(r"[^\n]{0,99999}")
SIGNS = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
LINE, SUBJECT = re.compile(SIGNS + "{1,200}"), re.compile(SIGNS + "{1,255}")
CREATED = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
DEVICE = r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$))(?!.*\.(?:dsse\.json|tlog-proof)$)"
FILE_NAME = re.compile(DEVICE + r"[a-z0-9](?:[a-z0-9_-]|\.(?!\.)){0,98}[a-z0-9]")
# A string or a comment of TOML. Dots elsewhere are refused: a key like a.a.a.a… takes memory in the square of its length.
QUOTED = re.compile(r"""(?s)\"{3}(?:\\.|[^\\])*?(?:\"{3}|\\?\Z)|'{3}.*?(?:'{3}|\Z)|"(?:\\.|[^"\\\n])*"?|'[^'\n]*'?|\#[^\n]*""")
POSITION, SAFE = range(2**63), range(2**53)
ENVELOPE = {"payload": ANY, "payloadType": (PAYLOAD_TYPE,), "signatures": [{"keyid": ANY, "sig": ANY}, 16]}
STATED = {"_type": ("https://in-toto.io/Statement/v1",), "predicateType": None, "predicate": None}
STATED |= {"subject": [{"name": SUBJECT, "digest": {"sha256": DIGEST}}, 200]}
ALWAYS = {"assessment": TOKEN, "system": TOKEN, "files": [FILE_NAME, 100]}
VERDICTS = ("satisfied", "not-satisfied", "inconclusive", "not-applicable", "not-assessed")
ASSESSED = {**ALWAYS, "verdicts": {TOKEN: VERDICTS}, "plan": None, "created": CREATED, "software": TOKEN}
PREDICATES = {KINDS["plan"]: {**ALWAYS, "profile": TOKEN, "declared": None}, KINDS["assessment"]: ASSESSED}
SIGNER = {"name": LINE, "key": re.compile(r"[^\n]{1,2000}"), "predicates": [LINE, 1000], "for": [LINE, 1000]}
SIGNER |= {"log": LINE, "from": POSITION, "to?": POSITION}
TRUST = {"schema": ("plumbrule-trust/1",), "as_of": None, "signer": [SIGNER, 1000], "demo?": (True, False)}
NOT_SHOWN = (
    "That this is the latest word: a later statement may have changed or withdrawn it.",
    "That nothing was left out: other assessments, or failed tests, may exist and not be shown to you.",
    "That the numbers are true: they are what the signer says was measured.",
    "When it happened: the log shows the order of entries, and the dates in them are the signer's word.",
)


class Key(NamedTuple):
    """A verifier key: `name+id+base64(type and public key)`; its `label` is `name+id`."""

    name: str
    kind: bytes
    public: bytes
    label: str

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """True if this is the key's Ed25519 signature on the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def satisfied(policy: dict[str, Any], name: str, seen: set[str]) -> bool:
    """True if the named witness or group saw the checkpoint; a group is (threshold, members)."""
    threshold, members = policy["group"].get(name, (1, ()))
    return name == "none" or name in seen or (bool(members) and sum(satisfied(policy, m, seen) for m in members) >= threshold)


def need(holds: object, what: str, problem: str) -> None:
    """Stop unless something holds; every ValueError ends in exit code 2."""
    if not holds:
        raise ValueError(f"{what}: {problem}.")


def text_of(raw: bytes, what: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8 without a byte order mark."""
    text = raw.decode("utf-8", "replace")
    need(len(raw) <= limit and text.encode() == raw and not text.startswith("\ufeff"), what, "it is too long, or not UTF-8")
    return text


def unbase64(text: str, what: str, length: int | None = None) -> bytes:
    """Base64 with padding, in the one form that an encoder writes."""
    raw = base64.b64decode(text, validate=True)
    need(base64.b64encode(raw).decode() == text and length in {None, len(raw)}, what, "its base64 is of another form or length")
    return raw


def valid_name(name: str) -> bool:
    """What a key may be called."""
    clean = name.isprintable() and "+" not in name and not any(map(str.isspace, name))
    return clean and 0 < len(name.encode("utf-8", "replace")) <= 255


def key_of(text: str, what: str) -> Key:
    """Read a verifier key."""
    name, digits, encoded = (*text.split("+", 2), "", "")[:3]
    raw = unbase64(encoded, what)
    label = name + "+" + hashlib.sha256(name.encode("utf-8", "replace") + b"\n" + raw).hexdigest()[:8]
    for kind, length in KEY_LENGTHS.items():
        if raw.startswith(kind) and len(raw) == len(kind) + length and valid_name(name) and label == f"{name}+{digits}":
            return Key(name, kind, raw[len(kind) :], label)
    raise ValueError(f"{what}: a verifier key is not in its form, of an unknown type, or its id is another.")


def nodes(value: object, depth: int = 0) -> Iterator[tuple[object, int]]:
    """Every value and key inside a JSON value, with how deep it lies."""
    yield value, depth
    yield from ((key, depth) for key in value) if isinstance(value, dict) else ()
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(item, depth + 1)


def json_of(raw: bytes, what: str, limit: int) -> object:
    """One JSON value that every reader reads alike."""
    objects: list[Any] = []
    value = json.loads(text_of(raw, what, limit), object_pairs_hook=lambda pairs: objects.append(pairs) or dict(pairs))
    need(all(len(dict(pairs)) == len(pairs) for pairs in objects), what, "an object holds a key twice")
    for node, depth in nodes(value):
        need(depth <= 32, what, "it is nested too deep")
        if isinstance(node, str):
            need(not re.search("[\ud800-\udfff]", node), what, "it holds half of a surrogate pair")
        elif isinstance(node, int | float):
            need(abs(node) in SAFE if isinstance(node, int) else node - node == 0, what, "a number is too large")
    return value


def shape(value: Any, form: Any, what: str) -> Any:
    """The value, if it has the form."""
    holds, inside = form is None, list[tuple[Any, Any]]()
    if isinstance(form, re.Pattern):
        holds = isinstance(value, str) and form.fullmatch(value) is not None
    elif isinstance(form, range | tuple):
        holds = any(type(value) is type(allowed) for allowed in form[:1]) and value in form
    elif isinstance(form, list) and isinstance(value, list):
        holds, inside = len(value) <= form[1], [(item, form[0]) for item in value]
    elif isinstance(form, dict) and isinstance(value, dict) and TOKEN in form:
        inside = [pair for key, item in value.items() for pair in ((key, TOKEN), (item, form[TOKEN]))]
        holds = len(value) in range(1, 1001)
    elif isinstance(form, dict) and isinstance(value, dict):
        forms = {key.rstrip("?"): item for key, item in form.items()}
        holds = {key for key in form if not key.endswith("?")} <= value.keys() <= forms.keys()
        inside = [(item, forms.get(key)) for key, item in value.items()]
    need(holds, what, f"{str(value)[:60]!r} is not in its form")
    for item, its_form in inside:
        shape(item, its_form, what)
    return value


def read_policy(raw: bytes, what: str) -> dict[str, Any]:
    """Read a policy (c2sp.org/tlog-policy)."""
    need(len(raw) <= MAX_LIST and (not raw or raw.endswith(b"\n")), what, "too long, or its last line has no end")
    need(re.fullmatch(rb"[\x09\x0a\x20-\x7e\x80-\xff]*", raw), what, "it holds a control character")
    found: dict[str, Any] = {"log": [], "witness": {}, "group": {}, "quorum": []}  # the last three by the policy's own names
    logs, witnesses, groups, quorum, taken = *found.values(), set[str]()
    for line in raw.decode("utf-8", "surrogateescape").split("\n"):
        words = re.split(r"[ \t]+", line.strip(" \t"))
        kind, count, free = words[0], len(words), {*words[1:2]} - witnesses.keys() - groups.keys() - {"none"}
        if not kind or kind.startswith("#"):
            continue
        if kind == "log" and count in {2, 3}:
            key = key_of(words[1], what)
            need(key.kind in {LOG, ML_DSA} and key.public not in {one.public for one in logs}, what, "a log's key is wrong")
            logs.append(key)
        elif kind == "witness" and count in {3, 4} and free:
            key, public = key_of(words[2], what), {one.public for one in witnesses.values()}
            need(key.kind in {WITNESS, ML_DSA} and key.public not in public, what, "a witness's key is wrong, or there twice")
            witnesses[words[1]] = key
        elif kind == "group" and count > 3 and free:
            members = words[3:]
            known = (witnesses.keys() | groups.keys()) - taken
            need(set(members) <= known and len(set(members)) == len(members), what, "a member is not known, or there twice")
            taken.update(members)
            threshold = {"any": "1", "all": str(len(members))}.get(words[2], words[2])
            need(re.fullmatch(r"[1-9][0-9]{0,5}", threshold) and int(threshold) <= len(members), what, "a threshold is wrong")
            groups[words[1]] = (int(threshold), members)
        else:
            need(kind == "quorum" and count == 2 and not quorum and not free, what, f"a line of {kind[:20]!r} is wrong")
            quorum.append(words[1])
    need(quorum, what, "it has no quorum line")
    return found


def accepted(policy: dict[str, Any], raw: bytes, what: str, failed: list[str]) -> tuple[str, int, bytes]:
    """The log's name, the size and the root of a checkpoint (a c2sp.org/signed-note); `failed` says why the policy refuses it."""
    text = text_of(raw, what, MAX_NOTE)
    head, blank, tail = text.rpartition("\n\n")
    need(blank and tail.endswith("\n") and not re.search(r"[\x00-\x09\x0b-\x1f]", text), what, "it is not a signed note")
    text, lines, signatures, seen = head + "\n", head.split("\n"), dict[str, bytes](), set[str]()
    for line in (rows := tail[:-1].split("\n")):
        dash, name, encoded, *more = (*line.split(" "), "", "")
        blob = unbase64(encoded, what)
        need(more == ["", ""] and dash == "\u2014" and valid_name(name) and len(blob) >= 5, what, "a signature line is wrong")
        signatures[f"{name}+{blob[:4].hex()}"] = blob[4:]
    need(len(signatures) == len(rows) <= 16, what, "more than 16 signatures, or one key twice")
    need(len(lines) >= 3 and all(lines), what, "the checkpoint is not in its form")
    root, size = unbase64(lines[2], what, 32), decimal(lines[1], what)
    keys = [key for key in policy["log"] if key.kind == LOG and key.label in signatures]
    if not all(key.verifies(text.encode(), signatures[key.label]) for key in keys):
        failed.append(f"{what}: the log's signature does not fit the checkpoint.")
    if lines[0] not in {key.name for key in keys}:
        failed.append(f"{what}: no log that the policy names signed this checkpoint.")
    for name, key in policy["witness"].items():
        blob = signatures.get(key.label) if key.kind == WITNESS else None
        if blob is not None:
            message = f"cosignature/v1\ntime {(stamp := int.from_bytes(blob[:8], 'big'))}\n{text}".encode()
            if len(blob) != 72 or stamp not in POSITION or not key.verifies(message, blob[8:]):
                failed.append(f"{what}: the cosignature of {key.label} does not fit the checkpoint.")
            seen.add(name)
    if not satisfied(policy, policy["quorum"][0], seen):
        failed.append(f"{what}: the quorum is not satisfied: {len(seen)} of {len(policy['witness'])} witnesses cosigned.")
    return lines[0], size, root


def decimal(text: str, what: str) -> int:
    """A number below 2^63 in ASCII digits without leading zeroes."""
    return int(shape(int(shape(text, NUMBER, what)), POSITION, what))


def root_above(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root of the tree of `size` leaves in which `leaf` has this index and these siblings (RFC 6962 section 2.1.1)."""
    if size <= 1 or not path:
        return leaf if size == 1 and index == 0 and not path else b""
    split = 1 << ((size - 1).bit_length() - 1)
    left = root_above(leaf, index, split, path[:-1]) if index < split else path[-1]
    right = path[-1] if index < split else root_above(leaf, index - split, size - split, path[:-1])
    return hashlib.sha256(b"\x01" + left + right).digest()


def read_envelope(raw: bytes, what: str) -> tuple[bytes, dict[str, bytes]]:
    """The payload of an envelope (DSSE), and its signatures by the key's label."""
    found = shape(json_of(raw, what, LIMITS[".dsse.json"]), ENVELOPE, what)
    signatures, lines = {line["keyid"]: unbase64(line["sig"], what, 64) for line in found["signatures"]}, found["signatures"]
    need(lines and [line["keyid"] for line in lines] == sorted(signatures), what, "signatures are missing, or not in order")
    need(all(valid_name(keyid.replace("+", "")) for keyid in signatures), what, "a keyid is wrong")
    spelled = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    need(spelled == raw, what, "it is spelled in another way than RFC 8785")
    return unbase64(found["payload"], what), signatures


def read_statement(raw: bytes, what: str) -> dict[str, Any]:
    """The fields of an in-toto statement's predicate, with its `type` and the `subjects` (name to digest)."""
    found = shape(json_of(raw, what, MAX_STATEMENT), STATED, what)
    subjects = {item["name"]: item["digest"]["sha256"] for item in found["subject"]}
    need(subjects and len(subjects) == len(found["subject"]), what, "it has no subject, or two of one name")
    said = shape(found["predicate"], PREDICATES[shape(found["predicateType"], tuple(KINDS.values()), what)], what)
    need(said["files"] == sorted(set(said["files"])) and set(said["files"]) <= subjects.keys(), what, "'files' is wrong")
    need(isinstance(said.get("declared", {}), dict), what, "'declared' is not an object")
    for node, _ in nodes(said.get("declared")):  # no running text, however deep
        shape(node, TOKEN if isinstance(node, str) else None, what)
    shape(said.get("plan"), None if said.get("plan") is None else {"envelope": DIGEST, "log_index": SAFE}, what)
    return {**said, "type": found["predicateType"], "subjects": subjects}


def check_entry(name: str, files: dict[str, bytes], policy: Any, trust: Any, said: dict[str, list[str]]) -> dict[str, Any]:
    """What one envelope says, with the `index`, `checkpoint` and `digest` of its entry; empty if anything does not hold."""
    what, where, failed = name + ".dsse.json", name + ".tlog-proof", list[str]()
    need(what in files and where in files, what, "it or its proof is missing from the pack")
    payload, signatures = read_envelope(raw := files.pop(what), what)
    top, blank, checkpoint = text_of(files.pop(where), where, LIMITS[".tlog-proof"]).partition("\n\n")
    header, place, *path = (*top.split("\n"), "")
    need(blank and [header, place[:6]] == ["c2sp.org/tlog-proof@v1", "index "] and len(path) <= 64, where, "it is not a proof")
    index, hashes = decimal(place[6:], where), [unbase64(line, where, 32) for line in path[:-1]]
    log, size, root = accepted(policy, checkpoint.encode(), where, failed)
    message = b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
    claims = [signer for signer in trust["signer"] if signer["key"].label in signatures]
    if not claims or not all(signer["key"].verifies(message, signatures[signer["key"].label]) for signer in claims):
        failed.append(f"{what}: nobody whom the trust file names signed it, or a signature does not fit the content.")
    said["Failed"].extend(failed)
    if failed:
        return {}
    found = read_statement(payload, what)
    about = [signer for signer in claims if found["type"] in signer["predicates"] and {"*", found["system"]} & {*signer["for"]}]
    about = [signer for signer in about if signer["log"] == log and signer["from"] <= index <= signer.get("to", 2**63)]
    if root_above(hashlib.sha256(b"\x00" + raw).digest(), index, size, hashes) != root:
        said["Failed"].append(f"{where}: the proof does not lead from {what} to the log's signed state.")
    elif not about:
        gap = "its key was not there yet, had ended, or was suspect and the entry not endorsed, unless kind or system are others"
        said["Failed"].append(f"{what}: the trust file does not let its signer sign this at entry {index} of {log}: {gap}.")
    else:
        said["Proved"].append(f"{what} is entry {index} of the log {log}, in its signed state of {size} entries.")
        said["Proved"].extend(f"{what} is signed by {signer['name']}, key {signer['key'].label}." for signer in about)
        return {**found, "index": index, "checkpoint": checkpoint, "digest": hashlib.sha256(raw).hexdigest()}
    return {}


def check_together(entries: dict[str, Any], content: Mapping[str, bytes], said: dict[str, list[str]]) -> None:
    """The plan is the one cited and came first; the files are those that the statements name."""
    assessment, plan, cited = entries["assessment"], entries.get("plan"), entries["assessment"].get("plan")
    proved, failed, not_shown = said.values()
    failed.extend(f"{name}.dsse.json: it is of another kind." for name, entry in entries.items() if entry["type"] != KINDS[name])
    not_shown.extend(["That it was declared beforehand what would be judged: there is no plan in the pack."] * (not plan))
    if (cited is None) == bool(plan) or (plan and cited != {"envelope": plan["digest"], "log_index": plan["index"]}):
        failed.append("plan.dsse.json: it is missing, or not the plan that the assessment cites, or at another position.")
    elif plan and (plan["checkpoint"] != assessment["checkpoint"] or plan["index"] >= assessment["index"]):
        failed.append("plan.tlog-proof: another checkpoint, or the plan does not come before the assessment.")
    elif plan and any(plan[key] != assessment[key] for key in ("assessment", "system")):
        failed.append("plan.dsse.json: it is the plan of another assessment or of another system.")
    elif plan:
        proved.append(f"The plan (entry {plan['index']}) is in the log before the assessment (entry {assessment['index']}).")
        not_shown.append("That nobody had seen the data when the plan was signed: the log shows what came first.")
    named = {pair for entry in entries.values() for pair in entry["subjects"].items()}
    carried = {name for entry in entries.values() for name in entry["files"]}
    for name, digest in sorted(named):
        if dict(named)[name] != digest or (name in carried and name not in content):
            failed.append(f"{name}: it is missing, or plan and assessment name it with different digests.")
        elif name not in carried:
            not_shown.append(f"What is in {name}: it is not in the pack; only its SHA-256 is signed ({digest}).")
        elif hashlib.sha256(content[name]).hexdigest() != digest:
            failed.append(f"{name}: it is not the file that the statement names.")
        else:
            proved.append(f"{name} is, byte for byte, the file that the statement names.")
    failed.extend(f"{name}: no statement says that it belongs there." for name in sorted(content.keys() - carried))


def read_pack(pack: Path) -> dict[str, bytes]:
    """Every file of a pack by name: a flat folder of plain files with the names that a pack may have."""
    need(pack.is_dir(), str(pack), "it is not a folder")
    files, own = dict[str, bytes](), {name + suffix for name in KINDS for suffix in LIMITS}
    for name in sorted(path.name for path in pack.iterdir()):
        need(len(files) < 104, str(pack), "too many files")
        need(name in own or FILE_NAME.fullmatch(name), ascii(name), "no pack has a file of this name")
        need(not (pack / name).is_symlink() and (pack / name).is_file(), name, "it is not a plain file")
        limit = min(LIMITS.get(name[name.find(".") :], MAX_CONTENT), MAX_PACK - sum(map(len, files.values())))
        with (pack / name).open("rb") as stream:
            files[name] = stream.read(limit + 1)
        need(len(files[name]) <= limit, name, "it is too large for a pack")
    return files


def from_elsewhere(path: Path, pack: Path) -> bytes:
    """Read a policy or trust file that does not lie in the pack, by whatever path it is named."""
    for way in (path.absolute(), path.resolve(strict=True)):
        inside = any(parent.exists() and parent.samefile(pack) for parent in (way, *way.parents))
        need(not inside, str(path), "it lies inside the pack that it is to judge")
    with path.open("rb") as stream:
        return stream.read(MAX_LIST + 1)


def verify(pack: Path, policy_file: Path, trust_file: Path) -> dict[str, list[str]]:
    """Check every byte of a pack. Raises ValueError or OSError when something cannot be read."""
    files, said = read_pack(pack), {"Proved": list[str](), "Failed": list[str](), "Not shown": list(NOT_SHOWN)}
    policy_raw, trust_raw = from_elsewhere(policy_file, pack), from_elsewhere(trust_file, pack)
    policy, text = read_policy(policy_raw, policy_file.name), text_of(trust_raw, trust_file.name, MAX_LIST)
    need("." not in QUOTED.sub("", text), trust_file.name, "a dot stands outside of strings and comments")
    for signer in shape(trust := tomllib.loads(text), TRUST, trust_file.name)["signer"]:
        signer["key"] = key_of(signer["key"], trust_file.name)
        need(signer["key"].kind == STATEMENT, trust_file.name, "a key is not one for statements")
    need(type(trust["as_of"]) is date, trust_file.name, "`as_of` is not a day")
    for name, raw in (("policy", policy_raw), ("trust file", trust_raw)):
        print(f"SHA-256 of the {name}: {' '.join(re.findall('....', hashlib.sha256(raw).hexdigest()))}")
    names = ["plan"] * bool({"plan" + suffix for suffix in LIMITS} & files.keys()) + ["assessment"]
    entries = {name: check_entry(name, files, policy, trust, said) for name in names}
    if all(entries.values()):
        check_together(entries, files, said)
    if satisfied(policy, policy["quorum"][0], set()):
        said["Not shown"].append("That the log is the same for everybody: witnessed by nobody, its operator could rewrite it.")
    demo = ", with demo keys" * trust.get("demo", False)
    said["Not shown"].append(f"That the keys are still good: the trust file is of {trust['as_of']}{demo}.")
    return said


def main() -> int:
    """Say what was proved and what was not, and return the exit code."""
    parser = argparse.ArgumentParser(description="Check a pack offline, by a policy and a trust file that came from elsewhere.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("--policy", type=Path, required=True)
    parser.add_argument("--trust", type=Path, required=True)
    asked = parser.parse_args()
    try:
        said = verify(asked.pack, asked.policy, asked.trust)
    except (ValueError, OSError, RecursionError) as error:
        print(f"Cannot be read: {ascii(str(error))[1:-1]}", file=sys.stderr)
        return 2
    for title, lines in said.items():
        if lines and not (title == "Proved" and said["Failed"]):
            print(title, *(f"  {ascii(line)[1:-1]}" for line in lines), sep="\n")
    print("Does not hold." if said["Failed"] else "Holds.")
    return 1 if said["Failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
