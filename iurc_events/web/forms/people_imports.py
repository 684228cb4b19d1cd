"""Forms with which a city sends a list of people, says what its columns mean, and enters it."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, FileField, RadioField, TextAreaField, ValidationError

from iurc_events.documents.people_lists import MAX_BYTES
from iurc_events.domain.vocabulary import MEMBER_ROLES
from iurc_events.localisation import noop
from iurc_events.models.delegations import Delegation
from iurc_events.services.people_imports import Sent
from iurc_events.web.forms.fields import BaseForm, select_choices
from iurc_events.web.localisation import current_language
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.vocabulary import choices


class PeopleListForm(BaseForm):
    """A list: pasted, or a file."""

    text = TextAreaField(
        noop("Paste the list"),
        description=noop(
            "Copy the cells in Excel or WPS, with or without the headings, or write one person per line: "
            "name, job title, organisation, mail address."
        ),
    )
    file = FileField(
        noop("Or choose a file"),
        description=noop("Excel (.xlsx) or CSV, up to 5 MB and 5,000 people."),
    )
    role = RadioField(noop("They come as"))
    mode = RadioField(noop("They take part"))
    #: Whether the event lets people choose how they take part.
    asks_mode = False

    def offer(self, delegation: Delegation) -> None:
        """Give the fields their choices, as the delegation's places and the event allow."""
        language = current_language()
        roles = [quota.role for quota in delegation.quotas if quota.places]
        self.role.choices = select_choices(choices("member_role", language, MEMBER_ROLES))
        if not self.role.data:
            self.role.data = roles[0] if roles else "speaker"
        self.asks_mode = delegation.event.format not in ("onsite", "online")
        self.mode.choices = select_choices(
            [*choices("attendance", language, ("onsite", "online")), ("", _("Not stated"))]
        )
        if not self.mode.data:
            self.mode.data = "" if self.is_submitted() else "onsite"

    def validate_text(self, field: TextAreaField) -> None:
        """Ask for a list, one way or the other."""
        if not (field.data or "").strip() and not getattr(self.file.data, "filename", ""):
            raise ValidationError(_("Paste the list, or choose a file"))

    def read(self) -> Sent:
        """Return what was sent, for the service; a file is read up to what is allowed, and once."""
        upload: Any = self.file.data
        name = getattr(upload, "filename", "") or ""
        content = upload.read(MAX_BYTES + 1) if name else b""
        if name:
            upload.close()
        return Sent(
            file_name=name,
            content=content,
            text="" if name else self.text.data or "",
            role=self.role.data or "speaker",
            mode=self.mode.data or None,
        )


class ColumnsForm(BaseForm):
    """Nothing but the token: the selects are one per column."""


class PeopleEntryForm(BaseForm):
    """How a checked list is entered."""

    choice = RadioField(noop("What to do with rows that have faults"), default="all")
    has_consented = BooleanField(noop("The speakers agree to be named in the public agenda"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice.choices = select_choices(
            [
                ("all", _("Enter nobody until all rows are right")),
                ("good", _("Enter the good rows, leave the others out")),
            ]
        )
