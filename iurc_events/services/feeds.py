"""Calendar feeds: which texts, in which order, under which name; the same bytes for page, command and subscriber."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from iurc_events import addresses
from iurc_events.calendars.entries import CalendarLanguage
from iurc_events.calendars.rendering import etag, render_calendar
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.localisation import noop, translate
from iurc_events.models.accounts import User
from iurc_events.models.calendar_feeds import CalendarSubscription, FollowedEvent
from iurc_events.queries import feeds as feed_queries
from iurc_events.queries.feeds import FeedSubject
from iurc_events.services import audit

#: Collections hold what ended at most so many days before today, 00:00 UTC.
WINDOW = timedelta(days=400)
#: An instant that no content is older than: a feed that never changed.
_LONG_AGO = datetime(2017, 1, 1, tzinfo=UTC)


class GoneError(NotFoundError):
    """There was such a feed."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A rendered feed. ``revised_at`` is the last change of what it holds."""

    body: bytes
    etag: str
    revised_at: datetime
    file_name: str
    #: Of a personal feed, the subscription that it was asked for by.
    subscription_id: uuid.UUID | None = None


def _name(subject: FeedSubject, language: str) -> str:
    def one(lang: str) -> str:
        name = subject.name.get(lang) or subject.name.get("en") or next(iter(subject.name.values()))
        if subject.kind == "event":
            return name
        return translate(noop("%(name)s – IURC events"), lang, name=name)

    return one(language) if language != "both" else f"{one('en')} / {one('zh')}"


def _description(language: str) -> str:
    text = noop("Changes reach this calendar by themselves. Every time is given with its zone.")
    if language == "both":
        return f"{text} {translate(text, 'zh')}"
    return translate(text, language)


def _page(subject: FeedSubject, language: str) -> str:
    page_language = "en" if language == "both" else language
    pages = {
        "event": addresses.event,
        "city": addresses.city,
        "pair": addresses.pair,
        "theme": addresses.theme,
    }
    base_url = settings().base_url
    if subject.kind in pages:
        return base_url + pages[subject.kind](subject.slug, page_language)
    return base_url + addresses.home(page_language)


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


def render_feed(
    subject: FeedSubject, language: CalendarLanguage, *, since: date | None = None, now: datetime | None = None
) -> Feed:
    """Render a public feed.

    Raises:
        GoneError: If it is the feed of an event that was withdrawn more than 30 days ago or has no entry any more.
    """
    moment = now or utc_now()
    day_starts_at = datetime.combine(moment.astimezone(UTC).date(), time(), tzinfo=UTC)
    fragments = feed_queries.list_fragments(subject, language, since=window_start(moment, since), now=day_starts_at)
    address = settings().base_url + addresses.feed(subject.kind, subject.slug, language)
    body = render_calendar(
        _name(subject, language),
        _description(language),
        language,
        fragments,
        url=_page(subject, language),
        source=address if since is None else None,
        revised_at=subject.revised_at or _LONG_AGO,
    )
    return Feed(body, etag(body), subject.revised_at or _LONG_AGO, f"{subject.slug}.ics")


def render_personal_feed(token: str, language: CalendarLanguage, *, now: datetime | None = None) -> Feed:
    """Render somebody's own calendar.

    Raises:
        NotFoundError: If no such address was ever given out.
        GoneError: If it was revoked.
    """
    moment = now or utc_now()
    found = feed_queries.find_subscription(hash_token(token))
    if found is None:
        raise NotFoundError(noop("There is no such calendar"))
    subscription, user = found
    if subscription.revoked_at is not None:
        raise GoneError(noop("This calendar address was withdrawn"))
    revised_at = feed_queries.last_personal_change() or _LONG_AGO
    day_starts_at = datetime.combine(moment.astimezone(UTC).date(), time(), tzinfo=UTC)
    fragments = feed_queries.list_personal_fragments(user, language, since=window_start(moment), now=day_starts_at)
    name = translate(noop("My IURC events"), "en" if language == "both" else language)
    page_language = "en" if language == "both" else language
    body = render_calendar(
        name,
        _description(language),
        language,
        fragments,
        url=settings().base_url + f"/{page_language}/account/calendars",
        revised_at=revised_at,
    )
    return Feed(body, etag(body), revised_at, "my-iurc-events.ics", subscription.public_id)


class NameTakenError(DomainError):
    """The person has a subscription of that name already."""


@in_transaction
def subscribe(user_id: int, name: str) -> tuple[CalendarSubscription, str]:
    """Make a personal feed address under a name; the token is returned once and never again.

    Raises:
        NameTakenError: If there is one of that name that was not withdrawn.
    """
    for other in db.session.query(CalendarSubscription).filter_by(user_id=user_id, name=name):
        if other.revoked_at is None:
            raise NameTakenError(noop("You have a calendar called “%(name)s” already"), name=name)
        other.name = f"{other.name[:60]} ({other.public_id.hex[:8]})"
    db.session.flush()
    token = new_token()
    subscription = CalendarSubscription(user_id=user_id, name=name, token_hash=hash_token(token), last_four=token[-4:])
    db.session.add(subscription)
    db.session.flush()
    audit.record("calendar address made", "subscription", subscription.public_id, actor_id=user_id)
    return subscription, token


@in_transaction
def unsubscribe(user_id: int, subscription_id: int) -> None:
    """Withdraw a personal feed address of the person's own; it answers 410 from then on."""
    subscription = db.session.get(CalendarSubscription, subscription_id)
    if subscription is None or subscription.user_id != user_id:
        raise NotFoundError(noop("There is no such calendar"))
    subscription.revoked_at = utc_now()
    audit.record("calendar address withdrawn", "subscription", subscription.public_id, actor_id=user_id)


@in_transaction
def follow(user: User, event_id: int, *, wanted: bool = True) -> None:
    """Take an event into the person's own calendar, or out of it."""
    row = db.session.get(FollowedEvent, (user.id, event_id))
    if wanted and row is None:
        db.session.add(FollowedEvent(user_id=user.id, event_id=event_id))
    elif not wanted and row is not None:
        db.session.delete(row)


def is_withdrawn(subject: FeedSubject) -> bool:
    """Tell whether a feed's event is no longer public."""
    return feed_queries.is_withdrawn_event(subject.id)
