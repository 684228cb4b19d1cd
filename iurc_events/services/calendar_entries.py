"""Stored calendar texts: an event's entry in each language, rendered once per visible change.

The entry itself says what is visible: if its text would differ, SEQUENCE, LAST-MODIFIED and DTSTAMP rise together
(product rule; RFC 5545 §3.8.7.4).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from iurc_events import addresses
from iurc_events.calendars.entries import CalendarEntry as EntryText
from iurc_events.calendars.entries import CalendarLanguage, EntryState, ReferenceZone
from iurc_events.calendars.rendering import entry_zone, render_entry
from iurc_events.config import settings
from iurc_events.database import db
from iurc_events.models.agendas import EventSession
from iurc_events.models.calendar_feeds import CalendarEntry
from iurc_events.models.cities import City
from iurc_events.models.events import Event, EventTheme
from iurc_events.models.programmes import Theme

CALENDAR_LANGUAGES: tuple[CalendarLanguage, ...] = ("en", "zh", "both")
#: Raised when the renderer writes the same data differently; older stored texts are rendered anew.
FORMAT_VERSION = 1
#: How long a withdrawn event stays in feeds as CANCELLED.
WITHDRAWN_FOR = timedelta(days=30)


def _state(event: Event) -> EntryState:
    if event.state == "cancelled" or event.unpublished_at is not None:
        return "cancelled"
    return "tentative" if event.state == "postponed" else "confirmed"


def entry_of(event: Event) -> EntryText | None:
    """Describe an event as a calendar entry; None where it has none (draft never published, no time).

    Public text only: join links are added for those who may have them when a personal feed is rendered.
    """
    slot = event.slot
    if slot is None or (event.first_published_at is None):
        return None
    venue_city = db.session.get(City, event.venue_city_id) if event.venue_city_id else None
    themes = db.session.scalars(
        select(Theme.name)
        .join(EventTheme, EventTheme.theme_id == Theme.id)
        .where(EventTheme.event_id == event.id)
        .order_by(EventTheme.position)
    )
    sessions = db.session.scalars(
        select(EventSession.title).where(EventSession.event_id == event.id).order_by(EventSession.position)
    )
    base_url = settings().base_url
    contact = " ".join(filter(None, [event.contact_name, f"<{event.contact_email}>" if event.contact_email else ""]))
    return EntryText(
        uid=str(event.calendar_uid),
        sequence=event.sequence,
        created_at=event.first_published_at,
        revised_at=event.visible_revised_at,
        state=_state(event),
        title=event.title,
        slot=slot,
        is_postponed=event.state == "postponed",
        reference_zones=tuple(ReferenceZone(zone["zone"], zone["place"]) for zone in event.programme.reference_zones),
        venue=event.venue_name or {},
        address=event.venue_address or {},
        geo=(venue_city.lat, venue_city.lon) if venue_city and event.format != "online" else None,
        description=event.summary or {},
        page_urls={language: base_url + addresses.event(event.slug, language) for language in ("en", "zh")},
        categories=tuple(themes),
        contact={"en": contact} if contact else {},
        agenda=tuple(sessions),
    )


def refresh(event: Event, now: datetime) -> bool:
    """Bring an event's stored calendar texts up to date; tell whether a reader sees a difference.

    Raises SEQUENCE and the moment of revision where the text differs from the stored one.
    """
    stored = {
        row.language: row for row in db.session.scalars(select(CalendarEntry).where(CalendarEntry.event_id == event.id))
    }
    entry = entry_of(event)
    rendered = {lang: render_entry(entry, lang) for lang in CALENDAR_LANGUAGES} if entry else {}
    is_same = {lang: row.body for lang, row in stored.items()} == {
        lang: body for lang, body in rendered.items() if body is not None
    }
    if is_same:
        return False
    if entry is None or rendered["en"] is None:
        db.session.execute(delete(CalendarEntry).where(CalendarEntry.event_id == event.id))
        return bool(stored)
    if stored and any(row.format_version == FORMAT_VERSION for row in stored.values()):
        event.sequence += 1
        event.visible_revised_at = max(now, event.visible_revised_at)
    elif not stored:
        event.visible_revised_at = max(now, event.visible_revised_at) if event.sequence else event.visible_revised_at
    _store(event, stored, now)
    return True


def _store(event: Event, stored: dict[str, CalendarEntry], now: datetime) -> None:
    entry = entry_of(event)
    assert entry is not None
    for language in CALENDAR_LANGUAGES:
        body = render_entry(entry, language)
        assert body is not None
        row = stored.get(language) or CalendarEntry(event_id=event.id, language=language)
        row.body, row.zone, row.format_version = body, entry_zone(entry), FORMAT_VERSION
        row.starts_at, row.ends_at, row.revised_at = entry.slot.starts_at, entry.slot.ends_at, entry.revised_at
        row.leaves_at = event.unpublished_at + WITHDRAWN_FOR if event.unpublished_at else None
        db.session.add(row)
