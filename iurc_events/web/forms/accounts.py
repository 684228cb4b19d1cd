"""Forms of signing in, of one's own account, and of inviting people."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import Email, InputRequired, Length, Optional

from iurc_events.domain.vocabulary import RoleName
from iurc_events.localisation import noop
from iurc_events.web.forms.fields import BaseForm, EmailAddressField, stripped
from iurc_events.web.localisation import gettext

ADDRESS_RULES = (
    InputRequired(noop("Enter your mail address")),
    Length(max=254, message=noop("Enter a mail address such as name@example.org")),
    Email(noop("Enter a mail address such as name@example.org")),
)
LANGUAGE_CHOICES = (SelectChoice("en", "English"), SelectChoice("zh", "中文"))


class SignInForm(BaseForm):
    """Address and password; the password is not asked for when a link is wanted."""

    email = EmailAddressField(noop("Mail address"), ADDRESS_RULES)
    password = PasswordField(noop("Password"), [Length(max=2000)])
    next = HiddenField()


class AddressForm(BaseForm):
    """Where to send a link."""

    email = EmailAddressField(noop("Mail address"), ADDRESS_RULES)


class NewPasswordForm(BaseForm):
    """A password to be set by a link."""

    password = PasswordField(noop("New password"), [InputRequired(noop("Enter a new password")), Length(max=2000)])


class ConfirmForm(BaseForm):
    """A button, safe from other sites."""


class SettingsForm(BaseForm):
    """What people choose for themselves."""

    name = StringField(noop("Name"), [InputRequired(noop("Enter your name")), Length(max=200)], filters=[stripped])
    language = RadioField(noop("Language of messages to you"), choices=LANGUAGE_CHOICES)
    theme = RadioField(noop("Colours"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.theme.choices = [
            SelectChoice("system", gettext("As the device")),
            SelectChoice("light", gettext("Light")),
            SelectChoice("dark", gettext("Dark")),
        ]


class ChangePasswordForm(BaseForm):
    """The present password and a new one."""

    present = PasswordField(noop("Present password"), [Length(max=2000)])
    new = PasswordField(noop("New password"), [InputRequired(noop("Enter a new password")), Length(max=2000)])


def _with_none(rows: list[tuple[int, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in [(0, "–"), *rows]]


class InvitationForm(BaseForm):
    """Somebody new, and one role."""

    email = EmailAddressField(
        noop("Mail address"), [InputRequired(noop("Enter the mail address of the person")), *ADDRESS_RULES[1:]]
    )
    name = StringField(noop("Name"), [Optional(), Length(max=200)], filters=[stripped])
    language = RadioField(noop("Language of the invitation"), choices=LANGUAGE_CHOICES, default="en")
    role = SelectField(noop("Role"))
    programme = SelectField(noop("Programme"), coerce=int, default=0)
    city = SelectField(noop("City"), coerce=int, default=0)

    def offer(
        self, roles: list[tuple[RoleName, str]], programmes: list[tuple[int, str]], cities: list[tuple[int, str]]
    ) -> None:
        """Offer what the actor may give; anything else is refused (sec-2)."""
        self.role.choices = [SelectChoice(role.value, label) for role, label in roles]
        self.programme.choices = _with_none(programmes)
        self.city.choices = _with_none(cities)
