"""Signing in: password, second factor, recovery codes, too many tries, sessions, the end of an account."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from portal_people import NOW, PASSWORD, person, visitor
from portal_totp import totp

START = "/account/start/"


def secret_on(page: Any) -> str:
    """The secret as the page shows it in text."""
    return re.search(r"<code>([A-Z2-7 ]+)</code></figcaption>", page.content.decode())[1]


def named(name: str, *roles: str, organisation: str = "") -> Any:
    """A person with a real password."""
    user = person(name, *roles, organisation=organisation)
    user.set_password(PASSWORD)
    user.save()
    return user


def enrolled(user: Any) -> tuple[Any, str, list[str]]:
    """A browser in which the person took a telephone into use; its secret, and the recovery codes."""
    client = visitor(user, second_factor=False)
    secret = secret_on(client.get("/account/second-factor/new"))
    client.digits = totp(secret)
    page = client.post("/account/second-factor/new", {"code": client.digits})
    return client, secret, re.findall(r"<li><code>([A-Z2-7 ]{19})</code></li>", page.content.decode())


def sign_in(client: Any, email: str, password: str = PASSWORD, **more: Any) -> Any:
    """Type address and password."""
    return client.post("/account/sign-in", {"email": email, "password": password}, **more)


def test_the_first_link_makes_an_administrator_who_is_steward_too(node: Path) -> None:
    """It works once; the account goes on to set up a second factor."""
    from django.utils import timezone

    from plumbrule_portal.accounts.actions import invite
    from plumbrule_portal.accounts.models import Membership, Role

    secret, client = invite(Role.ADMINISTRATOR, timezone.now()), visitor()
    fields = {"name": "Ada", "email": "ada@example.org", "password": PASSWORD}
    page = client.post(START + secret, fields)
    assert page.status_code == 302 and page["Location"] == reverse("second-factor-new")
    assert sorted(Membership.objects.values_list("role", flat=True)) == ["administrator", "steward"]
    assert visitor().get(START + secret).status_code == 404
    assert visitor().get(START + "x" * 43).status_code == 404


def test_passwords_are_kept_as_argon2(node: Path) -> None:
    """Neither the password nor a fast digest of it is in the database."""
    assert named("ada").password.startswith("argon2$argon2id$")


def test_a_short_or_common_password_is_refused(node: Path) -> None:
    """The page says why, and no account is made."""
    from django.utils import timezone

    from plumbrule_portal.accounts.actions import invite
    from plumbrule_portal.accounts.models import Role, User

    secret = invite(Role.REPORTER, timezone.now())
    for bad in ("short", "password1234"):
        page = visitor().post(START + secret, {"name": "Ada", "email": "ada@example.org", "password": bad})
        assert page.status_code == 200 and b"errorlist" in page.content
    assert User.objects.count() == 0


def test_wrong_password_and_unknown_address_read_the_same(node: Path) -> None:
    """Nobody learns from the page who has an account."""
    named("ada")
    wrong = sign_in(visitor(), "ada@example.org", "something else entirely").content
    unknown = sign_in(visitor(), "eve@example.org", "something else entirely").content
    strip = re.compile(rb'(csrfmiddlewaretoken" value="[^"]*"|value="[a-z]+@example.org")')
    assert strip.sub(b"", wrong) == strip.sub(b"", unknown)
    assert b"do not fit" in wrong


def test_a_second_factor_opens_what_a_password_does_not(node: Path) -> None:
    """With the password alone a steward's role does not count; with the digits it does, and digits work once."""
    user = named("ada", "administrator", "steward")
    client, secret, codes = enrolled(user)
    assert len(codes) == 10 and client.get("/people").status_code == 200
    other = visitor()
    page = sign_in(other, user.email)
    assert page["Location"].startswith(reverse("second-factor"))
    asked = other.get("/people")
    assert asked.status_code == 302 and asked["Location"].startswith("/account/second-factor?next=")
    assert b"does not fit" in other.post("/account/second-factor", {"code": "000000"}).content
    assert b"does not fit" in other.post("/account/second-factor", {"code": client.digits}).content, "was used to enrol"
    later = totp(secret, time.time() + 30)
    assert other.post("/account/second-factor", {"code": later, "next": "/people"})["Location"] == "/people"
    assert other.get("/people").status_code == 200


def test_the_picture_and_the_text_are_the_same_secret(node: Path) -> None:
    """The address in the picture and in the link holds the secret that stands beside it; the picture is plain SVG."""
    from plumbrule_portal.accounts import second_factor

    user = named("ada", "steward")
    page = visitor(user, second_factor=False).get("/account/second-factor/new")
    device = second_factor.enrol(user)
    address = second_factor.address_of(device)
    assert address.startswith("otpauth://totp/Register%20of%20Exampleland:ada%40example.org?secret=")
    assert secret_on(page).replace(" ", "") in address
    text = page.content.decode()
    assert "<svg" in text and "style=" not in text and "<script" not in text


def test_a_recovery_code_works_once_and_only_its_digest_is_kept(node: Path) -> None:
    """Without the telephone one of the ten codes opens, however it is typed; a second time it does not."""
    from django.db import connection

    user = named("ada", "steward")
    _, _, codes = enrolled(user)
    for typed, opens in ((codes[0].lower(), True), (codes[0], False), (codes[1].replace(" ", "-"), True)):
        other = visitor()
        sign_in(other, user.email)
        page = other.post("/account/second-factor", {"code": typed})
        assert (page.status_code == 302) is opens
    with connection.cursor() as cursor:
        cursor.execute("SELECT sha256 FROM accounts_recoverycode")
        kept = " ".join(row[0] for row in cursor.fetchall()).lower()
    assert not any(code.replace(" ", "").lower() in kept for code in codes)


def test_a_new_telephone_needs_the_old_one(node: Path) -> None:
    """Who knows the password only cannot put a telephone of their own in the place of the person's."""
    user = named("ada", "steward")
    enrolled(user)
    thief = visitor()
    sign_in(thief, user.email)
    assert thief.get("/account/second-factor/new")["Location"].startswith("/account/second-factor?")
    assert thief.post("/account/second-factor/new", {"code": "123456"}).status_code == 302
    assert thief.post("/account/recovery-codes").status_code == 302


def test_a_stranger_shuts_out_strangers_and_not_the_person(node: Path) -> None:
    """After ten wrong passwords the eleventh try from elsewhere waits; the person's own browser goes on at once."""
    user = named("ada")
    home = visitor()
    assert sign_in(home, user.email).status_code == 302
    home.post("/account/sign-out")
    stranger = visitor()
    answers = [sign_in(stranger, user.email, "wrong password here").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    late = sign_in(stranger, user.email)
    assert late.status_code == 429 and 0 < int(late["Retry-After"]) <= 900
    assert b"<h1>Too often</h1>" in late.content
    assert sign_in(home, user.email).status_code == 302


def test_a_lock_ends_by_itself(node: Path) -> None:
    """In the next quarter of an hour everything may be tried again, and the old count is deleted."""
    from datetime import timedelta

    from plumbrule_portal.accounts import limits
    from plumbrule_portal.accounts.models import Tally

    for _ in range(10):
        limits.count(limits.PASSWORD_ELSEWHERE, "ada@example.org", NOW)
    with pytest.raises(limits.TooOftenError):
        limits.count(limits.PASSWORD_ELSEWHERE, "ada@example.org", NOW)
    limits.count(limits.PASSWORD_ELSEWHERE, "ada@example.org", NOW + timedelta(minutes=16))
    assert Tally.objects.count() == 1
    assert "ada" not in str(list(Tally.objects.values_list("key", flat=True)))


def test_one_address_does_not_try_many_accounts(node: Path) -> None:
    """Fifty tries in a quarter of an hour from one address, whatever the accounts; digits five times."""
    from plumbrule_portal.accounts import limits

    for limit, most in ((limits.PASSWORD_ADDRESS, 50), (limits.CODE, 5)):
        for _ in range(most):
            limits.count(limit, "x", NOW)
        with pytest.raises(limits.TooOftenError):
            limits.count(limit, "x", NOW)


def test_digits_are_not_guessed(node: Path) -> None:
    """The sixth wrong code in a quarter of an hour is refused before it is looked at."""
    user = named("ada", "steward")
    enrolled(user)
    thief = visitor()
    sign_in(thief, user.email)
    answers = [thief.post("/account/second-factor", {"code": f"{n:06d}"}).status_code for n in range(6)]
    assert answers[0] == 200 and answers[-1] == 429


def test_forms_from_one_address_are_limited_and_reading_is_not(node: Path) -> None:
    """The form after the three-hundredth in five minutes is refused in words; pages are still read."""
    from django.utils import timezone

    from plumbrule_portal.accounts import limits

    for _ in range(300):
        limits.count(limits.FORMS, "127.0.0.1", timezone.now())
    client = visitor()
    assert client.post("/account/sign-in", {"email": "x@example.org"}).status_code == 429
    assert client.get("/").status_code == 200


def test_a_session_can_be_ended_from_another_browser(node: Path) -> None:
    """The list shows both; ending one signs that browser out, and nobody ends another person's."""
    from plumbrule_portal.accounts.models import Session

    user = named("ada")
    one, two = visitor(user, second_factor=False), visitor(user, second_factor=False)
    assert one.get("/account").content.count(b"End this session") == 2
    other = Session.objects.get(key=two.session.session_key)
    assert visitor(named("eve"), second_factor=False).post(f"/account/sessions/{other.pk}/end").status_code == 404
    assert two.get("/account").status_code == 200
    one.post(f"/account/sessions/{other.pk}/end")
    assert two.get("/account").status_code == 302
    assert one.get("/account").status_code == 200


def test_a_new_password_signs_out_every_other_browser(node: Path) -> None:
    """The browser in which it was changed stays; the old password opens nothing any more."""
    user = named("ada")
    one, two = visitor(user, second_factor=False), visitor(user, second_factor=False)
    new = "eight red pears roll"
    assert b"not your password" in one.post("/account/password", {"current": "wrong", "password": new}).content
    assert one.post("/account/password", {"current": PASSWORD, "password": new}).status_code == 302
    assert one.get("/account").status_code == 200 and two.get("/account").status_code == 302
    assert sign_in(visitor(), user.email).status_code == 200
    assert sign_in(visitor(), user.email, new).status_code == 302


def test_a_closed_account_leaves_a_number_and_what_was_published(node: Path) -> None:
    """Name, address, roles, telephone, codes and sessions are gone from every table of people; the acts stay."""
    from django.core import serializers

    from plumbrule_portal.accounts.models import Act, Invitation, Membership, RecoveryCode, Session, User

    named("ben", "administrator")
    user = named("ada", "steward")
    client, _, _ = enrolled(user)
    assert b"not your password" in client.post("/account/close", {"current": "wrong"}).content
    assert client.post("/account/close", {"current": PASSWORD}).status_code == 200
    tables = (User, Membership, RecoveryCode, Session, Invitation, Act)
    left = serializers.serialize("json", [row for table in tables for row in table.objects.filter().all()])
    assert "ada@" not in left.lower() and "Ada" not in left
    assert not Membership.objects.filter(user=user).exists() and not Session.objects.filter(user=user).exists()
    assert Act.objects.filter(who=user.pk, what="closed the account").count() == 1
    assert sign_in(visitor(), "ada@example.org").status_code == 200


def test_the_last_administrator_stays(node: Path) -> None:
    """Neither closing the account nor taking the role away leaves a register without an administrator."""
    from plumbrule_portal.accounts.models import Membership

    user = named("ada", "administrator")
    client = visitor(user)
    assert b"Nobody else is administrator" in client.post("/account/close", {"current": PASSWORD}).content
    client.post(f"/people/roles/{Membership.objects.get().pk}/remove")
    assert Membership.objects.count() == 1


def test_administrators_and_stewards_are_given_by_two(node: Path) -> None:
    """One asks, another agrees and gets the link; the asker cannot agree, and an auditor needs only one."""
    from plumbrule_portal.accounts.models import Invitation, Membership

    ada, ben = visitor(named("ada", "administrator")), visitor(named("ben", "administrator"))
    asked = {"whom": "Cora", "role": "steward", "organisation": ""}
    assert ada.post("/people/invite", asked).status_code == 302
    found = Invitation.objects.get()
    assert found.secret_sha256 is None
    assert ada.post(f"/people/invitations/{found.pk}/agree").status_code == 403
    link = re.search(
        r"<pre>http://[^/]+(/account/start/[^<]+)</pre>", ben.post(f"/people/invitations/{found.pk}/agree").content.decode()
    )
    assert link is not None
    cora = visitor(person("cora"), second_factor=False)
    assert cora.get(link[1]).status_code == 200
    assert not Membership.objects.filter(user__email="cora@example.org").exists(), "looking is not taking"
    cora.post(link[1])
    assert Membership.objects.get(user__email="cora@example.org").role == "steward"
    assert cora.get(link[1]).status_code == 404
    assert b"/account/start/" in ada.post("/people/invite", {**asked, "role": "auditor"}).content


def test_an_administrator_of_one_organisation_gives_no_role_elsewhere(node: Path) -> None:
    """They see and change only the people of their own organisation."""
    from plumbrule_portal.accounts.models import Membership

    client = visitor(named("ada", "administrator", organisation="city-x"))
    named("ben", "focal-point", organisation="city-y")
    assert b"Ben" not in client.get("/people").content
    assert client.post("/people/invite", {"whom": "x", "role": "reporter", "organisation": "city-y"}).status_code == 403
    assert client.post("/people/invite", {"whom": "x", "role": "reporter", "organisation": ""}).status_code == 403
    there = Membership.objects.get(organisation="city-y")
    assert client.post(f"/people/roles/{there.pk}/remove").status_code == 403
    assert client.post("/people/invite", {"whom": "x", "role": "reporter", "organisation": "city-x"}).status_code == 200


def test_one_does_not_go_elsewhere_after_signing_in(node: Path) -> None:
    """An address of another site in `next` is not followed."""
    user = named("ada")
    for there in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        page = visitor().post("/account/sign-in", {"email": user.email, "password": PASSWORD, "next": there})
        assert page["Location"] == "/desk"


def test_who_forgot_the_password_gets_a_link_and_keeps_the_second_factor(node: Path) -> None:
    """The link works once, signs out every browser, and opens nothing that needs the digits; the old password is gone."""
    admin, user = visitor(named("ben", "administrator")), named("ada", "steward")
    before, secret, _ = enrolled(user)
    page = admin.post(f"/people/{user.pk}/new-password").content.decode()
    link = re.search(r"<pre>http://[^/]+(/account/start/[^<]+)</pre>", page)[1]
    other, new = visitor(), "eight red pears roll"
    assert b"Choose a new password" in other.get(link).content
    assert b"errorlist" in other.post(link, {"password": "short"}).content
    assert other.post(link, {"password": new})["Location"] == "/account/sign-in"
    assert before.get("/account").status_code == 302 and other.get(link).status_code == 404
    assert sign_in(other, user.email).status_code == 200
    assert sign_in(other, user.email, new)["Location"].startswith("/account/second-factor")
    assert other.post("/account/second-factor/new", {"code": totp(secret)})["Location"].startswith("/account/second-factor?")


def test_an_administrator_of_one_organisation_gives_no_link_for_a_password(node: Path) -> None:
    """It would be a way into accounts of people who act for others, too."""
    local = visitor(named("ben", "administrator", organisation="city-x"))
    user = named("ada", "focal-point", organisation="city-x")
    assert local.post(f"/people/{user.pk}/new-password").status_code == 403
