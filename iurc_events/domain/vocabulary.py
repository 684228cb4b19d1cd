"""The closed lists of words that the product uses, each in its canonical order."""

from __future__ import annotations

from enum import StrEnum


class EventState(StrEnum):
    """Where an event stands; ``held`` is said by an organiser, never by the clock."""

    DRAFT = "draft"
    PUBLISHED = "published"
    HELD = "held"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


#: Moves that a person can make from each state.
EVENT_MOVES: dict[EventState, frozenset[EventState]] = {
    EventState.DRAFT: frozenset({EventState.PUBLISHED}),
    EventState.PUBLISHED: frozenset({EventState.DRAFT, EventState.HELD, EventState.POSTPONED, EventState.CANCELLED}),
    EventState.POSTPONED: frozenset({EventState.PUBLISHED, EventState.CANCELLED, EventState.DRAFT}),
    EventState.CANCELLED: frozenset({EventState.PUBLISHED, EventState.DRAFT}),
    EventState.HELD: frozenset({EventState.PUBLISHED}),
}
PUBLIC_STATES = (EventState.PUBLISHED, EventState.HELD, EventState.POSTPONED, EventState.CANCELLED)

EVENT_KINDS = (
    "workshop", "thematic-seminar", "exchange-meeting", "annual-conference", "exposition", "training", "kick-off",
    "networking-event", "regional-workshop", "study-visit", "working-session", "high-level-seminar",
)  # fmt: skip
EVENT_FORMATS = ("online", "onsite", "hybrid")
SESSION_KINDS = (
    "opening", "keynote", "plenary", "panel", "roundtable", "breakout", "discussion", "side-session", "exhibition",
    "ceremony", "training", "closing",
)  # fmt: skip
ITEM_KINDS = (
    "welcome", "remarks", "keynote", "talk", "presentation", "discussion", "qa", "award", "written-contribution",
    "video", "performance", "break", "introduction", "summary",
)  # fmt: skip
SPEAKER_ROLES = (
    "moderator", "welcome", "opening", "keynote", "speaker", "panellist", "closing", "performer", "rapporteur",
)  # fmt: skip
HONORIFICS = ("mr", "ms", "dr", "prof", "none")
STAKEHOLDER_TYPES = ("government", "academia", "business", "civil-society", "other")
ATTENDANCE_MODES = ("onsite", "online")


def modes_of(event_format: str) -> tuple[str, ...]:
    """Return how people can take part in an event of a format."""
    return (event_format,) if event_format in ATTENDANCE_MODES else ATTENDANCE_MODES


DOCUMENT_KINDS = ("agenda", "slides", "image-gallery", "image", "video", "report", "social-post")
COUNT_SUBJECTS = ("participants", "cities", "city_speakers", "visitors", "pairings_presented", "countries")
CITY_KINDS = (
    "city", "metropolitan-area", "municipality-association", "county", "region", "new-area", "development-zone",
)  # fmt: skip
SIDES = ("EU", "China", "other")


class Qualifier(StrEnum):
    """How sure a reported number is, from the surest to the weakest."""

    EXACTLY = "exactly"
    AT_LEAST = "at-least"
    MORE_THAN = "more-than"
    ABOUT = "about"


class DelegationState(StrEnum):
    """The life of a delegation."""

    INVITED = "invited"
    OPENED = "opened"
    NOMINATING = "nominating"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class SpeakerState(StrEnum):
    """What became of a nominated speaker."""

    #: Named beyond the delegation's quota: moves up when a place comes free.
    WAITING = "waiting"
    NOMINATED = "nominated"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ParticipantState(StrEnum):
    """Registered and confirmed hold a seat; waiting and cancelled hold none."""

    REGISTERED = "registered"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


#: What members of a delegation come as; each has its quota.
MEMBER_ROLES = ("speaker", "participant", "observer")
#: Who gets the next free place of an event when several delegations wait; an organiser chooses, those who wait see it.
#: ``first-come``: who waits longest; ``fewest-first``: the city with the fewest people, then who waits longest;
#: ``own-only``: places of a delegation stay its own.
WAITING_RULES = ("first-come", "fewest-first", "own-only")
#: Given freely or not at all; None is "not stated".
GENDERS = ("female", "male", "other")
#: What an event may ask people for beside their name; kept apart and deleted first.
SPECIAL_NEEDS = ("dietary", "accessibility", "visa")
#: Parts of a speaker's profile that are published only with the speaker's consent, each by itself.
PROFILE_PARTS = ("photo", "biography", "topic", "slides")
#: Where a record that somebody came is from.
ATTENDANCE_SOURCES = ("desk", "scan", "list")
#: Programs whose lists of those who joined are read.
MEETING_PROGRAMS = ("zoom", "teams", "tencent-meeting", "other")

#: States of participants who hold a seat, as the database has them.
WITH_SEAT = (ParticipantState.REGISTERED.value, ParticipantState.CONFIRMED.value)


class MessageState(StrEnum):
    """Where a message of the outbox stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    KEPT = "kept"


class RoleName(StrEnum):
    """What a user may be, per programme or city."""

    ADMINISTRATOR = "administrator"
    ORGANISER = "organiser"
    DELEGATE = "delegate"
    FUNDER = "funder"
    CHECK_IN = "check-in"


#: Roles that are given for a programme.
PROGRAMME_ROLES = (RoleName.ORGANISER, RoleName.FUNDER, RoleName.CHECK_IN)
