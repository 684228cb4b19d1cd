"""When something is, as an organiser enters it: as exactly as it is known, in one zone of their choice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from wtforms import RadioField, SelectField, StringField, ValidationError

from iurc_events.domain.errors import DomainError
from iurc_events.domain.time_slots import (
    InvalidTimeSlotError,
    PartOfDay,
    Precision,
    SkippedTimeError,
    TimeSlot,
    is_ambiguous,
    is_skipped,
    to_instant,
)
from iurc_events.localisation import noop
from iurc_events.web.errors import message_of
from iurc_events.web.forms.fields import BaseForm, WallDateField, WallTimeField, narrow, wall_time
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.vocabulary import LABELS

_CONTINENTS = (
    "Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
    "Pacific/",
)  # fmt: skip


@cache
def all_zones() -> tuple[str, ...]:
    """Return the IANA zones that people choose from."""
    return (*sorted(name for name in available_timezones() if name.startswith(_CONTINENTS)), "UTC")


def zone_choices(
    reference: Iterable[tuple[str, str]], cities: Mapping[str, Sequence[str]]
) -> dict[str, list[tuple[str, str]]]:
    """Return the zones in groups: those of the programme, those of its cities, all others.

    Args:
        reference: Zone and place of each reference zone.
        cities: Names of the cities in each zone.
    """
    first = [(name, f"{place} ({name})") for name, place in dict(reference).items()]
    taken = {name for name, _ in first}
    joint = "、" if current_language() == "zh" else ", "
    second = [
        (name, f"{name}: {joint.join(names[:3])}{' …' if len(names) > 3 else ''}")
        for name, names in sorted(cities.items())
        if name not in taken
    ]
    taken |= {name for name, _ in second}
    return {
        gettext(noop("Clocks of the programme")): first,
        gettext(noop("Cities of the programme")): second,
        gettext(noop("All time zones")): [(name, name.replace("_", " ")) for name in all_zones() if name not in taken],
    }


class MonthField(StringField):
    """A month such as 2027-04, 2027/4 or 2027年4月."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was typed."""
        text = narrow(valuelist[0]).replace(" ", "") if valuelist else ""
        match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})月?", text)
        self.data = f"{match[1]}-{int(match[2]):02}" if match else text

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not a month."""
        if self.data and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", self.data):
            raise ValidationError(gettext(noop("Enter a month such as 2027-04")))


def _choices(vocabulary: str) -> list[tuple[str, str]]:
    return [(value, gettext(text)) for value, text in LABELS[vocabulary].items()]


class SlotForm(BaseForm):
    """The fields of a time slot; ``slot`` holds it after validation."""

    precision = RadioField(noop("How exactly is it known?"), default="minute")
    starts_on = WallDateField(noop("Date"))
    ends_on = WallDateField(noop("Last day"), description=noop("Leave it out where it is the same day"))
    starts_time = WallTimeField(noop("Start"))
    ends_time = WallTimeField(noop("End"))
    part_of_day = SelectField(noop("Part of the day"), default="morning")
    starts_month = MonthField(noop("Month"))
    ends_month = MonthField(noop("Last month"), description=noop("Leave it out where it is the same month"))
    zone = SelectField(noop("In the time of"))
    starts_fold = RadioField(noop("The start strikes twice that night. Which one is meant?"), validate_choice=False)
    ends_fold = RadioField(noop("The end strikes twice that night. Which one is meant?"), validate_choice=False)

    slot: TimeSlot | None = None
    #: Ends whose wall time strikes twice: their question is shown.
    ambiguous: tuple[str, ...] = ()

    def prepare_time(self, zones: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """Fill the lists to choose from, in the page's language."""
        self.precision.choices = _choices("precision")
        self.part_of_day.choices = _choices("part_of_day")
        self.zone.choices = dict(zones)
        for field in (self.starts_fold, self.ends_fold):
            field.choices = [("0", gettext(noop("the first"))), ("1", gettext(noop("the second")))]

    def show_slot(self, slot: TimeSlot | None) -> None:
        """Fill the fields with a slot."""
        if slot is None:
            return
        self.precision.data = slot.precision.value
        self.zone.data = slot.zone_name
        if slot.precision is Precision.MONTH:
            self.starts_month.data = slot.starts
            self.ends_month.data = "" if slot.ends == slot.starts else slot.ends
            return
        self.starts_on.data = date.fromisoformat(slot.starts[:10])
        last = date.fromisoformat(slot.ends[:10])
        self.ends_on.data = None if last == self.starts_on.data else last
        if slot.part_of_day:
            self.part_of_day.data = slot.part_of_day.value
        if slot.is_exact:
            self.starts_time.data = datetime.fromisoformat(slot.starts).time()
            self.ends_time.data = datetime.fromisoformat(slot.ends).time()
            self.starts_fold.data, self.ends_fold.data = str(slot.starts_fold), str(slot.ends_fold)
            self._find_ambiguous()

    def _find_ambiguous(self) -> None:
        starts, ends = self._walls()
        self.ambiguous = tuple(
            name
            for name, wall in (("starts", starts), ("ends", ends))
            if wall and self.zone.data and is_ambiguous(wall, self.zone.data)
        )

    def _walls(self) -> tuple[datetime | None, datetime | None]:
        return (
            wall_time(self.starts_on.data, self.starts_time.data),
            wall_time(self.ends_on.data or self.starts_on.data, self.ends_time.data),
        )

    def _add(self, field: Any, message: str) -> None:
        if not field.errors:
            field.errors = [message]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that they make a slot; what is wrong stands beside the field it is about."""
        is_fine = bool(super().validate(extra_validators))
        self.slot = None
        try:
            precision = Precision(self.precision.data)
        except ValueError:
            return False
        if self.zone.errors:
            return False
        slot = self._month_slot() if precision is Precision.MONTH else self._day_slot(precision)
        self.slot = slot
        return is_fine and slot is not None

    def _month_slot(self) -> TimeSlot | None:
        if not self.starts_month.data:
            self._add(self.starts_month, gettext(noop("Enter the month")))
            return None
        if self.starts_month.errors or self.ends_month.errors:
            return None
        try:
            return TimeSlot(
                self.zone.data,
                Precision.MONTH,
                self.starts_month.data,
                self.ends_month.data or self.starts_month.data,
            )
        except InvalidTimeSlotError as error:
            self._add(self.ends_month, message_of(error))
            return None

    def _day_slot(self, precision: Precision) -> TimeSlot | None:
        if self.starts_on.data is None:
            self._add(self.starts_on, gettext(noop("Enter the date")))
            return None
        if precision is Precision.MINUTE:
            return self._exact_slot()
        last = self.ends_on.data or self.starts_on.data
        part = PartOfDay(self.part_of_day.data) if precision is Precision.PART_OF_DAY else None
        try:
            return TimeSlot(self.zone.data, precision, self.starts_on.data.isoformat(), last.isoformat(), part)
        except InvalidTimeSlotError as error:
            self._add(self.ends_on, message_of(error))
            return None

    def _exact_slot(self) -> TimeSlot | None:
        for field, message in (
            (self.starts_time, noop("Enter the start, such as 09:00")),
            (self.ends_time, noop("Enter the end, such as 10:30")),
        ):
            if field.data is None:
                self._add(field, gettext(message))
        starts, ends = self._walls()
        if starts is None or ends is None:
            return None
        self._find_ambiguous()
        folds = {}
        for name, wall, time_field, fold_field in (
            ("starts", starts, self.starts_time, self.starts_fold),
            ("ends", ends, self.ends_time, self.ends_fold),
        ):
            if is_skipped(wall, self.zone.data):
                try:
                    to_instant(wall, self.zone.data)
                except SkippedTimeError as error:
                    self._add(time_field, message_of(error))
            if name in self.ambiguous and fold_field.data not in ("0", "1"):
                self._add(fold_field, gettext(noop("Choose one: the clocks go back and this time comes twice")))
            folds[name] = 1 if name in self.ambiguous and fold_field.data == "1" else 0
        if any(field.errors for field in (self.starts_time, self.ends_time, self.starts_fold, self.ends_fold)):
            return None
        try:
            return TimeSlot.from_wall_times(
                starts, ends, self.zone.data, starts_fold=folds["starts"], ends_fold=folds["ends"]
            )
        except DomainError as error:
            self._add(self.ends_time, message_of(error))
            return None
