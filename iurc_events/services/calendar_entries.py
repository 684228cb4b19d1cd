"""Stored calendar texts: an event's entry in each language, rendered once per visible change.

The entry itself says what is visible: if its text would differ, SEQUENCE, LAST-MODIFIED and DTSTAMP rise together
(product rule; RFC 5545 §3.8.7.4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from iurc_events import addresses
from iurc_events.calendars.entries import CalendarEntry as EntryText
from iurc_events.calendars.entries import CalendarLanguage, EntryState, ReferenceZone
from iurc_events.calendars.entries import JoinLink as JoinLinkText
from iurc_events.calendars.rendering import FRAGMENT_FORMAT, entry_zone, render_entry, rewritten, stamped
from iurc_events.config import settings
from iurc_events.database import db
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.time_slots import Precision
from iurc_events.models.agendas import EventSession
from iurc_events.models.calendar_feeds import CalendarEntry
from iurc_events.models.cities import City
from iurc_events.models.events import Event, EventTheme, JoinLink
from iurc_events.models.programmes import Theme

CALENDAR_LANGUAGES: tuple[CalendarLanguage, ...] = ("en", "zh", "both")
#: Behind the language of a stored text that names the join links; served to those who may have them.
WITH_JOIN_LINKS = "+join"
#: Instead of a language: what the sessions of an event say in calendars, see `services.session_entries`.
SESSIONS = "sessions"
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


def join_links_of(event: Event) -> tuple[JoinLinkText, ...]:
    """Return the ways to join an event online, for the entries of those who may have them."""
    rows = db.session.scalars(select(JoinLink).where(JoinLink.event_id == event.id).order_by(JoinLink.position))
    return tuple(
        JoinLinkText(row.address, text_of(row.label, "en"), row.meeting_number or "", row.passcode or "")
        for row in rows
    )


def _render(event: Event) -> tuple[EntryText, dict[str, bytes]] | None:
    """Render all texts of an event as it stands; None where it has no entry."""
    entry = entry_of(event)
    if entry is None:
        return None
    texts: dict[str, bytes] = {}
    links = join_links_of(event)
    for language in CALENDAR_LANGUAGES:
        if body := render_entry(entry, language):
            texts[language] = body
            if links and (private := render_entry(replace(entry, join_links=links), language)):
                texts[language + WITH_JOIN_LINKS] = private
    return (entry, texts) if texts else None


def refresh(event: Event, now: datetime, *, is_moved: bool = False) -> bool:
    """Bring an event's stored calendar texts up to date; tell whether a reader sees a difference.

    Raises SEQUENCE and the moment of revision where the text differs from the stored one, or the instants moved. A
    withdrawn event keeps its last published text, cancelled: what is written into the draft is nobody's to read.
    """
    stored = _stored(event)
    if event.unpublished_at is not None and all(row.leaves_at is not None for row in stored.values()):
        return is_moved and _stamp(event, now, stored)
    if not stored and _has_entry(event):
        _begin_to_show(event, now)
    rendered = _render(event)
    if rendered is None:
        if stored:  # where an entry comes back it supersedes this one
            _raise(event, now)
        for row in stored.values():
            db.session.delete(row)
        return bool(stored)
    entry, texts = rendered
    if not is_moved and {language: row.body for language, row in stored.items()} == texts:
        return False
    if is_moved or any(row.format_version == FRAGMENT_FORMAT for row in stored.values()):
        _raise(event, now)
        entry, texts = _render(event) or (entry, texts)
    _store(event, entry, texts, stored)
    return True


def is_current(event: Event) -> bool:
    """Tell whether an event's stored calendar texts say what they would say now."""
    if event.unpublished_at is not None:
        return True
    stored = _stored(event)
    if any(row.format_version != FRAGMENT_FORMAT for row in stored.values()):
        return False
    rendered = _render(event)
    return {language: row.body for language, row in stored.items()} == (rendered[1] if rendered else {})


def _stored(event: Event) -> dict[str, CalendarEntry]:
    rows = db.session.scalars(
        select(CalendarEntry).where(CalendarEntry.event_id == event.id, CalendarEntry.language != SESSIONS)
    )
    return {row.language: row for row in rows}


def _has_entry(event: Event) -> bool:
    """Tell whether an event was published and its day is known."""
    slot = event.slot
    return event.first_published_at is not None and slot is not None and slot.precision is not Precision.MONTH


def _raise(event: Event, now: datetime) -> None:
    """Let what an event's entry says from now on supersede what readers have."""
    event.sequence += 1
    event.visible_revised_at = max(now, event.visible_revised_at)


def _stamp(event: Event, now: datetime, stored: dict[str, CalendarEntry]) -> bool:
    """Let kept texts supersede what readers have, where their zone has other rules or something was erased."""
    _raise(event, now)
    for row in stored.values():
        row.body = stamped(row.body, event.sequence, event.visible_revised_at)
        row.revised_at = event.visible_revised_at
    return bool(stored)


def clean_kept(event: Event, change: Callable[[str], str], now: datetime) -> None:
    """Take what is erased out of the texts that a withdrawn event keeps, which no change writes anew."""
    if event.unpublished_at is None:
        return
    stored = _stored(event)
    cleaned = {language: rewritten(row.body, change) for language, row in stored.items()}
    if any(cleaned[language] != row.body for language, row in stored.items()):
        for language, row in stored.items():
            row.body = cleaned[language]
        _stamp(event, now, stored)


def _begin_to_show(event: Event, now: datetime) -> None:
    """Set the stamps of an entry that appears, for the first time or anew."""
    if event.sequence == 0 and _state(event) == "cancelled":
        event.sequence = 1  # an entry first shown as cancelled supersedes what people may have elsewhere (cal-14)
    # A draft of long ago is new to readers (cal-12), and so is what was away.
    event.visible_revised_at = max(now, event.first_published_at or now)


def _store(event: Event, entry: EntryText, texts: dict[str, bytes], stored: dict[str, CalendarEntry]) -> None:
    for language, row in stored.items():
        if language not in texts:
            db.session.delete(row)
    for language, body in texts.items():
        row = stored.get(language) or CalendarEntry(event_id=event.id, language=language)
        row.body, row.zone, row.format_version = body, entry_zone(entry), FRAGMENT_FORMAT
        row.starts_at, row.ends_at, row.revised_at = entry.slot.starts_at, entry.slot.ends_at, entry.revised_at
        row.leaves_at = event.unpublished_at + WITHDRAWN_FOR if event.unpublished_at else None
        db.session.add(row)
