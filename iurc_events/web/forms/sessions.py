"""The form of a session."""

from __future__ import annotations

from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from iurc_events.domain.vocabulary import EVENT_FORMATS, SESSION_KINDS
from iurc_events.localisation import noop
from iurc_events.services.sessions import SessionDetails
from iurc_events.web.forms.agenda_hours import HoursForm
from iurc_events.web.forms.fields import LanguageMapField, stripped
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.vocabulary import choices


class EventSessionForm(HoursForm):
    """A session: title, kind, hours, room, chair."""

    title = LanguageMapField(
        noop("Title"), required=("any",), missing_message=noop("Give a title in English or Chinese")
    )
    kind = SelectField(noop("Kind"), validators=[InputRequired()])
    room = LanguageMapField(noop("Room"), max_length=100)
    parallel_group = StringField(
        noop("Runs side by side with"),
        [Optional(), Length(max=120)],
        filters=[stripped],
        description=noop("Give the same word to all sessions that run at the same time, such as “Break-outs”"),
    )
    capacity = IntegerField(noop("Places"), [Optional(), NumberRange(min=1, max=100_000)])
    format = SelectField(noop("Format"), [Optional()])
    chair = SelectField(noop("Chair"), coerce=int, default=0)
    note = TextAreaField(noop("Note for organisers"), [Optional(), Length(max=2000)], filters=[stripped])
    mark = HiddenField()

    def prepare(self, speakers: list[tuple[int, str]]) -> None:
        """Fill the lists to choose from, in the page's language."""
        language = current_language()
        self.kind.choices = choices("session_kind", language, SESSION_KINDS)
        self.format.choices = [
            ("", gettext(noop("as the event"))),
            *choices("format", language, EVENT_FORMATS),
        ]
        self.chair.choices = [(0, gettext(noop("nobody named"))), *speakers]

    def show(self, details: SessionDetails) -> None:
        """Fill the fields with what is said of a session."""
        self.kind.data = details.kind
        self.parallel_group.data = details.parallel_group
        self.capacity.data = details.capacity
        self.format.data = details.format or ""
        self.chair.data = details.chair_id or 0
        self.note.data = details.note
        self.mark.data = details.mark

    @property
    def details(self) -> SessionDetails:
        """What was typed."""
        return SessionDetails(
            title=self.title.language_map,
            kind=self.kind.data,
            slot=self.slot,
            room=self.room.language_map or None,
            parallel_group=self.parallel_group.data or None,
            capacity=self.capacity.data,
            format=self.format.data or None,
            note=self.note.data or None,
            chair_id=self.chair.data or None,
        )
