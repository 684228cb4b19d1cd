"""Forms with which the programme team enters participants."""

from __future__ import annotations

from dataclasses import replace

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import Email, InputRequired, Length, Optional

from iurc_events.domain.language_maps import text_of
from iurc_events.domain.vocabulary import STAKEHOLDER_TYPES
from iurc_events.localisation import noop
from iurc_events.models.events import Event
from iurc_events.queries import participants as participant_queries
from iurc_events.services.entered_participants import Entry
from iurc_events.web.forms.fields import (
    BaseForm,
    EmailAddressField,
    NumberedForm,
    Required,
    key_or_none,
    offer_modes,
    select_choices,
    stripped,
)
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.vocabulary import choices


class NewcomerForm(BaseForm):
    """Somebody who joined without having registered."""

    name = StringField(noop("Name"), [InputRequired(noop("Enter the name")), Length(max=200)], filters=[stripped])
    email = EmailAddressField(
        noop("Mail address"),
        [Optional(), Length(max=254), Email(noop("Enter a mail address such as name@example.org"))],
    )
    organisation = StringField(noop("Organisation"), [Length(max=300)], filters=[stripped])
    city = SelectField(noop("City or region"), coerce=key_or_none)
    stakeholder_type = SelectField(noop("Kind of organisation"), default="other")

    def offer(self, event: Event) -> None:
        """Fill the lists to choose from."""
        language = current_language()
        cities = participant_queries.list_cities_of_programmes(event)
        named = sorted(((key, text_of(name, language)) for key, name, *_ in cities), key=lambda each: each[1])
        self.city.choices = [("", gettext(noop("None of the partner cities"))), *named]
        self.stakeholder_type.choices = select_choices(choices("stakeholder", language, STAKEHOLDER_TYPES))

    @property
    def entry(self) -> Entry:
        """What was typed, for the service."""
        return Entry(
            name=self.name.data or "",
            email=self.email.data or "",
            organisation=self.organisation.data or "",
            city_id=self.city.data,
            stakeholder_type=self.stakeholder_type.data,
        )


class EntryForm(NumberedForm, NewcomerForm):
    """Somebody who asked for a place in another way, for example by phone."""

    mode = RadioField(noop("Takes part"), [Required(noop("Choose on site or online"))])
    language = RadioField(
        noop("Language of the mail"), choices=select_choices([("en", "English"), ("zh", "中文")]), default="en"
    )

    def offer(self, event: Event) -> None:
        """Fill the lists to choose from: on site and online only as the event is held."""
        super().offer(event)
        offer_modes(self.mode, event.format)

    @property
    def entry(self) -> Entry:
        """What was typed, for the service."""
        return replace(super().entry, mode=self.mode.data, language=self.language.data)
