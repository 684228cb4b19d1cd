"""What every change to an event brings with it, in the same transaction as the change itself.

Membership, searchable text, stored calendar texts with SEQUENCE, versions of pages and feeds, a revision and a line in
the audit log. Every service that changes an event, its agenda or its speakers ends with :func:`record_change`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, inspect, select
from sqlalchemy import event as orm_event

from iurc_events.database import db, utc_now
from iurc_events.models.calendar_feeds import FeedVersion
from iurc_events.models.events import Event, EventMembership, EventSearchText
from iurc_events.models.revisions import Revision
from iurc_events.queries import memberships, search_texts
from iurc_events.queries.feeds import ALL_EVENTS
from iurc_events.services import audit, calendar_entries, mailing_times, session_entries, snapshots

_FORMER_KINDS = "former_kinds"


@orm_event.listens_for(Event.kind, "set", active_history=True)
def _note_former_kind(event: Event, value: str, old: object, _initiator: object) -> None:
    """Remember the kind that an event leaves: the calendar of that kind changes with it."""
    if isinstance(old, str) and old != value:
        inspect(event).info.setdefault(_FORMER_KINDS, set()).add(old)


def record_change(
    event: Event,
    action: str,
    *,
    actor_id: int | None,
    now: datetime | None = None,
    keep_snapshot: bool = True,
    is_moved: bool = False,
) -> Revision:
    """Write down a change to an event and bring everything derived from it up to date.

    Args:
        action: What was done, in English words marked with ``noop`` where they are chosen.
        keep_snapshot: False for bulk imports, whose document is kept anyway.
        is_moved: Whether the instants moved although every wall time stayed: readers must hear of it all the same.
    """
    moment = now or utc_now()
    db.session.flush()
    before = memberships.list_stored_subjects(event.id)
    after = memberships.list_subjects(event)
    _store_search_text(event, after)
    if event.unpublished_at is not None:  # calendars show it, cancelled, where it was shown before
        after = before
    _store_memberships(event, before, after)
    is_visible = calendar_entries.refresh(event, moment, is_moved=is_moved)
    has_new_sessions = session_entries.refresh(event, moment, is_moved=is_moved)
    event.version = Event.version + 1
    kinds = {event.kind, *inspect(event).info.pop(_FORMER_KINDS, ())}
    feeds = [f"events/{event.slug}", ALL_EVENTS, *(f"kinds/{kind}" for kind in kinds)]
    is_shown = is_visible or has_new_sessions or before != after or len(kinds) > 1
    bump_feeds([*feeds, *memberships.list_feeds(before | after)], moment, is_shown=is_shown)
    revision = _store_revision(event, action, actor_id, moment, is_visible=is_visible, keep_snapshot=keep_snapshot)
    mailing_times.follow(event, has_new_state="state" in revision.changed_fields)
    audit.record(
        action, "event", event.slug, actor_id=actor_id, programme_id=event.programme_id, fields=revision.changed_fields
    )
    db.session.flush()
    return revision


def _store_memberships(event: Event, before: set[memberships.Subject], after: set[memberships.Subject]) -> None:
    for kind, key in before - after:
        db.session.execute(
            delete(EventMembership).where(
                EventMembership.event_id == event.id,
                EventMembership.subject_kind == kind,
                EventMembership.subject_id == key,
            )
        )
    if added := [{"event_id": event.id, "subject_kind": kind, "subject_id": key} for kind, key in after - before]:
        db.session.execute(insert(EventMembership), added)


def _store_search_text(event: Event, subjects: set[memberships.Subject]) -> None:
    text = search_texts.event_search_text(event, subjects)
    row = db.session.get(EventSearchText, event.id)
    if row is None:
        db.session.add(EventSearchText(event_id=event.id, text=text))
    elif row.text != text:
        row.text = text


def bump_feeds(feeds: list[str], now: datetime, *, is_shown: bool = True) -> None:
    """Raise the versions of feeds, in a fixed order so that two writers cannot deadlock.

    Args:
        is_shown: Whether readers of the feeds see a difference: only then were they revised.
    """
    names = sorted(set(feeds))
    known = {
        row.feed: row
        for row in db.session.scalars(
            select(FeedVersion).where(FeedVersion.feed.in_(names)).order_by(FeedVersion.feed).with_for_update()
        )
    }
    for name in names:
        if row := known.get(name):
            row.version += 1
            if is_shown:
                # Who began before another change and ends after it must not set the date back: readers have that one.
                row.revised_at = now if now >= row.revised_at else max(utc_now(), row.revised_at)
        else:
            db.session.add(FeedVersion(feed=name, version=1, revised_at=now))


def _store_revision(
    event: Event, action: str, actor_id: int | None, now: datetime, *, is_visible: bool, keep_snapshot: bool
) -> Revision:
    last = db.session.scalars(
        select(Revision).where(Revision.event_id == event.id).order_by(Revision.number.desc()).limit(1)
    ).one_or_none()
    snapshot = snapshots.take_snapshot(event) if keep_snapshot else {}
    revision = Revision(
        event_id=event.id,
        number=last.number + 1 if last else 1,
        made_at=now,
        actor_id=actor_id,
        action=action,
        changed_fields=snapshots.changed_fields(last.snapshot or None, snapshot) if last and keep_snapshot else [],
        is_visible=is_visible,
        snapshot=snapshot,
    )
    db.session.add(revision)
    return revision
