"""Forms of reported numbers: one typed, or several pasted."""

from __future__ import annotations

from wtforms import HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from iurc_events.domain.reported_counts import read_count
from iurc_events.domain.vocabulary import COUNT_SUBJECTS
from iurc_events.localisation import noop
from iurc_events.web.forms.fields import BaseForm, key_or_none, stripped
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.vocabulary import LABELS, label


def _subjects() -> list[tuple[str, str]]:
    return [(value, label("count_subject", value, current_language())) for value in COUNT_SUBJECTS]


class HeadCountForm(BaseForm):
    """One reported number."""

    subject = SelectField(noop("What was counted"))
    city = SelectField(noop("City"), coerce=key_or_none)
    value = StringField(
        noop("Number"),
        [InputRequired(noop("Enter a number")), Length(max=60)],
        description=noop("As reported: 72, more than 70, about 30, 70余, 超过70."),
        filters=[stripped],
    )
    qualifier = SelectField(noop("How sure"))
    source = StringField(noop("Source"), [Length(max=500)], filters=[stripped])

    def prepare(self, cities: list[tuple[int, str]]) -> None:
        """Fill the lists to choose from, in the page's language."""
        self.subject.choices = _subjects()
        self.city.choices = [("", gettext(noop("The whole event"))), *cities]
        self.qualifier.choices = [
            ("", gettext(noop("as written"))),
            *((value, label("qualifier", value, current_language())) for value in LABELS["qualifier"]),
        ]

    def validate_value(self, field: StringField) -> None:
        """Ask for one number."""
        if field.data and read_count(field.data) is None:
            raise ValidationError(gettext(noop("Enter one number, such as 72 or “more than 70”")))


class PastedCountsForm(BaseForm):
    """Numbers of several cities, one in each line."""

    pasted_subject = SelectField(noop("What was counted"))
    text = TextAreaField(
        noop("Lines"),
        [InputRequired(noop("Paste at least one line")), Length(max=20_000)],
        description=noop("One city in each line, then the number: from a spreadsheet, two columns."),
    )
    pasted_source = StringField(noop("Source"), [Length(max=500)], filters=[stripped])
    step = HiddenField(default="preview")

    def prepare(self) -> None:
        """Fill the lists to choose from, in the page's language."""
        self.pasted_subject.choices = _subjects()
