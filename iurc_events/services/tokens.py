"""One-time links: 130 random bits, stored as SHA-256 only, expiring, revocable (sec-11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from iurc_events.database import db, utc_now
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.models.accounts import OneTimeToken

__all__ = ["consume", "find_valid", "hash_token", "issue", "new_token", "revoke"]

LIFETIMES = {
    "sign-in": timedelta(minutes=20),
    "password": timedelta(hours=2),
    "account": timedelta(days=14),
    "invitation": timedelta(days=120),
    "preview": timedelta(days=14),
    "address": timedelta(hours=24),
}


def issue(
    purpose: str,
    *,
    user_id: int | None = None,
    event_id: int | None = None,
    delegation_id: int | None = None,
    focal_point_id: int | None = None,
    participant_id: int | None = None,
    payload: dict[str, Any] | None = None,
    lifetime: timedelta | None = None,
) -> str:
    """Store a new token in the transaction of the caller and return it; it can be shown only now."""
    token = new_token()
    db.session.add(
        OneTimeToken(
            token_hash=hash_token(token),
            purpose=purpose,
            user_id=user_id,
            event_id=event_id,
            delegation_id=delegation_id,
            focal_point_id=focal_point_id,
            participant_id=participant_id,
            payload=payload,
            expires_at=utc_now() + (lifetime or LIFETIMES[purpose]),
        )
    )
    return token


def find_valid(purpose: str, token: str, *, now: datetime | None = None) -> OneTimeToken | None:
    """Find a token that may still be used; looking at it uses nothing up."""
    return db.session.scalars(
        select(OneTimeToken).where(
            OneTimeToken.token_hash == hash_token(token.strip().lower()),
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.revoked_at.is_(None),
            OneTimeToken.expires_at > (now or utc_now()),
        )
    ).one_or_none()


def consume(purpose: str, token: str) -> OneTimeToken | None:
    """Use a token up; of several at the same time exactly one gets it. Call inside a transaction."""
    found = find_valid(purpose, token)
    if found is None:
        return None
    taken = db.session.execute(
        update(OneTimeToken)
        .where(OneTimeToken.id == found.id, OneTimeToken.used_at.is_(None))
        .values(used_at=utc_now())
        .returning(OneTimeToken.id)
    ).first()
    return found if taken else None


def revoke(purpose: str, **subject: int) -> None:
    """Withdraw all unused tokens of a purpose for a subject, e.g. ``user_id=3``."""
    db.session.execute(
        update(OneTimeToken)
        .where(OneTimeToken.purpose == purpose, OneTimeToken.used_at.is_(None))
        .filter_by(**subject)
        .values(revoked_at=utc_now())
    )


def delete_expired(now: datetime) -> None:
    """Delete tokens that expired more than thirty days ago. Call inside a transaction."""
    db.session.execute(delete(OneTimeToken).where(OneTimeToken.expires_at < now - timedelta(days=30)))
