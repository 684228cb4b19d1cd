"""Somebody's own calendar: its addresses, what each of them holds, and the events that the person follows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5

from iurc_events import addresses
from iurc_events.calendars.deadlines import ANSWER, SIGN_UP, Deadline, render_deadline
from iurc_events.calendars.entries import CalendarLanguage, ReferenceZone
from iurc_events.calendars.rendering import etag, render_calendar
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.calendars import parts_of
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.localisation import noop, translate
from iurc_events.models.accounts import User
from iurc_events.models.calendar_feeds import CalendarSubscription, FollowedEvent
from iurc_events.queries import personal_feeds as queries
from iurc_events.queries.personal_feeds import OwnDeadline
from iurc_events.services import audit
from iurc_events.services.feeds import Feed, GoneError, day_start, feed_description, last_revision, window_start


def _deadline(found: OwnDeadline) -> Deadline:
    event = found.event
    base_url = settings().base_url
    zones = tuple(ReferenceZone(each["zone"], each["place"]) for each in found.reference_zones)
    if found.zone_name not in {each.zone_name for each in zones}:
        zones = (ReferenceZone(found.zone_name, found.city_name or {}), *zones)
    is_answer = found.city_name is not None
    name = f"{found.delegation_id}/deadline" if is_answer else f"{event.calendar_uid}/sign-up"
    return Deadline(
        uid=str(uuid5(NAMESPACE_URL, name)),
        sequence=found.sequence,
        created_at=min(event.created_at, found.revised_at),
        revised_at=found.revised_at,
        day=date.fromisoformat(found.day),
        zone_name=found.zone_name,
        sentence=ANSWER if is_answer else SIGN_UP,
        title=event.title,
        city=found.city_name or {},
        reference_zones=zones,
        page_urls={
            language: base_url
            + (
                addresses.delegation(str(found.delegation_id), language)
                if is_answer
                else addresses.event(event.slug, language)
            )
            for language in ("en", "zh")
        },
    )


def render(token: str, language: CalendarLanguage, *, now: datetime | None = None) -> Feed:
    """Render somebody's own calendar.

    Raises:
        NotFoundError: If no such address was ever given out.
        GoneError: If it was revoked.
    """
    moment = now or utc_now()
    found = queries.find_subscription(hash_token(token))
    if found is None:
        raise NotFoundError(noop("There is no such calendar"))
    subscription, user = found
    if subscription.revoked_at is not None:
        raise GoneError(noop("This calendar address was withdrawn"))
    parts = parts_of(subscription.parts)
    fragments = queries.list_fragments(user, parts, language, since=window_start(moment), now=day_start(moment))
    if "deadlines" in parts:
        deadlines = queries.list_deadlines(user, since=window_start(moment).date().isoformat())
        fragments += [(None, render_deadline(_deadline(each), language)) for each in deadlines]
    page_language = "en" if language == "both" else language
    names = [translate(noop("My IURC events"), tag) for tag in (("en", "zh") if language == "both" else (language,))]
    revised_at = last_revision(fragments)
    body = render_calendar(
        " / ".join(names),
        feed_description(language),
        language,
        fragments,
        url=settings().base_url + f"/{page_language}/account/calendars",
        revised_at=revised_at,
    )
    return Feed(body, etag(body), revised_at, "my-iurc-events.ics")


class NameTakenError(DomainError):
    """The person has a subscription of that name already."""


@in_transaction
def subscribe(user_id: int, name: str, parts: Iterable[str] | None = None) -> tuple[CalendarSubscription, str]:
    """Make a personal feed address under a name; the token is returned once and never again.

    Args:
        parts: What it holds, of `domain.calendars.OWN_PARTS`; None takes the usual ones.

    Raises:
        NameTakenError: If there is one of that name that was not withdrawn.
    """
    for other in db.session.query(CalendarSubscription).filter_by(user_id=user_id, name=name):
        if other.revoked_at is None:
            raise NameTakenError(noop("You have a calendar called “%(name)s” already"), name=name)
        other.name = f"{other.name[:60]} ({other.public_id.hex[:8]})"
    db.session.flush()
    token = new_token()
    subscription = CalendarSubscription(
        user_id=user_id,
        name=name,
        token_hash=hash_token(token),
        last_four=token[-4:],
        parts=None if parts is None else list(parts_of(parts)),
    )
    db.session.add(subscription)
    db.session.flush()
    audit.record("calendar address made", "subscription", subscription.public_id, actor_id=user_id)
    return subscription, token


def _own(user_id: int, subscription_id: int) -> CalendarSubscription:
    subscription = db.session.get(CalendarSubscription, subscription_id)
    if subscription is None or subscription.user_id != user_id:
        raise NotFoundError(noop("There is no such calendar"))
    return subscription


@in_transaction
def choose_parts(user_id: int, subscription_id: int, parts: Iterable[str]) -> None:
    """Say what a personal calendar of the person's own holds; it keeps its address."""
    subscription = _own(user_id, subscription_id)
    subscription.parts = list(parts_of(parts))
    audit.record(
        "contents of a calendar chosen",
        "subscription",
        subscription.public_id,
        actor_id=user_id,
        fields=["parts"],
    )


@in_transaction
def unsubscribe(user_id: int, subscription_id: int) -> None:
    """Withdraw a personal feed address of the person's own; it answers 410 from then on."""
    subscription = _own(user_id, subscription_id)
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
