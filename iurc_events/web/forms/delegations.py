"""Forms of delegations: invitations, terms, focal points; and of speakers as organisers enter them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    TextAreaField,
)
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional

from iurc_events.domain.vocabulary import (
    ATTENDANCE_MODES,
    HONORIFICS,
    SPEAKER_ROLES,
    STAKEHOLDER_TYPES,
    WAITING_RULES,
)
from iurc_events.localisation import noop
from iurc_events.mail.contents import Quota
from iurc_events.models.delegations import Delegation
from iurc_events.services.delegations import FocalPointDetails
from iurc_events.services.speakers import SpeakerDetails
from iurc_events.web.forms.fields import (
    BaseForm,
    EmailAddressField,
    LanguageMapField,
    Translations,
    WallDateField,
    localise,
    stripped,
)
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.vocabulary import choices

ROLES = ("speaker", "participant", "observer")
MODES = ("any", "onsite", "online")
LANGUAGE_CHOICES = [("en", "English"), ("zh", "中文")]
_EMAIL = noop("Enter a mail address such as name@example.org")


def number_of(text: str | None) -> int | None:
    """Return the version that a form was opened with, or None where it says none."""
    return int(text) if text and text.isascii() and text.isdigit() else None


def _places() -> IntegerField:
    return IntegerField("", [Optional(), NumberRange(min=0, max=500)])


class TermsForm(BaseForm):
    """Places by role and mode, and the last day to answer."""

    speaker_any = _places()
    speaker_onsite = _places()
    speaker_online = _places()
    participant_any = _places()
    participant_onsite = _places()
    participant_online = _places()
    observer_any = _places()
    observer_onsite = _places()
    observer_online = _places()
    deadline_on = WallDateField(
        noop("Answer by"),
        [Optional()],
        description=noop("The day ends at 23:59 in the city’s own time"),
    )
    version = HiddenField()

    @property
    def quotas(self) -> list[Quota]:
        """The places that were typed; empty fields set no limit, 0 leaves none."""
        fields = self._fields
        return [
            Quota(role, mode, fields[f"{role}_{mode}"].data)
            for role in ROLES
            for mode in MODES
            if fields[f"{role}_{mode}"].data is not None
        ]

    def show_quotas(self, delegation: Delegation) -> None:
        """Fill in the places of a delegation."""
        for quota in delegation.quotas:
            self._fields[f"{quota.role}_{quota.mode}"].data = quota.places


class PointRowForm(Form):
    """Whom to write to in one city; a row without address invites without mail."""

    class Meta:
        """Our sentences."""

        def get_translations(self, _form: Form) -> Translations:
            """Return our sentences."""
            return Translations()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = list(LANGUAGE_CHOICES)
        localise(self)

    city = HiddenField()
    email = EmailAddressField(noop("Mail address"), [Optional(), Email(_EMAIL), Length(max=254)])
    name = StringField(noop("Name"), [Optional(), Length(max=200)], filters=[stripped])
    language = SelectField(noop("Language of the mail"), default="en")

    def validate_email(self, field: StringField) -> None:
        """Put the sentence into the page's language."""
        if field.errors:
            field.errors = [gettext(str(each)) for each in field.errors]


class InviteForm(TermsForm):
    """The invitation of the cities that were chosen."""

    points = FieldList(FormField(PointRowForm), max_entries=400)
    note = TextAreaField(
        noop("Message to the cities"),
        [Optional(), Length(max=3000)],
        filters=[stripped],
        description=noop("It stands in every mail as you write it; write both languages one after the other"),
    )

    def points_of(self, slug: str) -> tuple[FocalPointDetails, ...]:
        """Return whom to write to in a city."""
        return tuple(
            FocalPointDetails(row.email.data, row.name.data or "", row.language.data)
            for row in (entry.form for entry in self.points.entries)
            if row.city.data == slug and row.email.data
        )


class FocalPointForm(BaseForm):
    """Somebody who answers for a city."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = list(LANGUAGE_CHOICES)

    email = EmailAddressField(noop("Mail address"), [InputRequired(_EMAIL), Email(_EMAIL), Length(max=254)])
    name = StringField(noop("Name"), [Optional(), Length(max=200)], filters=[stripped])
    language = SelectField(noop("Language of the mail"), default="en")

    @property
    def details(self) -> FocalPointDetails:
        """What was typed."""
        return FocalPointDetails(self.email.data or "", self.name.data or "", self.language.data)


class HandOverForm(FocalPointForm):
    """A colleague to whom a delegate hands over."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stays.choices = [
            ("yes", gettext(noop("Yes, we work on it together"))),
            ("no", gettext(noop("No, I give up my access"))),
        ]

    stays = RadioField(noop("Do you stay a focal point?"), default="yes")


class WithdrawalForm(BaseForm):
    """Why somebody is to be withdrawn after the deadline."""

    reason = TextAreaField(
        noop("Why the change is needed"),
        [InputRequired(noop("Say in a word why")), Length(max=1000)],
        filters=[stripped],
    )


class RuleForm(BaseForm):
    """Who gets the next free place when several delegations wait."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule.choices = choices("waiting-rule", current_language(), WAITING_RULES)

    rule = RadioField(noop("Who gets a free place"))


class DecisionForm(BaseForm):
    """What an organiser says to a change that a city asked for."""

    note = TextAreaField(
        noop("Note to the city"),
        [Optional(), Length(max=1000)],
        filters=[stripped],
        description=noop("The city reads it in the mail"),
    )
    version = HiddenField()


class ChosenForm(BaseForm):
    """Some delegations of an event, to remind them."""

    delegations = SelectMultipleField(
        noop("Cities"), coerce=int, validators=[InputRequired(noop("Choose at least one city"))]
    )


class ExtendForm(ChosenForm):
    """A new last day for some delegations."""

    deadline_on = WallDateField(
        noop("Answer by"),
        [InputRequired(noop("Enter the new last day"))],
        description=noop("The day ends at 23:59 in the city’s own time"),
    )


class RefuseForm(BaseForm):
    """Why a nominated speaker is not accepted."""

    reason = TextAreaField(
        noop("Reason"),
        [Optional(), Length(max=1000)],
        filters=[stripped],
        description=noop("The city reads it in the mail"),
    )


class SpeakerForm(BaseForm):
    """A speaker as organisers enter and correct one."""

    name = LanguageMapField(
        noop("Name as printed"),
        required=("any",),
        max_length=120,
        missing_message=noop("Enter the name in English or Chinese"),
    )
    family_name = LanguageMapField(
        noop("Family name"), max_length=120, description=noop("As it stands in the name; it is set in small capitals")
    )
    name_native = StringField(noop("Name in another script"), [Optional(), Length(max=200)], filters=[stripped])
    honorific = SelectField(noop("Form of address"), default="")
    title = LanguageMapField(noop("Job title"), max_length=300)
    organisation = LanguageMapField(noop("Organisation"), max_length=300)
    city = SelectField(noop("City"), coerce=int, default=0)
    stakeholder_type = SelectField(noop("Kind of organisation"), default="")
    roles = SelectMultipleField(noop("Roles at the event"), default=("speaker",))
    topic = LanguageMapField(noop("Topic"), max_length=500)
    abstract = LanguageMapField(noop("Abstract"), max_length=3000, is_long=True)
    language_spoken = SelectField(noop("Language of the talk"), default="")
    mode = SelectField(noop("Comes"), default="")
    email = EmailAddressField(noop("Mail address"), [Optional(), Email(_EMAIL), Length(max=254)])
    has_consented = BooleanField(noop("Agreed to be named in public"))
    version = HiddenField()

    #: What somebody else stored while the form was open.
    theirs: SpeakerDetails | None = None
    #: Whether the page asks who it is before anything is stored, and what it says of each answer.
    is_question = False
    notes: Mapping[str, str] = {}

    def prepare(self, cities: Sequence[tuple[int, str]]) -> None:
        """Fill the lists to choose from, in the page's language."""
        language = current_language()
        unknown = ("", gettext(noop("not stated")))
        self.honorific.choices = [unknown, *choices("honorific", language, HONORIFICS)]
        self.stakeholder_type.choices = [unknown, *choices("stakeholder", language, STAKEHOLDER_TYPES)]
        self.roles.choices = choices("speaker_role", language, SPEAKER_ROLES)
        self.mode.choices = [unknown, *choices("attendance", language, ATTENDANCE_MODES)]
        self.language_spoken.choices = [unknown, *LANGUAGE_CHOICES]
        if (spoken := self.language_spoken.data) and spoken not in ("en", "zh") and not self.is_submitted():
            self.language_spoken.choices.append((spoken, spoken))
        self.city.choices = [(0, gettext(noop("no city: a guest"))), *cities]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; a family name must be part of the name."""
        is_fine = bool(super().validate(extra_validators))
        for language, family in self.family_name.language_map.items():
            whole = self.name.language_map.get(language, "")
            if family.casefold() not in whole.casefold():
                self.family_name.add_error(language, gettext(noop("Write it as it stands in the name")))
                is_fine = False
        return is_fine

    @property
    def details(self) -> SpeakerDetails:
        """What was typed."""
        return SpeakerDetails(
            name=self.name.language_map,
            family_name=self.family_name.language_map or None,
            name_native=self.name_native.data or None,
            honorific=self.honorific.data or None,
            title=self.title.language_map or None,
            organisation=self.organisation.language_map or None,
            stakeholder_type=self.stakeholder_type.data or None,
            email=self.email.data or None,
            topic=self.topic.language_map or None,
            abstract=self.abstract.language_map or None,
            language_spoken=self.language_spoken.data or None,
            mode=self.mode.data or None,
        )
