"""The days of registration, on the event's own clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from iurc_events.domain.registration import is_open_on, takes_registrations


@pytest.mark.parametrize(
    ("zone_name", "now", "expected"),
    [
        ("Asia/Shanghai", "2027-03-31T15:59", False),
        ("Asia/Shanghai", "2027-03-31T16:00", True),
        ("Asia/Shanghai", "2027-04-05T15:59", True),
        ("Asia/Shanghai", "2027-04-05T16:00", False),
        ("Europe/Sofia", "2027-03-31T20:59", False),
        ("Europe/Sofia", "2027-03-31T21:00", True),
        ("Europe/Sofia", "2027-04-05T20:59", True),
        ("Europe/Sofia", "2027-04-05T21:00", False),
        (None, "2027-04-01T00:00", True),
        (None, "2027-04-06T00:00", False),
    ],
)
def test_registration_is_open_from_the_first_to_the_last_day_inclusive(
    zone_name: str | None, now: str, expected: bool
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert is_open_on("2027-04-01", "2027-04-05", zone_name, moment) == expected


@dataclass(frozen=True)
class Standing:
    state: str = "published"
    is_registration_open: bool = True
    ends_at: datetime | None = None
    registration_opens_on: str | None = None
    registration_closes_on: str | None = None
    time_zone: str | None = "Europe/Brussels"


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing(), True),
        (Standing(state="cancelled"), False),
        (Standing(is_registration_open=False), False),
        (Standing(ends_at=datetime(2027, 4, 1, 12, tzinfo=UTC)), False),
        (Standing(ends_at=datetime(2027, 4, 1, 13, tzinfo=UTC)), True),
        (Standing(registration_closes_on="2027-03-31"), False),
    ],
)
def test_registrations_are_taken_while_the_event_is_public_open_and_not_over(
    standing: Standing, expected: bool
) -> None:
    assert takes_registrations(standing, datetime(2027, 4, 1, 12, tzinfo=UTC)) == expected
