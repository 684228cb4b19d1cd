"""Documents in: all or nothing, nothing twice, nothing lost of what was done here."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from iurc_events.database import db, utc_now
from iurc_events.models.agendas import EventSession
from iurc_events.models.attendance import Attendance, HeadCount
from iurc_events.models.calendar_feeds import CalendarEntry
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event, EventMembership
from iurc_events.models.participants import SpecialNeed
from iurc_events.models.programmes import Programme, Theme
from iurc_events.models.speakers import Person, Speaker
from iurc_events.services.event_changes import record_change
from iurc_events.services.exports import export_events
from iurc_events.services.imports import import_documents
from tests.factories import make_city, make_event, make_speaker
from tests.integration.documents import EVENT_FILES, as_file, events_document, read, shipped

SEMINAR = "2022-04-29-industry-4-0-seminar"


def seminar(**changes: Any) -> dict[str, Any]:
    """Return the industry seminar with some fields changed."""
    event = read(next(path for path in EVENT_FILES if path.stem == SEMINAR))["events"][0]
    return copy.deepcopy(event) | changes


def import_event(event: dict[str, Any], **options: Any) -> tuple[list[str], list[str]]:
    """Import one event; return the lines and the faults."""
    outcome = import_documents([as_file(events_document(event))], **options)
    return [str(line) for line in outcome.lines], [str(fault) for fault in outcome.faults]


def get_event(slug: str = SEMINAR) -> Event:
    return db.session.scalars(select(Event).where(Event.slug == slug)).one()


def counts() -> list[int | None]:
    models = (Programme, City, Theme, Event, Person, Speaker, EventSession, HeadCount)
    return [db.session.scalar(select(func.count()).select_from(model)) for model in models]


@pytest.fixture
def programme(app: Flask) -> Flask:
    """Return the application with the shipped cities and themes, and the industry seminar."""
    assert import_documents([*shipped()[:2], as_file(events_document(seminar()))]).faults == ()
    return app


def test_import_takes_files_in_any_order_and_says_what_it_made(app: Flask) -> None:
    outcome = import_documents(list(reversed(shipped())))
    assert {str(action): count for action, count in outcome.totals.items()} == {
        "created": 133,
        "updated": 0,
        "unchanged": 0,
    }
    assert [str(line) for line in outcome.lines[:1]] == ["created theme industry-digital"]
    assert [str(line) for line in outcome.lines[-1:]] == ["created event 2021-yangzhou-horticultural-expo"]


def test_import_again_changes_nothing(app: Flask) -> None:
    import_documents(shipped())
    before = counts()
    versions = {event.slug: event.version for event in db.session.scalars(select(Event))}
    outcome = import_documents(shipped())
    assert {line.action for line in outcome.lines} == {"unchanged"}
    assert (counts(), {event.slug: event.version for event in db.session.scalars(select(Event))}) == (before, versions)


def test_import_derives_calendar_texts_and_memberships(programme: Flask) -> None:
    event = get_event()
    languages = db.session.scalars(select(CalendarEntry.language).where(CalendarEntry.event_id == event.id))
    assert set(languages) == {"en", "zh", "both"}
    kinds = db.session.scalars(select(EventMembership.subject_kind).where(EventMembership.event_id == event.id))
    assert set(kinds) == {"programme", "city", "theme"}
    assert event.sequence == 0


def test_import_keeps_nothing_and_names_every_fault_when_one_file_is_broken(app: Flask) -> None:
    broken = seminar(start="2022-04-31", kind="party")
    broken["sessions"][0]["items"][0]["order"] = 3
    files = [*shipped()[:2], as_file(events_document(broken), "broken.json")]
    outcome = import_documents(files)
    assert [str(fault).partition(": ")[0] + ": " + fault.fault.path for fault in outcome.faults] == [
        "broken.json: $.events[0].kind",
        "broken.json: $.events[0].start",
        "broken.json: $.events[0].sessions[0].items[0].order",
    ]
    assert (outcome.lines, counts()) == ((), [0] * 8)


def test_import_tells_and_changes_nothing_when_it_is_a_dry_run(programme: Flask) -> None:
    event = seminar(notes=["new"], summary={"en": "Other"})
    outcome = import_documents([as_file(events_document(event))], dry_run=True)
    assert [str(line) for line in outcome.lines] == [f"updated event {SEMINAR}"]
    assert outcome.preview() == {SEMINAR: ("summary", "notes")}
    assert export_events([SEMINAR])["events"] == [seminar()]


def test_import_updates_an_event_that_was_not_changed_here(programme: Flask) -> None:
    event = seminar(title={"en": "Other", "zh": "其他"}, sessions=[], speakers=[], counts={})
    assert import_event(event) == ([f"updated event {SEMINAR}"], [])
    assert export_events([SEMINAR])["events"] == [event]
    assert get_event().sequence == 1


def test_import_refuses_to_undo_a_change_made_here_and_names_the_fields(programme: Flask) -> None:
    event = get_event()
    event.title, event.notes = {"en": "Ours", "zh": "我们的"}, ["ours"]
    record_change(event, "changed for a test", actor_id=None)
    db.session.commit()
    assert import_event(seminar()) == (
        [f"updated event {SEMINAR}"],
        [
            f"test.json: $.events[0]: “{SEMINAR}” was changed here since its last import: title, notes; "
            "only overwriting replaces that"
        ],
    )
    assert get_event().title == {"en": "Ours", "zh": "我们的"}
    assert import_event(seminar(), overwrite=True) == ([f"updated event {SEMINAR}"], [])
    assert export_events([SEMINAR])["events"] == [seminar()]
    assert import_event(seminar()) == ([f"unchanged event {SEMINAR}"], [])


def test_import_refuses_an_event_that_was_made_here(app: Flask) -> None:
    import_documents(shipped()[:2])
    china = db.session.scalars(select(Programme).where(Programme.slug == "iurc-china")).one()
    make_event(SEMINAR, china)
    _, faults = import_event(seminar())
    assert len(faults) == 1


def test_import_takes_the_export_of_what_was_changed_here(programme: Flask) -> None:
    event = get_event()
    event.notes = ["ours"]
    record_change(event, "changed for a test", actor_id=None)
    db.session.commit()
    exported = export_events([SEMINAR])["events"][0]
    assert import_event(exported) == ([f"unchanged event {SEMINAR}"], [])
    assert import_event(seminar()) == ([f"updated event {SEMINAR}"], [])


@pytest.mark.parametrize(
    ("status", "option", "state"),
    [
        ("scheduled", "published", "published"),
        ("scheduled", "draft", "draft"),
        ("draft", "published", "draft"),
        ("held", "draft", "held"),
        ("cancelled", "published", "cancelled"),
        ("postponed", "draft", "postponed"),
    ],
)
def test_import_gives_new_events_their_state(programme: Flask, status: str, option: str, state: str) -> None:
    event = seminar(id="new-event", status=status)
    assert import_event(event, status=option) == (["created event new-event"], [])
    found = get_event("new-event")
    assert (found.state, found.first_published_at is None) == (state, state == "draft")
    assert import_event(event) == (["unchanged event new-event"], [])


def test_import_never_publishes_nor_withdraws_what_is_there(programme: Flask) -> None:
    import_event(seminar(id="new-event", status="scheduled"), status="draft")
    import_event(seminar(id="new-event", status="scheduled", notes=["n"]))
    assert get_event("new-event").state == "draft"
    import_event(seminar(status="draft", notes=["n"]))
    assert get_event().state == "held"


def test_import_follows_a_cancellation(programme: Flask) -> None:
    import_event(seminar(id="new-event", status="scheduled"))
    assert import_event(seminar(id="new-event", status="cancelled")) == (["updated event new-event"], [])
    assert (get_event("new-event").state, get_event("new-event").sequence) == ("cancelled", 1)


def test_import_keeps_a_move_in_time(programme: Flask) -> None:
    import_event(seminar(start="2022-05-06", end="2022-05-06", time_estimate=None) | {"time_estimate": _estimate()})
    assert [(move.from_starts, move.from_ends) for move in get_event().moves] == [("2022-04-29", "2022-04-29")]


def test_import_moves_the_day_on_which_needs_are_deleted_with_the_event(programme: Flask) -> None:
    event = get_event()
    speaker = db.session.query(Speaker).filter_by(event_id=event.id).first()
    assert speaker is not None
    db.session.add(
        SpecialNeed(event_id=event.id, speaker_id=speaker.id, dietary="Vegetarian", delete_after_on="2022-05-29")
    )
    db.session.commit()
    moved = seminar(start="2022-05-06", end="2022-05-06") | {"time_estimate": _estimate()}
    assert import_event(moved) == ([f"updated event {SEMINAR}"], [])
    db.session.expire_all()
    assert db.session.query(SpecialNeed).one().delete_after_on == "2022-06-05"


def _estimate() -> dict[str, str]:
    return {"start": "2022-05-06T15:00", "end": "2022-05-06T17:00", "basis": "a guess"}


def test_import_leaves_delegations_measured_counts_and_nominated_speakers_alone(programme: Flask) -> None:
    event = get_event()
    city = make_city("guests")
    delegation = Delegation(event_id=event.id, city_id=city.id, state="submitted")
    db.session.add(delegation)
    db.session.flush()
    nominated = make_speaker(event, "Nomi Nated", city, state="nominated", delegation_id=delegation.id)
    came = db.session.scalars(
        select(Speaker).join(Person).where(Speaker.event_id == event.id, Person.slug == "wang-qian")
    ).one()
    db.session.add(Attendance(event_id=event.id, speaker_id=came.id, mode="online", recorded_at=utc_now()))
    db.session.add(HeadCount(event_id=event.id, subject="visitors", value=9, qualifier="exactly"))
    db.session.commit()
    assert import_event(seminar(sessions=[], speakers=[], counts={})) == ([f"updated event {SEMINAR}"], [])
    assert db.session.scalar(select(func.count()).select_from(Attendance)) == 1
    assert [row.value for row in db.session.scalars(select(HeadCount).where(HeadCount.event_id == event.id))] == [9]
    assert db.session.scalars(select(Delegation)).all() == [delegation]
    speakers = db.session.scalars(select(Speaker).where(Speaker.event_id == event.id).order_by(Speaker.id)).all()
    assert [(speaker.id, speaker.state) for speaker in speakers] == [
        (came.id, "withdrawn"),
        (nominated.id, "nominated"),
    ]


def test_import_keeps_sessions_and_speakers_where_they_stand_for_the_same(programme: Flask) -> None:
    def keys() -> tuple[list[int], list[int]]:
        event_id = get_event().id
        sessions = select(EventSession.id).where(EventSession.event_id == event_id)
        speakers = select(Speaker.id).where(Speaker.event_id == event_id)
        return sorted(db.session.scalars(sessions)), sorted(db.session.scalars(speakers))

    before = keys()
    event = seminar()
    event["sessions"].reverse()
    event["speakers"].reverse()
    assert import_event(event) == ([f"updated event {SEMINAR}"], [])
    assert (keys(), export_events([SEMINAR])["events"]) == (before, [event])


def test_import_brings_back_a_deleted_event_only_by_overwriting(programme: Flask) -> None:
    event = get_event()
    event.deleted_at = utc_now()
    db.session.commit()
    _, faults = import_event(seminar())
    assert faults == [f"test.json: $.events[0]: “{SEMINAR}” was deleted here; overwriting brings it back"]
    assert import_event(seminar(), overwrite=True)[1] == []
    assert get_event().deleted_at is None


def test_import_renews_the_events_of_a_renamed_city(programme: Flask) -> None:
    document = read(shipped_path("cities.json"))
    for city in document["cities"]:
        if city["id"] == "sofia":
            city["name_en"] = "Sofia City"
    version = get_event().version
    outcome = import_documents([as_file(document)])
    assert [str(line) for line in outcome.lines if line.action != "unchanged"] == ["updated city sofia"]
    db.session.expire_all()
    assert get_event().version == version + 1


def shipped_path(name: str) -> Any:
    return EVENT_FILES[0].parents[1] / name


def test_import_gives_people_their_latest_names_and_sort_keys(programme: Flask) -> None:
    person = db.session.scalars(select(Person).where(Person.slug == "wang-qian")).one()
    assert (person.name, person.sort_keys) == (
        {"en": "Wang Qian", "zh": "王倩"},
        {"en": "wang qian", "zh": "wang2 qian4"},
    )


def test_import_knows_people_who_were_entered_here(app: Flask) -> None:
    import_documents(shipped()[:2])
    china = db.session.scalars(select(Programme).where(Programme.slug == "iurc-china")).one()
    event = make_event("2027-here", china)
    make_speaker(event, roles=["moderator"])
    exported = export_events(["2027-here"])["events"][0]
    assert import_event(exported | {"notes": ["new"]}, overwrite=True) == (["updated event 2027-here"], [])
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1
    assert export_events(["2027-here"])["events"] == [exported | {"notes": ["new"]}]
