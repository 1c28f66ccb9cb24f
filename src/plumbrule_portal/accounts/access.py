"""Who may do what. Every address declares its rule here, by a decorator on its view; one without a rule fails a test.

    @everybody                       anybody, signed in or not
    @signed_in                       whoever has an account
    @acting(Role.STEWARD, …)         whoever has one of these roles for some organisation; for which one, the view asks
                                     with `may(user, organisation, …)` when it looks the thing up

A role is held for an organisation, or for the node itself (""). A steward, an auditor and an administrator of the node are
that for every organisation. Their acts need the second factor: without it these roles do not count, anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from plumbrule_portal.accounts.models import Membership, Role, User

if TYPE_CHECKING:
    Person = User | AnonymousUser
View = Callable[..., HttpResponseBase]
STRONG = frozenset({Role.STEWARD, Role.AUDITOR, Role.ADMINISTRATOR})
"""Roles that count only when the second factor was shown; those of the node itself hold for every organisation."""
NODE = ""
SECOND_FACTOR = "/account/second-factor"


class Need(StrEnum):
    """What an address asks of whoever comes."""

    NOTHING = "nothing"
    ACCOUNT = "account"
    ROLE = "role"
    TOKEN = "token"  # noqa: S105 - a kind of rule, no secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The rule of an address: what it asks, and one of which roles."""

    need: Need
    roles: tuple[Role, ...] = ()


def everybody(view: View) -> View:
    """Anybody may come."""
    return _marked(view, Rule(need=Need.NOTHING))


def by_token(view: View) -> View:
    """The view itself checks who sends: a scoped token, or a signature."""
    return _marked(view, Rule(need=Need.TOKEN))


def signed_in(view: View) -> View:
    """Whoever has an account; others are asked to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return _marked(guarded, Rule(need=Need.ACCOUNT))


def acting(*roles: Role) -> Callable[[View], View]:
    """Whoever has one of the roles, for any organisation. Who has it only without the second factor is asked for that."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not has_role(request.user, *roles):
                if given(request.user) & set(roles):
                    return redirect_to_login(request.get_full_path(), SECOND_FACTOR)
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return _marked(guarded, Rule(need=Need.ROLE, roles=roles))

    return decorate


def _marked(view: View, rule: Rule) -> View:
    @wraps(view)
    def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    marked.rule = rule  # type: ignore[attr-defined] # functions may carry marks; `rule_of` reads this one
    return marked


def rule_of(view: object) -> Rule | None:
    """The rule that an address's view declares, or None."""
    found = getattr(view, "rule", None)
    return found if isinstance(found, Rule) else None


def held(user: Person) -> frozenset[tuple[str, Role]]:
    """The organisations and roles in which this person may act now.

    A request's user says whether the second factor was shown (`django_otp`); one that the command line hands in has no
    such question to answer.
    """
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    shown = getattr(user, "is_verified", None)
    strong = shown is None or bool(shown())
    pairs = Membership.objects.filter(user__id=user.pk or 0).values_list("organisation", "role")
    return frozenset((organisation, Role(role)) for organisation, role in pairs if strong or Role(role) not in STRONG)


def given(user: Person) -> set[Role]:
    """The roles that a person was given, whether or not they count now."""
    return {Role(role) for role in Membership.objects.filter(user__id=user.pk or 0).values_list("role", flat=True)}


def has_role(user: Person, *roles: Role) -> bool:
    """Whether the person may act in one of the roles for some organisation."""
    return any(role in roles for _, role in held(user))


def may(user: Person, organisation: str, *roles: Role) -> bool:
    """Whether the person may act in one of the roles for this organisation (its slug; "" is the node itself)."""
    return any(role in roles and (of == organisation or (of == NODE and role in STRONG)) for of, role in held(user))


def demand(user: Person, organisation: str, *roles: Role) -> None:
    """Raise PermissionDenied unless `may`."""
    if not may(user, organisation, *roles):
        raise PermissionDenied


def organisations_of(user: Person, *roles: Role) -> frozenset[str] | None:
    """The organisations for which the person may act in one of the roles; None for all of them."""
    pairs = [(of, role) for of, role in held(user) if role in roles]
    if any(of == NODE and role in STRONG for of, role in pairs):
        return None
    return frozenset(of for of, _ in pairs)
