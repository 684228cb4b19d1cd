"""Forms of formal letters and of the letterhead they are printed on."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date

from wtforms import HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from iurc_events.domain.language_maps import LanguageMap
from iurc_events.localisation import noop
from iurc_events.services.letter_texts import PURPOSES
from iurc_events.web.forms.fields import BaseForm, LanguageMapField, Required, WallDateField, select_choices, stripped
from iurc_events.web.localisation import gettext

PURPOSE_WORDS = {
    "leave": noop("Confirmation for the employer"),
    "visa": noop("Confirmation for a visa"),
    "attendance": noop("Certificate of attendance"),
}
#: Texts of a letterhead, as the programme keeps them.
LETTERHEAD_TEXTS = ("office", "address", "signatory", "signatory_title")


class InvitationLettersForm(BaseForm):
    """Which delegations get a letter, of which day, with which paragraph of one's own."""

    delegations = SelectMultipleField(
        noop("Delegations"), coerce=uuid.UUID, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    addition = LanguageMapField(
        noop("A paragraph of your own"),
        is_long=True,
        max_length=2000,
        description=noop("For instance on travel and costs. It stands between the facts and the closing words."),
    )
    issued_on = WallDateField(noop("Date of the letter"), [Required(noop("Enter a date such as 2022-04-29"))])

    def offer(self, delegations: Iterable[tuple[uuid.UUID, str]], *, chosen: list[uuid.UUID], today: date) -> None:
        """Give the choices, and what is chosen when the page is opened."""
        self.delegations.choices = select_choices([(str(key), name) for key, name in delegations])
        if not self.is_submitted():
            self.delegations.data = chosen
            self.issued_on.data = today


class ConfirmationForm(BaseForm):
    """A letter for one person."""

    kind = HiddenField()
    person = HiddenField()
    purpose = SelectField(noop("Which letter"))
    issued_on = WallDateField(noop("Date of the letter"), [Required(noop("Enter a date such as 2022-04-29"))])

    def offer(self, *, today: date) -> None:
        """Give the choices in the page's language."""
        self.purpose.choices = select_choices([(value, gettext(PURPOSE_WORDS[value])) for value in PURPOSES])
        if not self.is_submitted():
            self.issued_on.data = today


class LetterheadForm(BaseForm):
    """What the letters of a programme print at their head and under the signature."""

    office = LanguageMapField(noop("Office"))
    address = LanguageMapField(noop("Address"))
    signatory = LanguageMapField(noop("Who signs"))
    signatory_title = LanguageMapField(noop("Title of who signs"))
    prefix = StringField(
        noop("Numbers begin with"),
        [
            Length(max=20),
            Regexp(r"^[A-Za-z0-9-]*$", message=noop("Use letters, digits and hyphens")),
        ],
        description=noop("For instance IURC-CN; the year and a number follow."),
        filters=[stripped],
    )

    @property
    def texts(self) -> dict[str, LanguageMap]:
        """The texts that were typed."""
        return {name: self._fields[name].language_map for name in LETTERHEAD_TEXTS}
