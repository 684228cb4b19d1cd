"""Lists of three programs against the people of an event: matched, doubts left to people, written down once."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask

from iurc_events.database import db, utc_now
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.models.accounts import User
from iurc_events.models.attendance import Attendance, AttendanceLine, AttendanceList
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import PersonKey
from iurc_events.queries.participants import find_by_token
from iurc_events.services import attendance_lists as service
from iurc_events.services.entered_participants import Entry
from tests.factories import make_event, make_programme, make_session, make_speaker, make_user
from tests.unit.documents import meeting_samples as samples


def add(event: Event, name: str, email: str | None = None, **values: object) -> Participant:
    participant = Participant(
        event_id=event.id, name=name, email=email, consented_at=utc_now(), token_hash=uuid.uuid4().bytes * 2,
        **{"state": "confirmed", "mode": "online", "stakeholder_type": "government", **values},
    )  # fmt: skip
    db.session.add(participant)
    event.seats_taken += 1
    db.session.commit()
    return participant


@pytest.fixture
def cast(app: Flask) -> tuple[User, Event]:
    programme = make_programme()
    event = make_event(programme=programme)
    add(event, "Testina Muster", "t.muster@example.org")
    add(event, "王小测", "w.xiaoce@example.cn")
    add(event, "李样本", name_other="Li Yangben")
    add(event, "张伟", "one@example.cn")
    add(event, "张伟", "two@example.cn")
    make_speaker(event, "Próbe Beispielsson")
    return make_user("organiser", programme=programme), event


def take(cast: tuple[User, Event], content: bytes, **values: object) -> tuple[uuid.UUID, bool]:
    actor, event = cast
    return service.add_list(actor=actor, event_id=event.id, found=service.read_list(content), **values)


def outcome(list_id: uuid.UUID) -> list[tuple[object, ...]]:
    """Return name, state, how it was matched, to whom, and minutes, of each line."""
    db.session.expire_all()
    people = {("p", each.id): each.name for each in db.session.query(Participant)}
    lines = (
        db.session.query(AttendanceLine)
        .join(AttendanceList)
        .filter(AttendanceList.public_id == list_id)
        .order_by(AttendanceLine.number)
    )
    return [
        (
            line.name, line.state, line.matched_by,
            people.get(("p", line.participant_id)) or ("speaker" if line.speaker_id else None), line.minutes,
            len(line.candidates),
        )
        for line in lines
    ]  # fmt: skip


def line_of(name: str) -> uuid.UUID:
    return db.session.query(AttendanceLine).filter_by(name=name).one().public_id


def test_zoom_list_is_matched_and_doubts_are_listed(cast: tuple[User, Event]) -> None:
    list_id, is_new = take(cast, samples.ZOOM.encode())

    assert is_new
    assert outcome(list_id) == [
        ("Host Person", "unknown", None, None, 92, 0),
        ("Testina Muster (Mannheim)", "matched", "mail", "Testina Muster", 89, 1),
        ("王小测-郑州 (Wang Xiaoce) / WANG Xiaoce's iPhone", "matched", "name", "王小测", 81, 1),
        ("BEISPIELSSON, Próbe", "matched", "name", "speaker", 60, 1),
        ("Zhang Wei", "doubtful", None, None, 60, 2),
        ("小测", "doubtful", None, None, 20, 1),
        ("iPhone", "unknown", None, None, 1, 0),
    ]


def test_teams_lists_are_matched_in_both_languages(cast: tuple[User, Event]) -> None:
    english, _ = take(cast, samples.TEAMS_ENGLISH.encode("utf-16"))
    chinese, _ = take(cast, samples.TEAMS_CHINESE.encode("utf-16"))

    assert outcome(english) == [
        ("Testina Muster (External)", "matched", "mail", "Testina Muster", 89, 1),
        ("Li Yang-ben (Unverified)", "matched", "name", "李样本", 51, 1),
        ("Beispielsson Probe", "matched", "name", "speaker", 20, 1),
    ]
    assert outcome(chinese) == [
        ("王小测(外部)", "matched", "mail", "王小测", 89, 1),
        ("张伟(未验证)", "doubtful", None, None, 60, 2),
    ]


def test_tencent_workbook_is_matched(cast: tuple[User, Event]) -> None:
    list_id, _ = take(cast, samples.tencent_workbook())

    assert outcome(list_id) == [
        ("小测测(王小测-郑州)", "matched", "name", "王小测", 83, 1),
        ("sample_li(李样本)", "matched", "name", "李样本", 60, 1),
        ("张伟(张伟)", "doubtful", None, None, 30, 2),
        ("Testina Müster(Testina Müster)", "matched", "name", "Testina Muster", 60, 1),
    ]


def written() -> list[tuple[object, ...]]:
    db.session.expire_all()
    rows = db.session.query(Attendance).order_by(Attendance.id)
    return [
        (row.participant_id or row.speaker_id, row.scope, row.mode, row.source, row.minutes) for row in rows
    ]  # fmt: skip


def test_the_same_list_twice_changes_nothing_and_is_written_down_once(cast: tuple[User, Event]) -> None:
    actor, event = cast
    list_id, _ = take(cast, samples.TEAMS_ENGLISH.encode())
    again, is_new = take(cast, samples.TEAMS_ENGLISH.encode("utf-16"))
    keys = {"actor": actor, "event_id": event.id, "list_id": list_id}

    first, second = service.record_list(**keys), service.record_list(**keys)

    assert (again, is_new, first, second) == (list_id, False, 3, 0)
    assert [row[1:] for row in written()] == [
        ("event", "online", "list", 89), ("event", "online", "list", 51), ("event", "online", "list", 20),
    ]  # fmt: skip


def test_minimum_of_minutes_leaves_the_short_out_and_taking_back_takes_only_own(cast: tuple[User, Event]) -> None:
    actor, event = cast
    muster = db.session.query(Participant).filter_by(name="Testina Muster").one()
    db.session.add(Attendance(event_id=event.id, participant_id=muster.id, mode="onsite"))
    db.session.commit()
    list_id, _ = take(cast, samples.TEAMS_ENGLISH.encode())
    keys = {"actor": actor, "event_id": event.id, "list_id": list_id}

    new = service.record_list(**keys, minimum_minutes=30)
    there = written()
    with pytest.raises(ConflictError):
        service.remove_list(**keys)
    taken = service.take_back(**keys)

    assert (new, [row[1:] for row in there]) == (
        1,
        [("event", "onsite", "desk", None), ("event", "online", "list", 51)],
    )
    assert (taken, [row[1:] for row in written()]) == (1, [("event", "onsite", "desk", None)])
    service.remove_list(**keys)
    assert db.session.query(AttendanceLine).count() == 0


def test_decisions_are_remembered_and_undone(cast: tuple[User, Event]) -> None:
    actor, event = cast
    list_id, _ = take(cast, samples.ZOOM.encode())
    zhang = db.session.query(Participant).filter_by(email="two@example.cn").one()
    keys = {"actor": actor, "event_id": event.id, "list_id": list_id}
    doubtful, unknown = line_of("Zhang Wei"), line_of("iPhone")

    changed = service.decide(**keys, decisions={doubtful: f"participant:{zhang.public_id}", unknown: "leave-out"})
    decided = outcome(list_id)
    service.decide(**keys, decisions={doubtful: "undo", unknown: "undo"})

    assert (changed, decided[4][1:4], decided[6][1:4]) == (
        2, ("matched", "person", "张伟"), ("left-out", "person", None),
    )  # fmt: skip
    assert (outcome(list_id)[4], outcome(list_id)[6]) == (
        ("Zhang Wei", "doubtful", None, None, 60, 2), ("iPhone", "unknown", None, None, 1, 0),
    )  # fmt: skip


def test_people_of_other_events_are_no_choice(cast: tuple[User, Event]) -> None:
    actor, event = cast
    stranger = add(make_event(), "Other Person")
    list_id, _ = take(cast, samples.ZOOM.encode())

    with pytest.raises(NotFoundError):
        service.decide(
            actor=actor, event_id=event.id, list_id=list_id,
            decisions={line_of("iPhone"): f"participant:{stranger.public_id}"},
        )  # fmt: skip
    with pytest.raises(NotFoundError):
        service.record_list(
            actor=make_user("organiser", programme=make_programme()), event_id=event.id, list_id=list_id
        )


def test_newcomer_is_registered_and_takes_a_place(cast: tuple[User, Event]) -> None:
    actor, event = cast
    list_id, _ = take(cast, samples.ZOOM.encode())
    keys = {"actor": actor, "event_id": event.id, "list_id": list_id}

    service.add_newcomer(**keys, line_id=line_of("Host Person"), newcomer=Entry("Host Person", "HOST@example.org"))
    with pytest.raises(ConflictError):
        service.add_newcomer(**keys, line_id=line_of("iPhone"), newcomer=Entry("Other", "host@example.org"))
    db.session.get_one(Event, event.id).capacity = 6
    db.session.commit()
    with pytest.raises(DomainError):
        service.add_newcomer(**keys, line_id=line_of("iPhone"), newcomer=Entry("Other"))

    assert outcome(list_id)[0] == ("Host Person", "matched", "person", "Host Person", 92, 0)
    assert (
        db.session.query(Event).filter_by(id=event.id).one().seats_taken,
        db.session.query(Participant).count(),
    ) == (6, 6)


def test_list_of_a_session_is_written_down_for_the_session(cast: tuple[User, Event]) -> None:
    actor, event = cast
    session = make_session(event, "workshop")
    list_id, _ = take(cast, samples.ZOOM_SUMMED.encode(), session_id=session.id)

    service.record_list(actor=actor, event_id=event.id, list_id=list_id)

    assert [row[1:] for row in written()] == [
        ("session:workshop", "online", "list", 89), ("session:workshop", "online", "list", 75),
    ]  # fmt: skip


def test_participant_who_is_also_a_speaker_is_found_once(cast: tuple[User, Event]) -> None:
    _, event = cast
    speaker = make_speaker(event, "Doppel Rolle")
    add(event, "Doppel Rolle", "doppel@example.org", person_id=speaker.person_id)

    list_id, _ = take(cast, b"Name (Original Name),User Email,Duration (Minutes)\nsomebody,doppel@example.org,10\n")

    assert outcome(list_id) == [("somebody", "matched", "mail", "speaker", 10, 1)]


def messages() -> list[tuple[str, str, str]]:
    rows = db.session.query(Message).order_by(Message.id)
    return [(row.kind, row.to_email, row.language) for row in rows]


def test_newcomer_becomes_a_person_and_is_told_once_in_the_language_of_the_name(cast: tuple[User, Event]) -> None:
    actor, event = cast
    list_id, _ = take(cast, samples.ZOOM.encode())
    keys = {"actor": actor, "event_id": event.id, "list_id": list_id}
    service.add_newcomer(**keys, line_id=line_of("小测"), newcomer=Entry("赵小测", "zhao@example.cn"))
    service.add_newcomer(**keys, line_id=line_of("iPhone"), newcomer=Entry("No Address"))
    service.decide(**keys, decisions={line_of("小测"): "undo"})
    with pytest.raises(ConflictError):
        service.add_newcomer(**keys, line_id=line_of("小测"), newcomer=Entry("赵小测", "zhao@example.cn"))
    assert messages() == [("entered-notice", "zhao@example.cn", "zh")]
    message = db.session.query(Message).one()
    assert (message.subject, message.is_secret) == (f"您已被添加为参会者：{event.title['zh']}", True)
    link = re.search(r"/zh/my/([a-z2-7]{26})", message.text)
    assert link
    found = find_by_token(link[1], utc_now())
    assert found
    assert (found.name, found.person.name if found.person else None) == ("赵小测", {"zh": "赵小测"})
    assert db.session.query(PersonKey).filter_by(person_id=found.person_id).count() > 0
    assert [each.person_id is None for each in db.session.query(Participant).filter_by(name="No Address")] == [False]


def test_newcomer_is_the_person_who_uses_the_address_in_the_programme(cast: tuple[User, Event]) -> None:
    actor, event = cast
    other = make_event("2026-other", event.programme)
    speaker = make_speaker(other, "Known Person", email="known@example.org")
    speaker.person.email = "known@example.org"
    add(other, "Known Person", "known@example.org", language="zh", person_id=speaker.person_id)
    list_id, _ = take(cast, samples.ZOOM.encode())
    service.add_newcomer(
        actor=actor,
        event_id=event.id,
        list_id=list_id,
        line_id=line_of("iPhone"),
        newcomer=Entry("K. Person", "Known@example.org"),
    )
    added = db.session.query(Participant).filter_by(name="K. Person").one()
    assert (added.person_id, messages()) == (speaker.person_id, [("entered-notice", "known@example.org", "zh")])
