"""Forms of letters to many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectMultipleField
from wtforms.validators import NumberRange, Optional

from iurc_events.domain.errors import DomainError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.mailings import DELEGATION_STATES, GROUPS, Audience
from iurc_events.domain.merge_fields import unknown_fields
from iurc_events.domain.time_slots import to_instant
from iurc_events.localisation import LANGUAGES, noop
from iurc_events.models.mailings import Mailing
from iurc_events.services.mailing_texts import wording_of
from iurc_events.services.mailings import MailingContent
from iurc_events.web.errors import message_of
from iurc_events.web.forms.fields import (
    BaseForm,
    LanguageMapField,
    NumberedForm,
    WallDateField,
    WallTimeField,
    select_choices,
    wall_time,
)
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.vocabulary import label

#: What each group is called.
GROUP_WORDS = {
    "registered": noop("Registered people"),
    "waiting": noop("People on the waiting list"),
    "attended": noop("People who attended"),
    "speakers": noop("Accepted speakers"),
    "focal-points": noop("Focal points of delegations"),
    "followers": noop("Account holders who follow the event"),
}


class WordsForm(BaseForm):
    """Subject and text in both languages; only fields of the closed list stand in braces."""

    subject = LanguageMapField(
        noop("Subject"), required=("any",), max_length=120, missing_message=noop("Write a subject in one language")
    )
    body = LanguageMapField(
        noop("Text"),
        required=("any",),
        max_length=12_000,
        is_long=True,
        missing_message=noop("Write a text in one language"),
    )
    version = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """Check that each language has both subject and text, and no field is unknown."""
        is_fine = super().validate(extra_validators)
        for field in (self.subject, self.body):
            for language in LANGUAGES:
                if unknown := unknown_fields(field.language_map.get(language, "")):
                    said = gettext(noop("There is no field {%(field)s}"), field=unknown[0])
                    field.add_error(language, said)
                    is_fine = False
        if is_fine:
            for language in LANGUAGES:
                has_subject, has_body = language in self.subject.language_map, language in self.body.language_map
                if has_subject and not has_body:
                    self.body.add_error(language, gettext(noop("Write the text too, or empty the subject")))
                    is_fine = False
                elif has_body and not has_subject:
                    self.subject.add_error(language, gettext(noop("Write the subject too, or empty the text")))
                    is_fine = False
        return is_fine

    def show_version(self, mailing: Mailing) -> None:
        """Keep which version of a letter is shown, so that saving replaces no other."""
        self.version.data = str(mailing.version)

    @property
    def texts(self) -> tuple[LanguageMap, LanguageMap]:
        """Subject and text."""
        return self.subject.language_map, self.body.language_map


class MailingForm(WordsForm, NumberedForm):
    """A letter: what it says, who gets it, and when it leaves."""

    groups = SelectMultipleField(noop("Who gets it"))
    delegation_states = SelectMultipleField(
        noop("Delegations in these states"), description=noop("All that did not decline where none is chosen.")
    )
    cities = SelectMultipleField(
        noop("Only from these cities"),
        coerce=int,
        description=noop("Everybody where none is chosen; who gave no city is left out otherwise."),
    )
    mode = RadioField(noop("How they take part"), default="")
    is_essential = BooleanField(noop("Essential: send it also to people who unsubscribed from letters"))
    timing = RadioField(noop("When it leaves"), default="later")
    day = WallDateField(noop("Day"), [Optional()])
    at = WallTimeField(noop("Time"), [Optional()])
    days = IntegerField(
        noop("Days before the start or after the end"),
        [Optional(), NumberRange(min=0, max=365, message=noop("Enter a number from 0 to 365"))],
    )

    def offer(self, cities: Sequence[tuple[int, str]], zone_name: str) -> None:
        """Put choices into the lists."""
        self.zone_name = zone_name
        self.groups.choices = select_choices((each, gettext(GROUP_WORDS[each])) for each in GROUPS)
        language = current_language()
        self.delegation_states.choices = select_choices(
            (each, label("state", each, language)) for each in DELEGATION_STATES
        )
        self.cities.choices = [*cities]
        self.mode.choices = select_choices(
            [
                ("", gettext(noop("All"))),
                *((each, label("attendance", each, language)) for each in ("onsite", "online")),
            ]
        )
        self.timing.choices = select_choices(
            [
                ("later", gettext(noop("Decide later: keep it as a draft"))),
                ("at", gettext(noop("At a moment, in the time zone of the event"))),
                ("before-start", gettext(noop("Some days before the event begins"))),
                ("after-end", gettext(noop("Some days after the event ends"))),
            ]
        )

    def show(self, mailing: Mailing) -> None:
        """Show a letter as it is stored."""
        words, audience = wording_of(mailing), Audience.of_words(mailing.audience)
        self.subject.process(None, words.subject)
        self.body.process(None, words.body)
        self.groups.data, self.cities.data = list(audience.groups), list(audience.city_ids)
        self.delegation_states.data, self.mode.data = list(audience.delegation_states), audience.mode
        self.is_essential.data, self.days.data = audience.is_essential, mailing.days
        self.timing.data = mailing.timing if mailing.at_wall else "later"
        if mailing.at_wall and mailing.timing == "at":
            wall = datetime.fromisoformat(mailing.at_wall)
            self.day.data, self.at.data = wall.date(), wall.time()
        elif mailing.at_wall:
            self.at.data = time.fromisoformat(mailing.at_wall)
        self.show_version(mailing)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what the way of planning asks for."""
        is_fine = super().validate(extra_validators)
        if not self.groups.data:
            self.groups.errors = [gettext(noop("Choose at least one group"))]
            is_fine = False
        if self.timing.data == "later":
            return is_fine
        if self.at.data is None and not self.at.errors:
            self.at.errors = [gettext(noop("Enter a time such as 09:30"))]
        if self.timing.data == "at":
            if self.day.data is None and not self.day.errors:
                self.day.errors = [gettext(noop("Enter a date such as 2022-04-29"))]
            if wall := wall_time(self.day.data, self.at.data):
                try:
                    to_instant(wall, self.zone_name)
                except DomainError as error:
                    self.at.errors = [message_of(error)]
        elif self.days.data is None and not self.days.errors:
            self.days.errors = [gettext(noop("Enter a number from 0 to 365"))]
        return is_fine and not (self.at.errors or self.day.errors or self.days.errors)

    @property
    def content(self) -> MailingContent:
        """What was chosen."""
        subject, body = self.texts
        timing = "at" if self.timing.data == "later" else self.timing.data
        at_wall = None
        if self.timing.data == "at":
            wall = wall_time(self.day.data, self.at.data)
            at_wall = wall.strftime("%Y-%m-%dT%H:%M") if wall else None
        elif self.timing.data != "later" and self.at.data:
            at_wall = self.at.data.strftime("%H:%M")
        return MailingContent(
            subject=subject,
            body=body,
            audience=Audience(
                tuple(self.groups.data or ()),
                tuple(self.delegation_states.data or ()),
                tuple(self.cities.data or ()),
                self.mode.data or "",
                is_essential=bool(self.is_essential.data),
            ),
            timing=timing,
            days=self.days.data if timing != "at" else None,
            at_wall=at_wall,
        )


class StandardLetterForm(WordsForm):
    """Words and time of a standard letter."""

    days = IntegerField(
        noop("Days"), [NumberRange(min=0, max=60, message=noop("Enter a number from 0 to 60"))], default=1
    )
    at = WallTimeField(noop("Time"))

    def show(self, mailing: Mailing) -> None:
        """Show a letter as it is stored, or as it is where nobody changed it."""
        words = wording_of(mailing)
        self.subject.process(None, words.subject)
        self.body.process(None, words.body)
        self.days.data, self.at.data = mailing.days or 0, time.fromisoformat(mailing.at_wall or "10:00")
        self.show_version(mailing)

    def content(self, mailing: Mailing) -> MailingContent:
        """Return what was chosen; a standard letter keeps its readers and what its days are counted from."""
        subject, body = self.texts
        at_wall = self.at.data.strftime("%H:%M") if self.at.data else "10:00"
        audience = Audience.of_words(mailing.audience)
        return MailingContent(subject, body, audience, mailing.timing, self.days.data or 0, at_wall)

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the time."""
        is_fine = super().validate(extra_validators)
        if self.at.data is None:
            self.at.errors = self.at.errors or [gettext(noop("Enter a time such as 09:30"))]
            return False
        return is_fine
