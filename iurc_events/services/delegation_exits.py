"""What follows when people of a delegation leave: places, seats, slots and links, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from iurc_events.database import db
from iurc_events.domain.vocabulary import WITH_SEAT, ParticipantState, SpeakerState
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.services import seats, speaker_notices, speakers
from iurc_events.services.member_details import list_active


def cancel_participant(event: Event, participant: Participant, now: datetime) -> None:
    """Take a participant back and free the seat; the caller fills it."""
    had_seat = participant.state in WITH_SEAT
    participant.state = ParticipantState.CANCELLED.value
    participant.cancelled_at, participant.waiting_since = now, None
    participant.version += 1
    db.session.flush()
    if had_seat:
        seats.give_back(event.id)


def withdraw_all(event: Event, delegation: Delegation, now: datetime) -> int:
    """Take everybody of a delegation back, those who wait too; return how many. The caller fills the seats."""
    keys = [(isinstance(each, Speaker), each.id) for each in list_active(delegation.id)]
    for is_speaker, key in keys:
        if is_speaker:
            speaker = db.session.scalars(select(Speaker).where(Speaker.id == key)).one()
            speaker.state, speaker.waiting_since = SpeakerState.WITHDRAWN.value, None
            speaker.version += 1
            db.session.flush()
            speaker_notices.revoke_links(event, speaker)
            speakers.leave_agenda(event, speaker)
        else:
            cancel_participant(event, db.session.get_one(Participant, key), now)
    return len(keys)
