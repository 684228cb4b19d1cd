"""Invitations, quotas, deadlines and speakers of delegations, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from iurc_events.database import db
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.models.accounts import OneTimeToken, User
from iurc_events.models.agendas import Contribution, ItemCity
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.programmes import Programme
from iurc_events.models.speakers import Person, Speaker
from iurc_events.services import delegation_decisions, tokens
from iurc_events.services import delegations as delegation_service
from iurc_events.services import speakers as speaker_service
from iurc_events.services.delegations import CityInvitation, FocalPointDetails, Quota
from iurc_events.services.speakers import SpeakerDetails
from tests.factories import make_city, make_event, make_programme, make_session, make_user

BEFORE = datetime(2027, 3, 1, tzinfo=UTC)
CHEN = SpeakerDetails(
    name={"en": "CHEN Wei", "zh": "陈伟"},
    family_name={"en": "CHEN", "zh": "陈"},
    organisation={"zh": "发展改革局"},
)


@pytest.fixture
def programme(app: Flask) -> Programme:
    return make_programme("iurc-china")


@pytest.fixture
def organiser(programme: Programme) -> User:
    return make_user("organiser", programme=programme)


@pytest.fixture
def event(programme: Programme) -> Event:
    return make_event("2027-roofs", programme)


@pytest.fixture
def wuhan(programme: Programme) -> City:
    return make_city("wuhan", programme, side="China", country="CN", time_zone="Asia/Shanghai")


def invite(organiser: User, event: Event, city: City, *quotas: Quota, language: str = "zh") -> Delegation:
    point = FocalPointDetails("focal@example.org", "Focal Point", language)
    return delegation_service.invite(
        actor=organiser,
        event_id=event.id,
        cities=[CityInvitation(city.id, (point,))],
        quotas=quotas or (Quota("speaker", "any", 1),),
        deadline_on=date(2027, 4, 15),
        now=BEFORE,
    )[0]


def nominate(delegation: Delegation, details: SpeakerDetails = CHEN, now: datetime = BEFORE) -> Speaker:
    return speaker_service.nominate(
        delegation_id=delegation.id, details=details, focal_point_id=delegation.focal_points[0].id, now=now
    )


def message_kinds() -> list[tuple[str, str, str]]:
    return [(m.kind, m.to_email, m.language) for m in db.session.scalars(select(Message).order_by(Message.id))]


def test_invite_writes_to_each_focal_point_in_their_language(organiser: User, event: Event, wuhan: City) -> None:
    delegation = invite(organiser, event, wuhan)

    token = db.session.scalars(select(OneTimeToken)).one()
    message = db.session.scalars(select(Message)).one()
    assert (delegation.state, delegation.deadline_on, [q.places for q in delegation.quotas]) == (
        "invited",
        "2027-04-15",
        [1],
    )
    assert message_kinds() == [("delegation-invitation", "focal@example.org", "zh")]
    assert (token.purpose, token.delegation_id, token.focal_point_id) == (
        "invitation",
        delegation.id,
        delegation.focal_points[0].id,
    )
    assert token.expires_at > datetime(2027, 5, 15, tzinfo=UTC)
    assert "/zh/invitation/" in message.text


def test_invite_refuses_a_city_invited_already_and_invites_none(organiser: User, event: Event, wuhan: City) -> None:
    invite(organiser, event, wuhan)
    other = make_city("turin")

    with pytest.raises(delegation_service.AlreadyInvitedError) as error:
        delegation_service.invite(
            actor=organiser,
            event_id=event.id,
            cities=[CityInvitation(other.id), CityInvitation(wuhan.id)],
            quotas=(),
            now=BEFORE,
        )

    assert [city.slug for city in error.value.cities] == ["wuhan"]
    assert db.session.query(Delegation).count() == 1


def test_invite_is_for_organisers_of_the_programme_alone(event: Event, wuhan: City) -> None:
    stranger = make_user("organiser", programme=make_programme("other"))

    with pytest.raises(NotFoundError):
        invite(stranger, event, wuhan)


def test_nominate_makes_a_person_and_waits_for_the_organisers(organiser: User, event: Event, wuhan: City) -> None:
    delegation = invite(organiser, event, wuhan)

    speaker = nominate(delegation, replace(CHEN, email="chen@example.org", language_spoken="zh"))

    person = db.session.get_one(Person, speaker.person_id)
    assert (speaker.state, speaker.city_id, speaker.consented_at, speaker.roles) == (
        "nominated",
        wuhan.id,
        None,
        ["speaker"],
    )
    assert person.sort_keys == {"en": "chen wei", "zh": "chen2 wei3"}
    assert db.session.get_one(Delegation, delegation.id).state == "nominating"
    assert message_kinds()[1:] == [("speaker-notice", "chen@example.org", "zh")]


def test_nominate_counts_places_by_mode(organiser: User, event: Event, wuhan: City) -> None:
    delegation = invite(organiser, event, wuhan, Quota("speaker", "onsite", 1), Quota("speaker", "online", 1))
    nominate(delegation, replace(CHEN, mode="onsite"))
    second = replace(CHEN, name={"en": "LIN Min"}, family_name=None)

    with pytest.raises(speaker_service.QuotaFullError):
        nominate(delegation, replace(second, mode="onsite"))
    nominate(delegation, replace(second, mode="online"))
    with pytest.raises(speaker_service.QuotaFullError):
        nominate(delegation, replace(second, name={"en": "MA Li"}))

    assert db.session.query(Speaker).count() == 2


def test_nominate_closes_at_midnight_in_the_zone_of_the_city(organiser: User, event: Event, wuhan: City) -> None:
    delegation = invite(organiser, event, wuhan)

    with pytest.raises(speaker_service.DeadlinePassedError):
        nominate(delegation, now=datetime(2027, 4, 15, 16, 0, tzinfo=UTC))
    speaker = nominate(delegation, now=datetime(2027, 4, 15, 15, 59, tzinfo=UTC))

    assert speaker.state == "nominated"


def test_nominate_is_for_the_own_city_alone(organiser: User, event: Event, wuhan: City) -> None:
    delegation = invite(organiser, event, wuhan)
    stranger = make_user("delegate", city=make_city("turin"))

    with pytest.raises(NotFoundError):
        speaker_service.nominate(delegation_id=delegation.id, details=CHEN, actor=stranger, now=BEFORE)
    with pytest.raises(NotFoundError):
        speaker_service.nominate(delegation_id=delegation.id, details=CHEN, focal_point_id=999, now=BEFORE)


def test_nominate_finds_a_person_by_mail_or_by_city_and_both_names_only(
    organiser: User, programme: Programme, wuhan: City
) -> None:
    first = nominate(invite(organiser, make_event("2027-a", programme), wuhan), replace(CHEN, email="c@example.org"))
    by_mail = nominate(
        invite(organiser, make_event("2027-b", programme), wuhan),
        replace(CHEN, name={"en": "W. Chen"}, email="C@example.org"),
    )
    by_names = nominate(invite(organiser, make_event("2027-c", programme), wuhan))
    elsewhere = nominate(invite(organiser, make_event("2027-d", programme), make_city("turin")))

    people = [speaker.person_id for speaker in (first, by_mail, by_names, elsewhere)]
    assert people[:3] == [first.person_id] * 3
    assert people[3] != first.person_id
    assert db.session.get_one(Person, first.person_id).name == {"en": "CHEN Wei", "zh": "陈伟"}


def test_withdraw_frees_the_place_and_keeps_the_slot_of_the_city(organiser: User, event: Event, wuhan: City) -> None:
    delegation = invite(organiser, event, wuhan)
    speaker = nominate(delegation)
    speaker_service.accept(actor=organiser, speaker_id=speaker.id)
    item = make_session(event).items[0]
    db.session.add(Contribution(item_id=item.id, speaker_id=speaker.id, role="speaker"))
    db.session.commit()

    speaker_service.withdraw(speaker_id=speaker.id, focal_point_id=delegation.focal_points[0].id)
    again = nominate(delegation)

    assert db.session.query(Contribution).count() == 0
    assert db.session.query(ItemCity.item_id, ItemCity.city_id).all() == [(item.id, wuhan.id)]
    assert (again.id, again.state) == (speaker.id, "nominated")


def test_accept_and_refuse_tell_the_focal_points(organiser: User, event: Event, wuhan: City) -> None:
    delegation = invite(organiser, event, wuhan, Quota("speaker", "any", 2))
    first = nominate(delegation)
    second = nominate(delegation, replace(CHEN, name={"en": "LIN Min"}))

    speaker_service.accept(actor=organiser, speaker_id=first.id)
    speaker_service.refuse(actor=organiser, speaker_id=second.id, reason="The hour is full")

    assert (first.state, second.state, second.decision_note) == ("accepted", "refused", "The hour is full")
    assert message_kinds()[1:] == [("speaker-decision", "focal@example.org", "zh")] * 2


def test_change_shows_when_somebody_else_was_faster(organiser: User, event: Event, wuhan: City) -> None:
    delegation = invite(organiser, event, wuhan)
    speaker = nominate(delegation)
    speaker_service.change(speaker_id=speaker.id, details=replace(CHEN, honorific="mr"), actor=organiser, version=1)

    with pytest.raises(speaker_service.SpeakerChangedError):
        speaker_service.change(speaker_id=speaker.id, details=CHEN, actor=organiser, version=1)

    assert (speaker.honorific, speaker.version) == ("mr", 2)


def test_change_terms_keeps_places_that_are_taken(organiser: User, event: Event, wuhan: City) -> None:
    delegation = invite(organiser, event, wuhan)
    nominate(delegation)

    with pytest.raises(delegation_service.QuotaInUseError):
        delegation_service.change_terms(
            actor=organiser, delegation_id=delegation.id, quotas=[Quota("speaker", "any", 0)], deadline_on=None
        )
    delegation_service.change_terms(
        actor=organiser,
        delegation_id=delegation.id,
        quotas=[Quota("speaker", "any", 3)],
        deadline_on=date(2027, 4, 20),
        now=BEFORE,
    )

    found = db.session.get_one(Delegation, delegation.id)
    assert ([q.places for q in found.quotas], found.deadline_on) == ([3], "2027-04-20")


def test_remind_writes_to_the_silent_ones_alone(organiser: User, event: Event, wuhan: City) -> None:
    silent = invite(organiser, event, wuhan)
    answered = invite(organiser, event, make_city("turin"))
    answered.state = "submitted"
    db.session.commit()

    mails = delegation_service.remind(actor=organiser, event_id=event.id, delegation_ids=[silent.id, answered.id])

    assert mails == 1
    assert [kind for kind, _, _ in message_kinds()][2:] == ["delegation-reminder"]


def test_make_link_gives_a_new_link_each_time(organiser: User, event: Event, wuhan: City) -> None:
    point = invite(organiser, event, wuhan).focal_points[0]

    links = [delegation_service.make_link(actor=organiser, focal_point_id=point.id) for _ in range(2)]

    assert links[0] != links[1]
    assert [tokens.find_valid("invitation", link.rsplit("/", 1)[1]) is not None for link in links] == [True, True]


def test_hand_over_ends_old_links_and_writes_to_the_new_person(organiser: User, event: Event, wuhan: City) -> None:
    delegation = invite(organiser, event, wuhan)
    point = delegation.focal_points[0]
    old = delegation_service.make_link(actor=organiser, focal_point_id=point.id).rsplit("/", 1)[1]

    delegation_service.hand_over(
        focal_point_id=point.id, own_point_id=point.id, details=FocalPointDetails("new@example.org", "New", "en")
    )

    found = db.session.get_one(Delegation, delegation.id)
    assert [each.email for each in found.focal_points] == ["new@example.org"]
    assert tokens.find_valid("invitation", old) is None
    assert message_kinds()[-1] == ("delegation-invitation", "new@example.org", "en")


def test_confirm_makes_the_event_one_of_the_city(organiser: User, event: Event, wuhan: City) -> None:
    delegation = invite(organiser, event, wuhan)

    delegation_decisions.confirm(actor=organiser, delegation_id=delegation.id)
    confirmed, letters = delegation.state, message_kinds()[1:]
    delegation_decisions.take_back_confirmation(actor=organiser, delegation_id=delegation.id)

    assert (confirmed, letters) == ("confirmed", [("delegation-confirmed", "focal@example.org", "zh")])
    assert (delegation.state, message_kinds()[1:]) == ("submitted", [])


def test_accept_speakers_takes_all_nominated_and_writes_one_letter(organiser: User, event: Event, wuhan: City) -> None:
    delegation = invite(organiser, event, wuhan, Quota("speaker", "any", 3))
    people = [nominate(delegation, replace(CHEN, name={"en": name})) for name in ("LIN Min", "HU Lan", "QIN Yu")]
    speaker_service.refuse(actor=organiser, speaker_id=people[2].id)

    counts = [delegation_decisions.accept_speakers(actor=organiser, delegation_id=delegation.id) for _ in range(2)]

    assert counts == [2, 0]
    assert [each.state for each in people] == ["accepted", "accepted", "refused"]
    letter = db.session.scalars(select(Message).where(Message.kind == "speakers-accepted")).one()
    assert [name in letter.text for name in ("LIN Min", "HU Lan", "QIN Yu")] == [True, True, False]
    with pytest.raises(NotFoundError):
        delegation_decisions.accept_speakers(actor=make_user(), delegation_id=delegation.id)


def test_withdraw_invitation_ends_links_and_withdraws_speakers(organiser: User, event: Event, wuhan: City) -> None:
    delegation = invite(organiser, event, wuhan)
    speaker = nominate(delegation)

    number = delegation_decisions.withdraw_invitation(actor=organiser, delegation_id=delegation.id)

    db.session.refresh(speaker)
    assert (number, speaker.state, speaker.delegation_id) == (1, "withdrawn", None)
    assert db.session.query(Delegation).count() == 0
    assert [token.focal_point_id for token in db.session.scalars(select(OneTimeToken))] == []


def test_add_guest_takes_a_person_once(organiser: User, event: Event) -> None:
    guest = speaker_service.add_guest(
        actor=organiser, event_id=event.id, details=replace(CHEN, email="c@example.org"), has_consented=True
    )

    with pytest.raises(DomainError):
        speaker_service.add_guest(actor=organiser, event_id=event.id, details=replace(CHEN, email="c@example.org"))

    assert (guest.state, guest.city_id, guest.consented_at is not None) == ("accepted", None, True)
