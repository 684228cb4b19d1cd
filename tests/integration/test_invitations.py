"""What a city does with its invitation, on both databases: links, accounts, answers, own speakers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.mail import Quota
from iurc_events.models.accounts import User
from iurc_events.models.agendas import Contribution, ItemCity
from iurc_events.models.delegations import Delegation, FocalPoint
from iurc_events.models.messages import Message
from iurc_events.models.speakers import Speaker
from iurc_events.queries import memberships, own_delegations
from iurc_events.services import delegation_decisions, delegations, invitations, own_speakers, speakers
from iurc_events.services.delegation_rules import DeadlinePassedError, EventClosedError, QuotaFullError
from iurc_events.services.delegations import CityInvitation, FocalPointDetails
from iurc_events.services.sort_keys import latin_name
from iurc_events.services.speakers import SpeakerDetails
from tests.factories import make_city, make_event, make_programme, make_session, make_user

BEFORE = datetime(2027, 3, 1, tzinfo=UTC)
#: The deadline of 15 April ends at 16:00 UTC in Beijing's zone.
LAST_MINUTE = datetime(2027, 4, 15, 15, 59, tzinfo=UTC)
TOO_LATE = datetime(2027, 4, 15, 16, 0, tzinfo=UTC)


def details(name: str = "陈测试", **values: object) -> SpeakerDetails:
    return SpeakerDetails(**{"name": {"zh": name}, "organisation": {"zh": "测试局"}, "mode": "online", **values})  # type: ignore[arg-type]  # by name


@pytest.fixture
def delegation(app: Flask) -> Delegation:
    programme = make_programme("iurc-test")
    city = make_city("test-city", programme, side="China", country="CN", time_zone="Asia/Shanghai")
    delegations.invite(
        actor=make_user("organiser", programme=programme),
        event_id=make_event("2027-green-roofs", programme).id,
        cities=[CityInvitation(city.id, (FocalPointDetails("Focal@Example.org", "Focal Point", "zh"),))],
        quotas=[Quota("speaker", "any", 2)],
        deadline_on=date(2027, 4, 15),
        now=BEFORE,
    )
    return db.session.scalars(select(Delegation)).one()


@pytest.fixture
def delegate(delegation: Delegation) -> User:
    return make_user("delegate", city=delegation.city)


def last_token() -> str:
    message = db.session.scalars(
        select(Message).where(Message.kind == "delegation-invitation").order_by(Message.id.desc())
    ).first()
    found = re.search(r"/invitation/([a-z2-7]{26})", message.text if message else "")
    assert found
    return found[1]


def stored() -> Delegation:
    db.session.expire_all()
    return db.session.scalars(select(Delegation)).one()


def test_open_makes_an_account_for_the_city_once(delegation: Delegation) -> None:
    token = last_token()
    opened = invitations.open_invitation(token, now=BEFORE)
    with pytest.raises(invitations.InvitationUsedError):
        invitations.open_invitation(token, now=BEFORE)

    assert opened.may_sign_in
    assert (opened.user.email, opened.user.language, opened.user.city_ids) == (
        "focal@example.org",
        "zh",
        (delegation.city_id,),
    )
    assert (stored().state, stored().opened_at, stored().focal_points[0].opened_at) == ("opened", BEFORE, BEFORE)
    assert db.session.query(User).filter_by(email="focal@example.org").count() == 1


def test_open_does_not_sign_in_whose_account_is_more_than_the_citys(delegation: Delegation) -> None:
    administrator = make_user("administrator", email="focal@example.org")

    opened = invitations.open_invitation(last_token(), now=BEFORE)

    assert (opened.user.id, opened.may_sign_in, stored().state) == (administrator.id, False, "opened")


def test_open_refuses_a_disabled_account_and_keeps_the_link(delegation: Delegation) -> None:
    user = make_user(email="focal@example.org", is_disabled=True)
    token = last_token()
    with pytest.raises(invitations.InvitationUsedError):
        invitations.open_invitation(token)
    assert stored().state == "invited"

    user = db.session.get_one(User, user.id)
    user.is_disabled = False
    db.session.commit()
    assert invitations.open_invitation(token).user.id == user.id


def test_open_refuses_the_link_of_a_focal_point_who_was_removed(delegation: Delegation) -> None:
    token = last_token()
    db.session.delete(delegation.focal_points[0])
    db.session.commit()
    with pytest.raises(invitations.InvitationUsedError):
        invitations.open_invitation(token)


def test_sign_in_counts_as_opening_what_waits_for_the_person(delegation: Delegation) -> None:
    user = make_user("delegate", city=delegation.city, email="focal@example.org")
    other = make_user("delegate", city=delegation.city)

    invitations.note_sign_in(other.id, now=BEFORE)
    assert stored().state == "invited"
    invitations.note_sign_in(user.id, now=BEFORE)
    assert (stored().state, stored().opened_at) == ("opened", BEFORE)
    assert db.session.scalars(select(FocalPoint)).one().user_id == user.id


def test_new_link_goes_to_the_same_address_a_few_times_an_hour(delegation: Delegation) -> None:
    token = last_token()
    invitations.open_invitation(token)
    for _ in range(8):
        invitations.send_new_link(token)
    invitations.send_new_link("a" * 26)

    kinds = [(m.kind, m.to_email) for m in db.session.scalars(select(Message).order_by(Message.id))]
    assert kinds == [("delegation-invitation", kinds[0][1])] * 6
    assert last_token() != token
    assert invitations.open_invitation(last_token()).delegation.id == delegation.id


def test_register_keeps_one_speaker_when_the_same_form_comes_twice(delegation: Delegation, delegate: User) -> None:
    first = own_speakers.register(
        actor=delegate, delegation_id=delegation.id, details=details(), has_consented=True, now=BEFORE
    )
    second = own_speakers.register(
        actor=delegate, delegation_id=delegation.id, details=details(), has_consented=True, now=BEFORE
    )
    assert (first.id, db.session.query(Speaker).count(), stored().state) == (second.id, 1, "nominating")
    assert first.consented_at == BEFORE


def test_register_refuses_one_more_than_there_are_places(delegation: Delegation, delegate: User) -> None:
    for name in ("陈甲", "陈乙"):
        own_speakers.register(
            actor=delegate, delegation_id=delegation.id, details=details(name), has_consented=False, now=BEFORE
        )
    with pytest.raises(QuotaFullError) as error:
        own_speakers.register(
            actor=delegate, delegation_id=delegation.id, details=details("陈丙"), has_consented=False, now=BEFORE
        )
    assert str(error.value) == "All 2 places for speakers of your city are taken"
    assert db.session.query(Speaker).count() == 2


def test_everything_is_refused_from_the_minute_after_the_deadline(delegation: Delegation, delegate: User) -> None:
    speaker = own_speakers.register(
        actor=delegate, delegation_id=delegation.id, details=details(), has_consented=False, now=LAST_MINUTE
    )
    ids = {"actor": delegate, "delegation_id": delegation.id, "now": TOO_LATE}
    late = [
        lambda: own_speakers.register(**ids, details=details("陈乙"), has_consented=False),
        lambda: own_speakers.change(**ids, speaker_id=speaker.id, details=details("陈乙"), has_consented=False),
        lambda: own_speakers.withdraw(**ids, speaker_id=speaker.id),
        lambda: own_speakers.bring_back(**ids, speaker_id=speaker.id),
        lambda: invitations.submit(**ids),
        lambda: invitations.name_later(**ids),
        lambda: invitations.decline(**ids, reason="No time"),
        lambda: invitations.take_up_again(**ids),
    ]
    for act in late:
        with pytest.raises(DeadlinePassedError):
            act()
    db.session.expire_all()
    assert [(s.name, s.state) for s in db.session.scalars(select(Speaker))] == [({"zh": "陈测试"}, "nominated")]


def test_another_citys_delegate_may_do_nothing(delegation: Delegation) -> None:
    stranger = make_user("delegate", city=make_city("other-city"))
    ids = {"actor": stranger, "delegation_id": delegation.id, "now": BEFORE}
    for act in (
        lambda: own_speakers.register(**ids, details=details(), has_consented=False),
        lambda: invitations.submit(**ids),
        lambda: invitations.decline(**ids, reason="No time"),
    ):
        with pytest.raises(NotFoundError):
            act()
    with pytest.raises(NotFoundError):
        own_delegations.get_delegation_of(stranger, delegation.public_id)
    assert (own_delegations.count_delegations_of(stranger), stored().state) == (0, "invited")


def test_another_delegations_speaker_is_not_found(delegation: Delegation, delegate: User) -> None:
    other = make_event("2027-other", make_programme("other"))
    speaker = Speaker(
        event_id=other.id, person_id=_person(), name={"en": "Probe"}, state="nominated", city_id=delegation.city_id
    )
    db.session.add(speaker)
    db.session.commit()
    with pytest.raises(NotFoundError):
        own_speakers.withdraw(actor=delegate, delegation_id=delegation.id, speaker_id=speaker.id, now=BEFORE)


def _person() -> int:
    from iurc_events.models.speakers import Person

    person = Person(name={"en": "Probe"})
    db.session.add(person)
    db.session.flush()
    return person.id


def test_cancelled_event_takes_no_answer(delegation: Delegation, delegate: User) -> None:
    delegation.event.state = "cancelled"
    db.session.commit()
    with pytest.raises(EventClosedError):
        invitations.submit(actor=delegate, delegation_id=delegation.id, now=BEFORE)


def test_withdrawn_speaker_comes_back_and_the_city_keeps_its_slot(delegation: Delegation, delegate: User) -> None:
    speaker = own_speakers.register(
        actor=delegate, delegation_id=delegation.id, details=details(email="chen@example.org"), has_consented=True,
        now=BEFORE,
    )  # fmt: skip
    item = make_session(delegation.event).items[0]
    item.contributions = [Contribution(speaker_id=speaker.id, role="speaker")]
    db.session.commit()

    own_speakers.withdraw(actor=delegate, delegation_id=delegation.id, speaker_id=speaker.id, now=BEFORE)
    assert [each.city_id for each in db.session.scalars(select(ItemCity))] == [delegation.city_id]
    assert [item.id for item in own_delegations.list_own_items(stored())] == [item.id]
    own_speakers.bring_back(actor=delegate, delegation_id=delegation.id, speaker_id=speaker.id, now=BEFORE)

    db.session.expire_all()
    assert db.session.get_one(Speaker, speaker.id).state == "nominated"
    notices = select(Message.to_email).where(Message.kind == "speaker-notice")
    assert list(db.session.scalars(notices)) == ["chen@example.org"] * 2


def test_withdrawn_speaker_stays_away_when_the_place_is_given(delegation: Delegation, delegate: User) -> None:
    ids = {"actor": delegate, "delegation_id": delegation.id, "now": BEFORE}
    first = own_speakers.register(**ids, details=details("陈甲"), has_consented=False)
    own_speakers.withdraw(**ids, speaker_id=first.id)
    for name in ("陈乙", "陈丙"):
        own_speakers.register(**ids, details=details(name), has_consented=False)
    with pytest.raises(QuotaFullError):
        own_speakers.bring_back(**ids, speaker_id=first.id)


def test_change_of_an_old_version_is_refused(delegation: Delegation, delegate: User) -> None:
    ids = {"actor": delegate, "delegation_id": delegation.id, "now": BEFORE}
    speaker = own_speakers.register(**ids, details=details(), has_consented=False)
    seen = speaker.version
    own_speakers.change(
        **ids, speaker_id=speaker.id, details=details(topic={"zh": "先"}), has_consented=False, version=seen
    )
    with pytest.raises(speakers.SpeakerChangedError):
        own_speakers.change(
            **ids, speaker_id=speaker.id, details=details(topic={"zh": "后"}), has_consented=False, version=seen
        )
    db.session.expire_all()
    assert db.session.get_one(Speaker, speaker.id).topic == {"zh": "先"}


def test_answer_goes_from_named_later_to_submitted_declined_and_back(delegation: Delegation, delegate: User) -> None:
    ids = {"actor": delegate, "delegation_id": delegation.id, "now": BEFORE}
    states = [invitations.name_later(**ids).state, invitations.submit(**ids).state]
    states.append(invitations.take_up_again(**ids).state)
    own_speakers.register(**ids, details=details(), has_consented=False)
    states.append(invitations.decline(**ids, reason=" No time ").state)
    assert [s.state for s in db.session.scalars(select(Speaker))] == ["withdrawn"]
    assert stored().decline_reason == "No time"
    states.append(invitations.take_up_again(**ids).state)
    assert states == ["nominating", "submitted", "nominating", "declined", "nominating"]
    with pytest.raises(invitations.ReasonMissingError):
        invitations.decline(**ids, reason="  ")


def test_confirmed_delegation_that_declines_takes_the_event_from_the_city(
    delegation: Delegation, delegate: User
) -> None:
    ids = {"actor": delegate, "delegation_id": delegation.id, "now": BEFORE}
    organiser = db.session.scalars(select(User).where(User.id != delegate.id)).first()
    assert organiser
    delegation_decisions.confirm(actor=organiser, delegation_id=delegation.id)
    city = ("city", delegation.city_id)
    assert city in {tuple(each)[:2] for each in memberships.list_stored_subjects(delegation.event_id)}
    assert invitations.take_up_again(**ids).state == "confirmed"
    invitations.decline(**ids, reason="No time")
    assert city not in {tuple(each)[:2] for each in memberships.list_stored_subjects(delegation.event_id)}


def test_list_shows_the_next_event_first_and_past_ones_last(delegation: Delegation, delegate: User) -> None:
    event = delegation.event
    now = event.starts_at + timedelta(days=1) if event.starts_at else BEFORE
    from tests.factories import make_slot

    for slug, day in (("2027-later", "2027-07-01"), ("2027-sooner", "2027-06-01")):
        other = make_event(slug, event.programme, slot=make_slot(f"{day}T09:00", f"{day}T10:00"))
        db.session.add(Delegation(event_id=other.id, city_id=delegation.city_id, state="invited"))
    db.session.commit()

    rows = own_delegations.list_delegations_of(delegate, now)
    assert [each.event.slug for each, _ in rows] == ["2027-sooner", "2027-later", "2027-green-roofs"]
    assert [each.event.slug for each, _ in own_delegations.list_delegations_of(delegate, now, page=2, per_page=2)] == [
        "2027-green-roofs"
    ]


@pytest.mark.parametrize(
    ("family", "given", "expected"),
    [
        ("曾", "测试", ("Zeng", "Ceshi")),
        ("吕", "样本", ("Lyu", "Yangben")),
        ("欧阳", "某", ("Ouyang", "Mou")),
        ("单", "某某", ("Shan", "Moumou")),
    ],
)
def test_latin_name_is_as_passports_write_it(family: str, given: str, expected: tuple[str, str]) -> None:
    assert latin_name(family, given) == expected
