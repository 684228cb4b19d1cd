"""Forms of an event: its details, its copies, and the steps of its life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional

from iurc_events.domain.needs import ASKED_FOR
from iurc_events.domain.vocabulary import EVENT_FORMATS, EVENT_KINDS
from iurc_events.localisation import noop
from iurc_events.services.event_details import EventDetails, JoinLinkDetails
from iurc_events.web.forms.fields import (
    BaseForm,
    EmailAddressField,
    LanguageMapField,
    Translations,
    WallDateField,
    key_or_none,
    localise,
    narrow,
    stripped,
)
from iurc_events.web.forms.time_slots import SlotForm
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.needs import ASKED_WORDS
from iurc_events.web.presentation.vocabulary import label

Choices = Sequence[tuple[int, str]]


class JoinLinkForm(Form):
    """A way to join online; a row without any text is dropped."""

    class Meta:
        """Our sentences."""

        def get_translations(self, _form: Form) -> Translations:
            """Return our sentences."""
            return Translations()

    label_en = StringField(noop("Name in English"), [Length(max=120)], filters=[stripped])
    label_zh = StringField(noop("Name in Chinese"), [Length(max=120)], filters=[stripped])
    address = StringField(noop("Address"), [Length(max=2000)], filters=[narrow])
    meeting_number = StringField(noop("Meeting number"), [Length(max=80)], filters=[narrow])
    passcode = StringField(noop("Passcode"), [Length(max=80)], filters=[stripped])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        localise(self)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into the row."""
        return not any(field.data for field in self)

    def validate_address(self, field: StringField) -> None:
        """Ask for a web address wherever anything is said of a link."""
        if not self.is_blank and not (field.data or "").startswith(("https://", "http://")):
            raise ValidationError(gettext(noop("Enter an address that begins with https://")))


class EventForm(SlotForm):
    """All that an organiser says of an event."""

    programme = SelectField(noop("Programme"), coerce=int)
    title = LanguageMapField(
        noop("Title"),
        required=("any",),
        description=noop("Up to 300 characters. Write what people will look for; leave out the date."),
        missing_message=noop("Give a title in English or Chinese"),
    )
    summary = LanguageMapField(
        noop("Summary"),
        max_length=4000,
        is_long=True,
        description=noop("Two or three sentences. Shown in lists, calendars and the agenda."),
    )
    kind = SelectField(noop("Kind"))
    format = RadioField(noop("Format"), default="online")
    venue_name = LanguageMapField(noop("Name of the venue"))
    venue_address = LanguageMapField(noop("Address of the venue"))
    venue_city = SelectField(noop("City of the venue"), coerce=key_or_none)
    join_links = FieldList(FormField(JoinLinkForm), label=noop("Join links"), max_entries=12)
    themes = SelectMultipleField(noop("Themes"), coerce=int)
    sdgs = SelectMultipleField(noop("Sustainable Development Goals"), coerce=int)
    pairs = SelectMultipleField(noop("Pairs whose meeting it is"), coerce=int)
    cities = SelectMultipleField(noop("Cities that take part"), coerce=int)
    also_for = SelectMultipleField(noop("Held for these programmes too"), coerce=int)
    capacity = IntegerField(
        noop("Places"),
        [Optional(), NumberRange(min=1, max=100_000, message=noop("Enter a number from 1"))],
        description=noop("Leave it out where there is no limit"),
    )
    is_registration_open = BooleanField(noop("People can sign up on the page"))
    registration_opens_on = WallDateField(noop("Registration opens on"), [Optional()])
    registration_closes_on = WallDateField(noop("Registration closes on"), [Optional()])
    asks_for = SelectMultipleField(noop("What people are asked for"))
    contact_name = StringField(noop("Contact"), [Length(max=200)], filters=[stripped])
    contact_email = EmailAddressField(noop("Mail address of the contact"), [Optional(), Email(), Length(max=254)])
    working_languages = SelectMultipleField(noop("Working languages"))
    slug = StringField(
        noop("Address of the page"),
        [Length(max=50)],
        filters=[narrow],
        description=noop("Made of year and title where left out; fixed at the first publication."),
    )
    version = HiddenField()

    def prepare(
        self,
        *,
        programmes: Choices,
        cities: Choices,
        pairs: Choices,
        themes: Choices,
        zones: dict[str, list[tuple[str, str]]],
        other_languages: Sequence[str] = (),
    ) -> None:
        """Fill the lists to choose from, in the page's language."""
        self.prepare_time(zones)
        self.programme.choices = list(programmes)
        self.also_for.choices = list(programmes)
        self.kind.choices = [(value, label("kind", value, current_language())) for value in EVENT_KINDS]
        self.format.choices = [(value, label("format", value, current_language())) for value in EVENT_FORMATS]
        self.venue_city.choices = [("", gettext(noop("Not stated"))), *cities]
        self.themes.choices, self.pairs.choices, self.cities.choices = list(themes), list(pairs), list(cities)
        self.sdgs.choices = [
            (number, f"{number} {label('sdg', str(number), current_language())}") for number in range(1, 18)
        ]
        self.asks_for.choices = [(name, gettext(ASKED_WORDS[name])) for name in ASKED_FOR]
        names = {"en": "English", "zh": "中文", **{code: code for code in other_languages}}
        self.working_languages.choices = list(names.items())

    def show_details(self, details: EventDetails) -> None:
        """Fill the form with an event that is not being sent."""
        self.show_slot(details.slot)
        for name in ("title", "summary", "venue_name", "venue_address"):
            getattr(self, name).process(None, getattr(details, name) or {})
        self.kind.data, self.format.data = details.kind, details.format
        self.venue_city.data = details.venue_city_id
        self.themes.data, self.pairs.data = list(details.theme_ids), list(details.pair_ids)
        self.cities.data, self.also_for.data = list(details.city_ids), list(details.also_for_ids)
        self.sdgs.data, self.working_languages.data = list(details.sdgs), list(details.working_languages)
        self.asks_for.data = list(details.asks_for)
        self.capacity.data, self.is_registration_open.data = details.capacity, details.is_registration_open
        self.registration_opens_on.process(None, _day(details.registration_opens_on))
        self.registration_closes_on.process(None, _day(details.registration_closes_on))
        self.contact_name.data, self.contact_email.data = details.contact_name, details.contact_email
        for link in details.join_links:
            self.join_links.append_entry(
                {
                    "label_en": link.label.get("en", ""),
                    "label_zh": link.label.get("zh", ""),
                    "address": link.address,
                    "meeting_number": link.meeting_number or "",
                    "passcode": link.passcode or "",
                }
            )

    def add_blank_links(self, wanted: int = 1) -> None:
        """End the join links with a row to fill in."""
        blank = sum(1 for entry in self.join_links if entry.form.is_blank)
        for _ in range(min(wanted - blank, 12 - len(self.join_links))):
            self.join_links.append_entry()

    def validate_registration_closes_on(self, field: WallDateField) -> None:
        """Registration closes on the day it opens or later."""
        if field.data and self.registration_opens_on.data and field.data < self.registration_opens_on.data:
            raise ValidationError(
                gettext(
                    noop("The last day must not be before %(start)s"), start=self.registration_opens_on.data.isoformat()
                )
            )

    def details(self, before: EventDetails | None = None) -> EventDetails:
        """Return what was typed.

        Args:
            before: What the event says now: chosen things keep their order, links their further languages.
        """
        links = tuple(
            JoinLinkDetails(
                address=entry.form.address.data or "",
                label={
                    tag: text
                    for tag, text in (("en", entry.form.label_en.data), ("zh", entry.form.label_zh.data))
                    if text
                },
                meeting_number=entry.form.meeting_number.data or None,
                passcode=entry.form.passcode.data or None,
            )
            for entry in self.join_links
            if not entry.form.is_blank
        )
        base = before or EventDetails(title={}, kind="", format="", slot=None)
        return replace(
            base,
            title=self._texts(self.title, base.title) or {},
            summary=self._texts(self.summary, base.summary),
            venue_name=self._texts(self.venue_name, base.venue_name),
            venue_address=self._texts(self.venue_address, base.venue_address),
            kind=self.kind.data,
            format=self.format.data,
            slot=self.slot,
            venue_city_id=self.venue_city.data,
            join_links=links,
            theme_ids=_ordered(base.theme_ids, self.themes.data),
            pair_ids=_ordered(base.pair_ids, self.pairs.data),
            city_ids=_ordered(base.city_ids, self.cities.data),
            also_for_ids=_ordered(
                base.also_for_ids, [key for key in self.also_for.data or () if key != self.programme.data]
            ),
            sdgs=_ordered(base.sdgs, self.sdgs.data),
            working_languages=_ordered(base.working_languages, self.working_languages.data),
            asks_for=tuple(name for name in ASKED_FOR if name in (self.asks_for.data or ())),
            capacity=self.capacity.data,
            registration_opens_on=_iso(self.registration_opens_on.data),
            registration_closes_on=_iso(self.registration_closes_on.data),
            is_registration_open=bool(self.is_registration_open.data),
            contact_name=self.contact_name.data or None,
            contact_email=self.contact_email.data or None,
        )

    @staticmethod
    def _texts(field: Any, before: dict[str, str] | None) -> dict[str, str] | None:
        others = {tag: text for tag, text in (before or {}).items() if tag not in ("en", "zh")}
        return {**field.language_map, **others} or None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _ordered(before: Sequence[Any], chosen: Sequence[Any] | None) -> tuple[Any, ...]:
    """Return what was chosen: what was there keeps its order, the rest follows."""
    wanted = list(chosen or ())
    return tuple([each for each in before if each in wanted] + [each for each in wanted if each not in before])


class CopyForm(SlotForm):
    """A copy of an event: title and new date."""

    title = LanguageMapField(
        noop("Title"), required=("any",), missing_message=noop("Give a title in English or Chinese")
    )


class MoveForm(SlotForm):
    """A new date, and why."""

    reason = LanguageMapField(noop("Reason"), max_length=500, description=noop("Shown on the page and in the mails."))


class PostponeForm(BaseForm):
    """Why an event does not take place then."""

    reason = LanguageMapField(noop("Reason"), max_length=500, description=noop("Shown on the page and in the mails."))


class CancelForm(BaseForm):
    """Why an event is cancelled; said in public."""

    reason = LanguageMapField(
        noop("Reason"),
        required=("any",),
        max_length=500,
        description=noop("Shown on the page and in the mails."),
        missing_message=noop("Say why, in English or Chinese"),
    )


class PreviewForm(BaseForm):
    """A link for those who approve."""

    name = StringField(noop("For whom"), [InputRequired(noop("Say for whom the link is")), Length(max=120)])
    days = SelectField(noop("Ends after"), coerce=int, default=14)
