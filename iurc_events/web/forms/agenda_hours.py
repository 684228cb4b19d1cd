"""The hours of a session or item: a day of the event, start and end on the event's own clock; all may stay empty."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from wtforms import RadioField, SelectField

from iurc_events.domain.errors import DomainError
from iurc_events.domain.time_slots import (
    SkippedTimeError,
    TimeSlot,
    is_ambiguous,
    is_skipped,
    to_instant,
)
from iurc_events.localisation import noop
from iurc_events.web.errors import message_of
from iurc_events.web.forms.fields import BaseForm, WallTimeField, wall_time
from iurc_events.web.localisation import gettext

_MOST_DAYS = 60


class HoursForm(BaseForm):
    """Hours that may be unknown; ``slot`` holds them after validation."""

    day = SelectField(noop("Day"), validate_choice=False)
    starts_time = WallTimeField(noop("Start"))
    ends_time = WallTimeField(noop("End"))
    starts_fold = RadioField(noop("The start strikes twice that night. Which one is meant?"), validate_choice=False)
    ends_fold = RadioField(noop("The end strikes twice that night. Which one is meant?"), validate_choice=False)

    slot: TimeSlot | None = None
    #: What the slot was, where it is known to the day only: the form leaves it alone when no hours are typed.
    kept: TimeSlot | None = None
    zone_name = ""
    ambiguous: tuple[str, ...] = ()

    def prepare_hours(self, event_slot: TimeSlot | None, slot: TimeSlot | None, day_texts: Any) -> None:
        """Set days and zone; fill in the hours there are.

        Args:
            event_slot: When the event is; None: no hours can be given.
            slot: When the session or item is.
            day_texts: Turns a day into words.
        """
        self.zone_name = (slot or event_slot).zone_name if (slot or event_slot) else ""  # type: ignore[union-attr]  # one is there
        days: list[date] = []
        if event_slot is not None:
            number = min((event_slot.last_day - event_slot.first_day).days, _MOST_DAYS)
            days = [event_slot.first_day + timedelta(days=n) for n in range(number + 1)]
        if slot is not None and slot.first_day not in days:
            days.append(slot.first_day)
        self.day.choices = [(each.isoformat(), day_texts(each)) for each in days]
        for field in (self.starts_fold, self.ends_fold):
            field.choices = [("0", gettext(noop("the first"))), ("1", gettext(noop("the second")))]
        self.kept = slot if slot is not None and not slot.is_exact else None
        if self.is_submitted():
            return
        if slot is not None:
            self.day.data = slot.first_day.isoformat()
            if slot.is_exact:
                self.starts_time.data = datetime.fromisoformat(slot.starts).time()
                self.ends_time.data = datetime.fromisoformat(slot.ends).time()
                self.starts_fold.data, self.ends_fold.data = str(slot.starts_fold), str(slot.ends_fold)
                self._find_ambiguous()

    def _walls(self) -> tuple[datetime | None, datetime | None]:
        try:
            day = date.fromisoformat(self.day.data or "")
        except ValueError:
            return None, None
        starts, ends = wall_time(day, self.starts_time.data), wall_time(day, self.ends_time.data)
        if starts and ends and ends <= starts and ends.hour < 6 <= starts.hour:
            ends += timedelta(days=1)  # past midnight
        return starts, ends

    def _find_ambiguous(self) -> None:
        starts, ends = self._walls()
        self.ambiguous = tuple(
            name
            for name, wall in (("starts", starts), ("ends", ends))
            if wall and self.zone_name and is_ambiguous(wall, self.zone_name)
        )

    def _add(self, field: Any, message: str) -> None:
        if not field.errors:
            field.errors = [message]

    def end_without_time(self, starts: datetime) -> datetime | None:
        """Return the end where only the start was typed; forms that know a length say it here."""
        return None

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that the hours make a slot; what is wrong stands beside its field."""
        is_fine = bool(super().validate(extra_validators))
        self.slot = self.kept
        if self.starts_time.errors or self.ends_time.errors:
            return False
        if self.starts_time.data is None and self.ends_time.data is None:
            return is_fine
        if self.starts_time.data is None:
            self._add(self.starts_time, gettext(noop("Enter the start, such as 09:00")))
            return False
        if not self.day.data or not self.zone_name:
            self._add(self.starts_time, gettext(noop("Give the event a date first")))
            return False
        starts, ends = self._walls()
        if starts is None:
            self._add(self.day, gettext(noop("Choose one of the list")))
            return False
        ends = ends or self.end_without_time(starts)
        if ends is None:
            self._add(self.ends_time, gettext(noop("Enter the end, such as 10:30")))
            return False
        self.slot = self._make_slot(starts, ends)
        return is_fine and self.slot is not None

    def _make_slot(self, starts: datetime, ends: datetime) -> TimeSlot | None:
        self._find_ambiguous()
        folds = {}
        for name, wall, field, fold in (
            ("starts", starts, self.starts_time, self.starts_fold),
            ("ends", ends, self.ends_time, self.ends_fold),
        ):
            if is_skipped(wall, self.zone_name):
                try:
                    to_instant(wall, self.zone_name)
                except SkippedTimeError as error:
                    self._add(field, message_of(error))
            if name in self.ambiguous and fold.data not in ("0", "1"):
                self._add(fold, gettext(noop("Choose one: the clocks go back and this time comes twice")))
            folds[name] = 1 if name in self.ambiguous and fold.data == "1" else 0
        if any(each.errors for each in (self.starts_time, self.ends_time, self.starts_fold, self.ends_fold)):
            return None
        try:
            return TimeSlot.from_wall_times(
                starts, ends, self.zone_name, starts_fold=folds["starts"], ends_fold=folds["ends"]
            )
        except DomainError as error:
            self._add(self.ends_time, message_of(error))
            return None
