"""What an event asks people for, from the form to the day it is deleted, on both databases."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from iurc_events.database import db, utc_now
from iurc_events.domain.vocabulary import ParticipantState
from iurc_events.models.accounts import User
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation, DelegationQuota
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant, SpecialNeed
from iurc_events.models.speakers import Speaker
from iurc_events.queries.needs import list_needs
from iurc_events.services import events, members, need_files, needs, participants, retention
from iurc_events.services.member_details import MemberDetails
from iurc_events.services.participants import OwnDetails, Registration
from tests.factories import make_city, make_event, make_programme, make_slot, make_speaker, make_user

ASKED = ["dietary", "accessibility", "gender"]
GIVEN = {"dietary": "Vegetarian", "visa": "Beijing"}
OWN = OwnDetails("Test Person", "Test Office", "government", "online")


@pytest.fixture
def event(app: Flask) -> Event:
    programme = make_programme("iurc-test")
    make_city("sofia", programme)
    event = make_event("2027-green-roofs", programme, is_registration_open=True, asks_for=ASKED)
    db.session.commit()
    return event


@pytest.fixture
def organiser(event: Event) -> User:
    return make_user("organiser", programme=event.programme)


@pytest.fixture
def delegation(event: Event) -> Delegation:
    city = db.session.query(City).one()
    delegation = Delegation(event_id=event.id, city_id=city.id, state="opened", deadline_on="2099-04-01")
    delegation.quotas = [DelegationQuota(role="participant", mode="any", places=5)]
    db.session.add(delegation)
    db.session.commit()
    return delegation


def registration(email: str = "test@example.org", **values: Any) -> Registration:
    return Registration("Test Person", email, "Test Office", None, "government", "online", "en", **values)


def stored() -> list[tuple[str | None, str | None, str | None, bool]]:
    db.session.expire_all()
    rows = db.session.query(SpecialNeed).order_by(SpecialNeed.id)
    return [(row.dietary, row.accessibility, row.visa, row.is_own) for row in rows]


def only_participant() -> Participant:
    db.session.expire_all()
    return db.session.query(Participant).one()


def test_sign_up_keeps_what_the_event_asks_for_and_nothing_else(event: Event) -> None:
    participants.sign_up(event.id, registration(gender="female", needs=GIVEN))
    assert stored() == [("Vegetarian", None, None, True)]
    assert only_participant().gender == "female"
    assert event.last_day
    day = datetime.fromisoformat(event.last_day) + timedelta(days=30)
    assert db.session.query(SpecialNeed).one().delete_after_on == day.date().isoformat()


def test_sign_up_stores_no_row_where_nothing_was_given(event: Event) -> None:
    participants.sign_up(event.id, registration(needs={"dietary": "", "visa": "Beijing"}))
    assert stored() == []


def test_sign_up_for_an_event_that_asks_for_nothing_stores_nothing(event: Event) -> None:
    event.asks_for = []
    db.session.commit()
    participants.sign_up(event.id, registration(gender="female", needs=GIVEN))
    assert (stored(), only_participant().gender) == ([], None)


def test_cancelling_deletes_needs_and_signing_up_again_takes_the_new_ones(event: Event) -> None:
    participants.sign_up(event.id, registration(needs=GIVEN))
    participants.cancel_own(only_participant().id)
    assert stored() == []
    state = participants.sign_up(event.id, registration(needs={"accessibility": "Ramp"}))
    assert (state, stored()) == (ParticipantState.REGISTERED, [(None, "Ramp", None, True)])


@pytest.mark.parametrize(
    ("opens", "closes", "is_taken"), [(1, None, False), (0, 0, True), (None, -1, False), (None, None, True)]
)
def test_service_refuses_registrations_outside_their_days(
    event: Event, opens: int | None, closes: int | None, is_taken: bool
) -> None:
    def day(distance: int | None) -> str | None:
        return None if distance is None else (utc_now() + timedelta(days=distance)).date().isoformat()

    event.slot = make_slot("2099-04-06T09:00", "2099-04-06T11:00", "UTC")
    event.registration_opens_on, event.registration_closes_on = day(opens), day(closes)
    db.session.commit()
    if is_taken:
        assert participants.sign_up(event.id, registration()) == ParticipantState.REGISTERED
    else:
        with pytest.raises(participants.RegistrationClosedError):
            participants.sign_up(event.id, registration())


def test_change_keeps_what_is_no_longer_asked_and_changes_nothing_when_sent_twice(event: Event) -> None:
    participants.sign_up(event.id, registration(needs={"dietary": "Vegan", "accessibility": "Ramp"}))
    db.session.refresh(event)
    event.asks_for = ["accessibility"]
    db.session.commit()
    key = only_participant().id
    wanted = OwnDetails(
        "New Name",
        "Test Office",
        "government",
        "online",
        gender="female",
        needs={"dietary": "", "accessibility": "Lift"},
    )
    versions = [participants.change(key, wanted, version=1).version for _ in range(2)]
    assert versions == [2, 2]
    assert stored() == [("Vegan", "Lift", None, True)]
    assert (only_participant().name, only_participant().gender) == ("New Name", None)


def test_change_is_refused_when_somebody_else_changed_it_or_the_event_is_over(event: Event) -> None:
    participants.sign_up(event.id, registration())
    key = only_participant().id
    participants.change(key, OwnDetails("First", "Test Office", "government", "online"), version=1)
    with pytest.raises(participants.RegistrationChangedError):
        participants.change(key, OwnDetails("Second", "Test Office", "government", "online"), version=1)
    with pytest.raises(participants.EventOverError):
        participants.change(key, OWN, now=datetime(2099, 1, 1, tzinfo=UTC))
    assert only_participant().name == "First"


def test_needs_go_with_the_person_that_a_city_registers_and_stay_with_them_when_they_take_over(
    event: Event, organiser: User, delegation: Delegation
) -> None:
    details = MemberDetails(
        name={"en": "Anna Muster"}, role="participant", mode="online", email="anna@example.org",
        organisation={"en": "City of Sofia"}, stakeholder_type="government",
    )  # fmt: skip

    def register() -> members.Member:
        return members.register(actor=organiser, delegation_id=delegation.id, details=details, has_consented=False)

    member = needs.keep_with(register, GIVEN)
    assert stored() == [("Vegetarian", None, None, False)]
    assert needs.needs_for_city(member) == needs.StoredNeeds({"dietary": "Vegetarian"})
    participants.change(
        member.id,
        OwnDetails("Anna Muster", "City of Sofia", "government", "online", needs={"dietary": "Coeliac"}),
    )
    db.session.refresh(member)
    assert needs.needs_for_city(member) == needs.StoredNeeds({}, is_own=True)
    needs.keep_with(lambda: member, {"dietary": "Vegan"})
    assert stored() == [("Coeliac", None, None, True)]


def test_needs_of_a_form_that_is_old_are_refused(event: Event) -> None:
    speaker = make_speaker(event, "Probe Person")
    db.session.commit()
    first = needs.keep_with(lambda: speaker, {"dietary": "Vegan"}, is_own=True, person=speaker, version=1)
    assert first.version == 2
    again = needs.keep_with(lambda: speaker, {"dietary": "Vegan"}, is_own=True, person=speaker, version=1)
    assert again.version == 2
    with pytest.raises(needs.NeedsChangedError):
        needs.keep_with(lambda: speaker, {"dietary": "Halal"}, is_own=True, person=speaker, version=1)
    assert stored() == [("Vegan", None, None, True)]


def test_emptied_needs_leave_no_row(event: Event) -> None:
    speaker = make_speaker(event, "Probe Person")
    db.session.commit()
    needs.keep_with(lambda: speaker, {"dietary": "Vegan"}, is_own=True)
    needs.keep_with(lambda: speaker, {"dietary": ""}, is_own=True)
    assert stored() == []


def test_needs_are_deleted_on_their_day_which_follows_the_event(event: Event, organiser: User) -> None:
    participants.sign_up(event.id, registration(needs=GIVEN))
    slot = make_slot("2098-04-06T09:00", "2098-04-06T11:00")
    events.move(actor=organiser, event_id=event.id, slot=slot, reason={"en": "Later"})
    db.session.expire_all()
    assert db.session.query(SpecialNeed).one().delete_after_on == "2098-05-06"
    retention._forget_needs(datetime(2098, 5, 7, 11, tzinfo=UTC))
    assert len(stored()) == 1
    retention._forget_needs(datetime(2098, 5, 7, 13, tzinfo=UTC))
    assert stored() == []


def test_asking_is_a_detail_of_the_event_that_leaves_what_was_given(event: Event, organiser: User) -> None:
    participants.sign_up(event.id, registration(needs=GIVEN))
    db.session.refresh(event)
    details = events.details_of(event)
    assert details.asks_for == tuple(ASKED)
    events.change_details(actor=organiser, event_id=event.id, details=replace(details, asks_for=("visa",)))
    assert (db.session.get_one(Event, event.id).asks_for, stored()) == (
        ["visa"], [("Vegetarian", None, None, True)],
    )  # fmt: skip


def test_list_holds_those_who_come_by_kind_and_its_file_the_totals(event: Event) -> None:
    speaker: Speaker = make_speaker(event, "Probe Person", city=db.session.query(City).one())
    gone: Speaker = make_speaker(event, "Gone Person", state="withdrawn")
    db.session.commit()
    for each in (speaker, gone):
        needs.keep_with(lambda each=each: each, {"dietary": "vegetarian"}, is_own=True)  # type: ignore[misc]  # bound now
    participants.sign_up(event.id, registration(needs={"dietary": "Vegetarian", "accessibility": "=Ramp"}))
    found = list_needs(event.id)
    assert [(need.kind, need.text, need.name.get("en"), need.role) for need in found] == [
        ("dietary", "vegetarian", "Probe Person", "speaker"),
        ("dietary", "Vegetarian", "Test Person", "participant"),
        ("accessibility", "=Ramp", "Test Person", "participant"),
    ]
    data = need_files.needs_file(found, "en", "xlsx", deleted_after="2027-05-06")
    totals = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(1).to_python()
    assert totals == [
        ["Kind", "Need", "Number"],
        ["Food and drink", "vegetarian", 2.0],
        ["Accessibility needs", "'=Ramp", 1.0],
    ]
    lines = need_files.needs_file(found, "zh", "csv", deleted_after="2027-05-06").decode("utf-8-sig").splitlines()
    assert (len(lines), lines[0].startswith("类型,需求,英文姓名,中文姓名")) == (4, True)
