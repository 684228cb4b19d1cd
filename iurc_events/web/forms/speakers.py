"""The form with which a city registers somebody: a speaker, a participant or an observer."""

from __future__ import annotations

import uuid

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Email, Length, Optional

from iurc_events.domain.language_maps import LanguageMap, has_han
from iurc_events.domain.vocabulary import STAKEHOLDER_TYPES
from iurc_events.localisation import noop
from iurc_events.models.delegations import Delegation
from iurc_events.services.members import Member, MemberDetails
from iurc_events.services.members import details_of as member_details_of
from iurc_events.services.sort_keys import latin_name
from iurc_events.services.speakers import SpeakerDetails
from iurc_events.web.forms.fields import (
    BaseForm,
    EmailAddressField,
    LanguageMapField,
    Required,
    narrow,
    offer_modes,
    select_choices,
    stripped,
)
from iurc_events.web.forms.needs import AskedFields
from iurc_events.web.localisation import current_language
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.vocabulary import choices

_SHORT = Length(max=100, message=noop("Write at most 100 characters"))


#: Chinese characters, the rare ones of names included.


class OwnSpeakerForm(AskedFields, BaseForm):
    """Somebody of the own city: names in both scripts, what they are at this event; and their talk."""

    family_zh = StringField(noop("Family name"), [Optional(), _SHORT], filters=[stripped])
    given_zh = StringField(noop("Given name"), [Optional(), _SHORT], filters=[stripped])
    family_en = StringField(noop("Family name"), [Optional(), _SHORT], filters=[narrow])
    given_en = StringField(noop("Given name"), [Optional(), _SHORT], filters=[narrow])
    honorific = SelectField(noop("Form of address"), default="")
    title = LanguageMapField(noop("Job title"), max_length=120)
    organisation = LanguageMapField(noop("Organisation"), required=("any",), max_length=120)
    stakeholder_type = SelectField(noop("Kind of organisation"), default="")
    topic = LanguageMapField(noop("Topic of the talk"), max_length=300)
    abstract = LanguageMapField(noop("Short description"), max_length=2000, is_long=True)
    language_spoken = SelectField(noop("Language of the talk"), default="")
    mode = RadioField(noop("Takes part"), [Required(noop("Choose how the speaker takes part"))])
    email = EmailAddressField(
        noop("Mail address of the speaker"),
        [Optional(), Length(max=254), Email(noop("Enter a mail address such as name@example.org"))],
    )
    consent = BooleanField(noop("The speaker agrees to be named in the public agenda"))
    may_wait = BooleanField(noop("Put the person on the waiting list"))
    reason = TextAreaField(noop("Why the change is needed"), [Optional(), Length(max=1000)], filters=[stripped])
    version = HiddenField()
    #: Public id of the person whom the form was filled from.
    person = HiddenField()
    #: ``speaker``, ``participant`` or ``observer``; the others have no topic.
    role = "speaker"
    #: Whether what is typed is asked for, not stored: after the deadline.
    is_asking = False
    #: Said where all places are taken, so that the waiting list can be chosen.
    waiting_question = ""
    #: Whether family names stand first in Latin letters too, as on the Chinese side.
    is_family_first = False
    #: Whether the Latin form was proposed here and is to be checked.
    is_romanised_here = False

    def offer(self, delegation: Delegation, role: str = "speaker", *, is_asking: bool = False) -> None:
        """Give the fields their choices, in the page's language, as the event allows and the role needs."""
        event, language = delegation.event, current_language()
        self.role, self.is_asking = role, is_asking
        self.ask_for(event.asks_for)
        if role != "speaker":
            for name in ("honorific", "topic", "abstract", "language_spoken", "consent"):
                del self._fields[name]
        if not is_asking:
            del self._fields["reason"]
        self.is_family_first = delegation.city.side == "China"
        none = ("", _("Not stated"))
        self.honorific.choices = select_choices([none, *choices("honorific", language, ("mr", "ms", "dr", "prof"))])
        self.stakeholder_type.choices = select_choices([none, *choices("stakeholder", language, STAKEHOLDER_TYPES)])
        self.language_spoken.choices = select_choices(
            [none, ("zh", _("Chinese")), ("en", _("English")), ("other", _("Another language"))]
        )
        offer_modes(self.mode, event.format)

    def fill(self, member: Member) -> None:
        """Show what is stored."""
        said = member_details_of(member)
        self._show(said)
        self.mode.data = said.mode or self.mode.data
        self.gender.data = said.gender or ""
        self.consent.data = member.consented_at is not None
        self.version.data = str(member.version)
        self._show_texts(said, "topic", "abstract")

    def take_over(self, person_id: uuid.UUID, member: Member) -> None:
        """Fill an empty form from somebody's earlier appearance; what belongs to one event alone stays empty."""
        self.person.data = str(person_id)
        self._show(member_details_of(member))

    def _show(self, speaker: MemberDetails) -> None:
        names, families = speaker.name, speaker.family_name or {}
        self.family_zh.data = families.get("zh", "")
        self.given_zh.data = names.get("zh", "").replace(families.get("zh", ""), "", 1).strip("· ")
        self.family_en.data = families.get("en", "")
        self.given_en.data = names.get("en", "").replace(families.get("en", ""), "", 1).strip()
        self.honorific.data = speaker.honorific or ""
        self.stakeholder_type.data = speaker.stakeholder_type or ""
        self.language_spoken.data = speaker.language_spoken or ""
        self.email.data = speaker.email or ""
        self._show_texts(speaker, "title", "organisation")

    def _show_texts(self, speaker: MemberDetails, *names: str) -> None:
        for name in names:
            texts = getattr(speaker, name) or {}
            field = getattr(self, name)
            field.form["en"].data, field.form["zh"].data = texts.get("en", ""), texts.get("zh", "")

    def validate(self, extra_validators: object = None) -> bool:
        """Ask for a whole name in at least one script; the Latin form is proposed from the Chinese one."""
        is_fine = bool(super().validate(extra_validators))
        if self.is_asking and not self.reason.data:
            self.reason.errors = [_("Say in a word why")]
            is_fine = False
        has_zh, has_en = (
            bool(self.family_zh.data or self.given_zh.data),
            bool(self.family_en.data or self.given_en.data),
        )
        if not has_zh and not has_en:
            own = self.family_zh if current_language() == "zh" else self.family_en
            own.errors = [*own.errors, _("Enter the name in Chinese or in Latin letters")]
            return False
        for family, given, is_used in (
            (self.family_zh, self.given_zh, has_zh),
            (self.family_en, self.given_en, has_en),
        ):
            if is_used and not family.data:
                family.errors = [*family.errors, _("Enter the family name")]
                is_fine = False
            if is_used and not given.data:
                given.errors = [*given.errors, _("Enter the given name")]
                is_fine = False
        is_fine = self._check_scripts() and is_fine
        if is_fine and has_zh and not has_en and self.is_family_first:
            self.family_en.data, self.given_en.data = latin_name(self.family_zh.data or "", self.given_zh.data or "")
            self.is_romanised_here = True
        return is_fine

    def _check_scripts(self) -> bool:
        """Ask for each script in its own fields."""
        is_fine = True
        for field in (self.family_zh, self.given_zh):
            if field.data and not field.errors and not has_han(field.data):
                field.errors = [_("Write this in Chinese characters; Latin letters have their own fields")]
                is_fine = False
        for field in (self.family_en, self.given_en):
            if field.data and not field.errors and has_han(field.data):
                field.errors = [_("Write this in Latin letters; Chinese characters have their own fields")]
                is_fine = False
        return is_fine

    @property
    def person_id(self) -> uuid.UUID | None:
        """The person whom the form was filled from; None for whatever is no id."""
        try:
            return uuid.UUID(self.person.data or "")
        except ValueError:
            return None

    @property
    def shown_version(self) -> int | None:
        """The version that the form was opened with."""
        text = self.version.data or ""
        return int(text) if text.isdigit() else None

    def _names(self) -> tuple[LanguageMap, LanguageMap]:
        """Return whole names and family names by script, in the order in which they are printed."""
        name: LanguageMap = {}
        family: LanguageMap = {}
        if self.family_zh.data and self.given_zh.data:
            chinese = (self.family_zh.data, self.given_zh.data)
            name["zh"] = "".join(chinese) if self.is_family_first else "·".join(reversed(chinese))
            family["zh"] = self.family_zh.data
        if self.family_en.data and self.given_en.data:
            parts = (self.family_en.data, self.given_en.data)
            name["en"] = " ".join(parts if self.is_family_first else reversed(parts))
            family["en"] = self.family_en.data
        return name, family

    @property
    def details(self) -> SpeakerDetails:
        """What was typed, for the service."""
        name, family = self._names()
        return SpeakerDetails(
            name=name,
            family_name=family or None,
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

    @property
    def member_details(self) -> MemberDetails:
        """What was typed, of whatever role; what is not asked is empty."""
        said = self.details
        is_speaker = self.role == "speaker"
        return MemberDetails(
            name=said.name,
            family_name=said.family_name,
            honorific=said.honorific,
            title=said.title,
            organisation=said.organisation,
            stakeholder_type=said.stakeholder_type,
            email=said.email,
            topic=said.topic if is_speaker else None,
            abstract=said.abstract if is_speaker else None,
            language_spoken=said.language_spoken if is_speaker else None,
            mode=said.mode,
            role=self.role,
            gender=(self.gender.data or None) if "gender" in self._fields else None,
        )
