"""Letters on the desk: listed, printed one by one, posted; those that went out are listed without their texts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from portal_people import NOW, person, visitor


def written(n: int, to: str = "", language: str = "en") -> Any:
    """A letter that waits."""
    from plumbrule_portal.ledger.models import Letter

    return Letter.objects.create(
        key=f"test/{n}",
        to=to,
        organisation="city-y",
        language=language,
        subject=f"Subject {n}",
        body=f"Text {n} <b>\n",
        made=NOW + timedelta(minutes=n),
        after=NOW,
    )


def test_a_letter_is_printed_posted_and_gone_from_the_desk(node: Path) -> None:
    """The steward sees it, prints it as text in its own direction, says that it is posted; then its text is shown nowhere."""
    from plumbrule_portal.accounts.models import Act

    one = written(1, language="ar")
    written(2)
    desk = visitor(person("sam", "steward"))
    assert b"/desk/letters" in desk.get("/desk").content
    listed = desk.get("/desk/letters").content.decode()
    assert listed.index("Subject 1") < listed.index("Subject 2")
    page = desk.get(f"/desk/letters/{one.pk}").content.decode()
    assert '<div lang="ar" dir="rtl">' in page and "Text 1 &lt;b&gt;" in page
    assert desk.post(f"/desk/letters/{one.pk}/posted").status_code == 302
    assert desk.get(f"/desk/letters/{one.pk}").status_code == 404
    after = desk.get("/desk/letters").content.decode()
    assert "on paper" in after and "Subject 1" in after and "Text 1" not in after
    assert Act.objects.filter(what="posted a letter", on=f"letter/{one.pk}").count() == 1


def test_it_is_posted_once(node: Path) -> None:
    """A second press finds no letter that waits, and the trail says it once."""
    from plumbrule_portal.accounts.models import Act

    one, desk = written(1), visitor(person("sam", "administrator"))
    assert [desk.post(f"/desk/letters/{one.pk}/posted").status_code for _ in range(2)] == [302, 404]
    assert Act.objects.filter(what="posted a letter").count() == 1


def test_letters_are_for_the_office_of_the_node_alone(node: Path) -> None:
    """A steward of an organisation sees no letter, not even one to its own people; nor whoever shows no second factor."""
    one = written(1)
    for user in (person("ora", "steward", organisation="city-y"), person("aud", "auditor")):
        for address in ("/desk/letters", f"/desk/letters/{one.pk}"):
            assert visitor(user).get(address).status_code == 403
    page = visitor(person("sam", "steward"), second_factor=False).get("/desk/letters")
    assert page.status_code == 302 and "second-factor" in page.headers["Location"]
