"""The form with which people sign up for an event."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import Email, Length

from iurc_events.domain.vocabulary import STAKEHOLDER_TYPES
from iurc_events.localisation import noop
from iurc_events.models.events import Event
from iurc_events.queries import participants as participant_queries
from iurc_events.services.participants import OwnDetails
from iurc_events.web.forms.fields import (
    BaseForm,
    EmailAddressField,
    NumberedForm,
    Required,
    offer_modes,
    select_choices,
    stripped,
)
from iurc_events.web.forms.needs import AskedFields
from iurc_events.web.localisation import current_language
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.vocabulary import choices


class ParticipantForm(AskedFields, BaseForm):
    """What people say about themselves."""

    name = StringField(
        noop("Your name"),
        [Required(noop("Enter your name")), Length(max=200, message=noop("Write at most 200 characters"))],
        filters=[stripped],
    )
    organisation = StringField(
        noop("Organisation"),
        [
            Required(noop("Enter your organisation, or “none”")),
            Length(max=300, message=noop("Write at most 300 characters")),
        ],
        filters=[stripped],
    )
    stakeholder_type = RadioField(noop("You come from"), [Required(noop("Choose what fits best"))])
    mode = RadioField(noop("How you take part"), [Required(noop("Choose on site or online"))])

    def offer(self, event: Any) -> None:
        """Give the fields their choices: on site and online only as the event is held.

        Args:
            event: Anything with the event's ``format`` and ``asks_for``.
        """
        language = current_language()
        self.ask_for(event.asks_for)
        self.stakeholder_type.choices = select_choices(choices("stakeholder", language, STAKEHOLDER_TYPES))
        offer_modes(self.mode, event.format)


class OwnRegistrationForm(ParticipantForm):
    """What people may change later."""

    version = HiddenField()

    @property
    def shown_version(self) -> int | None:
        """The version that the form was opened with."""
        text = self.version.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else None

    @property
    def details(self) -> OwnDetails:
        """What was typed, for the service."""
        return OwnDetails(
            name=self.name.data or "",
            organisation=self.organisation.data or "",
            stakeholder_type=self.stakeholder_type.data,
            mode=self.mode.data,
            gender=self.given_gender,
            needs=self.given_needs,
        )


class SignUpForm(NumberedForm, ParticipantForm):
    """A registration."""

    email = EmailAddressField(
        noop("Mail address"),
        [
            Required(noop("Enter your mail address")),
            Length(max=254, message=noop("Enter a mail address such as name@example.org")),
            Email(noop("Enter a mail address such as name@example.org")),
        ],
    )
    city = SelectField(noop("City or region"), validate_choice=True)
    wants_invitation = BooleanField(
        noop("Send me the event as a calendar invitation that follows every change"),
        description=noop("A mail puts it into your calendar within minutes; a calendar address may take a day."),
    )
    consent = BooleanField(noop("I have read this and agree"), [Required(noop("Agree so that you can sign up"))])
    transfer_consent = BooleanField(
        noop("In mainland China: I agree separately that organisers in Europe receive these data"),
        description=noop("Needed where you choose a Chinese city; the law asks for this consent by itself."),
    )
    #: Side of the city that was chosen, once a sent form was offered its choices.
    chosen_side: str | None = None

    def offer_what_was_chosen(self, event: Any) -> None:
        """Give the fields just the choices that a form which was sent needs to be checked.

        Args:
            event: What ``find_event_for_sign_up`` found.
        """
        super().offer(event)
        chosen = self.city.data or ""
        if chosen.isdecimal() and len(chosen) < 10:
            self.chosen_side = participant_queries.find_offered_side(event, int(chosen))
        self.city.choices = select_choices([("", "")] + ([(chosen, chosen)] if self.chosen_side else []))

    def offer(self, event: Event) -> None:
        """Give the fields their choices; the cities of the event's programmes, and none of them."""
        super().offer(event)
        language = current_language()
        cities = participant_queries.list_cities_of_programmes(event)
        named = sorted(
            ((keys.get(language) or name.get(language) or "", str(key), name) for key, name, _side, keys in cities),
            key=lambda entry: entry[0],
        )
        options = [(key, name.get(language) or name.get("en") or key) for _key, key, name in named]
        self.city.choices = select_choices([("", _("None of the partner cities")), *options])

    def validate_transfer_consent(self, field: BooleanField) -> None:
        """Ask for consent to the transfer abroad by itself where the PIPL holds (Art. 39)."""
        if self.chosen_side == "China" and not field.data:
            raise ValidationError(_("Agree to the transfer abroad so that you can sign up"))

    def validate_consent(self, field: BooleanField) -> None:
        """Without consent nothing is stored."""
        if not field.data:
            raise ValidationError(_("Agree so that you can sign up"))
