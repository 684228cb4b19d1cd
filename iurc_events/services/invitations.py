"""What a city does with its invitation: open it, register speakers, submit, decline, take it up again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.vocabulary import DelegationState, RoleName
from iurc_events.localisation import noop
from iurc_events.models.accounts import OneTimeToken, Role, User
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.speakers import Speaker
from iurc_events.services import audit, delegation_mail, delegation_rules, speakers, tokens
from iurc_events.services.speakers import SpeakerDetails


class InvitationUsedError(DomainError):
    """The link was used, is too old or was withdrawn."""


class ReasonMissingError(DomainError):
    """Declining needs a word for the organisers."""


def _mark_opened(delegation: Delegation, now: datetime) -> None:
    if delegation.state == DelegationState.INVITED:
        delegation.state = DelegationState.OPENED.value
    delegation.opened_at = delegation.opened_at or now


@in_transaction
def open_invitation(token: str) -> tuple[User, Delegation]:
    """Use an invitation's link up: the focal point gets an account for the city, and the invitation counts as opened.

    Raises:
        InvitationUsedError: If the link does not work any more.
    """
    found = tokens.consume("invitation", token)
    point = db.session.get(FocalPoint, found.focal_point_id) if found and found.focal_point_id else None
    if found is None or point is None:
        raise InvitationUsedError(noop("This link was used already or is too old"))
    delegation = db.session.get_one(Delegation, point.delegation_id)
    user = db.session.scalars(select(User).where(User.email == point.email)).one_or_none()
    if user is not None and user.is_disabled:
        raise InvitationUsedError(noop("This link was used already or is too old"))
    if user is None:
        user = User(email=point.email, name=point.name, language=point.language)
        user.roles = []
        db.session.add(user)
    if not user.has_role(RoleName.DELEGATE, city_id=delegation.city_id):
        user.roles.append(Role(name=RoleName.DELEGATE.value, city_id=delegation.city_id))
    now = utc_now()
    user.signed_in_at = now
    db.session.flush()
    point.user_id = user.id
    point.opened_at = point.opened_at or now
    _mark_opened(delegation, now)
    audit.record(
        "invitation opened",
        "delegation",
        delegation.public_id,
        actor_id=user.id,
        programme_id=delegation.event.programme_id,
    )
    return user, delegation


@in_transaction
def mark_seen(actor: User, delegation_id: int) -> None:
    """Count a sign-in by the city's delegate as opening the invitation; called by an act of theirs, never by a GET."""
    delegation = db.session.get_one(Delegation, delegation_id)
    if delegation.city_id in actor.city_ids:
        _mark_opened(delegation, utc_now())


@in_transaction
def send_new_link(token: str) -> None:
    """Send a new link to the focal point of a link that was used or is too old; silent where there is none."""
    found = db.session.scalars(
        select(OneTimeToken).where(
            OneTimeToken.token_hash == tokens.hash_token(token.strip().lower()), OneTimeToken.purpose == "invitation"
        )
    ).one_or_none()
    if found is None or found.focal_point_id is None or found.revoked_at is not None:
        return
    point = db.session.get(FocalPoint, found.focal_point_id)
    if point is not None:
        delegation = db.session.get_one(Delegation, point.delegation_id)
        delegation_mail.queue_invitation(delegation.event, delegation, point)


def _own(actor: User, delegation_id: int, now: datetime) -> Delegation:
    """Lock a delegation of the actor's cities, still open for answers."""
    event, delegation = delegation_rules.lock_delegation(delegation_id)
    if delegation.city_id not in actor.city_ids:
        raise NotFoundError(noop("There is no such delegation"))
    delegation_rules.check_open(event)
    delegation_rules.check_deadline(delegation, now)
    _mark_opened(delegation, now)
    return delegation


def _record(action: str, delegation: Delegation, actor: User, *fields: str) -> None:
    delegation.version += 1
    audit.record(
        action,
        "delegation",
        delegation.public_id,
        actor_id=actor.id,
        programme_id=delegation.event.programme_id,
        fields=fields,
    )


@in_transaction
def register_speaker(
    *, actor: User, delegation_id: int, details: SpeakerDetails, has_consented: bool, now: datetime | None = None
) -> Speaker:
    """Register a speaker of the own city; see ``speakers.nominate`` for what is refused."""
    moment = now or utc_now()
    delegation = _own(actor, delegation_id, moment)
    speaker = speakers.nominate(delegation_id=delegation_id, details=details, actor=actor, now=moment)
    speaker.consented_at = moment if has_consented else None
    if delegation.state in (DelegationState.OPENED, DelegationState.SUBMITTED, DelegationState.DECLINED):
        delegation.state = DelegationState.NOMINATING.value
    return speaker


@in_transaction
def name_later(*, actor: User, delegation_id: int, now: datetime | None = None) -> None:
    """Keep the slot without a name yet: the organisers see that the city is at work."""
    delegation = _own(actor, delegation_id, now or utc_now())
    if delegation.state in (DelegationState.OPENED, DelegationState.DECLINED):
        delegation.state = DelegationState.NOMINATING.value
    _record("speaker to be named later", delegation, actor, "state")


@in_transaction
def submit(*, actor: User, delegation_id: int, now: datetime | None = None) -> None:
    """Hand the city's answer to the organisers; it can be corrected until the deadline."""
    moment = now or utc_now()
    delegation = _own(actor, delegation_id, moment)
    if delegation.state != DelegationState.CONFIRMED:
        delegation.state = DelegationState.SUBMITTED.value
    delegation.submitted_at = moment
    _record("delegation submitted", delegation, actor, "state")


@in_transaction
def decline(*, actor: User, delegation_id: int, reason: str, now: datetime | None = None) -> None:
    """Say that the city does not take part; its registered speakers are withdrawn.

    Raises:
        ReasonMissingError: If no reason is given.
    """
    if not reason.strip():
        raise ReasonMissingError(noop("Write a word for the programme team"))
    delegation = _own(actor, delegation_id, now or utc_now())
    for key in db.session.scalars(
        select(Speaker.id).where(
            Speaker.delegation_id == delegation.id, Speaker.state.in_(delegation_rules.SEATED_SPEAKERS)
        )
    ).all():
        speakers.withdraw(speaker_id=key, actor=actor)
    delegation.state = DelegationState.DECLINED.value
    delegation.decline_reason = reason.strip()
    _record("delegation declined", delegation, actor, "state", "decline_reason")


@in_transaction
def take_up_again(*, actor: User, delegation_id: int, now: datetime | None = None) -> None:
    """Take a declined or submitted invitation up again before the deadline."""
    delegation = _own(actor, delegation_id, now or utc_now())
    delegation.state = DelegationState.NOMINATING.value
    delegation.decline_reason = None
    _record("delegation taken up again", delegation, actor, "state")
