"""Mail about speakers: to the speakers themselves whom a delegate registered, and to focal points on decisions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import insert, select

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.database import db, utc_now
from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop, translate
from iurc_events.mail import delegations as builders
from iurc_events.mail import speakers as speaker_builders
from iurc_events.mail.contents import EventFacts
from iurc_events.models.accounts import OneTimeToken
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegation_mail, mail_facts, outbox, tokens


def speaker_language(speaker: Speaker, *, fallback: str = "en") -> str:
    """Return the language to write to a speaker in: the one spoken, else that of the only name there is."""
    if speaker.language_spoken in ("en", "zh"):
        return speaker.language_spoken
    if set(speaker.name) & {"en", "zh"} == {"zh"}:
        return "zh"
    return fallback


def personal_link(event: Event, speaker: Speaker, language: str) -> str:
    """Issue a link to the speaker's own page, good until three months after the event; return its whole address."""
    until = max(event.ends_at or utc_now(), utc_now()) + timedelta(days=90)
    token = tokens.issue(
        "speaker",
        event_id=event.id,
        payload={"speaker_id": speaker.id},
        lifetime=until - utc_now(),
    )
    return settings().base_url + addresses.speaker(token, language)


def revoke_links(event: Event, speaker: Speaker) -> None:
    """Withdraw the personal links of a speaker, in the caller's transaction."""
    revoke_links_of(event, {speaker.id})


def revoke_links_of(event: Event, keys: Collection[int]) -> None:
    """Withdraw the personal links of some speakers of an event, in the caller's transaction."""
    unused = db.session.scalars(
        select(OneTimeToken).where(
            OneTimeToken.purpose == "speaker", OneTimeToken.event_id == event.id, OneTimeToken.revoked_at.is_(None)
        )
    )
    for token in unused:
        if (token.payload or {}).get("speaker_id") in keys:
            token.revoked_at = utc_now()


def _stored(speaker: Speaker, language: str) -> list[tuple[str, str]]:
    """Return what was entered of a speaker, as pairs of label and value."""
    return [
        (translate(noop("Name"), language), text_of(speaker.name, language)),
        (translate(noop("Job title"), language), text_of(speaker.title, language)),
        (translate(noop("Organisation"), language), text_of(speaker.organisation, language)),
        (translate(noop("Topic"), language), text_of(speaker.topic, language)),
        (translate(noop("Mail address"), language), speaker.email or ""),
    ]


def queue_guest_notice(event: Event, speaker: Speaker, *, registered_by: str, language: str) -> None:
    """Tell somebody that an organiser entered them: what is kept, from whom, and their rights (sec-15)."""
    if not speaker.email:
        return
    own = speaker_language(speaker, fallback=language)
    text = speaker_builders.guest_notice(
        own,
        name=text_of(speaker.name, own),
        event=mail_facts.event_facts(event, own, own_city=speaker.city),
        entered_by=registered_by,
        stored=_stored(speaker, own),
        url=personal_link(event, speaker, own),
        privacy_url=f"{settings().base_url}/{own}/personal-data",
    )
    outbox.queue(
        "speaker-notice",
        speaker.email,
        text_of(speaker.name, own),
        own,
        text,
        programme_id=event.programme_id,
        event_id=event.id,
        is_secret=True,
    )


def queue_notice(event: Event, delegation: Delegation, speaker: Speaker, *, registered_by: str, language: str) -> None:
    """Tell somebody that a delegate registered them: what is kept, from whom, and their rights (sec-15)."""
    queue_notices(event, delegation, [speaker], registered_by=registered_by, language=language)


def queue_notices(
    event: Event, delegation: Delegation, people: Sequence[Speaker], *, registered_by: str, language: str
) -> None:
    """Tell all of them who have a mail address; mails are stored at once."""
    db.session.flush()
    facts: dict[str, EventFacts] = {}
    mails = []
    for speaker in people:
        if not speaker.email:
            continue
        own = speaker_language(speaker, fallback=language)
        if own not in facts:
            facts[own] = mail_facts.event_facts(event, own, own_city=delegation.city)
        text = builders.speaker_notice(
            own,
            name=text_of(speaker.name, own),
            city=delegation.city.name,
            event=facts[own],
            registered_by=registered_by,
            stored=_stored(speaker, own),
            url=personal_link(event, speaker, own),
            privacy_url=f"{settings().base_url}/{own}/personal-data",
        )
        mails.append(
            outbox.values_of(
                "speaker-notice",
                speaker.email,
                text_of(speaker.name, own),
                own,
                text,
                programme_id=event.programme_id,
                event_id=event.id,
                delegation_id=delegation.id,
                is_secret=True,
            )
        )
    if mails:
        db.session.execute(insert(Message), mails)


def queue_decision(event: Event, speaker: Speaker, *, is_accepted: bool, note: str = "") -> int:
    """Tell all focal points of a speaker's delegation what became of the nomination; return how many mails."""
    if speaker.delegation_id is None:
        return 0
    delegation = db.session.get_one(Delegation, speaker.delegation_id)
    points = list(
        db.session.scalars(select(FocalPoint).where(FocalPoint.delegation_id == delegation.id).order_by(FocalPoint.id))
    )
    for point in points:
        text = builders.speaker_decision(
            point.language,
            name=point.name,
            speaker_name=text_of(speaker.name, point.language),
            city=delegation.city.name,
            event=mail_facts.event_facts(event, point.language, own_city=delegation.city),
            is_accepted=is_accepted,
            url=settings().base_url + addresses.delegation(str(delegation.public_id), point.language),
            note=note,
        )
        delegation_mail.queue_to_point("speaker-decision", event, delegation, point, text)
    return len(points)
