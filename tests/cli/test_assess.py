"""The whole line from the outside: plan, assess, verify, and what each exit code means."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbrule.report import read_assessment

ROOT = Path(__file__).resolve().parents[2]
PLAN = """
schema = "plumbrule-plan/1"
id = "invitations"
profile = "high"
title = {en = "Invitations to an interview"}

[system]
id = "invitations"
version = "2"
organisation = "Office of Example"
jurisdiction = "none"
phase = "operation"
name = {en = "Invitations"}
purpose = {en = "To choose who is invited."}

[tier]
non_military = true
decides_about_people = true

[declared]
FACTS

[data]
file = "rows.csv"
more_rows = true
population = {en = "Everybody who applied."}

[decisions]
prediction = "invited"
label = "suited"
by = ["sex"]

[[comparison]]
attribute = "sex"
group = "women"
reference = "men"
"""
KEYS = ("purpose", "explanation", "human_review", "appeal_address", "legal_basis", "privacy")
ALL_FACTS = "\n".join(f'{key} = {{holds = true, text = "stated", stated_by = "the office"}}' for key in KEYS)


def write_case(folder: Path, women: float, *, rows: int = 8000, facts: str = ALL_FACTS) -> Path:
    """A plan and a table in which men are invited at 0.5 and women at the rate given; labels are right for all."""
    lines = ["sex,invited,suited"]
    for sex, rate in (("men", 0.5), ("women", women)):
        yes = round(rows / 2 * rate)
        lines += [f"{sex},{int(index < yes)},{int(index < yes)}" for index in range(rows // 2)]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    plan = folder / "assessment.toml"
    plan.write_text(PLAN.replace("FACTS", facts), encoding="utf-8")
    return plan


@pytest.mark.parametrize(
    ("women", "rows", "facts", "code"),
    [(0.5, 40000, ALL_FACTS, 0), (0.3, 8000, ALL_FACTS, 1), (0.47, 600, ALL_FACTS, 3), (0.5, 40000, "", 3)],
)
def test_exit_codes_say_what_was_found(cli: Callable, tmp_path: Path, women: float, rows: int, facts: str, code: int) -> None:
    """0 all satisfied, 1 something is not, 3 something is open."""
    result = cli("assess", str(write_case(tmp_path, women, rows=rows, facts=facts)), "--out", str(tmp_path / "out"))
    assert result.code == code, result.stdout + result.stderr
    assert "Unsigned" in result.stdout
    assert (tmp_path / "out" / "dossier.html").read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert not (tmp_path / "out" / "pack").exists()


@pytest.fixture(scope="module")
def signed(cli: Callable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node, and an assessment signed by it."""
    folder = tmp_path_factory.mktemp("signed")
    assert cli("node", "init", str(folder / "node"), "--name", "office.example/assessor").code == 0
    recorder = ("--key", str(folder / "node" / "keys" / "statement.key"), "--log", str(folder / "node" / "log"))
    plan = write_case(folder, 0.3)
    assert cli("plan", str(plan), "--sign", *recorder).code == 0
    assert cli("assess", str(plan), "--out", str(folder / "out"), *recorder).code == 1
    return folder


def verify(cli: Callable, pack: Path, trust: Path) -> object:
    """Run `plumbrule verify`."""
    return cli("verify", str(pack), "--policy", str(trust / "policy.txt"), "--trust", str(trust / "trust.toml"))


def test_a_signed_pack_holds_and_says_what_was_not_shown(cli: Callable, signed: Path) -> None:
    """It holds against the policy and trust beside it, and ends with what a signature cannot show."""
    result = verify(cli, signed / "out" / "pack", signed / "out" / "trust")
    assert result.code == 0, result.stdout + result.stderr
    for sentence in ("latest word", "nothing was left out", "numbers are true", "Witnessed by nobody", "before the assessment"):
        assert sentence in result.stdout.replace("\n", " ")


def test_every_file_of_the_pack_matters(cli: Callable, signed: Path, tmp_path: Path) -> None:
    """A flipped bit in any file is caught, and the file is named."""
    for name in sorted(path.name for path in (signed / "out" / "pack").iterdir()):
        pack = tmp_path / name / "pack"
        shutil.copytree(signed / "out" / "pack", pack)
        content = bytearray((pack / name).read_bytes())
        content[len(content) // 2] ^= 1
        (pack / name).write_bytes(content)
        result = verify(cli, pack, signed / "out" / "trust")
        assert result.code in (1, 2), name
        assert name in result.stdout + result.stderr, name


def test_trust_from_the_pack_is_refused(cli: Callable, signed: Path, tmp_path: Path) -> None:
    """Policy and trust that lie in the pack prove nothing: exit 2."""
    pack = tmp_path / "pack"
    shutil.copytree(signed / "out" / "pack", pack)
    shutil.copy(signed / "out" / "trust" / "policy.txt", pack)
    result = cli(
        "verify", str(pack), "--policy", str(pack / "policy.txt"), "--trust", str(signed / "out" / "trust" / "trust.toml")
    )
    assert result.code == 2


def test_another_nodes_trust_does_not_hold(cli: Callable, signed: Path, tmp_path: Path) -> None:
    """The right pack against somebody else's keys: exit 1."""
    cli("node", "init", str(tmp_path / "node"), "--name", "other.example/assessor")
    recorder = ("--key", str(tmp_path / "node" / "keys" / "statement.key"), "--log", str(tmp_path / "node" / "log"))
    cli("assess", str(write_case(tmp_path, 0.3)), "--out", str(tmp_path / "out"), *recorder)
    assert verify(cli, signed / "out" / "pack", tmp_path / "out" / "trust").code == 1


def test_the_plan_signed_first_is_the_one_cited(signed: Path) -> None:
    """`plan --sign` made entry 0, and the assessment found it there instead of signing it again."""
    assessment = read_assessment((signed / "out" / "assessment.json").read_bytes())
    assert assessment.plan.log_index == 0


def test_the_log_checks_and_exports(cli: Callable, signed: Path, tmp_path: Path) -> None:
    """`log fsck` holds, and the export has the static layout."""
    assert cli("log", "fsck", "--log", str(signed / "node" / "log")).code == 0
    assert cli("log", "export", str(tmp_path / "static"), "--log", str(signed / "node" / "log")).code == 0
    names = {path.relative_to(tmp_path / "static").as_posix() for path in (tmp_path / "static").rglob("*") if path.is_file()}
    assert {"checkpoint", "log.vkey", "tile/0/000.p/2", "tile/entries/000.p/2"} <= names


def test_looking_at_more_changes_no_verdict(cli: Callable, tmp_path: Path) -> None:
    """The same plan with another attribute to explore gives the same findings."""
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        write_case(folder, 0.44, rows=900)
    rows = (two / "rows.csv").read_text(encoding="utf-8").splitlines()
    wider = [rows[0] + ",region", *(f"{row},{'abcdefgh'[index % 8]}" for index, row in enumerate(rows[1:]))]
    (two / "rows.csv").write_text("\n".join(wider) + "\n", encoding="utf-8")
    plan = two / "assessment.toml"
    plan.write_text(plan.read_text(encoding="utf-8").replace('by = ["sex"]', 'by = ["sex", "region"]'), encoding="utf-8")
    found = []
    for folder in (one, two):
        cli("assess", str(folder / "assessment.toml"), "--out", str(folder / "out"))
        found.append(json.loads((folder / "out" / "assessment.json").read_text(encoding="utf-8"))["findings"])
    assert found[0] == found[1]


def test_two_runs_never_mix(cli: Callable, tmp_path: Path) -> None:
    """An existing folder is refused and left as it was; --force replaces it whole, and only a folder of ours."""
    plan = write_case(tmp_path, 0.3)
    cli("assess", str(plan), "--out", str(tmp_path / "out"))
    before = (tmp_path / "out" / "dossier.html").read_bytes()
    assert cli("assess", str(plan), "--out", str(tmp_path / "out")).code == 2
    assert (tmp_path / "out" / "dossier.html").read_bytes() == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep me", encoding="utf-8")
    assert cli("assess", str(plan), "--out", str(tmp_path / "mine"), "--force").code == 2
    assert (tmp_path / "mine" / "letter.txt").read_text(encoding="utf-8") == "keep me"


def test_the_demo_runs_and_verifies(cli: Callable, tmp_path: Path) -> None:
    """The main job on the real table: findings as published, signed, verified; twice in the same place."""
    for _ in range(2):
        result = cli("demo", "--out", str(tmp_path / "build" / "mortgage"))
        assert result.code == 0, result.stdout + result.stderr
        assert "Holds." in result.stdout
        assert "Witnessed by nobody" in result.stdout.replace("\n", " ")
    assessment = read_assessment((tmp_path / "build" / "mortgage" / "assessment.json").read_bytes())
    verdicts = {one.requirement: one.verdict for one in assessment.findings}
    assert verdicts["non-discrimination"] == "not-satisfied"
    assert verdicts["reliability"] == "not-assessed"
    assert [check.verdict for check in assessment.findings[1].checks] == ["not-satisfied", "not-satisfied", "inconclusive"]
    assert assessment.population.rows == 1989
    pooled = next(one for one in assessment.adjustments if one.pooled)
    assert (round(pooled.raw.value, 4), round(pooled.adjusted.value, 4), pooled.used, pooled.lost) == (-0.2006, -0.1288, 1971, 18)


def test_the_demo_speaks_chinese(cli: Callable, tmp_path: Path) -> None:
    """The dossier is in the language asked for, and says that the translation is a draft."""
    assert cli("demo", "--out", str(tmp_path / "mortgage"), "--lang", "zh").code == 0
    assert '<html lang="zh' in (tmp_path / "mortgage" / "dossier.html").read_text(encoding="utf-8")
