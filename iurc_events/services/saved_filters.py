"""Keep the filter of a list under a short id, for calendars that follow it."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import select

from iurc_events.database import db, in_transaction, insert_into
from iurc_events.models.calendar_feeds import SavedFilter
from iurc_events.queries.events import EventFilters
from iurc_events.queries.saved_filters import conditions_of
from iurc_events.services.attempts import Limit

#: Lists that one network may keep in an hour: nobody signs in for it.
FILTERS_PER_NETWORK: Final = Limit("filter-network", 60, timedelta(hours=1))
_ID_LENGTH: Final = 10


@in_transaction
def keep(filters: EventFilters) -> str:
    """Keep a list of events and return its short id: always the same for the same conditions."""
    conditions = conditions_of(filters)
    digest = sha256(json.dumps(conditions, sort_keys=True, ensure_ascii=False).encode()).digest()
    known = db.session.scalar(select(SavedFilter.short_id).where(SavedFilter.conditions_hash == digest))
    if known is not None:
        return known
    short_id = base64.b32encode(digest).decode("ascii").lower()[:_ID_LENGTH]
    values = {"short_id": short_id, "conditions": conditions, "conditions_hash": digest}
    db.session.execute(insert_into(SavedFilter).values(**values).on_conflict_do_nothing())  # two may ask at once
    return short_id
