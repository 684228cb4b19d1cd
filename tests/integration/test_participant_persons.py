"""Sign-ups are joined to persons by address within a programme, and become persons on coming for the first time."""

from __future__ import annotations

import uuid

from flask import Flask

from iurc_events.database import db, utc_now
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Person
from iurc_events.queries import counts
from iurc_events.services import participant_persons, participants
from tests.factories import make_event, make_programme, make_slot, make_speaker, make_user


def _sign_up(event: Event, name: str, email: str | None) -> Participant:
    found = Participant(
        event_id=event.id, state="registered", name=name, email=email, mode="online", stakeholder_type="government",
        consented_at=utc_now(), token_hash=uuid.uuid4().bytes * 2,
    )  # fmt: skip
    db.session.add(found)
    db.session.commit()
    return found


def test_link_due_joins_the_same_address_of_the_same_programme_alone(app: Flask) -> None:
    programme = make_programme()
    event, other = make_event(programme=programme), make_event(programme=programme)
    speaker = make_speaker(event, email="ana@example.org")
    speaker.person.email = "ana@example.org"
    db.session.commit()
    same, elsewhere = _sign_up(other, "A. Muster", "ana@example.org"), _sign_up(make_event(), "A", "ana@example.org")
    nobody = _sign_up(other, "Testina Muster", "other@example.org")
    assert (participant_persons.link_due(), participant_persons.link_due()) == (1, 0)
    db.session.expire_all()
    assert [each.person_id for each in (same, elsewhere, nobody)] == [speaker.person_id, None, None]


def test_coming_makes_a_person_whom_later_sign_ups_are_and_counts_agree(app: Flask) -> None:
    programme = make_programme()
    actor = make_user("organiser", programme=programme)
    first = make_event(programme=programme, slot=make_slot("2026-04-29T09:00", "2026-04-29T11:00"))
    second = make_event(programme=programme)
    came = _sign_up(first, "张小明", "zhang@example.org")
    participants.record_attendance(came.public_id, actor=actor)
    db.session.expire_all()
    person = db.session.get_one(Person, came.person_id)
    assert (person.name, person.sort_keys["en"], person.email) == (
        {"zh": "张小明"}, "zhang1 xiao3 ming2", "zhang@example.org",
    )  # fmt: skip
    again, stranger = _sign_up(second, "Zhang", "zhang@example.org"), _sign_up(second, "Somebody", "new@example.org")
    before = counts.load_counts(Event.id == second.id)
    participant_persons.link_due()
    db.session.expire_all()
    assert (again.person_id, stranger.person_id) == (person.id, None)
    after = counts.load_counts(Event.id == second.id)
    assert after == before
    assert sorted(str(group.newness) for group in after.groups) == ["new", "returning"]
