"""Forms for people with an account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from plumbrule_portal.accounts.models import Role

SHORT_NAME = RegexValidator(r"\A[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\Z", _("Only small letters, digits, dashes and dots."))
"""What an organisation may be called in addresses: like a host, as in the names of keys."""
_TWELVE = _("At least twelve signs. A few words that nobody would guess are better than one difficult one.")


class SignIn(forms.Form):
    """Address and password."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"), max_length=1000, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def refuse(self) -> None:
        """Say that it did not work, and not which of the two was wrong."""
        self.add_error(None, _("Address and password do not fit. Check both, and whether capital letters are on."))


class NewPassword(forms.Form):
    """A password that is long enough and not common."""

    password = forms.CharField(
        label=_("New password"),
        help_text=_TWELVE,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        """Refuse what is short or common."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class NewAccount(NewPassword):
    """An account by a link."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    field_order = ("name", "email", "password")


class OwnPassword(forms.Form):
    """The password of whoever is signed in, asked again before what cannot be undone."""

    current = forms.CharField(
        label=_("Your password"),
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.user = user

    def clean_current(self) -> str:
        """Refuse another password."""
        current: str = self.cleaned_data["current"]
        if not self.user.check_password(current):
            raise forms.ValidationError(_("This is not your password."))
        return current


class ChangePassword(OwnPassword, NewPassword):
    """The old one and a new one."""

    field_order = ("current", "password")


class Code(forms.Form):
    """Six digits, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def refuse(self) -> None:
        """Say that the code is wrong."""
        said = _("This code does not fit. Digits count for half a minute: try the next ones. Is the telephone's clock right?")
        self.add_error("code", said)


class Invite(forms.Form):
    """Somebody, a role, an organisation."""

    whom = forms.CharField(
        label=_("For whom"),
        max_length=200,
        help_text=_("So that you know it again in the list. Deleted when the link is used."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=200,
        required=False,
        validators=[SHORT_NAME],
        help_text=_("Its short name in addresses. Leave it empty for this register itself."),
    )
