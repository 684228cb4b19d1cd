"""Users, their roles, one-time tokens and the counters that slow down guessing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from iurc_events.database import Base, Json, UtcDateTime
from iurc_events.domain.vocabulary import RoleName
from iurc_events.models.cities import City
from iurc_events.models.columns import Instant, Key, MadeAt, PublicId, Word, reference
from iurc_events.models.programmes import Programme


class User(Base):
    """Somebody who can sign in."""

    __tablename__ = "users"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8), default="en")
    theme: Mapped[str] = mapped_column(String(8), default="system")
    #: Raised to end all sessions: password change, sign-out everywhere, disabling (sec-12).
    session_epoch: Mapped[int] = mapped_column(default=0)
    is_disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[MadeAt]
    signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    roles: Mapped[list[Role]] = relationship(
        back_populates="user", cascade="all, delete-orphan", lazy="selectin", foreign_keys="Role.user_id"
    )

    # What Flask-Login asks of a user, without importing it here.
    @property
    def is_authenticated(self) -> bool:
        """A loaded user is always signed in."""
        return True

    @property
    def is_anonymous(self) -> bool:
        """A loaded user is never anonymous."""
        return False

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in."""
        return not self.is_disabled

    def get_id(self) -> str:
        """Return what the session keeps: who, and of which epoch."""
        return f"{self.public_id}.{self.session_epoch}"

    def has_role(self, name: RoleName, *, programme_id: int | None = None, city_id: int | None = None) -> bool:
        """Tell whether the user has a role, for a programme or city where one is given."""
        return any(
            role.name == name.value
            and (programme_id is None or role.programme_id == programme_id)
            and (city_id is None or role.city_id == city_id)
            for role in self.roles
        )

    def programme_ids(self, name: RoleName) -> tuple[int, ...]:
        """Return the programmes for which the user has a role."""
        return tuple(r.programme_id for r in self.roles if r.name == name.value and r.programme_id is not None)

    @property
    def city_ids(self) -> tuple[int, ...]:
        """Return the cities that the user may act for as a delegate."""
        return tuple(r.city_id for r in self.roles if r.name == RoleName.DELEGATE.value and r.city_id is not None)


class Role(Base):
    """What a user is: administrator of the installation, delegate of a city, or for a programme organiser, funder or
    somebody at the door who checks people in and sees no more than that takes.
    """

    __tablename__ = "roles"
    __table_args__ = (
        UniqueConstraint("user_id", "name", "programme_id", "city_id"),
        CheckConstraint("name IN ('administrator', 'organiser', 'delegate', 'funder', 'check-in')", name="name"),
        CheckConstraint("(name = 'delegate') = (city_id IS NOT NULL)", name="city"),
        CheckConstraint("(name IN ('organiser', 'funder', 'check-in')) = (programme_id IS NOT NULL)", name="programme"),
    )

    id: Mapped[Key]
    user_id: Mapped[int] = reference("users.id")
    name: Mapped[Word]
    programme_id: Mapped[int | None] = reference("programmes.id")
    city_id: Mapped[int | None] = reference("cities.id")
    created_at: Mapped[MadeAt]
    user: Mapped[User] = relationship(back_populates="roles")
    programme: Mapped[Programme | None] = relationship(lazy="joined")
    city: Mapped[City | None] = relationship(lazy="joined")


class OneTimeToken(Base):
    """A link that works once: magic sign-in, invitation, reset, preview, own registration (sec-11).

    Only the SHA-256 of the token is stored.
    """

    __tablename__ = "one_time_tokens"

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    purpose: Mapped[Word]
    user_id: Mapped[int | None] = reference("users.id")
    event_id: Mapped[int | None] = reference("events.id")
    delegation_id: Mapped[int | None] = reference("delegations.id")
    focal_point_id: Mapped[int | None] = reference("focal_points.id")
    participant_id: Mapped[int | None] = reference("participants.id")
    payload: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[MadeAt]
    expires_at: Mapped[Instant]
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AttemptCounter(Base):
    """How often something was tried within a window of time; kept in the database so that all processes share it."""

    __tablename__ = "attempt_counters"
    __table_args__ = (UniqueConstraint("key", "window_starts_at"),)

    id: Mapped[Key]
    #: Kind and SHA-256 of account or network: no address is kept.
    key: Mapped[str] = mapped_column(String(120))
    window_starts_at: Mapped[Instant] = mapped_column(index=True)
    count: Mapped[int] = mapped_column(default=0)
