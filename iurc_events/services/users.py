"""Accounts made by an administrator: on the command line, and for the demo programme."""

from __future__ import annotations

from sqlalchemy import func, select

from iurc_events.database import db, in_transaction
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.vocabulary import PROGRAMME_ROLES, RoleName
from iurc_events.localisation import noop
from iurc_events.models.accounts import Role, User
from iurc_events.models.cities import City
from iurc_events.models.programmes import Programme
from iurc_events.services import audit

#: NIST SP 800-63B §5.1.1.2; the upper limit only bounds the work of hashing.
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256


class InvalidAccountError(DomainError):
    """What was asked for makes no account."""


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password.

    Raises:
        InvalidAccountError: If it is too short or too long.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidAccountError(noop("The password needs at least %(count)s characters"), count=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise InvalidAccountError(noop("The password has more than %(count)s characters"), count=LONGEST_PASSWORD)
    from iurc_events.services import passwords  # a compiled library that only sign-in and new accounts need

    return passwords.hash_password(password)


def _address(email: str) -> str:
    from email_validator import EmailNotValidError, validate_email  # brings DNS along; needed for new accounts only

    try:
        return validate_email(email, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise InvalidAccountError(noop("“%(email)s” is not a mail address"), email=email) from error


def _programme_id(role: RoleName, slug: str | None) -> int | None:
    if role not in PROGRAMME_ROLES:
        return None
    if slug is None:
        raise InvalidAccountError(noop("This role needs a programme"))
    programme = db.session.scalars(select(Programme).where(Programme.slug == slug)).one_or_none()
    if programme is None:
        raise NotFoundError(noop("There is no programme “%(id)s”"), id=slug)
    return programme.id


def _city_id(role: RoleName, slug: str | None) -> int | None:
    if role is not RoleName.DELEGATE:
        return None
    if slug is None:
        raise InvalidAccountError(noop("Delegates need a city"))
    city = db.session.scalars(select(City).where(City.slug == slug)).one_or_none()
    if city is None:
        raise NotFoundError(noop("There is no city “%(id)s”"), id=slug)
    return city.id


@in_transaction
def create_user(
    email: str,
    role: RoleName,
    *,
    programme: str | None = None,
    city: str | None = None,
    password: str | None = None,
    name: str = "",
    language: str = "en",
    actor_id: int | None = None,
) -> tuple[User, bool]:
    """Make an account, or give a known address one more role; tell whether the account is new.

    Args:
        programme: Id of the programme of an organiser or funder.
        city: Id of the city of a delegate.
        password: None leaves a known password as it is, and a new account to sign in by mail.

    Raises:
        InvalidAccountError: If the address or the password will not do, or the role lacks its programme or city.
        NotFoundError: If there is no such programme or city.
    """
    address = _address(email)
    programme_id, city_id = _programme_id(role, programme), _city_id(role, city)
    user = db.session.scalars(select(User).where(func.lower(User.email) == address)).one_or_none()
    is_new = user is None
    if user is None:
        user = User(email=address, name=name, language=language)
        db.session.add(user)
    if password is not None:
        user.password_hash = hash_password(password)
        user.session_epoch = 0 if is_new else user.session_epoch + 1
    wanted = (role.value, programme_id, city_id)
    if wanted not in [(held.name, held.programme_id, held.city_id) for held in user.roles]:
        user.roles.append(Role(name=role.value, programme_id=programme_id, city_id=city_id))
    db.session.flush()
    action = noop("account made") if is_new else noop("role given")
    audit.record(action, "user", user.public_id, actor_id=actor_id, programme_id=programme_id, fields=[role.value])
    return user, is_new
