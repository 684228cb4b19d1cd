"""Signing in, passwords and one's own settings."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError
from iurc_events.localisation import noop
from iurc_events.mail import accounts as messages
from iurc_events.models.accounts import OneTimeToken, User
from iurc_events.queries import accounts as account_queries
from iurc_events.services import attempts, audit, outbox, passwords, tokens

#: Tokens that let somebody set a password: a reset, or the invitation to a new account.
PASSWORD_PURPOSES = ("password", "account")


class SignInRefusedError(DomainError):
    """Address and password do not belong together; which of them is wrong is not said (sec-10)."""


class LinkUsedError(DomainError):
    """The link was used, withdrawn or is too old."""


class WrongPasswordError(DomainError):
    """The present password is not the one that was typed."""


def _lock(user_id: int) -> User:
    """Return a user as stored now, and keep other writers out until the transaction ends."""
    return db.session.scalars(
        select(User).where(User.id == user_id).with_for_update(of=User).execution_options(populate_existing=True)
    ).one()


def sign_in_by_password(email: str, password: str, *, network: str) -> User:
    """Check address and password.

    The hash is computed outside a write transaction: it takes a fifth of a second.

    Raises:
        TooManyAttemptsError: If this account or network was tried too often.
        SignInRefusedError: If they do not belong together, or the account is disabled.
    """
    attempts.require(attempts.PASSWORD_PER_NETWORK, network)
    attempts.require(attempts.PASSWORD_PER_ACCOUNT, account_queries.normal_email(email))
    user = account_queries.find_user_by_email(email)
    user_id = user.id if user and not user.is_disabled else None
    stored = user.password_hash if user else None
    db.session.rollback()  # no transaction stays open while the hash is computed
    is_right = passwords.verify(stored, password)
    if user_id is None or not is_right or _is_demo_password(email, password):
        raise SignInRefusedError(noop("Address and password do not belong together."))
    new_hash = passwords.hash_password(password) if stored and passwords.needs_rehash(stored) else None
    return _note_sign_in(user_id, stored, new_hash)


def _is_demo_password(email: str, password: str) -> bool:
    """Tell whether it is a password of the demo programme, which opens nothing in production."""
    if not settings().is_production:
        return False
    from iurc_events.services.demo import read_demo_passwords  # brings the importer along; rarely needed

    kept = read_demo_passwords(settings().instance_path).get(account_queries.normal_email(email))
    return kept is not None and hmac.compare_digest(kept.encode(), password.encode())


@in_transaction
def _note_sign_in(user_id: int, checked_hash: str | None, new_hash: str | None) -> User:
    user = _lock(user_id)
    if user.is_disabled or user.password_hash != checked_hash:
        raise SignInRefusedError(noop("Address and password do not belong together."))
    if new_hash:
        user.password_hash = new_hash
    user.signed_in_at = utc_now()
    return user


def ask_for_link(email: str, *, purpose: Literal["sign-in", "password"], language: str, network: str) -> None:
    """Send a link to sign in or to set a new password; to an address without account, a word that it has none.

    Says nothing about which of the two happened; beyond the limit of an address nothing is sent.

    Raises:
        TooManyAttemptsError: If this network asked too often.
    """
    attempts.require(attempts.LINK_PER_NETWORK, network)
    if attempts.count(attempts.LINK_PER_ACCOUNT, account_queries.normal_email(email)):
        _send_link(email, purpose, language)


@in_transaction
def _send_link(email: str, purpose: Literal["sign-in", "password"], language: str) -> None:
    user = account_queries.find_user_by_email(email)
    base_url = settings().base_url
    if user is None or user.is_disabled:
        text = messages.unknown_address(language, url=base_url + addresses.home(language))
        outbox.queue("unknown-address", account_queries.normal_email(email), "", language, text)
        return
    tokens.revoke(purpose, user_id=user.id)
    token = tokens.issue(purpose, user_id=user.id)
    minutes = int(tokens.LIFETIMES[purpose].total_seconds() // 60)
    if purpose == "sign-in":
        url = base_url + addresses.sign_in_link(token, language)
        text = messages.sign_in_link(language, name=user.name, url=url, minutes=minutes)
    else:
        url = base_url + addresses.password_reset(token, language)
        text = messages.password_reset(language, name=user.name, url=url, minutes=minutes)
    kind = "sign-in-link" if purpose == "sign-in" else "password-reset"
    outbox.queue(kind, user.email, user.name, language, text, user_id=user.id, is_secret=True)


@in_transaction
def sign_in_by_link(token: str) -> User:
    """Use a sign-in link up.

    Raises:
        LinkUsedError: If it works no more.
    """
    found = tokens.consume("sign-in", token)
    user = _lock(found.user_id) if found and found.user_id else None
    if user is None or user.is_disabled:
        raise LinkUsedError(noop("This link was used already or is too old. Ask for a new one."))
    user.signed_in_at = utc_now()
    return user


def find_password_token(token: str) -> OneTimeToken | None:
    """Find a link to set a password that still works; looking uses nothing up."""
    for purpose in PASSWORD_PURPOSES:
        if found := tokens.find_valid(purpose, token):
            return found
    return None


def user_of_token(found: OneTimeToken) -> User | None:
    """Return the user of a link, unless disabled."""
    user = db.session.get(User, found.user_id) if found.user_id else None
    return user if user and not user.is_disabled else None


def set_password(token: str, password: str) -> User:
    """Set a password by a link; it ends all sessions and withdraws all other links (sec-12).

    Raises:
        LinkUsedError: If the link works no more.
        WeakPasswordError: If the password is easily guessed; the link stays good.
    """
    found = find_password_token(token)
    user = user_of_token(found) if found else None
    if found is None or user is None:
        raise LinkUsedError(noop("This link was used already or is too old. Ask for a new one."))
    passwords.check_strength(password, email=user.email, name=user.name)
    purpose = found.purpose
    db.session.rollback()
    return _use_password_token(purpose, token, passwords.hash_password(password))


@in_transaction
def _use_password_token(purpose: str, token: str, new_hash: str) -> User:
    found = tokens.consume(purpose, token)
    user = _lock(found.user_id) if found and found.user_id else None
    if user is None or user.is_disabled:
        raise LinkUsedError(noop("This link was used already or is too old. Ask for a new one."))
    _store_password(user, new_hash)
    user.signed_in_at = utc_now()
    audit.record("password set", "user", user.public_id, actor_id=user.id)
    return user


def _store_password(user: User, new_hash: str) -> None:
    user.password_hash = new_hash
    user.session_epoch += 1
    for purpose in ("sign-in", *PASSWORD_PURPOSES):
        tokens.revoke(purpose, user_id=user.id)


def change_password(actor: User, *, present: str, new: str) -> User:
    """Change one's own password; all other sessions end (sec-12).

    Raises:
        TooManyAttemptsError: If it was tried too often.
        WrongPasswordError: If ``present`` is not the present password.
        WeakPasswordError: If the new one is easily guessed.
    """
    attempts.require(attempts.PASSWORD_PER_ACCOUNT, actor.email)
    user_id, stored = actor.id, actor.password_hash
    passwords.check_strength(new, email=actor.email, name=actor.name)
    db.session.rollback()
    if stored is not None and not passwords.verify(stored, present):
        raise WrongPasswordError(noop("This is not your present password"))
    return _change_password(user_id, stored, passwords.hash_password(new))


@in_transaction
def _change_password(user_id: int, checked_hash: str | None, new_hash: str) -> User:
    user = _lock(user_id)
    if user.password_hash != checked_hash:
        raise WrongPasswordError(noop("This is not your present password"))
    _store_password(user, new_hash)
    audit.record("password changed", "user", user.public_id, actor_id=user.id)
    return user


@in_transaction
def sign_out_everywhere(actor: User) -> User:
    """End all sessions of a user (sec-12)."""
    user = _lock(actor.id)
    user.session_epoch += 1
    audit.record("signed out everywhere", "user", user.public_id, actor_id=user.id)
    return user


@in_transaction
def change_settings(actor: User, *, name: str, language: str, theme: str) -> User:
    """Change one's own name, language and colours."""
    user = _lock(actor.id)
    user.name, user.language, user.theme = name, language, theme
    return user


@in_transaction
def forget_old_tokens(now: datetime | None = None) -> None:
    """Delete links that have been useless for thirty days."""
    tokens.delete_expired(now or utc_now())


__all__ = [
    "LinkUsedError", "SignInRefusedError", "WrongPasswordError", "ask_for_link", "change_password", "change_settings",
    "find_password_token", "forget_old_tokens", "set_password", "sign_in_by_link", "sign_in_by_password",
    "sign_out_everywhere", "user_of_token",
]  # fmt: skip
