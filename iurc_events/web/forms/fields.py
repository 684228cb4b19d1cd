"""Fields of our own: texts in two languages, wall times, mail addresses; and the base of all forms.

Full-width digits, colons, blanks and ＠, as Chinese keyboards give them, are understood everywhere.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    Form,
    FormField,
    HiddenField,
    Label,
    RadioField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import Length, Optional, StopValidation
from wtforms.widgets import TextInput

from iurc_events.domain.language_maps import LanguageMap, cleaned
from iurc_events.domain.vocabulary import modes_of
from iurc_events.localisation import noop
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.vocabulary import choices

LANGUAGE_NAMES = {"en": noop("English"), "zh": noop("Chinese")}
#: Sentences of WTForms in our own words; whoever writes a form gives better ones that name the field.
_MESSAGES = {
    "This field is required.": noop("Fill this in"),
    "Not a valid choice.": noop("Choose one of the list"),
    "Not a valid choice": noop("Choose one of the list"),
    "Invalid Choice: could not coerce.": noop("Choose one of the list"),
    "Not a valid integer value.": noop("Enter a whole number"),
    "Number must be between %(min)s and %(max)s.": noop("Enter a number from %(min)s to %(max)s"),
    "Number must be at least %(min)s.": noop("Enter a number from %(min)s upwards"),
    "Number must be at most %(max)s.": noop("Enter a number up to %(max)s"),
    "Not a valid date value.": noop("Enter a date such as 2022-04-29"),
    "Not a valid time value.": noop("Enter a time such as 09:30"),
    "Not a valid datetime value.": noop("Enter a date and a time"),
    "Invalid email address.": noop("Enter a mail address such as name@example.org"),
    "Field must be equal to %(other_name)s.": noop("The two do not agree"),
    "Invalid URL.": noop("Enter an address that begins with https://"),
}


class Translations:
    """Gives WTForms our own sentences in the page's language."""

    def gettext(self, string: str) -> str:
        """Return a message of WTForms in our words."""
        return gettext(_MESSAGES.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return a counting message; the figures stay placeholders for WTForms to fill."""
        known = {
            "Field must be at least %(min)d character long.": noop("Write at least %(min)d characters"),
            "Field cannot be longer than %(max)d character.": noop("Write at most %(max)d characters"),
        }
        return gettext(known.get(singular, singular if n == 1 else plural))


def key_or_none(value: Any) -> int | None:
    """Return the key that was chosen in a list; None for none of them."""
    return int(value) if value not in ("", None, "None") else None


class BaseForm(FlaskForm):
    """The parent of all forms."""

    class Meta(FlaskForm.Meta):
        """Our sentences instead of those of WTForms."""

        def get_translations(self, form: Form) -> Translations:
            """Return our sentences."""
            return Translations()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        localise(self)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; sentences that a validator was given in English come out in the page's language."""
        is_fine = bool(super().validate(extra_validators))
        for field in self:
            if isinstance(field.errors, list | tuple) and all(isinstance(error, str) for error in field.errors):
                field.errors = [gettext(error) for error in field.errors]
        return is_fine


def localise(form: Form) -> None:
    """Put labels and descriptions, written in English and marked with ``noop``, into the page's language."""
    for field in form:
        field.label = Label(field.id, gettext(field.label.text) if field.label.text else "")
        if field.description:
            field.description = gettext(field.description)


def narrow(value: str | None) -> str:
    """Return a text with full-width letters, digits, marks and blanks made half-width, and trimmed."""
    return unicodedata.normalize("NFKC", value or "").replace("。", ".").strip()


def stripped(value: str | None) -> str | None:
    """Return a text without blanks around it, full-width ones included."""
    return value.strip() if value is not None else None


class EmailAddressField(StringField):
    """A mail address; ＠ and full-width letters become half-width, the domain lower case."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was typed."""
        if not valuelist:
            return
        address = re.sub(r"\s+", "", narrow(valuelist[0]))
        name, at, domain = address.rpartition("@")
        self.data = f"{name}{at}{domain.lower()}" if at else address


class WallTimeField(TimeField):
    """A time of day such as 09:30, 9.30, 0930 or ９：３０; a text control, so that all see 24 hours."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was typed; keep it as it is where it is not a time."""
        text = narrow(valuelist[0]) if valuelist else ""
        if not text:
            self.data = None
            return
        match = re.fullmatch(r"(\d{1,2})[:.時时點点h]?(\d{2})分?(?::00)?", text.replace(" ", ""))
        try:
            if match is None:
                raise ValueError
            self.data = time(int(match[1]), int(match[2]))
        except ValueError:
            self.data = None
            raise ValueError(self.gettext("Not a valid time value.")) from None


class WallDateField(DateField):
    """A day such as 2022-04-29, 2022/4/29, 29.4.2022 or 2022年4月29日."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was typed; keep it as it is where it is not a date."""
        text = narrow(valuelist[0]) if valuelist else ""
        if not text:
            self.data = None
            return
        compact = text.replace(" ", "")
        try:
            if match := re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", compact):
                self.data = date(int(match[1]), int(match[2]), int(match[3]))
            elif match := re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", compact):
                self.data = date(int(match[3]), int(match[2]), int(match[1]))
            else:
                raise ValueError
        except ValueError:
            self.data = None
            raise ValueError(self.gettext("Not a valid date value.")) from None


def wall_time(day: date | None, at: time | None) -> datetime | None:
    """Return day and time as one naive wall time, or None where either is missing."""
    return datetime.combine(day, at) if day and at else None


class LanguageMapField(FormField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A text in English and Chinese, as subfields NAME-en and NAME-zh.

    Args:
        required: Languages without which the form is not taken; ``("any",)`` asks for at least one.
        max_length: Most characters of either text.
        is_long: Whether it is typed into several lines.
    """

    def __init__(
        self,
        label: str | None = None,
        *,
        required: Sequence[str] = (),
        max_length: int = 300,
        is_long: bool = False,
        description: str = "",
        missing_message: str | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("validators", None)
        super().__init__(
            _language_form(max_length, is_long=is_long), label, separator="-", description=description, **kwargs
        )
        self.required_languages = tuple(required)
        self.missing_message = missing_message
        self._other_languages: LanguageMap = {}

    @property
    def is_optional(self) -> bool:
        """Whether all texts may stay empty."""
        return not self.required_languages

    @property
    def language_map(self) -> LanguageMap:
        """The texts that were typed, without empty ones; languages that the form does not show are kept."""
        typed = cleaned({"en": self.form["en"].data, "zh": self.form["zh"].data})
        return {**typed, **self._other_languages}

    @property
    def form_errors(self) -> list[str]:
        """What is wrong with the pair as a whole."""
        return list(getattr(self, "_pair_errors", []))

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take typed texts, or a language map as it is stored."""
        if not isinstance(data, Mapping):
            data = self.default() if callable(self.default) else self.default
        texts = dict(data or {})
        self._other_languages = {tag: text for tag, text in texts.items() if tag not in ("en", "zh")}
        super().process(formdata, {tag: texts.get(tag, "") for tag in ("en", "zh")})

    def validate(self, form: Any, extra_validators: Sequence[Any] = ()) -> bool:
        """Check lengths, and that the languages asked for are there; the message stands at the empty field."""
        self._pair_errors: list[str] = []
        is_fine = bool(self.form.validate())
        typed = cleaned({"en": self.form["en"].data, "zh": self.form["zh"].data})
        for language in self.required_languages:
            if language == "any":
                if not typed:
                    self._add_error(current_language(), gettext("Write it in at least one language"))
                    is_fine = False
            elif language not in typed:
                name = gettext(LANGUAGE_NAMES[language])
                self._add_error(language, gettext("Write it in %(language)s too", language=name))
                is_fine = False
        return is_fine

    def _add_error(self, language: str, message: str) -> None:
        field = self.form[language]
        field.errors = [*field.errors, gettext(self.missing_message) if self.missing_message else message]

    def add_error(self, language: str, message: str) -> None:
        """Put a sentence at one of the texts, for rules that a service holds."""
        field = self.form[language]
        field.errors = [*field.errors, message]

    def populate_obj(self, obj: Any, name: str) -> None:
        """Set the language map as an attribute."""
        setattr(obj, name, self.language_map)


def _language_form(max_length: int, *, is_long: bool) -> type[Form]:
    kind: type[StringField] = TextAreaField if is_long or max_length > 120 else StringField
    limit = Length(max=max_length)

    class LanguageTexts(Form):
        """The two texts."""

        class Meta:
            """Our sentences."""

            def get_translations(self, _form: Form) -> Translations:
                return Translations()

        en = kind("English", [Optional(), limit], filters=[stripped])
        zh = kind("中文", [Optional(), limit], filters=[stripped])

    return LanguageTexts


class Required:
    """Ask for a value, with a sentence of its own; what was wrong with the typed text is said instead where it was.

    (``DataRequired`` of WTForms forgets that a text was no time or no date.)
    """

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __init__(self, message: str = "Fill this in") -> None:
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        """Stop at the first thing that is missing or wrong."""
        if field.process_errors:
            raise StopValidation
        if field.data is None or (isinstance(field.data, str) and not field.data.strip()) or field.data == []:
            field.errors = []
            raise StopValidation(gettext(self.message))


def select_choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return the options of a select, radio or checkbox field; WTForms takes bare pairs no longer."""
    return [SelectChoice(value, label) for value, label in pairs]


def each_line(value: str | None) -> list[str]:
    """Return the lines of a text that are not blank."""
    return [line.strip() for line in (value or "").splitlines() if line.strip()]


def positive(message: str) -> Callable[[Form, Field], None]:
    """Return a validator that refuses numbers below one."""

    def check(_form: Form, field: Field) -> None:
        if field.data is not None and field.data < 1:
            raise ValidationError(gettext(message))

    return check


def offer_modes(field: RadioField, event_format: str) -> None:
    """Offer on site and online only as the event is held; the only one is chosen."""
    modes = modes_of(event_format)
    field.choices = select_choices(choices("attendance", current_language(), modes))
    if len(modes) == 1 and not field.data:
        field.data = modes[0]


class NumberedForm(BaseForm):
    """A form that tells whether it was sent twice, or two were sent."""

    attempt = HiddenField(default=lambda: uuid.uuid4().hex)

    @property
    def attempt_id(self) -> uuid.UUID | None:
        """The number of this very form; None where it came without one."""
        try:
            return uuid.UUID(hex=self.attempt.data or "")
        except ValueError:
            return None
