"""Forms of the import page."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, RadioField, ValidationError

from iurc_events.localisation import noop
from iurc_events.services.uploads import Upload
from iurc_events.web.forms.fields import BaseForm
from iurc_events.web.localisation import gettext


class UploadForm(BaseForm):
    """Documents to look at, and how to take them."""

    files = MultipleFileField(
        noop("Documents"),
        description=noop("JSON files of the formats iurc-events, iurc-cities and iurc-themes; up to 20 MB together."),
    )
    status = RadioField(noop("New events are"), default="draft")
    is_overwriting = BooleanField(noop("Replace what was changed here since the last import"))
    token = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.status.choices = [("draft", gettext(noop("Draft"))), ("published", gettext(noop("Published")))]

    def validate_files(self, field: MultipleFileField) -> None:
        """Ask for at least one file, unless files are kept already."""
        if not self.token.data and not self.chosen():
            raise ValidationError(gettext(noop("Choose at least one file")))

    def chosen(self) -> list[Any]:
        """Return the files that were chosen."""
        return [file for file in self.files.data or () if getattr(file, "filename", "")]

    def uploads(self) -> list[Upload]:
        """Read the files that were chosen."""
        return [Upload(file.filename, file.read()) for file in self.chosen()]
