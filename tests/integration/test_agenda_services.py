"""Sessions and items of agendas, clashes and undo, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from iurc_events.database import db
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.models.accounts import User
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession
from iurc_events.models.events import Event
from iurc_events.models.programmes import Programme
from iurc_events.models.revisions import Revision
from iurc_events.queries import sessions as session_queries
from iurc_events.services import agenda_items as item_service
from iurc_events.services import sessions as session_service
from iurc_events.services.agenda_items import ItemDetails
from iurc_events.services.event_changes import record_change
from iurc_events.services.sessions import SessionDetails
from tests.factories import make_city, make_event, make_programme, make_session, make_slot, make_speaker, make_user

HALL = {"en": "Hall A", "zh": "A厅"}


def day_slot(starts: str, ends: str) -> object:
    return make_slot(f"2027-04-29T{starts}", f"2027-04-29T{ends}")


def details(starts: str = "09:00", ends: str = "10:00", **values: object) -> SessionDetails:
    base = SessionDetails(title={"en": "Green roofs", "zh": "绿色屋顶"}, kind="panel", room=HALL)
    return replace(base, slot=day_slot(starts, ends), **values)  # type: ignore[arg-type]  # values of one test


@pytest.fixture
def programme(app: Flask) -> Programme:
    return make_programme("iurc-china")


@pytest.fixture
def organiser(programme: Programme) -> User:
    return make_user("organiser", programme=programme)


@pytest.fixture
def event(programme: Programme) -> Event:
    return make_event("2027-roofs", programme)


def agenda(event: Event) -> list[tuple[str, list[str]]]:
    """Return titles of sessions and topics of their items, in order and with the numbers they have."""
    db.session.expire_all()
    found = []
    for number, session in enumerate(session_queries.list_agenda(event), 1):
        assert session.position == number
        assert [item.position for item in session.items] == list(range(1, len(session.items) + 1))
        found.append((session.title["en"], [(item.topic or {}).get("en", "") for item in session.items]))
    return found


def test_schedule_puts_sessions_in_the_order_of_their_hours(organiser: User, event: Event) -> None:
    for title, starts, ends in (("Late", "10:00", "11:00"), ("Early", "09:00", "10:00")):
        session_service.schedule(actor=organiser, event_id=event.id, details=details(starts, ends, title={"en": title}))

    assert agenda(event) == [("Early", []), ("Late", [])]


def test_schedule_names_the_session_that_has_the_room(organiser: User, event: Event) -> None:
    session_service.schedule(actor=organiser, event_id=event.id, details=details())

    with pytest.raises(session_service.RoomTakenError) as error:
        session_service.schedule(
            actor=organiser, event_id=event.id, details=details("09:30", "10:30", room={"en": " hall  a"})
        )
    session_service.schedule(actor=organiser, event_id=event.id, details=details("10:00", "10:30"))

    assert str(error.value).endswith("hall  a is taken by “Green roofs” at that time")


def test_schedule_refuses_hours_outside_the_event(organiser: User, event: Event) -> None:
    with pytest.raises(session_service.OutsideEventError):
        session_service.schedule(actor=organiser, event_id=event.id, details=details("08:30", "09:30"))

    assert agenda(event) == []


def test_schedule_is_for_organisers_of_the_programme_alone(event: Event) -> None:
    stranger = make_user("organiser", programme=make_programme("other"))

    with pytest.raises(NotFoundError):
        session_service.schedule(actor=stranger, event_id=event.id, details=details())


def test_change_takes_items_along_and_keeps_them_inside(organiser: User, event: Event) -> None:
    session = session_service.schedule(actor=organiser, event_id=event.id, details=details("09:00", "10:00"))
    item = item_service.add(
        actor=organiser,
        event_id=event.id,
        session_id=session.id,
        details=ItemDetails(kind="talk", slot=day_slot("09:30", "10:00")),  # type: ignore[arg-type]  # a slot
    )

    session_service.change(actor=organiser, event_id=event.id, session_id=session.id, details=details("09:30", "10:30"))
    moved = item.slot
    with pytest.raises(session_service.OutsideEventError):
        session_service.change(
            actor=organiser, event_id=event.id, session_id=session.id, details=details("09:30", "10:00")
        )

    assert moved == day_slot("10:00", "10:30")
    assert db.session.get_one(EventSession, session.id).slot == day_slot("09:30", "10:30")


def test_change_shows_when_somebody_else_was_faster(organiser: User, event: Event) -> None:
    session = session_service.schedule(actor=organiser, event_id=event.id, details=details())
    mark = session_service.details_of(session).mark
    session_service.change(
        actor=organiser, event_id=event.id, session_id=session.id, details=details(kind="keynote"), mark=mark
    )

    with pytest.raises(session_service.SessionChangedError):
        session_service.change(actor=organiser, event_id=event.id, session_id=session.id, details=details(), mark=mark)


def test_remove_a_session_and_undo_brings_it_back_with_its_items(organiser: User, event: Event) -> None:
    first, second = make_session(event, "first", items=2), make_session(event, "second")
    record_change(event, "made for a test", actor_id=None)
    db.session.commit()
    before = agenda(event)

    number = session_service.remove(actor=organiser, event_id=event.id, session_id=first.id)
    without = agenda(event)
    session_service.undo(actor=organiser, event_id=event.id, number=number)

    assert (without, agenda(event)) == ([("Second", ["Topic 1"])], before)
    assert second.id == session_queries.list_agenda(event)[1].id


def test_undo_refuses_when_somebody_went_on(organiser: User, event: Event) -> None:
    first = make_session(event, "first", items=2)
    number = session_service.remove(actor=organiser, event_id=event.id, session_id=first.id)
    session_service.schedule(actor=organiser, event_id=event.id, details=details())

    with pytest.raises(session_service.UndoTooLateError):
        session_service.undo(actor=organiser, event_id=event.id, number=number)


def test_undo_works_for_an_event_imported_without_snapshots(organiser: User, event: Event) -> None:
    session = make_session(event, "first")
    db.session.query(Revision).update({"snapshot": {}})
    db.session.commit()

    number = session_service.remove(actor=organiser, event_id=event.id, session_id=session.id)
    session_service.undo(actor=organiser, event_id=event.id, number=number)

    assert agenda(event) == [("First", ["Topic 1"])]


def test_move_session_up_and_down(organiser: User, event: Event) -> None:
    make_session(event, "first")
    second = make_session(event, "second")

    session_service.move_up(actor=organiser, event_id=event.id, session_id=second.id)
    moved = [title for title, _ in agenda(event)]
    with pytest.raises(DomainError):
        session_service.move_up(actor=organiser, event_id=event.id, session_id=second.id)
    session_service.move_down(actor=organiser, event_id=event.id, session_id=second.id)

    assert (moved, [title for title, _ in agenda(event)]) == (["Second", "First"], ["First", "Second"])


def test_move_item_within_and_across_sessions(organiser: User, event: Event) -> None:
    first, second = make_session(event, "first", items=2), make_session(event, "second", items=1)
    item_id = first.items[0].id
    steps = []
    for move in (item_service.move_down, item_service.move_down, item_service.move_up, item_service.move_up):
        move(actor=organiser, event_id=event.id, item_id=item_id)
        steps.append([topics for _, topics in agenda(event)])

    assert steps == [
        [["Topic 2", "Topic 1"], ["Topic 1"]],
        [["Topic 2"], ["Topic 1", "Topic 1"]],
        [["Topic 2", "Topic 1"], ["Topic 1"]],
        [["Topic 1", "Topic 2"], ["Topic 1"]],
    ]
    assert second.position == 2


def test_move_item_lets_neighbours_change_hours(organiser: User, event: Event) -> None:
    session = make_session(event, items=2, slot=make_slot())
    session.items[0].slot = day_slot("09:00", "09:10")  # type: ignore[assignment]  # a slot
    session.items[1].slot = day_slot("09:15", "09:45")  # type: ignore[assignment]  # a slot
    db.session.commit()
    short, long = (item.id for item in session.items)

    item_service.move_up(actor=organiser, event_id=event.id, item_id=long)

    assert db.session.get_one(AgendaItem, long).slot == day_slot("09:00", "09:30")
    assert db.session.get_one(AgendaItem, short).slot == day_slot("09:35", "09:45")


def test_move_to_a_session_at_another_hour_keeps_the_length_alone(organiser: User, event: Event) -> None:
    first = make_session(event, "first", slot=day_slot("09:00", "10:00"))
    second = make_session(event, "second", items=0, slot=day_slot("10:00", "11:00"))
    first.items[0].slot = day_slot("09:00", "09:20")  # type: ignore[assignment]  # a slot
    db.session.commit()
    item_id = first.items[0].id

    item_service.move_to_session(actor=organiser, event_id=event.id, item_id=item_id, session_id=second.id)

    item = db.session.get_one(AgendaItem, item_id)
    assert (item.session_id, item.slot, item.duration_min) == (second.id, None, 20)


def test_add_refuses_hours_outside_the_session_and_lengths_that_differ(organiser: User, event: Event) -> None:
    session = make_session(event, items=0, slot=day_slot("09:00", "10:00"))
    outside = ItemDetails(kind="talk", slot=day_slot("09:50", "10:10"))  # type: ignore[arg-type]  # a slot
    longer = ItemDetails(kind="talk", slot=day_slot("09:00", "09:20"), duration_min=15)  # type: ignore[arg-type]  # a slot

    for wrong in (outside, longer):
        with pytest.raises(DomainError):
            item_service.add(actor=organiser, event_id=event.id, session_id=session.id, details=wrong)

    assert agenda(event) == [("Opening", [])]


def test_place_and_take_off_a_speaker_leaves_the_slot_with_the_city(organiser: User, event: Event) -> None:
    wuhan = make_city("wuhan")
    speaker = make_speaker(event, city=wuhan, topic={"en": "Lakes"})
    session = make_session(event, items=0)
    item_service.place_in_session(actor=organiser, event_id=event.id, session_id=session.id, speaker_id=speaker.id)
    item = session_queries.list_agenda(event)[0].items[0]

    item_service.take_off(actor=organiser, event_id=event.id, item_id=item.id, contribution_id=item.contributions[0].id)

    assert (item.topic, item.contributions, [each.city_id for each in item.cities]) == (
        {"en": "Lakes"},
        [],
        [wuhan.id],
    )


def test_place_speaker_waits_until_accepted(organiser: User, event: Event) -> None:
    speaker = make_speaker(event, state="nominated")
    item = make_session(event).items[0]

    with pytest.raises(item_service.NotAcceptedError):
        item_service.place_speaker(actor=organiser, event_id=event.id, item_id=item.id, speaker_id=speaker.id)


def test_find_person_clashes_names_both_places_here_and_elsewhere(programme: Programme, event: Event) -> None:
    speaker = make_speaker(event, "Wang Qian")
    rooms = [
        make_session(event, name, room={"en": name}, slot=day_slot("09:00", "10:00")) for name in ("room-a", "room-b")
    ]
    other = make_event("2027-other", programme)
    twin = make_speaker(other, "Wang Qian")
    twin.person_id = speaker.person_id
    elsewhere = make_session(other, "elsewhere", slot=day_slot("09:30", "10:30"), chair_id=twin.id)
    db.session.add_all(Contribution(item_id=room.items[0].id, speaker_id=speaker.id, role="speaker") for room in rooms)
    db.session.commit()

    clashes = session_queries.find_person_clashes(event)

    assert sorted(
        (clash.first.session_id, clash.second.session_id, clash.is_with_other_event) for clash in clashes
    ) == [
        (rooms[0].id, rooms[1].id, False),
        (rooms[0].id, elsewhere.id, True),
        (rooms[1].id, elsewhere.id, True),
    ]


def test_find_person_clashes_leaves_one_session_alone(event: Event) -> None:
    speaker = make_speaker(event)
    session = make_session(event, items=2, slot=make_slot(), chair_id=speaker.id)
    db.session.add_all(Contribution(item_id=item.id, speaker_id=speaker.id, role="speaker") for item in session.items)
    db.session.commit()

    assert session_queries.find_person_clashes(event) == []
