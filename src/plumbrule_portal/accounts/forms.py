"""Forms for people with an account."""

from __future__ import annotations

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _


class SignIn(forms.Form):
    """Address and password."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))

    def refuse(self) -> None:
        """Say that it did not work, and not which of the two was wrong."""
        self.add_error(None, _("Address and password do not fit. Check both, and whether capital letters are on."))


class NewAccount(forms.Form):
    """The first account by a link."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least twelve signs. A few words that nobody would guess are better than one difficult one."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        """Refuse what is short or common."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password
