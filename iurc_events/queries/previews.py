"""Preview links of an event, as its organisers see them: never the token itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from iurc_events.database import db
from iurc_events.models.accounts import OneTimeToken


@dataclass(frozen=True, slots=True)
class PreviewLink:
    """A link that works, or worked until it was opened."""

    key: int
    name: str
    created_at: datetime
    expires_at: datetime
    is_opened: bool


def list_previews(event_id: int, now: datetime) -> list[PreviewLink]:
    """Return the preview links of an event that were neither revoked nor have expired."""
    rows = db.session.scalars(
        select(OneTimeToken)
        .where(
            OneTimeToken.purpose == "preview",
            OneTimeToken.event_id == event_id,
            OneTimeToken.revoked_at.is_(None),
            OneTimeToken.expires_at > now,
        )
        .order_by(OneTimeToken.id.desc())
    )
    return [
        PreviewLink(
            row.id, str((row.payload or {}).get("name", "")), row.created_at, row.expires_at, row.used_at is not None
        )
        for row in rows
    ]
