"""Limits on guessing, counted in the database so that all processes share them (sec-10).

No address is kept: the key is a keyed hash of the account or network, useless without SECRET_KEY.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete

from iurc_events.config import settings
from iurc_events.database import db, in_transaction, insert_into, utc_now
from iurc_events.domain.errors import DomainError
from iurc_events.localisation import noop
from iurc_events.models.accounts import AttemptCounter


class TooManyAttemptsError(DomainError):
    """Somebody tried too often; later it works again."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How often something may be tried in a window of time."""

    kind: str
    count: int
    window: timedelta


PASSWORD_PER_ACCOUNT: Final = Limit("password-account", 10, timedelta(minutes=15))
PASSWORD_PER_NETWORK: Final = Limit("password-network", 100, timedelta(minutes=15))
LINK_PER_ACCOUNT: Final = Limit("link-account", 5, timedelta(hours=1))
LINK_PER_NETWORK: Final = Limit("link-network", 30, timedelta(hours=1))
TOKEN_PER_NETWORK: Final = Limit("token-network", 60, timedelta(minutes=15))
INVITATION_PER_ACTOR: Final = Limit("invitation-actor", 200, timedelta(hours=24))


def network_of(address: str | None) -> str:
    """Return the network that counts as one visitor: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _key(limit: Limit, subject: str) -> str:
    secret = settings().secret_key.encode()
    return f"{limit.kind}:{hmac.new(secret, subject.casefold().encode(), hashlib.sha256).hexdigest()}"


@in_transaction
def count(limit: Limit, subject: str, *, now: datetime | None = None) -> bool:
    """Count a try and tell whether it is within the limit; of many at the same time each is counted."""
    seconds = int(limit.window.total_seconds())
    starts_at = datetime.fromtimestamp((now or utc_now()).timestamp() // seconds * seconds, UTC)
    statement = insert_into(AttemptCounter).values(key=_key(limit, subject), window_starts_at=starts_at, count=1)
    tried = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[AttemptCounter.key, AttemptCounter.window_starts_at],
            set_={"count": AttemptCounter.count + 1},
        ).returning(AttemptCounter.count)
    ).scalar_one()
    return int(tried) <= limit.count


def require(limit: Limit, subject: str, *, now: datetime | None = None) -> None:
    """Count a try.

    Raises:
        TooManyAttemptsError: If it was one too many.
    """
    if not count(limit, subject, now=now):
        raise TooManyAttemptsError(
            noop("Too many attempts. Wait %(minutes)s minutes and try again."),
            minutes=int(limit.window.total_seconds() // 60),
        )


@in_transaction
def forget_old(now: datetime | None = None) -> None:
    """Delete counters that are over, two days back."""
    db.session.execute(
        delete(AttemptCounter).where(AttemptCounter.window_starts_at < (now or utc_now()) - timedelta(days=2))
    )
