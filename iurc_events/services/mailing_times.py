"""When letters to many leave, and how they follow an event that moves, is postponed or cancelled."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select

from iurc_events.database import db, utc_now
from iurc_events.domain.mailings import STANDARD_KINDS, UNDO_TIME, instant_of
from iurc_events.domain.time_slots import Precision, deadline_instant
from iurc_events.domain.vocabulary import EventState
from iurc_events.models.events import Event
from iurc_events.models.mailings import Mailing

#: A letter after the end that waited longer for its event to be confirmed is not sent any more.
TOO_LATE: Final = timedelta(days=60)


def deadline_day(event: Event) -> date | None:
    """Return the last day on which people can sign up; None where they cannot, or for as long as they like."""
    closes = event.registration_closes_on
    return date.fromisoformat(closes) if closes and event.is_registration_open else None


def takes_place(event: Event, timing: str) -> bool:
    """Tell whether a letter about an event that takes place, or took place, may leave as things stand."""
    if event.deleted_at is not None:
        return False
    states = (EventState.HELD, EventState.PUBLISHED) if timing == "after-end" else (EventState.PUBLISHED,)
    return event.state in states


def moment_of(mailing: Mailing, event: Event) -> datetime | None:
    """Return when a letter leaves as the event stands now; None: not as long as nothing changes.

    Thanks wait until somebody says that the event took place.
    """
    if mailing.timing == "at":
        return mailing.due_at
    if not takes_place(event, mailing.timing) or (mailing.kind == "thanks" and event.state != EventState.HELD):
        return None
    return expected_moment(mailing, event)


def expected_moment(mailing: Mailing, event: Event) -> datetime | None:
    """Return when a letter with a time of its own leaves if the event takes place; None where no day is known."""
    slot = event.slot
    if mailing.timing == "at" or slot is None or slot.precision is Precision.MONTH:
        return None
    days, at = timedelta(days=mailing.days or 0), time.fromisoformat(mailing.at_wall or "10:00")
    if mailing.kind == "deadline":
        last = deadline_day(event)
        return instant_of(last - days, at, slot.zone_name) if last else None
    if mailing.timing == "before-start":
        return instant_of(slot.first_day - days, at, slot.zone_name)
    return instant_of(slot.last_day + days, at, slot.zone_name)


def next_moment(mailing: Mailing, event: Event, now: datetime) -> datetime | None:
    """Return when a letter leaves that is planned now; None: not as long as nothing changes.

    Where its moment is past it leaves in a minute, so that there is time to take it back.
    """
    moment = moment_of(mailing, event)
    return max(moment, now + UNDO_TIME) if moment else None


def ends_at(mailing: Mailing, event: Event) -> datetime | None:
    """Return after which moment a letter makes no sense any more; None: always makes sense."""
    slot = event.slot
    if mailing.timing == "at" or slot is None:
        return None
    if mailing.kind == "deadline":
        last = deadline_day(event)
        return deadline_instant(last, slot.zone_name) if last else None
    return slot.starts_at if mailing.timing == "before-start" else slot.ends_at + TOO_LATE


def is_over(mailing: Mailing, event: Event, now: datetime) -> bool:
    """Tell whether a letter that did not leave makes no sense any more, for example a reminder after the event."""
    last = ends_at(mailing, event)
    if last is None and mailing.timing == "before-start" and event.slot is not None:
        last = event.slot.starts_at
    return mailing.state in ("draft", "planned", "cancelled") and last is not None and last <= now


def follow(event: Event, *, has_new_state: bool) -> None:
    """Let the planned letters of an event follow a change to it, in the transaction of the change.

    Letters at a chosen moment become drafts again when the event is postponed, cancelled or withdrawn: what they say
    may be wrong now. A standard letter that was sent for the old date is planned again for the new one.
    """
    mailings = db.session.scalars(
        select(Mailing)
        .where(Mailing.event_id == event.id, Mailing.state.in_(("planned", "sending", "sent")))
        .order_by(Mailing.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    planned = {mailing.kind for mailing in mailings if mailing.state == "planned"}
    for mailing in mailings:
        if mailing.state == "planned":
            if mailing.timing == "at":
                if has_new_state and not takes_place(event, "after-end"):
                    mailing.state, mailing.due_at = "draft", None
            else:
                mailing.due_at = next_moment(mailing, event, utc_now())
        elif mailing.kind in STANDARD_KINDS and mailing.kind not in planned:
            moment = moment_of(mailing, event)
            if moment and mailing.due_at and mailing.sent_at and moment > max(mailing.sent_at, mailing.due_at):
                planned.add(mailing.kind)
                db.session.add(
                    Mailing(
                        event_id=event.id, kind=mailing.kind, subject=mailing.subject, body=mailing.body,
                        audience=mailing.audience, timing=mailing.timing, days=mailing.days, at_wall=mailing.at_wall,
                        due_at=moment, state="planned", made_by_id=mailing.made_by_id,
                    )
                )  # fmt: skip
