"""A single event as a calendar file, for download and as an attachment of mail."""

from __future__ import annotations

from iurc_events import addresses
from iurc_events.calendars.entries import CalendarLanguage
from iurc_events.calendars.lines import fold
from iurc_events.calendars.rendering import render_calendar
from iurc_events.config import settings
from iurc_events.database import db
from iurc_events.domain.language_maps import text_of
from iurc_events.models.calendar_feeds import CalendarEntry
from iurc_events.models.events import Event
from iurc_events.services.calendar_entries import WITH_JOIN_LINKS


def with_entry_code(calendar: bytes, address: str) -> bytes:
    """Name the page of somebody's entry code in their own copy of an event's file (RFC 5545 §3.8.1.1)."""
    return calendar.replace(b"END:VEVENT", fold(f"ATTACH:{address}") + b"END:VEVENT", 1)


def event_file(event: Event, language: CalendarLanguage, *, with_join_links: bool) -> bytes | None:
    """Return an event's calendar file with the entry of the feeds; None where it has no entry.

    Args:
        with_join_links: For those who may have them: registered people, speakers, own delegates, organisers.
    """
    names = ([language + WITH_JOIN_LINKS] if with_join_links else []) + [language]
    for name in names:
        if row := db.session.get(CalendarEntry, (event.id, name)):
            return render_calendar(
                text_of(event.title, language),
                "",
                language,
                [(row.zone, row.body)],
                url=settings().base_url + addresses.event(event.slug, "en" if language == "both" else language),
                revised_at=row.revised_at,
                method="PUBLISH",
            )
    return None
