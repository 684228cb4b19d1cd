"""Fields of what an event may ask people for: shown, read and stored only where it asks (sec-2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from iurc_events.domain.needs import ASKED_FOR, LONGEST
from iurc_events.domain.vocabulary import GENDERS, SPECIAL_NEEDS
from iurc_events.localisation import noop
from iurc_events.services.needs import StoredNeeds
from iurc_events.web.forms.fields import select_choices, stripped
from iurc_events.web.localisation import current_language
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.vocabulary import choices

_LENGTH = Length(max=LONGEST, message=noop("Write at most 500 characters"))


class AskedFields:
    """Fields that a form has besides its own; all of them are optional."""

    if TYPE_CHECKING:
        _fields: dict[str, Any]

    dietary = StringField(noop("Food and drink"), [Optional(), _LENGTH], filters=[stripped])
    accessibility = TextAreaField(noop("Accessibility needs"), [Optional(), _LENGTH], filters=[stripped])
    visa = TextAreaField(noop("Visa"), [Optional(), _LENGTH], filters=[stripped])
    gender = SelectField(noop("Gender"), [Optional()], default="")
    #: Whether the person gave the needs, so that this form does not show them.
    has_own_needs = False

    def ask_for(self, asks_for: Iterable[str]) -> None:
        """Keep the fields that are asked for; nothing is read from the others."""
        asked = set(asks_for)
        for name in ASKED_FOR:
            if name not in asked:
                self._fields.pop(name, None)
        self.gender.choices = select_choices(
            [("", _("Prefer not to say")), *choices("gender", current_language(), GENDERS)]
        )

    @property
    def asked(self) -> list[Any]:
        """The fields that are asked for, in their order."""
        return [self._fields[name] for name in ASKED_FOR if name in self._fields]

    @property
    def asked_needs(self) -> list[Any]:
        """The fields of needs that are asked for."""
        return [self._fields[name] for name in SPECIAL_NEEDS if name in self._fields]

    @property
    def given_needs(self) -> dict[str, str]:
        """What was typed, of the needs that are asked for."""
        return {field.name: field.data or "" for field in self.asked_needs}

    @property
    def asks_gender(self) -> bool:
        """Whether the form asks for the gender."""
        return "gender" in self._fields

    @property
    def given_gender(self) -> str | None:
        """The gender that was chosen; None for not stated or not asked."""
        return (self.gender.data or None) if self.asks_gender else None

    def show_needs(self, stored: StoredNeeds) -> None:
        """Show what is stored."""
        for field in self.asked_needs:
            field.data = stored.texts.get(field.name, "")

    def leave_needs_to_person(self) -> None:
        """Take the fields of needs away: the person gave them, and nobody of the city sees them."""
        self.has_own_needs = any(name in self._fields for name in SPECIAL_NEEDS)
        for name in SPECIAL_NEEDS:
            self._fields.pop(name, None)
