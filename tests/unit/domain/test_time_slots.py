"""Times as chosen, and the instants derived from them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iurc_events.domain.time_slots import (
    InvalidTimeSlotError,
    PartOfDay,
    Precision,
    SkippedTimeError,
    TimeSlot,
    ambiguous_fields,
    deadline_instant,
    is_ambiguous,
    is_skipped,
    to_instant,
)

ZONES = ("Europe/Brussels", "Asia/Shanghai", "Pacific/Auckland", "America/Sao_Paulo", "Asia/Kolkata", "Europe/London")
wall_times = st.datetimes(datetime(2017, 1, 1), datetime(2037, 12, 31)).map(  # noqa: DTZ001  (wall times are naive)
    lambda moment: moment.replace(second=0, microsecond=0)
)


@given(wall=wall_times, zone_name=st.sampled_from(ZONES), fold=st.sampled_from((0, 1)))
def test_instant_reads_back_as_the_wall_time_unless_the_clocks_skip_it(
    wall: datetime, zone_name: str, fold: int
) -> None:
    if is_skipped(wall, zone_name):
        with pytest.raises(SkippedTimeError):
            to_instant(wall, zone_name, fold)
        return
    back = to_instant(wall, zone_name, fold).astimezone(ZoneInfo(zone_name))
    assert back.replace(tzinfo=None, fold=0) == wall


@given(wall=wall_times, zone_name=st.sampled_from(ZONES))
def test_two_instants_exist_exactly_where_a_time_strikes_twice(wall: datetime, zone_name: str) -> None:
    if not is_skipped(wall, zone_name):
        assert (to_instant(wall, zone_name, 0) != to_instant(wall, zone_name, 1)) == is_ambiguous(wall, zone_name)


@given(start=wall_times, minutes=st.integers(1, 3000), zone_name=st.sampled_from(ZONES))
def test_slot_keeps_wall_times_and_bounds_its_days(start: datetime, minutes: int, zone_name: str) -> None:
    end = start + timedelta(minutes=minutes)
    try:
        slot = TimeSlot.from_wall_times(start, end, zone_name)
    except InvalidTimeSlotError:
        return  # skipped, or turned round by the autumn hour
    assert (slot.starts, slot.ends) == (f"{start:%Y-%m-%dT%H:%M}", f"{end:%Y-%m-%dT%H:%M}")
    assert slot.first_day == start.date()
    assert start.date() <= slot.last_day <= end.date()


def test_spring_gap_is_refused_and_autumn_hour_is_named() -> None:
    with pytest.raises(SkippedTimeError):
        TimeSlot("Europe/Brussels", Precision.MINUTE, "2027-03-28T02:30", "2027-03-28T04:00")
    slot = TimeSlot("Europe/Brussels", Precision.MINUTE, "2027-10-31T02:30", "2027-10-31T04:00")
    second = TimeSlot("Europe/Brussels", Precision.MINUTE, "2027-10-31T02:30", "2027-10-31T04:00", starts_fold=1)
    assert ambiguous_fields(slot) == ("starts",)
    assert second.starts_at - slot.starts_at == timedelta(hours=1)


@pytest.mark.parametrize(
    ("precision", "starts", "ends", "part", "starts_at", "ends_at"),
    [
        (Precision.PART_OF_DAY, "2022-04-29", "2022-04-29", PartOfDay.AFTERNOON, (4, 29, 4), (4, 29, 10)),
        (Precision.DAY, "2022-03-04", "2022-03-04", None, (3, 3, 16), (3, 4, 16)),
        (Precision.MONTH, "2022-04", "2022-05", None, (3, 31, 16), (5, 31, 16)),
    ],
)
def test_instants_bound_what_is_known_and_no_more(
    precision: Precision, starts: str, ends: str, part: PartOfDay | None,
    starts_at: tuple[int, int, int], ends_at: tuple[int, int, int],
) -> None:  # fmt: skip
    slot = TimeSlot("Asia/Shanghai", precision, starts, ends, part)
    assert slot.starts_at == datetime(2022, *starts_at, tzinfo=UTC)
    assert slot.ends_at == datetime(2022, *ends_at, tzinfo=UTC)
    assert not slot.is_exact


@pytest.mark.parametrize(
    ("precision", "starts", "ends", "part"),
    [
        (Precision.DAY, "2022-04-29T09:00", "2022-04-29T10:00", None),
        (Precision.MINUTE, "2022-04-29", "2022-04-29", None),
        (Precision.PART_OF_DAY, "2022-04-29", "2022-04-29", None),
        (Precision.DAY, "2022-04-29", "2022-04-29", PartOfDay.MORNING),
        (Precision.DAY, "2022-02-30", "2022-02-30", None),
        (Precision.DAY, "2022-04-29", "2022-04-28", None),
        (Precision.MINUTE, "2022-04-29T09:00", "2022-04-29T09:00", None),
    ],
)
def test_slot_is_refused_when_form_and_precision_disagree(
    precision: Precision, starts: str, ends: str, part: PartOfDay | None
) -> None:
    with pytest.raises(InvalidTimeSlotError):
        TimeSlot("Asia/Shanghai", precision, starts, ends, part)


def test_deadline_ends_with_the_day_in_its_own_zone() -> None:
    assert deadline_instant(date(2022, 4, 26), "Asia/Shanghai") == datetime(2022, 4, 26, 16, tzinfo=UTC)
