"""People and their roles: inviting, adding, taking away, disabling."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, insert_into, utc_now
from iurc_events.domain.errors import DomainError, ForbiddenError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.vocabulary import RoleName
from iurc_events.localisation import noop, translate
from iurc_events.mail import accounts as messages
from iurc_events.models.accounts import Role, User
from iurc_events.models.cities import City
from iurc_events.models.messages import Message
from iurc_events.models.programmes import Programme
from iurc_events.queries import accounts as account_queries
from iurc_events.services import attempts, audit, outbox, tokens

ROLE_WORDS: Final = {
    RoleName.ADMINISTRATOR: noop("Administrator"),
    RoleName.ORGANISER: noop("Organiser"),
    RoleName.DELEGATE: noop("Delegate"),
    RoleName.FUNDER: noop("Funder"),
    RoleName.CHECK_IN: noop("Check-in at the door"),
}

INVITATION: Final = "account-invitation"


class RoleSubjectError(DomainError):
    """A role lacks its programme or city."""


def role_words(role: Role, language: str) -> str:
    """Return a role in words: "Organiser, IURC-China"."""
    word = translate(ROLE_WORDS[RoleName(role.name)], language)
    subject = role.programme.name if role.programme else role.city.name if role.city else None
    if subject is None:
        return word
    return f"{word}（{text_of(subject, language)}）" if language == "zh" else f"{word}, {text_of(subject, language)}"


def _subject_of(
    actor: User, role: RoleName, programme_id: int | None, city_id: int | None
) -> tuple[Programme | None, City | None]:
    """Return programme and city of a role that an actor may give (sec-2)."""
    if role is RoleName.ADMINISTRATOR:
        if not actor.has_role(RoleName.ADMINISTRATOR):
            raise ForbiddenError(noop("Only administrators name administrators."))
        return None, None
    if role is RoleName.DELEGATE:
        if city_id is None:
            raise RoleSubjectError(noop("Choose the city of the delegate"))
        cities = account_queries.list_grantable_cities(actor)
        city = next((city for city in cities if city.id == city_id), None)
        if city is None:
            raise NotFoundError(noop("There is no such city in your programmes"))
        return None, city
    if programme_id is None:
        raise RoleSubjectError(noop("Choose the programme of the role"))
    programmes = account_queries.list_grantable_programmes(actor)
    programme = next((programme for programme in programmes if programme.id == programme_id), None)
    if programme is None:
        raise NotFoundError(noop("There is no such programme among yours"))
    return programme, None


def _add_role(user: User, role: RoleName, programme: Programme | None, city: City | None) -> Role:
    """Return the role of a user, made if it is not there (its unique key knows no two equal NULLs)."""
    for held in user.roles:
        if held.name == role and held.programme == programme and held.city == city:
            return held
    made = Role(name=role.value, programme=programme, city=city)
    user.roles.append(made)
    return made


def _get_or_make(email: str, name: str, language: str) -> User:
    """Return the user of an address, made where there is none, locked; several at once make one."""
    values = {"email": account_queries.normal_email(email), "name": name, "language": language}
    db.session.execute(insert_into(User).values(**values).on_conflict_do_nothing(index_elements=[User.email]))
    return _locked(User.email == values["email"])


def _locked(condition: ColumnElement[bool]) -> User:
    return db.session.scalars(
        select(User).where(condition).with_for_update(of=User).execution_options(populate_existing=True)
    ).one()


def _was_just_invited(user: User) -> bool:
    """Tell whether the same form was sent twice (fault-2)."""
    latest = db.session.scalar(
        select(func.max(Message.created_at)).where(Message.user_id == user.id, Message.kind == INVITATION)
    )
    return latest is not None and latest > utc_now() - timedelta(seconds=30)


@in_transaction
def invite(
    *,
    actor: User,
    email: str,
    name: str,
    language: str,
    role: RoleName,
    programme_id: int | None = None,
    city_id: int | None = None,
) -> User:
    """Give somebody a role and write to them; without an account one is made (sec-2, sec-10).

    Raises:
        ForbiddenError: If the actor may not give this role.
        NotFoundError: If the programme or city is not the actor's.
        RoleSubjectError: If the role needs a programme or city.
        TooManyAttemptsError: If the actor invited too many people today.
    """
    attempts.require(attempts.INVITATION_PER_ACTOR, str(actor.public_id))
    programme, city = _subject_of(actor, role, programme_id, city_id)
    user = _get_or_make(email, name, language)
    given = _add_role(user, role, programme, city)
    db.session.flush()
    if not user.is_disabled and not _was_just_invited(user):
        _send_invitation(actor, user, [given])
    audit.record(
        "role given",
        "user",
        user.public_id,
        actor_id=actor.id,
        programme_id=programme.id if programme else None,
        fields=[role.value],
    )
    return user


def _send_invitation(actor: User, user: User, roles: list[Role]) -> None:
    language, base_url = user.language, settings().base_url
    words = [role_words(role, language) for role in roles]
    actor_name = actor.name or actor.email
    if user.password_hash is None:
        tokens.revoke("account", user_id=user.id)
        url = base_url + addresses.password_reset(tokens.issue("account", user_id=user.id), language)
        days = tokens.LIFETIMES["account"].days
        text = messages.account_invitation(
            language, name=user.name, url=url, days=days, invited_by=actor_name, roles=words
        )
    else:
        url = f"{base_url}/{language}/sign-in"
        text = messages.role_added(language, name=user.name, url=url, given_by=actor_name, roles=words)
    outbox.queue(
        INVITATION,
        user.email,
        user.name,
        language,
        text,
        programme_id=_programme_of(actor, roles),
        user_id=user.id,
        is_secret=True,
    )


def _programme_of(actor: User, roles: list[Role]) -> int | None:
    """Return the programme whose organisers see that the message left."""
    for role in roles:
        if role.programme is not None:
            return role.programme.id
    own = actor.programme_ids(RoleName.ORGANISER)
    return own[0] if own else None


@in_transaction
def invite_again(*, actor: User, user: User) -> None:
    """Send the invitation once more, with a new link; the old one works no more.

    Raises:
        ForbiddenError: If the person has a password already, or is disabled.
        TooManyAttemptsError: If the actor invited too many people today.
    """
    attempts.require(attempts.INVITATION_PER_ACTOR, str(actor.public_id))
    user = _locked(User.id == user.id)
    if user.password_hash is not None or user.is_disabled:
        raise ForbiddenError(noop("This person needs no invitation."))
    managed = account_queries.list_managed_role_ids(actor, [user.id])
    _send_invitation(actor, user, [role for role in user.roles if role.id in managed])
    audit.record("invited again", "user", user.public_id, actor_id=actor.id)


def _require_manageable(actor: User, user: User) -> None:
    managed = account_queries.list_managed_role_ids(actor, [user.id])
    if user.id == actor.id:
        raise ForbiddenError(noop("You cannot do this to your own account."))
    if any(role.id not in managed for role in user.roles):
        raise ForbiddenError(noop("This person has roles outside your programmes. Ask an administrator."))


@in_transaction
def disable(*, actor: User, user: User) -> None:
    """Keep somebody from signing in; sessions and links end at once (sec-12).

    Raises:
        ForbiddenError: If it is oneself, or somebody with roles outside the actor's programmes.
    """
    user = _locked(User.id == user.id)
    _require_manageable(actor, user)
    user.is_disabled = True
    user.session_epoch += 1
    for purpose in ("sign-in", "password", "account"):
        tokens.revoke(purpose, user_id=user.id)
    audit.record("account disabled", "user", user.public_id, actor_id=actor.id)


@in_transaction
def enable(*, actor: User, user: User) -> None:
    """Let somebody sign in again.

    Raises:
        ForbiddenError: If it is somebody with roles outside the actor's programmes.
    """
    user = _locked(User.id == user.id)
    _require_manageable(actor, user)
    user.is_disabled = False
    audit.record("account enabled", "user", user.public_id, actor_id=actor.id)


@in_transaction
def take_role(*, actor: User, user: User, role_id: int) -> None:
    """Take a role away.

    Raises:
        NotFoundError: If the person has no such role that the actor manages.
        ForbiddenError: If it is one's own role as organiser or administrator.
    """
    user = _locked(User.id == user.id)
    managed = account_queries.list_managed_role_ids(actor, [user.id])
    role = next((role for role in user.roles if role.id == role_id and role.id in managed), None)
    if role is None:
        raise NotFoundError(noop("There is no such role"))
    if user.id == actor.id and role.name != RoleName.DELEGATE:
        raise ForbiddenError(noop("You cannot do this to your own account."))
    audit.record(
        "role taken",
        "user",
        user.public_id,
        actor_id=actor.id,
        programme_id=role.programme_id,
        fields=[role.name],
    )
    user.roles.remove(role)
    user.session_epoch += 1


__all__ = [
    "ROLE_WORDS", "RoleSubjectError", "disable", "enable", "invite", "invite_again", "role_words",
    "take_role",
]  # fmt: skip
