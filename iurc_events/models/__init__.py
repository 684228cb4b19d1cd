"""Tables of the product. Importing this package makes all of them known to the mapper."""

from iurc_events.models import (
    accounts,
    agendas,
    attendance,
    calendar_feeds,
    cities,
    delegations,
    events,
    messages,
    participants,
    programmes,
    revisions,
    speakers,
)

__all__ = [
    "accounts",
    "agendas",
    "attendance",
    "calendar_feeds",
    "cities",
    "delegations",
    "events",
    "messages",
    "participants",
    "programmes",
    "revisions",
    "speakers",
]
