"""The standard letters of an event: each on or off, with time and words; the worker plans those that nobody chose."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import distinct, func, select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.mailings import CHANGES, STANDARD_KINDS, UNDO_TIME
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.mailings import Mailing
from iurc_events.queries import organised_events
from iurc_events.services import changes_told, mailing_times, mailings
from iurc_events.services.event_life import get_own_event
from iurc_events.services.mailing_texts import standard_wording

#: Letters that nobody planned are planned so long before an event.
PLAN_AHEAD: Final = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class StandardLetter:
    """How a standard letter is where nobody chose otherwise."""

    audience: tuple[str, ...]
    timing: str
    days: int
    at_wall: str
    is_on: bool


#: Thanks are off until somebody switches them on: what they hand out must be there.
DEFAULTS: Final[dict[str, StandardLetter]] = {
    "day-before": StandardLetter(("registered", "speakers"), "before-start", 1, "10:00", is_on=True),
    "deadline": StandardLetter(("followers",), "before-start", 3, "10:00", is_on=True),
    "thanks": StandardLetter(("registered", "speakers", "focal-points"), "after-end", 1, "10:00", is_on=False),
}


def blank(event: Event, kind: str) -> Mailing:
    """Return a standard letter as it is without a row; nothing is stored."""
    default = DEFAULTS[kind]
    mailing = Mailing(
        public_id=uuid.uuid4(), event_id=event.id, kind=kind, audience=list(default.audience), timing=default.timing,
        days=default.days, at_wall=default.at_wall, state="planned" if default.is_on else "cancelled", version=1,
        subject=None, body=None,
    )  # fmt: skip
    mailing.due_at = mailing_times.moment_of(mailing, event) if default.is_on else None
    return mailing


def list_current(event: Event) -> dict[str, Mailing]:
    """Return the standard letters of an event as they stand; those nobody touched are not stored yet."""
    rows = db.session.scalars(
        select(Mailing).where(Mailing.event_id == event.id, Mailing.kind.in_(STANDARD_KINDS)).order_by(Mailing.id)
    )
    latest = {mailing.kind: mailing for mailing in rows}
    with db.session.no_autoflush:
        return {kind: latest.get(kind) or blank(event, kind) for kind in STANDARD_KINDS}


def _stored(event: Event, kind: str) -> Mailing:
    """Return the row of a standard letter that can be changed, a new one where there is none or it has left."""
    if kind not in STANDARD_KINDS:
        raise NotFoundError(noop("There is no such letter at this event"))
    mailing = db.session.scalars(
        select(Mailing)
        .where(Mailing.event_id == event.id, Mailing.kind == kind)
        .order_by(Mailing.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if mailing is None:
        mailing = blank(event, kind)
        db.session.add(mailing)
    elif mailing.state in ("sending", "sent"):
        raise mailings.MailingStateError(noop("This letter has left already, or was cancelled"))
    return mailing


class PastMomentError(mailings.MailingStateError):
    """The moment that was chosen is past: the letter would leave at once."""


@in_transaction
def switch(*, actor: User, event_id: int, kind: str, is_on: bool, now: datetime | None = None) -> Mailing:
    """Switch a standard letter of an event on or off.

    One whose moment is past leaves in a minute, so that it can be switched off again.

    Raises:
        MailingStateError: If it has left, or is to be switched on and makes no sense any more.
    """
    event, moment = get_own_event(actor, event_id), now or utc_now()
    mailing = _stored(event, kind)
    if is_on and mailing_times.is_over(mailing, event, moment):
        raise mailings.MailingStateError(noop("The time of this letter is over. Write a letter of your own instead."))
    mailing.state = "planned" if is_on else "cancelled"
    mailing.due_at = mailing_times.next_moment(mailing, event, moment) if is_on else None
    mailing.made_by_id = actor.id
    db.session.flush()
    action = noop("standard letter switched on") if is_on else noop("standard letter switched off")
    mailings.note(action, mailing, event, actor)
    return mailing


@in_transaction
def change(
    *,
    actor: User,
    event_id: int,
    kind: str,
    version: int,
    subject: LanguageMap,
    body: LanguageMap,
    days: int,
    at_wall: str,
    now: datetime | None = None,
) -> Mailing:
    """Change words and time of a standard letter; words like its own are not kept, so that they follow a new version.

    Raises:
        MailingStateError: If it has left.
        PastMomentError: If it is on and would leave at once.
        ConflictError: If somebody else changed it meanwhile.
        UnknownFieldError: If a text has a field that there is not.
    """
    mailings.check_fields(subject, body)
    event = get_own_event(actor, event_id)
    mailing = _stored(event, kind)
    mailings.require_version(mailing, version)
    own = standard_wording(kind)
    is_own = (subject, body) == (own.subject, own.body) or not (subject and body)
    mailing.subject, mailing.body = (None, None) if is_own else (subject, body)
    mailing.days, mailing.at_wall = days, at_wall
    if mailing.state == "planned":
        mailing.due_at = mailing_times.moment_of(mailing, event)
        if mailing.due_at is not None and mailing.due_at <= (now or utc_now()):
            raise PastMomentError(noop("That moment is past. Choose a later one, or switch the letter off first."))
    mailing.made_by_id = actor.id
    mailing.version += 1
    db.session.flush()
    mailings.note(noop("standard letter changed"), mailing, event, actor)
    return mailing


def leaves_in_a_minute(mailing: Mailing, now: datetime) -> bool:
    """Tell whether a letter leaves so soon that people need a way to take it back."""
    return mailing.state == "planned" and mailing.due_at is not None and mailing.due_at <= now + UNDO_TIME


def letter_on_changes(event: Event) -> Mailing:
    """Return the letter that tells everybody concerned what changed; nothing is stored."""
    return Mailing(
        public_id=uuid.uuid4(), event_id=event.id, kind=CHANGES, timing="at", subject=None, body=None,
        audience=["registered", "waiting", "speakers", "focal-points", "followers", "essential"],
    )  # fmt: skip


@in_transaction
def tell_changes(*, actor: User, event_id: int, now: datetime | None = None) -> Mailing:
    """Send what changed to everybody concerned, in a minute, so that it can be taken back.

    Raises:
        MailingStateError: If nothing changed since people were told, or such a letter is on its way.
    """
    event = get_own_event(actor, event_id)
    waits = db.session.scalars(
        select(Mailing.id).where(Mailing.event_id == event.id, Mailing.kind == CHANGES, Mailing.state == "planned")
    ).first()
    if waits is not None:
        raise mailings.MailingStateError(noop("A letter about the changes is on its way already"))
    if not changes_told.lines(event):
        raise mailings.MailingStateError(noop("Nothing changed since people were last told"))
    mailing = letter_on_changes(event)
    mailing.state, mailing.due_at, mailing.made_by_id = "planned", (now or utc_now()) + UNDO_TIME, actor.id
    db.session.add(mailing)
    db.session.flush()
    mailings.note(noop("people told what changed"), mailing, event, actor)
    return mailing


def plan_missing(now: datetime | None = None) -> int:
    """Plan the standard letters of events that come soon, where nobody chose anything; each event by itself."""
    moment = now or utc_now()
    wanted = [kind for kind, default in DEFAULTS.items() if default.is_on]
    there = select(Mailing.event_id).where(Mailing.kind.in_(wanted))
    keys = db.session.scalars(
        select(Event.id).where(
            Event.state == "published",
            Event.deleted_at.is_(None),
            Event.starts_at > moment,
            Event.starts_at <= moment + PLAN_AHEAD,
            Event.id.not_in(there.group_by(Mailing.event_id).having(func.count(distinct(Mailing.kind)) >= len(wanted))),
        )
    ).all()
    db.session.rollback()
    return sum(_plan(key, wanted, moment) for key in keys)


@in_transaction
def _plan(event_id: int, kinds: list[str], now: datetime) -> int:
    event = organised_events.get_event_for_update(event_id)
    there = set(db.session.scalars(select(Mailing.kind).where(Mailing.event_id == event_id)))
    count = 0
    for kind in kinds:
        if kind in there:
            continue
        mailing = blank(event, kind)
        if mailing.due_at is not None and mailing.due_at <= now:
            mailing.state, mailing.due_at = "cancelled", None  # its time was over before anybody thought of it
        db.session.add(mailing)
        count += 1
    return count
