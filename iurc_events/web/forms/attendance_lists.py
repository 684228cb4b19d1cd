"""Forms of lists of those who joined online."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf.file import FileField
from wtforms import HiddenField, IntegerField, SelectField, TextAreaField, ValidationError
from wtforms.validators import Length, NumberRange, Optional

from iurc_events.documents.meeting_lists import MAPPED_FIELDS
from iurc_events.localisation import noop
from iurc_events.web.forms.fields import BaseForm, key_or_none
from iurc_events.web.localisation import gettext

#: Words for what a column of a list holds.
FIELD_WORDS = {
    "name": noop("Name"),
    "email": noop("Mail address"),
    "joined": noop("Joined at"),
    "left": noop("Left at"),
    "minutes": noop("Minutes"),
}


class MeetingListForm(BaseForm):
    """A list to read: a file, or pasted lines; ``token`` stands for a list that needs its columns named."""

    file = FileField(
        noop("List of those who joined"),
        description=noop("CSV or XLSX as Zoom, Teams or Tencent Meeting gives it, up to 5 MB; other tables too."),
    )
    text = TextAreaField(noop("Or paste it here"), [Length(max=1_500_000)])
    session = SelectField(noop("They came to"), coerce=key_or_none)
    token = HiddenField()

    def prepare(self, sessions: Sequence[tuple[int, str]]) -> None:
        """Fill the choice of what the list is of."""
        self.session.choices = [("", gettext(noop("The whole event"))), *sessions]

    def validate_text(self, field: TextAreaField) -> None:
        """Ask for a file or for lines."""
        has_file = bool(getattr(self.file.data, "filename", ""))
        if not has_file and not self.token.data and not (field.data or "").strip():
            raise ValidationError(gettext(noop("Choose a file or paste the list")))


class RecordForm(BaseForm):
    """From how many minutes on somebody came."""

    minimum = IntegerField(
        noop("Minutes that count as having come"),
        [Optional(), NumberRange(min=0, max=1440)],
        default=1,
    )


def column_choices() -> list[tuple[str, str]]:
    """Return what a column of an unknown table may hold."""
    return [("", gettext(noop("nothing of these"))), *((field, gettext(FIELD_WORDS[field])) for field in MAPPED_FIELDS)]
