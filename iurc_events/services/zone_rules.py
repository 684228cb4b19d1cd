"""What follows when the rules of time zones or the form of calendar texts change with an update (fault-8).

Wall times stay as they were chosen; instants and SEQUENCE follow. So do the addresses in calendar texts when the
installation gets another one. Which rules the stored data obey is kept as the version of a feed that nobody can ask
for.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import tzdata  # type: ignore[import-untyped]  # it has data and a version, no types
from sqlalchemy import delete, select, update

from iurc_events.calendars.rendering import FRAGMENT_FORMAT
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError
from iurc_events.localisation import noop
from iurc_events.models.agendas import AgendaItem, EventSession
from iurc_events.models.calendar_feeds import FeedVersion
from iurc_events.models.columns import SlotColumns
from iurc_events.models.events import Event
from iurc_events.services import calendar_entries
from iurc_events.services.event_changes import record_change

logger = logging.getLogger(__name__)

_PREFIX: Final = "rules/"
_BATCH: Final = 50


def _current_rules() -> str:
    address = sha256(settings().base_url.encode()).hexdigest()[:16]
    return f"{_PREFIX}{tzdata.IANA_VERSION}/{FRAGMENT_FORMAT}/{address}"


def follow_update(now: datetime | None = None) -> int:
    """Bring stored instants and calendar texts in line with today's rules, form and address.

    Returns how many events changed.

    One read where nothing was updated. Interrupted, it begins again: what is right already stays untouched.
    """
    rules = _current_rules()
    if db.session.scalar(select(FeedVersion.feed).where(FeedVersion.feed == rules)):
        return 0
    moment = now or utc_now()
    keys = list(db.session.scalars(select(Event.id).where(Event.starts_at.is_not(None)).order_by(Event.id)))
    changed = sum(_follow(keys[first : first + _BATCH], moment) for first in range(0, len(keys), _BATCH))
    _finish(rules, moment)
    return changed


@in_transaction
def _follow(keys: Sequence[int], now: datetime) -> int:
    events = db.session.scalars(
        select(Event).where(Event.id.in_(keys)).order_by(Event.id).execution_options(populate_existing=True)
    ).all()
    parts: dict[int, list[SlotColumns]] = {event.id: [event] for event in events}
    sessions = db.session.scalars(select(EventSession).where(EventSession.event_id.in_(keys)))
    of_session = {}
    for session in sessions:
        parts[session.event_id].append(session)
        of_session[session.id] = session.event_id
    for item in db.session.scalars(select(AgendaItem).where(AgendaItem.session_id.in_(of_session))):
        parts[of_session[item.session_id]].append(item)
    changed = 0
    for event in events:
        moved = [_derive_anew(part) for part in parts[event.id]]
        if any(moved):
            record_change(event, noop("rules of the time zone changed"), actor_id=None, now=now, is_moved=moved[0])
        elif not calendar_entries.is_current(event):
            record_change(event, noop("calendar texts written anew"), actor_id=None, now=now)
        else:
            continue
        changed += 1
    return changed


def _derive_anew(part: SlotColumns) -> bool:
    """Work the instants of a slot out again; tell whether they moved."""
    before = (part.starts_at, part.ends_at)
    try:
        part.slot = part.slot
    except DomainError:
        logger.exception("a time does not exist by the new rules and stays where it was")
        return False
    return (part.starts_at, part.ends_at) != before


@in_transaction
def _finish(rules: str, now: datetime) -> None:
    """Raise all feeds, whose VTIMEZONE may say something new, and note that the data obey the rules."""
    db.session.execute(delete(FeedVersion).where(FeedVersion.feed.startswith(_PREFIX, autoescape=True)))
    db.session.execute(update(FeedVersion).values(version=FeedVersion.version + 1, revised_at=now))
    db.session.add(FeedVersion(feed=rules, version=1, revised_at=now))
