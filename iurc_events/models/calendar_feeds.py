"""Stored calendar texts, the versions of feeds, and personal subscriptions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from iurc_events.database import Base, Json, UtcDateTime
from iurc_events.models.columns import Instant, Key, MadeAt, PublicId, Word, reference


class CalendarEntry(Base):
    """An event's calendar text in one language, rendered once per visible change.

    ``language`` is ``en``, ``zh`` or ``both``, with ``+join`` behind it for the text that names the join links.
    ``sessions`` in its place is a row that holds, as JSON, what the event's sessions say in a calendar of their own.
    ``body`` is the VEVENT; ``zone`` names the VTIMEZONE it needs. Rendered anew where ``format_version`` is old.
    """

    __tablename__ = "calendar_entries"

    event_id: Mapped[int] = reference("events.id", primary_key=True, index=False)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    zone: Mapped[str | None] = mapped_column(String(64))
    format_version: Mapped[int]
    starts_at: Mapped[Instant] = mapped_column(index=True)
    ends_at: Mapped[Instant] = mapped_column(index=True)
    revised_at: Mapped[Instant]
    #: After this instant a withdrawn event's CANCELLED entry leaves the feeds.
    leaves_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FeedVersion(Base):
    """The version of a feed: rises in the transaction of every change to what it holds.

    ``feed`` is ``programmes/ID``, ``cities/ID``, ``pairs/ID``, ``themes/ID``, ``kinds/ID`` or ``events/ID``, and
    ``events`` for all of them: kept lists and personal calendars. ``pages`` is that of the public pages,
    ``deadlines/ID`` counts how often a delegation got another last day.
    """

    __tablename__ = "feed_versions"

    feed: Mapped[str] = mapped_column(String(140), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    revised_at: Mapped[Instant]


class CalendarSubscription(Base):
    """A personal feed address with a name of its own; only the token's hash is stored."""

    __tablename__ = "calendar_subscriptions"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = reference("users.id", index=False)
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    last_four: Mapped[str] = mapped_column(String(4))
    last_used_on: Mapped[str | None] = mapped_column(String(10))
    #: What "mine" holds here, words of `domain.calendars.OWN_PARTS`; None: the usual ones.
    parts: Mapped[list[str] | None] = mapped_column(Json)
    created_at: Mapped[MadeAt]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SavedFilter(Base):
    """A list of events with its filter, kept under a short id so that a calendar can follow it.

    The same conditions always get the same id: nobody's name is in it, and anybody may use it.
    """

    __tablename__ = "saved_filters"

    id: Mapped[Key]
    short_id: Mapped[str] = mapped_column(String(12), unique=True)
    #: The filter's parameters as the list's address has them, sorted: name and values.
    conditions: Mapped[dict[str, list[str]]] = mapped_column(Json)
    conditions_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[MadeAt]


class FollowedEvent(Base):
    """An event that a user wants in their own calendar."""

    __tablename__ = "followed_events"

    user_id: Mapped[int] = reference("users.id", primary_key=True)
    event_id: Mapped[int] = reference("events.id", primary_key=True)
    followed_at: Mapped[MadeAt]


__all__ = ["CalendarEntry", "CalendarSubscription", "FeedVersion", "FollowedEvent", "SavedFilter", "Word"]
