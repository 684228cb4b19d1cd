"""The form of an item of the agenda."""

from __future__ import annotations

from datetime import datetime, timedelta

from wtforms import HiddenField, IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from iurc_events.domain.vocabulary import ITEM_KINDS
from iurc_events.localisation import noop
from iurc_events.services.agenda_items import ItemDetails
from iurc_events.web.forms.agenda_hours import HoursForm
from iurc_events.web.forms.fields import LanguageMapField, stripped
from iurc_events.web.localisation import current_language
from iurc_events.web.presentation.vocabulary import choices


class AgendaItemForm(HoursForm):
    """An item: topic, kind, hours or length, cities in whose name it is held."""

    session = SelectField(noop("Session"), coerce=int)
    kind = SelectField(noop("Kind"), validators=[InputRequired()], default="talk")
    topic = LanguageMapField(noop("Topic"), max_length=500)
    title = LanguageMapField(
        noop("Name of the item"),
        description=noop("Only where it has one of its own, such as “Coffee on the terrace”"),
    )
    minutes = IntegerField(
        noop("Minutes"),
        [Optional(), NumberRange(min=1, max=1440)],
        description=noop("Instead of the end, or where no hours are known"),
    )
    cities = SelectMultipleField(noop("Held by"), coerce=int, default=())
    note = TextAreaField(noop("Note for organisers"), [Optional(), Length(max=2000)], filters=[stripped])
    mark = HiddenField()

    def prepare(self, sessions: list[tuple[int, str]], cities: list[tuple[int, str]]) -> None:
        """Fill the lists to choose from, in the page's language."""
        self.kind.choices = choices("item_kind", current_language(), ITEM_KINDS)
        self.session.choices = sessions
        self.cities.choices = cities

    def show(self, details: ItemDetails) -> None:
        """Fill the fields with what is said of an item."""
        self.kind.data = details.kind
        self.minutes.data = details.duration_min
        self.cities.data = list(details.city_ids)
        self.note.data = details.note
        self.mark.data = details.mark

    def end_without_time(self, starts: datetime) -> datetime | None:
        """Return the end by the length that was typed."""
        return starts + timedelta(minutes=self.minutes.data) if self.minutes.data else None

    @property
    def details(self) -> ItemDetails:
        """What was typed; an end that came of the length keeps the length."""
        return ItemDetails(
            kind=self.kind.data,
            title=self.title.language_map or None,
            topic=self.topic.language_map or None,
            slot=self.slot,
            duration_min=self.minutes.data,
            city_ids=tuple(self.cities.data or ()),
            note=self.note.data or None,
        )
