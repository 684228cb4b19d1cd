"""Calendar feeds: which texts, in which order, under which name; the same bytes for page, command and subscriber."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from iurc_events import addresses
from iurc_events.calendars.entries import CalendarLanguage
from iurc_events.calendars.rendering import entry_zone, etag, render_calendar, render_entry
from iurc_events.config import settings
from iurc_events.database import utc_now
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop, translate
from iurc_events.queries import feeds as feed_queries
from iurc_events.queries.feeds import OF_ONE_EVENT, FeedSubject, Fragment
from iurc_events.services import session_entries

#: Collections hold what ended at most so many days before today, 00:00 UTC.
WINDOW = timedelta(days=400)
_STAMP = b"\r\nLAST-MODIFIED:"
#: An instant that no content is older than: a feed that never changed.
LONG_AGO = datetime(2017, 1, 1, tzinfo=UTC)


class GoneError(NotFoundError):
    """There was such a feed."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A rendered feed. ``revised_at`` is the last change of what it holds."""

    body: bytes
    etag: str
    revised_at: datetime
    file_name: str


def _name(subject: FeedSubject, language: str) -> str:
    def one(lang: str) -> str:
        name = text_of(subject.name, lang)
        if not name:
            return translate(noop("IURC events"), lang)
        if subject.kind == "event":
            return name
        if subject.kind == "sessions":
            return translate(noop("%(name)s: sessions"), lang, name=name)
        return translate(noop("%(name)s – IURC events"), lang, name=name)

    return one(language) if language != "both" else f"{one('en')} / {one('zh')}"


def feed_description(language: str) -> str:
    """Return what every calendar says of itself."""
    text = noop("Changes reach this calendar by themselves. Every time is given with its zone.")
    if language == "both":
        return f"{text} {translate(text, 'zh')}"
    return translate(text, language)


def feed_page(subject: FeedSubject, language: str) -> str:
    """Return the absolute address of the page that shows what a feed holds."""
    page_language = "en" if language == "both" else language
    pages = {
        "event": addresses.event,
        "sessions": addresses.event,
        "city": addresses.city,
        "pair": addresses.pair,
        "theme": addresses.theme,
    }
    base_url = settings().base_url
    if subject.kind in pages:
        return base_url + pages[subject.kind](subject.slug, page_language)
    if subject.kind == "kind":
        return base_url + addresses.events(page_language, urlencode({"kind": subject.slug}))
    if subject.kind == "filter":
        return base_url + addresses.events(page_language, urlencode(subject.conditions or {}, doseq=True))
    return base_url + addresses.home(page_language)


def day_start(now: datetime) -> datetime:
    """Return 00:00 UTC of the day of an instant."""
    return datetime.combine(now.astimezone(UTC).date(), time(), tzinfo=UTC)


def window_start(now: datetime, since: date | None = None) -> datetime:
    """Return the instant from which a collection holds what ended: a given day, or 400 days before today, 00:00 UTC."""
    day = since or (now.astimezone(UTC).date() - WINDOW)
    return datetime.combine(day, time(), tzinfo=UTC)


def get_subject(kind: str, slug: str) -> FeedSubject:
    """Return what a public feed is about.

    Raises:
        NotFoundError: If there is no such thing, or it was never public.
    """
    subject = feed_queries.find_subject(kind, slug)
    if subject is None:
        raise NotFoundError(noop("There is no such calendar"))
    return subject


def _session_fragments(subject: FeedSubject, language: CalendarLanguage, now: datetime) -> list[Fragment]:
    """Return the sessions of an event as entries, in the order of their start."""
    entries = session_entries.list_entries(subject.id, now)
    return [
        (entry_zone(entry), body)
        for entry in sorted(entries, key=lambda entry: (entry.slot.starts_at, entry.uid))
        if (body := render_entry(entry, language))
    ]


def render_feed(
    subject: FeedSubject, language: CalendarLanguage, *, since: date | None = None, now: datetime | None = None
) -> Feed:
    """Render a public feed.

    Raises:
        GoneError: If it is of an event that was withdrawn more than 30 days ago.
    """
    moment = now or utc_now()
    day_starts_at = day_start(moment)
    if subject.kind == "sessions":
        fragments = _session_fragments(subject, language, day_starts_at)
    else:
        fragments = feed_queries.list_fragments(subject, language, since=window_start(moment, since), now=day_starts_at)
    if subject.kind in OF_ONE_EVENT and not fragments and feed_queries.is_withdrawn_event(subject.id):
        raise GoneError(noop("This event was withdrawn"))
    address = settings().base_url + addresses.feed(subject.kind, subject.slug, language)
    revised_at = subject.revised_at or LONG_AGO
    body = render_calendar(
        _name(subject, language),
        feed_description(language),
        language,
        fragments,
        url=feed_page(subject, language),
        source=address if since is None else None,
        # A kept list has the version of all events: what changes elsewhere does not change its bytes.
        revised_at=last_revision(fragments) if subject.kind == "filter" else revised_at,
    )
    return Feed(body, etag(body), revised_at, f"{subject.slug}.ics")


def last_revision(fragments: list[Fragment]) -> datetime:
    """Return when any of some entries was last changed, as they say themselves."""
    stamps = [body[at : at + 16] for _, body in fragments if (at := body.find(_STAMP) + len(_STAMP)) >= len(_STAMP)]
    if not stamps:
        return LONG_AGO
    return datetime.strptime(max(stamps).decode("ascii"), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
