"""The form of the speaker's own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import Length, Optional

from iurc_events.domain.language_maps import LanguageMap
from iurc_events.localisation import noop
from iurc_events.models.speakers import Speaker
from iurc_events.services.speaker_pages import Profile
from iurc_events.web.forms.fields import LanguageMapField, select_choices, stripped
from iurc_events.web.forms.speakers import OwnSpeakerForm
from iurc_events.web.localisation import current_language
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.vocabulary import choices

#: Languages that people of the programme work in, by tag.
LANGUAGES_SPOKEN: Final = {
    "zh": noop("Chinese"), "en": noop("English"), "fr": noop("French"), "de": noop("German"), "es": noop("Spanish"),
    "it": noop("Italian"), "pt": noop("Portuguese"), "nl": noop("Dutch"), "pl": noop("Polish"), "el": noop("Greek"),
}  # fmt: skip
#: What may be published, each by itself.
PUBLISHED: Final = {
    "name": noop("My name, title and organisation"),
    "photo": noop("My photo"),
    "biography": noop("My biography"),
    "topic": noop("My topic and its description"),
    "slides": noop("My slides, once the programme team releases them"),
}
#: What stays in the middle of the square, from left and top.
FOCUS: Final = {
    "centre": (0.5, 0.5), "top": (0.5, 0.0), "bottom": (0.5, 1.0), "left": (0.0, 0.5), "right": (1.0, 0.5),
}  # fmt: skip
_FIELDS: Final = frozenset((
    "family_zh", "given_zh", "family_en", "given_en", "honorific", "title", "organisation", "topic", "abstract",
    "language_spoken", "biography", "languages", "interpretation", "availability", "technical_needs", "photo", "focus",
    "focus_x", "focus_y", "slides", "published", "version", "csrf_token",
))  # fmt: skip
_LONG: Final = Length(max=2000, message=noop("Write at most 2,000 characters"))


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it came."""

    name: str
    content: bytes


def read_upload(field: FileField) -> UploadedFile | None:
    """Return the file that was chosen; the size of the whole form is limited before this."""
    file = field.data
    if not getattr(file, "filename", ""):
        return None
    return UploadedFile(file.filename, file.read())


class SpeakerPageForm(OwnSpeakerForm):
    """Everything that speakers say of themselves, their photo and slides, and what may be published."""

    biography = LanguageMapField(noop("Biography"), max_length=3000, is_long=True)
    languages = SelectMultipleField(noop("Languages you speak"))
    interpretation = SelectField(noop("Interpretation you need"))
    availability = TextAreaField(noop("When you can and cannot be there"), [Optional(), _LONG], filters=[stripped])
    technical_needs = TextAreaField(noop("Technical needs"), [Optional(), _LONG], filters=[stripped])
    photo = FileField(noop("Choose a photo"))
    focus = RadioField(noop("What stays in the picture"), default="centre", validate_choice=False)
    focus_x = HiddenField()
    focus_y = HiddenField()
    slides = FileField(noop("Choose your slides"))
    published = SelectMultipleField(noop("What may be published"))

    def prepare(self, speaker: Speaker, asks_for: Sequence[str] = ()) -> None:
        """Give the fields their choices, in the page's language, and keep those that the event asks for."""
        self.ask_for(asks_for)
        for name in set(self._fields) - _FIELDS - set(asks_for):  # what only a delegation says of its people
            del self._fields[name]
        language = current_language()
        self.is_family_first = _is_family_first(speaker)
        none = ("", _("Not stated"))
        self.honorific.choices = select_choices([none, *choices("honorific", language, ("mr", "ms", "dr", "prof"))])
        self.language_spoken.choices = select_choices(
            [none, ("zh", _("Chinese")), ("en", _("English")), ("other", _("Another language"))]
        )
        self.interpretation.choices = select_choices(
            [("", _("None")), ("zh", _("Into Chinese")), ("en", _("Into English"))]
        )
        kept = [(tag, tag) for tag in speaker.person.languages if tag not in LANGUAGES_SPOKEN]
        self.languages.choices = select_choices([*((tag, _(word)) for tag, word in LANGUAGES_SPOKEN.items()), *kept])
        self.published.choices = select_choices([(part, _(word)) for part, word in PUBLISHED.items()])
        words = {
            "centre": _("The middle"), "top": _("The top"), "bottom": _("The bottom"), "left": _("The left side"),
            "right": _("The right side"),
        }  # fmt: skip
        self.focus.choices = select_choices([(place, words[place]) for place in FOCUS])

    def show(self, speaker: Speaker) -> None:
        """Show what is stored."""
        names = _typed_names(speaker)
        for field in ("family_zh", "given_zh", "family_en", "given_en"):
            getattr(self, field).data = names[field]
        self.honorific.data = speaker.honorific or ""
        self.language_spoken.data = speaker.language_spoken or ""
        self.interpretation.data = speaker.interpretation or ""
        self.languages.data = list(speaker.person.languages)
        self.availability.data = speaker.availability or ""
        self.technical_needs.data = speaker.technical_needs or ""
        self.published.data = [*(["name"] if speaker.consented_at else []), *speaker.published_parts]
        self.version.data = str(speaker.version)
        self.gender.data = speaker.gender or ""
        for name in ("title", "organisation", "topic", "abstract", "biography"):
            texts = getattr(speaker, name) or {}
            field = getattr(self, name)
            field.form["en"].data, field.form["zh"].data = texts.get("en", ""), texts.get("zh", "")

    @property
    def focus_point(self) -> tuple[float, float]:
        """Where the middle of the square is: the point that was tapped, else the side that was chosen."""
        try:
            x, y = float(self.focus_x.data or ""), float(self.focus_y.data or "")
        except ValueError:
            return FOCUS.get(self.focus.data or "", FOCUS["centre"])
        return (x, y) if 0 <= x <= 1 and 0 <= y <= 1 else FOCUS["centre"]

    def profile_for(self, speaker: Speaker) -> Profile:
        """Return what was typed; a name that was not touched stays as it is printed."""
        name, family = self._names_for(speaker)
        texts: dict[str, Any] = {
            field: getattr(self, field).language_map or None
            for field in ("title", "organisation", "topic", "abstract", "biography")
        }
        words: dict[str, Any] = {
            field: getattr(self, field).data or None
            for field in ("honorific", "language_spoken", "interpretation", "availability", "technical_needs")
        }
        return Profile(
            name=name,
            family_name=family or None,
            name_native=speaker.name_native,
            languages=tuple(self.languages.data or ()),
            published=tuple(self.published.data or ()),
            gender=self.given_gender if self.asks_gender else speaker.gender,
            **texts,
            **words,
        )

    def _names_for(self, speaker: Speaker) -> tuple[LanguageMap, LanguageMap]:
        shown = _typed_names(speaker)
        name, family = self._names()
        for script in ("zh", "en"):
            fields = (f"family_{script}", f"given_{script}")
            if script in speaker.name and all((getattr(self, each).data or "") == shown[each] for each in fields):
                name[script] = speaker.name[script]
                if stored := (speaker.family_name or {}).get(script):
                    family[script] = stored
        kept = {tag: text for tag, text in speaker.name.items() if tag not in ("en", "zh")}
        return {**name, **kept}, family


def _typed_names(speaker: Speaker) -> dict[str, str]:
    """Return the parts of a name as the form shows them."""
    names, families = speaker.name, speaker.family_name or {}
    parts: dict[str, str] = {}
    for script in ("zh", "en"):
        family = families.get(script, "")
        parts[f"family_{script}"] = family
        parts[f"given_{script}"] = names.get(script, "").replace(family, "", 1).strip("· ")
    return parts


def _is_family_first(speaker: Speaker) -> bool:
    """Tell from the name as it is printed whether the family name stands first, else from the city's side."""
    name, family = speaker.name.get("en", ""), (speaker.family_name or {}).get("en", "")
    if name and family:
        return name.startswith(family)
    if not name and speaker.name.get("zh"):
        return "·" not in speaker.name["zh"]
    return speaker.city is not None and speaker.city.side == "China"
