"""Forms about persons, apart from events."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.validators import Email, Length, NumberRange, Optional

from iurc_events.domain.language_maps import cleaned
from iurc_events.localisation import noop
from iurc_events.models.speakers import Person
from iurc_events.services.persons import FIELDS, PersonDetails, value_of, version_of
from iurc_events.web.forms.fields import BaseForm, EmailAddressField, LanguageMapField, select_choices, stripped
from iurc_events.web.forms.speaker_pages import LANGUAGES_SPOKEN
from iurc_events.web.localisation import gettext as _

#: What the fields are called that a merge chooses between.
FIELD_WORDS = {
    "name_en": noop("Name in Latin letters"),
    "name_zh": noop("Name in Chinese characters"),
    "name_native": noop("Name in the person’s own script"),
    "email": noop("Mail address"),
    "languages": noop("Languages"),
    "protocol_rank": noop("Rank in the order of protocol"),
}


class PersonForm(BaseForm):
    """What is said of a person apart from events."""

    name = LanguageMapField(
        noop("Name"), required=("any",), max_length=120, missing_message=noop("Enter the name in English or Chinese")
    )
    family_name = LanguageMapField(noop("Family name, as it stands in the name"), max_length=80)
    name_native = StringField(
        noop("Name in the person’s own script"), [Optional(), Length(max=120)], filters=[stripped]
    )
    sort_keys = LanguageMapField(
        noop("Sorted as"),
        max_length=120,
        description=noop(
            "Family name first; for Chinese, pinyin with tones, such as “zeng1 wei3”. Empty follows the name."
        ),
    )
    email = EmailAddressField(
        noop("Mail address"),
        [Optional(), Length(max=254), Email(noop("Enter a mail address such as name@example.org"))],
    )
    languages = SelectMultipleField(noop("Languages"))
    protocol_rank = IntegerField(
        noop("Rank in the order of protocol"),
        [Optional(), NumberRange(1, 9999, message=noop("Enter a number from %(min)s to %(max)s"))],
        description=noop("1 before 2; people without a rank come after, by name."),
    )
    version = HiddenField()

    def __init__(self, person: Person, *, may_change_mail: bool) -> None:
        super().__init__(
            data={
                "name": person.name,
                "family_name": person.family_name or {},
                "name_native": person.name_native or "",
                "sort_keys": person.sort_keys,
                "email": person.email or "",
                "languages": list(person.languages),
                "protocol_rank": person.protocol_rank,
                "version": version_of(person),
            }
        )
        kept = [(tag, tag) for tag in person.languages if tag not in LANGUAGES_SPOKEN]
        self.languages.choices = select_choices([*((tag, _(word)) for tag, word in LANGUAGES_SPOKEN.items()), *kept])
        self._email = person.email or ""
        if not may_change_mail:
            del self.email

    @property
    def details(self) -> PersonDetails:
        """What was typed."""
        return PersonDetails(
            cleaned(self.name.language_map),
            cleaned(self.family_name.language_map),
            self.name_native.data or "",
            cleaned(self.sort_keys.language_map),
            (self.email.data or "").lower() if "email" in self else self._email,
            self.protocol_rank.data,
            tuple(self.languages.data or ()),
        )


class MergeForm(BaseForm):
    """Which of two values is kept, field by field."""

    def __init__(self, kept: Person, merged: Person) -> None:
        super().__init__(data={name: "kept" if value_of(kept, name) else "merged" for name in FIELDS})
        for name in FIELDS:
            values = {"kept": value_of(kept, name), "merged": value_of(merged, name)}
            if values["kept"] == values["merged"] or not values["merged"]:
                del self[name]
                continue
            self[name].choices = select_choices(
                [(which, _shown(value)) for which, value in values.items() if value or which == "kept"]
            )

    @property
    def taken(self) -> list[str]:
        """The fields that are taken over."""
        return [name for name in FIELDS if name in self and self[name].data == "merged"]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return _(", ").join(_(str(LANGUAGES_SPOKEN.get(tag, tag))) for tag in value)
    return str(value) if value else _("nothing")


for _name, _label in FIELD_WORDS.items():
    setattr(MergeForm, _name, RadioField(_label))
