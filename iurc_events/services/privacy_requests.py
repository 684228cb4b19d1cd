"""What people ask about their own data: a copy, or erasure; a link by mail proves who asks.

The page answers alike for every address and does the same work for each: nothing is looked up before the link is
opened (sec-10).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import delete, select, update

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError, ForbiddenError
from iurc_events.domain.vocabulary import RoleName
from iurc_events.localisation import noop
from iurc_events.mail import privacy as letters
from iurc_events.models.accounts import OneTimeToken, User
from iurc_events.models.messages import Message
from iurc_events.models.privacy import PrivacyRequest
from iurc_events.queries import privacy as privacy_queries
from iurc_events.queries.accounts import normal_email
from iurc_events.services import attempts, audit, data_exports, outbox, tokens
from iurc_events.services.data_subjects import Subject, find
from iurc_events.services.erasure import erase

Kind = Literal["export", "erasure"]
PURPOSE: Final = "privacy"
LIFETIME: Final = timedelta(hours=48)
#: After so long a request that nobody proved is forgotten, and a copy that was given is done.
KEPT_FOR: Final = timedelta(days=30)
#: The last message to somebody who was erased; deleted once it is sent.
FAREWELL: Final = "erasure-done"
#: How an organiser made sure who asks, for the audit log.
IDENTITY_CHECKS: Final = {
    "mail": noop("They wrote from the mail address on record"),
    "called": noop("I called them at a number that I knew"),
    "seen": noop("I saw an identity document"),
    "known": noop("I know them and spoke to them"),
}


class LinkOverError(DomainError):
    """The link was used, or is too old."""


class OtherProgrammesError(ForbiddenError):
    """The person is on record in programmes that are not the actor's."""


def ask(email: str, *, kind: Kind, language: str, network: str) -> None:
    """Send a link that proves an address, whoever is on record; beyond the limit of an address nothing is sent.

    Raises:
        TooManyAttemptsError: If this network asked too often.
    """
    attempts.require(attempts.LINK_PER_NETWORK, network)
    if attempts.count(attempts.LINK_PER_ACCOUNT, normal_email(email)):
        _send_link(normal_email(email), kind, language)


@in_transaction
def _send_link(email: str, kind: Kind, language: str) -> None:
    request = PrivacyRequest(public_id=uuid.uuid4(), kind=kind, email=email, language=language)
    db.session.add(request)
    token = tokens.issue(PURPOSE, payload={"request": str(request.public_id)}, lifetime=LIFETIME)
    url = settings().base_url + addresses.own_data(token, language)
    text = letters.privacy_link(language, kind=kind, url=url, hours=int(LIFETIME.total_seconds() // 3600))
    outbox.queue("privacy-link", email, "", language, text, is_secret=True)
    audit.record(f"{kind} of personal data asked for", "privacy-request", request.public_id, actor_id=None)


def find_request(token: str) -> PrivacyRequest | None:
    """Find the request of a link that still works; looking uses nothing up."""
    found = tokens.find_valid(PURPOSE, token)
    return _request_of(found) if found else None


def _request_of(found: OneTimeToken) -> PrivacyRequest | None:
    public_id = uuid.UUID((found.payload or {})["request"])
    return db.session.scalars(
        select(PrivacyRequest).where(PrivacyRequest.public_id == public_id, PrivacyRequest.email != "")
    ).one_or_none()


def export_own(token: str, *, language: str) -> bytes | None:
    """Return a copy of all that is kept of who holds the link; None where nothing is.

    The link works again until it ends: a download may break off.

    Raises:
        LinkOverError: If it works no more.
    """
    request = find_request(token)
    if request is None or request.kind != "export":
        raise LinkOverError(noop("This link was used already or is too old. Ask for a new one."))
    subject = find(emails=[request.email])
    data = data_exports.make_zip(subject, language) if _has_anything(subject, request) else None
    _note_export(request.id)
    return data


@in_transaction
def _note_export(request_id: int) -> None:
    request = db.session.get_one(PrivacyRequest, request_id)
    if request.state == "asked":
        request.state, request.proved_at = "proved", utc_now()
    audit.record("own data exported", "privacy-request", request.public_id, actor_id=None)


def _has_anything(subject: Subject, request: PrivacyRequest) -> bool:
    """Tell whether more is on record than the request itself and its message."""
    own = {"privacy_requests", "messages", "one_time_tokens"}
    if any(keys for table, keys in subject.keys.items() if table not in own):
        return True
    others = select(Message.id).where(Message.id.in_(subject.of("messages")), Message.kind != "privacy-link")
    return db.session.scalars(others).first() is not None


@in_transaction
def ask_for_erasure(token: str) -> bool:
    """Use a link up: the address is proved, and an organiser decides; tell whether anything is on record.

    Raises:
        LinkOverError: If it works no more.
    """
    found = tokens.consume(PURPOSE, token)
    request = _request_of(found) if found else None
    if request is None or request.kind != "erasure":
        raise LinkOverError(noop("This link was used already or is too old. Ask for a new one."))
    subject = find(emails=[request.email])
    has_anything = _has_anything(subject, request)
    request.proved_at = utc_now()
    if has_anything:
        request.state = "proved"
        request.person_id = min(subject.of("persons"), default=None)
    else:
        request.state, request.done_at, request.email = "done", utc_now(), ""
    audit.record("erasure asked for", "privacy-request", request.public_id, actor_id=None)
    return has_anything


# --- What organisers decide -------------------------------------------------------------------------------------------


def may_decide(actor: User, subject: Subject) -> bool:
    """Tell whether all that is on record of a person is within an actor's programmes; administrators decide on all."""
    if actor.has_role(RoleName.ADMINISTRATOR):
        return True
    roles = {
        role.name
        for user in db.session.scalars(select(User).where(User.id.in_(subject.of("users"))))
        for role in user.roles
    }
    return roles <= {RoleName.DELEGATE.value} and privacy_queries.are_all_organised_by(actor, subject.event_ids)


def _require(actor: User, subject: Subject) -> None:
    if not may_decide(actor, subject):
        raise OtherProgrammesError(
            noop("This person is on record in other programmes too, or has an account there: an administrator decides.")
        )


def confirm(request: PrivacyRequest, *, actor: User) -> None:
    """Erase who asked for it, and tell them where mail can be sent; the address goes with that message.

    Raises:
        OtherProgrammesError: If an administrator has to decide.
    """
    subject = find(emails=[request.email])
    _require(actor, subject)
    email, language, request_id, actor_id = request.email, request.language, request.id, actor.id
    erase(subject, reason="request", actor_id=actor_id)
    _close(request_id, actor_id, email, language)


@in_transaction
def _close(request_id: int, actor_id: int, email: str, language: str) -> None:
    request = db.session.get_one(PrivacyRequest, request_id)
    request.state, request.done_at, request.email = "done", utc_now(), ""
    request.done_by_id = actor_id
    if settings().smtp_url:
        outbox.queue(FAREWELL, email, "", language, letters.erasure_done(language), is_secret=True)


@in_transaction
def refuse(request: PrivacyRequest, *, reason: str, actor: User) -> None:
    """Keep the data, and tell who asked why.

    Raises:
        OtherProgrammesError: If an administrator has to decide.
    """
    subject = find(emails=[request.email])
    _require(actor, subject)
    request = db.session.get_one(PrivacyRequest, request.id)
    text = letters.erasure_refused(request.language, reason=reason)
    outbox.queue("erasure-refused", request.email, "", request.language, text)
    request.state, request.done_at, request.done_by_id = "refused", utc_now(), actor.id
    request.answer = reason
    audit.record("erasure refused", "privacy-request", request.public_id, actor_id=actor.id)


def export_for(subject: Subject, *, check: str, language: str, actor: User) -> bytes:
    """Return a copy of all that is kept of a person, for an organiser who made sure who asks.

    Args:
        check: How, one of :data:`IDENTITY_CHECKS`; it goes into the audit log.

    Raises:
        OtherProgrammesError: If an administrator has to do it.
    """
    _require(actor, subject)
    data = data_exports.make_zip(subject, language)
    _note(subject, "personal data exported", check, actor)
    return data


@in_transaction
def _note(subject: Subject, action: str, check: str, actor: User) -> None:
    for kind, keys in subject.public_ids.items():
        for public_id in keys:
            audit.record(action, kind, public_id, actor_id=actor.id, fields=[f"identity check: {check}"])


def erase_for(subject: Subject, *, check: str, actor: User) -> None:
    """Erase a person for an organiser who made sure who asks.

    Raises:
        OtherProgrammesError: If an administrator has to do it.
    """
    _require(actor, subject)
    _note(subject, "erasure begun", check, actor)
    erase(subject, reason="organiser", actor_id=actor.id)


@in_transaction
def forget_old(now: datetime | None = None) -> None:
    """Forget requests that nobody proved, end those for a copy, and delete last messages that were sent."""
    moment = now or utc_now()
    old = PrivacyRequest.asked_at < moment - KEPT_FOR
    db.session.execute(delete(PrivacyRequest).where(PrivacyRequest.state == "asked", old))
    db.session.execute(
        update(PrivacyRequest)
        .where(PrivacyRequest.kind == "export", PrivacyRequest.state == "proved", old)
        .values(state="done", done_at=moment, email="")
    )
    over: Iterable[str] = ("sent", "failed", "bounced", "kept")
    db.session.execute(delete(Message).where(Message.kind == FAREWELL, Message.state.in_(over)))
