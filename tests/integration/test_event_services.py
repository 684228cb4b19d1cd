"""What organisers do with events, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from iurc_events.database import db, utc_now
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.time_slots import Precision, TimeSlot
from iurc_events.models.accounts import User
from iurc_events.models.agendas import AgendaItem, Contribution, EventSession
from iurc_events.models.calendar_feeds import CalendarEntry
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation, DelegationQuota, FocalPoint
from iurc_events.models.events import Event, EventMove, FormerSlug
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.models.revisions import Revision
from iurc_events.queries.event_audiences import Reach, count_reach
from iurc_events.services import event_slugs, tokens
from iurc_events.services import events as event_service
from iurc_events.services.events import EventDetails
from tests.factories import make_city, make_event, make_programme, make_session, make_slot, make_speaker, make_user

TITLE = {"en": "Green roofs", "zh": "绿色屋顶"}


def details(**values: object) -> EventDetails:
    base = EventDetails(title=dict(TITLE), kind="training", format="online", slot=make_slot())
    return replace(base, **values)  # type: ignore[arg-type]  # values of one test


@pytest.fixture
def programme(app: Flask) -> Programme:
    return make_programme("iurc-china")


@pytest.fixture
def organiser(programme: Programme) -> User:
    return make_user("organiser", programme=programme)


def add_participant(event: Event, email: str, state: str = "registered", language: str = "en") -> Participant:
    participant = Participant(
        event_id=event.id,
        state=state,
        name=f"Name of {email}",
        email=email,
        stakeholder_type="other",
        mode="online",
        language=language,
        consented_at=utc_now(),
        token_hash=tokens.hash_token(f"{event.id}{email}"),
    )
    db.session.add(participant)
    db.session.commit()
    return participant


def add_delegation(event: Event, city: City, email: str, **values: object) -> Delegation:
    delegation = Delegation(
        event_id=event.id,
        city_id=city.id,
        focal_points=[FocalPoint(email=email, name="Focal Point", language="zh")],
        quotas=[DelegationQuota(role="speaker", mode="onsite", places=2)],
        **values,
    )
    db.session.add(delegation)
    db.session.commit()
    return delegation


def messages() -> list[tuple[str, str, str]]:
    db.session.expire_all()
    rows = db.session.query(Message).order_by(Message.to_email)
    return [(row.kind, row.to_email, row.language) for row in rows]


def test_schedule_makes_a_draft_under_year_and_title(organiser: User, programme: Programme) -> None:
    event = event_service.schedule(actor=organiser, programme_id=programme.id, details=details(sdgs=(11, 13)))

    assert (event.slug, event.state, event.sdgs, event.first_published_at) == (
        "2027-green-roofs",
        "draft",
        [11, 13],
        None,
    )
    assert [row.action for row in db.session.query(Revision)] == ["event scheduled"]


def test_schedule_numbers_an_address_that_is_taken(organiser: User, programme: Programme) -> None:
    slugs = [
        event_service.schedule(actor=organiser, programme_id=programme.id, details=details()).slug for _ in range(3)
    ]

    assert slugs == ["2027-green-roofs", "2027-green-roofs-2", "2027-green-roofs-3"]


def test_schedule_refuses_somebody_elses_programme(organiser: User, app: Flask) -> None:
    other = make_programme()

    with pytest.raises(NotFoundError):
        event_service.schedule(actor=organiser, programme_id=other.id, details=details())


def test_schedule_keeps_theme_city_and_link_choices_in_order(organiser: User, programme: Programme) -> None:
    cities = [make_city(name) for name in ("sofia", "lyon")]
    links = (event_service.JoinLinkDetails("https://meet.example/1", {"en": "Main room"}, "123 456", "pass"),)
    values = details(city_ids=(cities[1].id, cities[0].id), join_links=links)

    event = event_service.schedule(actor=organiser, programme_id=programme.id, details=values)

    db.session.expire_all()
    assert event_service.details_of(event) == values


def test_change_details_refuses_a_second_writer(organiser: User, programme: Programme) -> None:
    event = event_service.schedule(actor=organiser, programme_id=programme.id, details=details())
    mark = event_service.details_of(event).mark
    event_service.change_details(actor=organiser, event_id=event.id, details=details(capacity=40), mark=mark)

    with pytest.raises(event_service.DetailsChangedError):
        event_service.change_details(actor=organiser, event_id=event.id, details=details(capacity=50), mark=mark)

    assert db.session.get(Event, event.id).capacity == 40  # type: ignore[union-attr]  # it was made above


def test_change_details_leads_the_old_address_on(organiser: User, programme: Programme) -> None:
    event = event_service.schedule(actor=organiser, programme_id=programme.id, details=details())

    event_service.change_details(actor=organiser, event_id=event.id, details=details(), slug="2027-roofs")

    assert event.slug == "2027-roofs"
    assert [(row.slug, row.event_id) for row in db.session.query(FormerSlug)] == [("2027-green-roofs", event.id)]
    with pytest.raises(event_slugs.SlugTakenError):
        event_slugs.check_slug("2027-green-roofs")


def test_change_details_keeps_the_address_of_a_published_event(organiser: User, programme: Programme) -> None:
    event = make_event("2027-fixed", programme)

    with pytest.raises(event_slugs.SlugError):
        event_service.change_details(
            actor=organiser, event_id=event.id, details=event_service.details_of(event), slug="2027-other"
        )


def test_publish_and_withdraw_leave_a_cancelled_entry_behind(organiser: User, programme: Programme) -> None:
    event = event_service.schedule(actor=organiser, programme_id=programme.id, details=details())

    event_service.publish(actor=organiser, event_id=event.id)
    published = db.session.get(CalendarEntry, (event.id, "en")).body  # type: ignore[union-attr]  # published
    event_service.withdraw(actor=organiser, event_id=event.id)

    db.session.expire_all()
    entry = db.session.get(CalendarEntry, (event.id, "en"))
    assert entry is not None
    assert b"STATUS:CONFIRMED" in published
    assert b"STATUS:CANCELLED" in entry.body
    assert (event.state, event.unpublished_at is None, entry.leaves_at is None) == ("draft", False, False)


def test_publish_refuses_an_event_without_a_date(organiser: User, programme: Programme) -> None:
    event = event_service.schedule(actor=organiser, programme_id=programme.id, details=details(slot=None))

    with pytest.raises(event_service.StateError):
        event_service.publish(actor=organiser, event_id=event.id)


def test_move_keeps_the_old_date_shifts_the_agenda_and_tells_everybody(organiser: User, programme: Programme) -> None:
    event = make_event(programme=programme)
    make_session(event, slot=make_slot("2027-04-29T09:30", "2027-04-29T10:00"))
    add_participant(event, "ann@example.org")
    add_participant(event, "gone@example.org", "cancelled")
    add_delegation(event, make_city("chengdu"), "focal@example.org")
    add_delegation(event, make_city("wuhan"), "no@example.org", state="declined")

    event_service.move(
        actor=organiser,
        event_id=event.id,
        slot=make_slot("2027-05-06T10:00", "2027-05-06T12:00"),
        reason={"en": "Hall"},
    )

    session = db.session.query(EventSession).one()
    move = db.session.query(EventMove).one()
    assert session.slot == make_slot("2027-05-06T10:30", "2027-05-06T11:00")
    assert (move.kind, move.from_starts, move.reason) == ("rescheduled", "2027-04-29T09:00", {"en": "Hall"})
    assert event.rescheduled_from == {"start": "2027-04-29T09:00", "end": "2027-04-29T11:00"}
    assert (event.state, event.sequence) == ("published", 1)
    assert messages() == [
        ("event-moved", "ann@example.org", "en"),
        ("event-moved", "focal@example.org", "zh"),
    ]


def test_change_details_to_exact_hours_of_the_day_is_no_move(organiser: User, programme: Programme) -> None:
    day = TimeSlot("Europe/Brussels", Precision.DAY, "2027-04-29", "2027-04-29")
    event = make_event(programme=programme, slot=day)

    values = replace(event_service.details_of(event), slot=make_slot())
    event_service.change_details(actor=organiser, event_id=event.id, details=values)

    assert (db.session.query(EventMove).count(), event.rescheduled_from, event.slot) == (0, None, make_slot())


def test_postponed_event_gets_a_new_date(organiser: User, programme: Programme) -> None:
    event = make_event(programme=programme)
    add_participant(event, "ann@example.org", language="zh")

    event_service.postpone(actor=organiser, event_id=event.id, reason={"zh": "天气"})
    postponed = event.state
    event_service.move(actor=organiser, event_id=event.id, slot=make_slot("2027-06-01T09:00", "2027-06-01T11:00"))

    assert (postponed, event.state) == ("postponed", "published")
    assert [row.kind for row in db.session.query(EventMove).order_by(EventMove.id)] == ["postponed", "rescheduled"]
    assert [(row.kind, "天气" in row.text) for row in db.session.query(Message).order_by(Message.id)] == [
        ("event-postponed", True),
        ("event-moved", False),
    ]


def test_cancel_says_why_and_reopen_takes_it_back(organiser: User, programme: Programme) -> None:
    event = make_event(programme=programme)
    add_participant(event, "ann@example.org")

    event_service.cancel(actor=organiser, event_id=event.id, reason={"en": "No hall", "zh": "没有场地"})
    cancelled = (event.state, event.status_note)
    event_service.reopen(actor=organiser, event_id=event.id)

    assert cancelled == ("cancelled", {"en": "No hall", "zh": "没有场地"})
    assert (event.state, event.status_note) == ("published", None)
    assert sorted(kind for kind, _, _ in messages()) == ["event-cancelled", "event-reopened"]


def test_cancel_refuses_a_draft(organiser: User, programme: Programme) -> None:
    event = event_service.schedule(actor=organiser, programme_id=programme.id, details=details())

    with pytest.raises(event_service.StateError):
        event_service.cancel(actor=organiser, event_id=event.id)


def test_confirm_held_waits_for_the_beginning_and_raises_no_sequence(organiser: User, programme: Programme) -> None:
    event = make_event(programme=programme)

    with pytest.raises(event_service.StateError):
        event_service.confirm_held(actor=organiser, event_id=event.id, now=datetime(2027, 4, 29, 6, 59, tzinfo=UTC))
    event_service.confirm_held(actor=organiser, event_id=event.id, now=datetime(2027, 4, 29, 9, 0, tzinfo=UTC))

    assert (event.state, event.sequence) == ("held", 0)


def test_copy_takes_agenda_invitations_and_distances_but_no_speakers(organiser: User, programme: Programme) -> None:
    event = make_event("2027-first", programme, registration_closes_on="2027-04-22")
    speaker = make_speaker(event)
    session = make_session(event, items=2, slot=make_slot("2027-04-29T09:30", "2027-04-29T10:00"))
    db.session.add(Contribution(item_id=session.items[0].id, speaker_id=speaker.id, role="speaker"))
    db.session.commit()
    add_delegation(event, make_city("chengdu"), "focal@example.org", deadline_on="2027-04-15", state="confirmed")

    copy = event_service.copy(
        actor=organiser, event_id=event.id, slot=make_slot("2027-10-29T09:00", "2027-10-29T11:00")
    )

    twin = db.session.query(EventSession).filter_by(event_id=copy.id).one()
    items = db.session.query(AgendaItem).filter_by(session_id=twin.id).order_by(AgendaItem.position).all()
    invited = db.session.query(Delegation).filter_by(event_id=copy.id).one()
    assert (copy.slug, copy.state, copy.registration_closes_on) == ("2027-title-of-2027-first", "draft", "2027-10-22")
    assert twin.slot == make_slot("2027-10-29T09:30", "2027-10-29T10:00")
    assert [(item.topic, item.contributions) for item in items] == [
        ({"en": "Topic 1", "zh": "题目1"}, []),
        ({"en": "Topic 2", "zh": "题目2"}, []),
    ]
    assert (invited.state, invited.deadline_on, invited.focal_points[0].email, invited.quotas[0].places) == (
        "invited",
        "2027-10-15",
        "focal@example.org",
        2,
    )
    assert messages() == []


def test_delete_draft_can_be_taken_back(organiser: User, programme: Programme) -> None:
    event = event_service.schedule(actor=organiser, programme_id=programme.id, details=details())

    event_service.delete_draft(actor=organiser, event_id=event.id)
    with pytest.raises(NotFoundError):
        event_service.publish(actor=organiser, event_id=event.id)
    event_service.restore_draft(actor=organiser, public_id=event.public_id)

    assert (event.state, event.deleted_at) == ("draft", None)


def test_restore_revision_puts_details_and_agenda_back(organiser: User, programme: Programme) -> None:
    event = event_service.schedule(actor=organiser, programme_id=programme.id, details=details())
    event_service.change_details(
        actor=organiser, event_id=event.id, details=details(title={"en": "Blue roofs"}, capacity=9)
    )

    event_service.restore_revision(actor=organiser, event_id=event.id, number=1)

    assert (event.title, event.capacity) == (TITLE, None)
    assert [row.action for row in db.session.query(Revision).order_by(Revision.number)] == [
        "event scheduled",
        "details changed",
        "earlier state restored",
    ]


def test_restore_revision_of_a_public_event_keeps_the_move(organiser: User, programme: Programme) -> None:
    event = make_event(programme=programme)
    event_service.move(actor=organiser, event_id=event.id, slot=make_slot("2027-05-06T10:00", "2027-05-06T12:00"))

    event_service.restore_revision(actor=organiser, event_id=event.id, number=1)

    assert event.slot == make_slot()
    assert [row.from_starts for row in db.session.query(EventMove).order_by(EventMove.id)] == [
        "2027-04-29T09:00",
        "2027-05-06T10:00",
    ]


def test_count_reach_counts_each_address_once(organiser: User, programme: Programme) -> None:
    event = make_event(programme=programme)
    add_participant(event, "ann@example.org")
    add_participant(event, "bob@example.org", "waiting")
    add_delegation(event, make_city("chengdu"), "ANN@example.org")

    assert count_reach(event.id) == Reach(mails=2, people=2, delegations=1, calendars=0)


def test_preview_links_can_be_revoked(organiser: User, programme: Programme) -> None:
    event = event_service.schedule(actor=organiser, programme_id=programme.id, details=details())
    token = event_service.issue_preview(actor=organiser, event_id=event.id, name="Delegation in Beijing")
    found = tokens.find_valid("preview", token)

    event_service.revoke_previews(actor=organiser, event_id=event.id)

    assert found is not None
    assert tokens.find_valid("preview", token) is None


def test_slug_of_cuts_at_a_word_and_reads_chinese_as_pinyin() -> None:
    long = {"en": "A very long title that goes on and on beyond fifty characters"}

    assert [
        event_slugs.slug_of(title, 2027) for title in (long, {"zh": "绿色屋顶研讨会"}, {"en": "Łódź–Chengdu’s"})
    ] == [
        "2027-a-very-long-title-that-goes-on-and-on-beyond",
        "2027-lv-se-wu-ding-yan-tao-hui",
        "2027-lodz-chengdus",
    ]
