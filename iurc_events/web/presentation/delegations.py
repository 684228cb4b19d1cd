"""Delegations as organisers see them in lists: state, places, deadline on the clocks, mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from iurc_events.domain.clock_texts import ReferenceZone
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.time_slots import deadline_instant
from iurc_events.mail.delegations import quota_words
from iurc_events.queries.delegations import DelegationRow
from iurc_events.services.delegation_mail import SILENT_STATES, quotas_of
from iurc_events.web.presentation.times import TimeView, instant_view


@dataclass(frozen=True, slots=True)
class PointView:
    """A focal point with what became of the mail: ``sent``, ``bounced`` …, ``opened``, or ``none`` was written."""

    public_id: str
    email: str
    name: str
    language: str
    mail_state: str
    is_opened: bool


@dataclass(frozen=True, slots=True)
class DelegationView:
    """A delegation as a row."""

    key: int
    public_id: str
    city: str
    side: str
    state: str
    is_overdue: bool
    is_silent: bool
    used: int
    nominated: int
    places: int | None
    quota_texts: tuple[str, ...]
    deadline: TimeView | None
    points: tuple[PointView, ...]


def deadline_view(
    deadline_on: str | None, city_zone: str, zones: Sequence[ReferenceZone], language: str
) -> TimeView | None:
    """Return the last minute of a deadline on all clocks, the city's own marked."""
    if deadline_on is None:
        return None
    last = deadline_instant(date.fromisoformat(deadline_on), city_zone) - timedelta(minutes=1)
    return instant_view(last, zones, language, own_zone=city_zone)


def delegation_view(row: DelegationRow, zones: Sequence[ReferenceZone], language: str, now: datetime) -> DelegationView:
    """Turn a delegation into what lists show."""
    delegation = row.delegation
    city = delegation.city
    speaker_quotas = [each.places for each in delegation.quotas if each.role == "speaker"]
    is_silent = delegation.state in SILENT_STATES
    is_over = delegation.deadline_on is not None and now >= deadline_instant(
        date.fromisoformat(delegation.deadline_on), city.time_zone
    )
    return DelegationView(
        key=delegation.id,
        public_id=str(delegation.public_id),
        city=text_of(city.name, language),
        side=city.side,
        state=delegation.state,
        is_overdue=is_silent and is_over,
        is_silent=is_silent,
        used=row.used,
        nominated=row.nominated,
        places=sum(speaker_quotas) if speaker_quotas else None,
        quota_texts=tuple(quota_words(each, language) for each in quotas_of(delegation)),
        deadline=deadline_view(delegation.deadline_on, city.time_zone, zones, language),
        points=tuple(
            PointView(
                str(point.public_id),
                point.email,
                point.name,
                point.language,
                row.mail[point.id].state if point.id in row.mail else "",
                point.opened_at is not None,
            )
            for point in delegation.focal_points
        ),
    )
