"""Users, as those see them who may: administrators all, organisers the people of their programmes (sec-1)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.vocabulary import RoleName
from iurc_events.localisation import noop
from iurc_events.models.accounts import Role, User
from iurc_events.models.cities import City, CityProgramme
from iurc_events.models.programmes import Programme


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role, with the programme or city that it is for."""

    key: int
    name: str
    subject: LanguageMap | None
    is_removable: bool


@dataclass(frozen=True, slots=True)
class PersonView:
    """A user in the list of people."""

    public_id: uuid.UUID
    name: str
    email: str
    roles: tuple[RoleView, ...]
    is_disabled: bool
    has_password: bool
    signed_in_at: datetime | None
    is_self: bool
    is_manageable: bool


def normal_email(email: str) -> str:
    """Return the one spelling under which an address is stored."""
    return email.strip().lower()


def find_user_by_email(email: str) -> User | None:
    """Find a user by address, however it was written."""
    return db.session.scalars(select(User).where(User.email == normal_email(email))).one_or_none()


def find_user_by_public_id(public_id: uuid.UUID) -> User | None:
    """Find a user by the id of sessions and addresses."""
    return db.session.scalars(select(User).where(User.public_id == public_id)).one_or_none()


def _cities_of(programme_ids: Sequence[int]) -> Select[int]:
    return select(CityProgramme.city_id).where(CityProgramme.programme_id.in_(programme_ids))


def _roles_managed_by(actor: User) -> ColumnElement[bool]:
    """Return the condition that an actor may give and take a role."""
    if actor.has_role(RoleName.ADMINISTRATOR):
        return true()
    own = actor.programme_ids(RoleName.ORGANISER)
    return or_(Role.programme_id.in_(own), Role.city_id.in_(_cities_of(own)))


def _seen_by(actor: User) -> ColumnElement[bool]:
    if actor.has_role(RoleName.ADMINISTRATOR):
        return true()
    return User.id.in_(select(Role.user_id).where(_roles_managed_by(actor)))


def list_managed_role_ids(actor: User, user_ids: Sequence[int]) -> set[int]:
    """Return which roles of some users an actor may take away."""
    return set(db.session.scalars(select(Role.id).where(Role.user_id.in_(user_ids), _roles_managed_by(actor))))


def list_people(actor: User, *, query: str = "", page: int = 1, per_page: int = 25) -> tuple[list[PersonView], int]:
    """Return a page of the people that an actor sees, by name, and how many there are."""
    condition = _seen_by(actor)
    if words := query.strip().lower():
        condition &= or_(
            func.lower(User.name).contains(words, autoescape=True), User.email.contains(words, autoescape=True)
        )
    total = db.session.scalar(select(func.count()).select_from(User).where(condition)) or 0
    users = db.session.scalars(
        select(User)
        .where(condition)
        .order_by(func.lower(User.name), User.email)
        .limit(per_page)
        .offset((page - 1) * per_page)
    ).all()
    managed = list_managed_role_ids(actor, [user.id for user in users])
    return [_view(user, actor, managed) for user in users], total


def _view(user: User, actor: User, managed: set[int]) -> PersonView:
    roles = tuple(
        RoleView(
            role.id,
            role.name,
            role.programme.name if role.programme else role.city.name if role.city else None,
            role.id in managed and not (role.user_id == actor.id and role.name != RoleName.DELEGATE),
        )
        for role in sorted(user.roles, key=lambda role: (role.name, role.id))
        if role.id in managed
    )
    return PersonView(
        public_id=user.public_id,
        name=user.name,
        email=user.email,
        roles=roles,
        is_disabled=user.is_disabled,
        has_password=user.password_hash is not None,
        signed_in_at=user.signed_in_at,
        is_self=user.id == actor.id,
        is_manageable=user.id != actor.id and all(role.id in managed for role in user.roles),
    )


def get_person(actor: User, public_id: uuid.UUID) -> User:
    """Return a user that an actor sees.

    Raises:
        NotFoundError: If there is none, or it is none of the actor's programmes.
    """
    user = db.session.scalars(select(User).where(User.public_id == public_id, _seen_by(actor))).one_or_none()
    if user is None:
        raise NotFoundError(noop("There is no such person in your programmes"))
    return user


def list_grantable_programmes(actor: User) -> list[Programme]:
    """Return the programmes for which an actor may give roles."""
    statement = select(Programme).order_by(Programme.position, Programme.slug)
    if not actor.has_role(RoleName.ADMINISTRATOR):
        statement = statement.where(Programme.id.in_(actor.programme_ids(RoleName.ORGANISER)))
    return list(db.session.scalars(statement))


def list_grantable_cities(actor: User) -> list[City]:
    """Return the cities whose delegates an actor may name."""
    statement = select(City).order_by(City.position, City.slug)
    if not actor.has_role(RoleName.ADMINISTRATOR):
        statement = statement.where(City.id.in_(_cities_of(actor.programme_ids(RoleName.ORGANISER))))
    return list(db.session.scalars(statement))
