"""Needs in changes that a city asks for after its deadline: stored when accepted, shown to those who may see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db, utc_now
from iurc_events.models.accounts import User
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant, SpecialNeed
from iurc_events.services import change_requests, members, needs, retention
from iurc_events.services.member_details import MemberDetails
from iurc_events.web.presentation.members import request_view
from tests.factories import make_city, make_event, make_programme, make_slot, make_user, sign_in

ANNA = MemberDetails(
    name={"en": "Anna Muster"}, organisation={"en": "City of Sofia"}, mode="onsite", role="participant",
    stakeholder_type="government",
)  # fmt: skip


@pytest.fixture
def delegation(app: Flask) -> Delegation:
    app.config["WTF_CSRF_ENABLED"] = False
    programme = make_programme("iurc-test")
    city = make_city("sofia", programme)
    day = (utc_now() + timedelta(days=60)).date().isoformat()
    event = make_event(
        "2027-green-roofs", programme, asks_for=["dietary"], slot=make_slot(f"{day}T09:00", f"{day}T11:00")
    )
    delegation = Delegation(event_id=event.id, city_id=city.id, state="submitted", deadline_on="2020-04-01")
    db.session.add(delegation)
    db.session.commit()
    return delegation


@pytest.fixture
def delegate(delegation: Delegation) -> User:
    return make_user("delegate", city=delegation.city)


@pytest.fixture
def organiser(delegation: Delegation) -> User:
    return make_user("organiser", programme=delegation.event.programme)


def stored() -> list[tuple[str | None, str | None, bool]]:
    db.session.expire_all()
    return [(row.dietary, row.visa, row.is_own) for row in db.session.query(SpecialNeed).order_by(SpecialNeed.id)]


def ask_new(delegate: User, delegation: Delegation) -> ChangeRequest:
    return change_requests.ask(
        actor=delegate,
        delegation_id=delegation.id,
        kind="register",
        details=ANNA,
        reason="New colleague",
        given_needs={"dietary": "Halal", "visa": "Beijing"},
    )


def test_needs_of_somebody_new_are_stored_when_the_change_is_accepted(
    delegation: Delegation, delegate: User, organiser: User
) -> None:
    asked = ask_new(delegate, delegation)
    assert (asked.details["needs"], stored()) == ({"dietary": "Halal"}, [])
    change_requests.accept(actor=organiser, request_id=asked.id)
    assert (stored(), asked.details) == ([("Halal", None, False)], {})
    event = db.session.get_one(Event, delegation.event_id)
    assert event.last_day is not None
    day = datetime.fromisoformat(event.last_day) + timedelta(days=30)
    assert db.session.query(SpecialNeed).one().delete_after_on == day.date().isoformat()


def test_changed_needs_are_shown_and_stored_and_own_needs_stay(
    delegation: Delegation, delegate: User, organiser: User
) -> None:
    change_requests.accept(actor=organiser, request_id=ask_new(delegate, delegation).id)
    anna = db.session.query(Participant).one()
    asked = change_requests.ask(
        actor=delegate,
        delegation_id=delegation.id,
        kind="change",
        member=anna,
        details=members.details_of(anna),
        reason="She told us",
        given_needs={"dietary": "Vegan"},
    )
    seen = [(each.stored, each.typed) for each in request_view(asked, "en", needs.needs_of(anna)).changes]
    assert (seen, request_view(asked, "en").changes) == ([("Halal", "Vegan")], ())
    change_requests.accept(actor=organiser, request_id=asked.id)
    assert stored() == [("Vegan", None, False)]
    anna = db.session.query(Participant).one()
    needs.store(anna, {"dietary": "Kosher"}, is_own=True)
    db.session.commit()
    again = change_requests.ask(
        actor=delegate,
        delegation_id=delegation.id,
        kind="change",
        member=anna,
        details=members.details_of(anna),
        reason="Again",
        given_needs={"dietary": "Nothing"},
    )
    assert "needs" not in again.details
    change_requests.accept(actor=organiser, request_id=again.id)
    assert stored() == [("Kosher", None, True)]


def test_needs_of_a_change_that_nobody_decides_are_deleted_on_their_day(delegation: Delegation, delegate: User) -> None:
    asked = ask_new(delegate, delegation)
    event = db.session.get_one(Event, delegation.event_id)
    last_day = datetime.fromisoformat(str(event.last_day)).replace(tzinfo=UTC)
    retention.erase_due(now=last_day + timedelta(days=30))
    db.session.expire_all()
    assert db.session.get_one(ChangeRequest, asked.id).details["needs"] == {"dietary": "Halal"}
    retention.erase_due(now=last_day + timedelta(days=33))
    db.session.expire_all()
    assert "needs" not in db.session.get_one(ChangeRequest, asked.id).details


def test_form_after_the_deadline_asks_for_needs_and_both_desks_show_them(
    delegation: Delegation, delegate: User, organiser: User, client: FlaskClient
) -> None:
    desk = sign_in(client, delegate)
    place = f"/en/delegation/{delegation.public_id}"
    assert 'name="dietary"' in desk.get(f"{place}?role=participant").text
    typed = {
        "role": "participant", "family_en": "Muster", "given_en": "Anna", "organisation-en": "City of Sofia",
        "mode": "online", "dietary": "Halal", "visa": "Beijing", "reason": "New colleague",
    }  # fmt: skip
    assert desk.post(f"{place}/speakers", data=typed).status_code == 303
    page = desk.get(place.replace("/en/", "/zh/")).text
    assert ("饮食需求：Halal" in page, "Beijing" in page) == (True, False)
    asked = db.session.query(ChangeRequest).one()
    address = f"/en/organise/events/2027-green-roofs/requests/{asked.public_id}"
    decider = sign_in(desk.application.test_client(), organiser)
    shown = decider.get(address).text
    assert ("Food and drink" in shown, "<strong>Halal</strong>" in shown) == (True, True)
    assert decider.post(f"{address}/accept", data={"version": ""}).status_code == 303
    assert stored() == [("Halal", None, False)]
