"""Forms about personal data: one's own, and what organisers decide."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from iurc_events.localisation import noop
from iurc_events.services.privacy_notices import PARTS
from iurc_events.services.privacy_requests import IDENTITY_CHECKS
from iurc_events.services.retention import LONGEST_DAYS, SHORTEST_DAYS
from iurc_events.web.forms.accounts import ADDRESS_RULES
from iurc_events.web.forms.fields import BaseForm, EmailAddressField, LanguageMapField, stripped
from iurc_events.web.localisation import gettext


class OwnDataForm(BaseForm):
    """Whose data, and what is to be done with it."""

    email = EmailAddressField(noop("Mail address"), ADDRESS_RULES)
    kind = RadioField(noop("What you want"), [InputRequired(noop("Choose what you want"))])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [
            SelectChoice("export", gettext("A copy of my data")),
            SelectChoice("erasure", gettext("Have my data erased")),
        ]


class IdentityForm(BaseForm):
    """How an organiser made sure who asks."""

    check = RadioField(
        noop("How you know that it is this person who asks"), [InputRequired(noop("Say how you know who asks"))]
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.check.choices = [SelectChoice(key, gettext(words)) for key, words in IDENTITY_CHECKS.items()]


class RefusalForm(BaseForm):
    """Why data is kept, in writing."""

    reason = TextAreaField(
        noop("Reason, sent to the person"),
        [InputRequired(noop("Give the reason: the person has a right to it")), Length(max=2000)],
        filters=[stripped],
    )


class RetentionForm(BaseForm):
    """For how long the names of an event are kept."""

    days = IntegerField(
        noop("Days after the event"),
        [
            Optional(),
            NumberRange(SHORTEST_DAYS, LONGEST_DAYS, message=noop("Enter a number from %(min)s to %(max)s")),
        ],
    )


class NoticeForm(BaseForm):
    """What only those responsible can say; what stays empty is shown as not stated."""


for _name, _label in PARTS.items():
    setattr(NoticeForm, _name, LanguageMapField(_label, required=()))
