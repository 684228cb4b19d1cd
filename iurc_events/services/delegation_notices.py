"""Mail on the life of a delegation: to members who were registered, and to its focal points on what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, insert

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.database import db, utc_now
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.mail import delegation_life as builders
from iurc_events.mail.contents import EventFacts
from iurc_events.models.accounts import OneTimeToken, User
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegation_mail, mail_facts, outbox, participant_mail
from iurc_events.services.member_details import Member, label_of

#: How long a participant's personal link works after the event.
_LINK_LIFETIME = timedelta(days=90)
#: How long a letter on a confirmation waits, so that an organiser may think again.
CONFIRMED_AFTER = timedelta(minutes=1)
_CONFIRMED = "delegation-confirmed"


def tell_participant(event: Event, delegation: Delegation, participant: Participant, *, registered_by: User) -> None:
    """Tell somebody whom a delegate registered what is kept of them and how to correct it (sec-15)."""
    tell_participants(event, delegation, [participant], registered_by=registered_by)


def tell_participants(
    event: Event, delegation: Delegation, participants: Sequence[Participant], *, registered_by: User | None
) -> None:
    """Tell all of them who have a mail address, each in their language; links and mails are stored at once."""
    db.session.flush()
    until = max(event.ends_at or utc_now(), utc_now()) + _LINK_LIFETIME
    facts: dict[str, EventFacts] = {}
    links, mails = [], []
    for participant in participants:
        if not participant.email:
            continue
        language = participant.language
        if language not in facts:
            facts[language] = mail_facts.event_facts(event, language, own_city=delegation.city)
        token = new_token()
        links.append(
            {
                "token_hash": hash_token(token),
                "purpose": "registration",
                "participant_id": participant.id,
                "event_id": event.id,
                "expires_at": until,
            }
        )
        text = builders.member_notice(
            language,
            name=participant.name,
            city=delegation.city.name,
            event=facts[language],
            registered_by=(registered_by.name or registered_by.email) if registered_by else "",
            stored=participant_mail.stored_of(participant, language),
            url=settings().base_url + addresses.registration(token, language),
            privacy_url=f"{settings().base_url}/{language}/personal-data",
            is_waiting=participant.state == "waiting",
        )
        mails.append(
            outbox.values_of(
                "member-notice",
                participant.email,
                participant.name,
                language,
                text,
                programme_id=event.programme_id,
                event_id=event.id,
                delegation_id=delegation.id,
                participant_id=participant.id,
                is_secret=True,
            )
        )
    if mails:
        db.session.execute(insert(OneTimeToken), links)
        db.session.execute(insert(Message), mails)


def tell_moved_up(event: Event, delegation: Delegation, members: Sequence[Member]) -> None:
    """Tell all focal points of a delegation who moved up from the waiting list."""
    if not members:
        return
    for point in delegation.focal_points:
        text = builders.moved_up(
            point.language,
            name=point.name,
            city=delegation.city.name,
            event=mail_facts.event_facts(event, point.language, own_city=delegation.city),
            people=[label_of(each, point.language) for each in members],
            url=settings().base_url + addresses.delegation(str(delegation.public_id), point.language),
        )
        delegation_mail.queue_to_point("moved-up", event, delegation, point, text)


def tell_decided(event: Event, delegation: Delegation, person: dict[str, str], *, is_accepted: bool, note: str) -> None:
    """Tell all focal points of a delegation what became of a change that it asked for."""
    for point in delegation.focal_points:
        text = builders.request_decided(
            point.language,
            name=point.name,
            person=text_of(person, point.language),
            city=delegation.city.name,
            event=mail_facts.event_facts(event, point.language, own_city=delegation.city),
            is_accepted=is_accepted,
            url=settings().base_url + addresses.delegation(str(delegation.public_id), point.language),
            note=note,
        )
        delegation_mail.queue_to_point("change-decided", event, delegation, point, text)


def tell_accepted(
    event: Event, delegation: Delegation, speakers: Sequence[Speaker], *, is_confirmed: bool = False
) -> None:
    """Tell all focal points of a delegation, in one letter each, who was accepted or that the delegation is confirmed.

    What is confirmed can be taken back for `CONFIRMED_AFTER` before the letter leaves.
    """
    for point in delegation.focal_points:
        text = builders.people_accepted(
            point.language,
            name=point.name,
            city=delegation.city.name,
            event=mail_facts.event_facts(event, point.language, own_city=delegation.city),
            people=[label_of(each, point.language) for each in speakers],
            url=settings().base_url + addresses.delegation(str(delegation.public_id), point.language),
            is_confirmed=is_confirmed,
        )
        kind = _CONFIRMED if is_confirmed else "speakers-accepted"
        due_at = utc_now() + CONFIRMED_AFTER if is_confirmed else None
        delegation_mail.queue_to_point(kind, event, delegation, point, text, due_at=due_at)


def keep_confirmation_back(delegation: Delegation) -> None:
    """Take back the letters on a confirmation that have not left yet."""
    db.session.execute(
        delete(Message).where(
            Message.delegation_id == delegation.id,
            Message.kind == _CONFIRMED,
            Message.state.in_(("queued", "kept")),
            Message.due_at > utc_now(),
        )
    )
