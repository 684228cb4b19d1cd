"""Whose calendar is to be told something by mail, and what those told last answered."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select

from iurc_events.database import db
from iurc_events.domain.vocabulary import WITH_SEAT
from iurc_events.models.calendar_feeds import CalendarEntry
from iurc_events.models.events import Event
from iurc_events.models.invitations import MeetingInvitation
from iurc_events.models.participants import Participant
from iurc_events.models.revisions import Revision

#: How long an event must stay as it is before its changes are sent, so that several make one mail.
QUIET: Final = timedelta(minutes=2)
#: After so long a change is sent although others go on.
LONGEST_WAIT: Final = timedelta(minutes=10)
_ON: Final = ("published", "postponed", "held")


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody whose calendar may have to be told."""

    participant: Participant
    event: Event
    last: MeetingInvitation | None
    #: Whether the person is to have the event in the calendar, as far as the person goes.
    is_wanted: bool
    #: Whether the event takes place and has an entry.
    is_on: bool


def _is_wanted() -> ColumnElement[bool]:
    return and_(Participant.wants_invitation, Participant.state.in_(WITH_SEAT), Participant.email.is_not(None))


def _is_on() -> ColumnElement[bool]:
    has_entry = exists().where(CalendarEntry.event_id == Event.id)
    return and_(Event.state.in_(_ON), Event.deleted_at.is_(None), has_entry)


def _is_due(now: datetime) -> ColumnElement[bool]:
    last, wanted, is_on = MeetingInvitation, _is_wanted(), _is_on()
    has_changed = Event.visible_revised_at != last.sent_at
    waits_too_long = exists().where(
        Revision.event_id == Event.id,
        Revision.is_visible,
        Revision.made_at > last.sent_at,
        Revision.made_at <= now - LONGEST_WAIT,
    )
    is_quiet = or_(not_(has_changed), Event.visible_revised_at <= now - QUIET, waits_too_long)
    needs_request = or_(
        last.id.is_(None),
        and_(last.method == "CANCEL", is_quiet),
        last.email != Participant.email,
        and_(has_changed, is_quiet),
    )
    needs_cancel = and_(last.method == "REQUEST", or_(not_(wanted), and_(not_(is_on), is_quiet)))
    is_to_come = or_(Event.ends_at > now, Event.ends_at.is_(None))
    return and_(is_to_come, or_(and_(wanted, is_on, needs_request), needs_cancel))


def list_due_keys(now: datetime, *, after: int, limit: int) -> list[int]:
    """Return the keys of participants whose calendar may have to be told something, in order.

    Args:
        after: Keys up to this one were looked at.
    """
    statement = (
        select(Participant.id)
        .join(Event, Event.id == Participant.event_id)
        .outerjoin(MeetingInvitation, MeetingInvitation.participant_id == Participant.id)
        .where(Participant.id > after, _is_due(now))
        .order_by(Participant.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def lock_due(keys: Sequence[int], now: datetime) -> list[Due]:
    """Return those of some participants who are due, locked; whom another worker has just now are left out."""
    statement = (
        select(Participant, Event, MeetingInvitation, _is_wanted(), _is_on())
        .join(Event, Event.id == Participant.event_id)
        .outerjoin(MeetingInvitation, MeetingInvitation.participant_id == Participant.id)
        .where(Participant.id.in_(keys), _is_due(now))
        .order_by(Participant.id)
        .with_for_update(of=Participant, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return [Due(row[0], row[1], row[2], bool(row[3]), bool(row[4])) for row in db.session.execute(statement)]


def list_entries(event_ids: Sequence[int]) -> dict[tuple[int, str], CalendarEntry]:
    """Return the kept entries of events by event and language."""
    rows = db.session.scalars(select(CalendarEntry).where(CalendarEntry.event_id.in_(set(event_ids))))
    return {(row.event_id, row.language): row for row in rows}


def find_for_reply(uid: str, email: str) -> MeetingInvitation | None:
    """Find the invitation to which a calendar answers.

    Args:
        uid: Of the entry.
        email: In lower case.
    """
    try:
        key = uuid.UUID(uid)
    except ValueError:
        return None
    return db.session.scalars(
        select(MeetingInvitation)
        .join(Event, Event.id == MeetingInvitation.event_id)
        .where(Event.calendar_uid == key, func.lower(MeetingInvitation.email) == email)
        .order_by(MeetingInvitation.id.desc())
        .limit(1)
    ).one_or_none()
