"""The life of a delegation, on both databases: members, waiting, unused places, substitutes, changes asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from iurc_events.database import db
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.mail import Quota
from iurc_events.models.accounts import User
from iurc_events.models.agendas import Contribution
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.models.speakers import Speaker
from iurc_events.services import (
    change_requests,
    delegation_decisions,
    delegation_waiting,
    delegations,
    invitations,
    members,
    own_speakers,
    speakers,
)
from iurc_events.services.delegation_rules import DeadlinePassedError, QuotaFullError
from iurc_events.services.delegations import CityInvitation, FocalPointDetails
from iurc_events.services.members import MemberDetails
from tests.factories import make_city, make_event, make_programme, make_session, make_user

BEFORE = datetime(2027, 3, 1, tzinfo=UTC)
AFTER = datetime(2027, 4, 16, tzinfo=UTC)


class Stage:
    """An event with two cities of one speaker and two participants each, and their people."""

    def __init__(self) -> None:
        self.programme: Programme = make_programme("stage")
        self.organiser: User = make_user("organiser", programme=self.programme)
        self.event: Event = make_event("2027-stage", self.programme, capacity=10)
        cities = [
            make_city("alpha", self.programme, side="China", country="CN", time_zone="Asia/Shanghai"),
            make_city("beta", self.programme),
        ]
        self.alpha, self.beta = delegations.invite(
            actor=self.organiser,
            event_id=self.event.id,
            cities=[CityInvitation(c.id, (FocalPointDetails(f"{c.slug}@example.org", c.slug),)) for c in cities],
            quotas=[Quota("speaker", "any", 1), Quota("participant", "any", 2), Quota("observer", "onsite", 0)],
            deadline_on=date(2027, 4, 15),
            now=BEFORE,
        )
        self.delegates = {
            each.id: make_user("delegate", city=city, email=f"{city.slug}@example.org")
            for each, city in zip((self.alpha, self.beta), cities, strict=True)
        }

    def register(self, delegation: Delegation, name: str, minute: int = 0, **values: object) -> members.Member:
        return members.register(
            actor=self.delegates[delegation.id],
            delegation_id=delegation.id,
            details=said(name, **values),
            has_consented=False,
            now=BEFORE + timedelta(minutes=minute),
        )


def said(name: str, **values: object) -> MemberDetails:
    return MemberDetails(**{"name": {"zh": name}, "organisation": {"zh": "测试局"}, "mode": "online", **values})  # type: ignore[arg-type]  # by name


@pytest.fixture
def stage(app: Flask) -> Stage:
    return Stage()


def states() -> dict[str, str]:
    db.session.expire_all()
    rows = [(s.name["zh"], s.state) for s in db.session.scalars(select(Speaker).order_by(Speaker.id))]
    rows += [(p.name, p.state) for p in db.session.scalars(select(Participant).order_by(Participant.id))]
    return dict(rows)


def seats_taken(stage: Stage) -> int:
    db.session.expire_all()
    return db.session.get_one(Event, stage.event.id).seats_taken


def kinds_of_mail() -> list[tuple[str, str]]:
    return [
        (m.kind, m.to_email)
        for m in db.session.scalars(select(Message).order_by(Message.id))
        if m.kind != "delegation-invitation"
    ]


# --- Members ----------------------------------------------------------------------------------------------------------


def test_register_gives_a_place_within_the_quota_and_lets_wait_beyond_it(stage: Stage) -> None:
    for number, name in enumerate(("陈甲", "陈乙", "陈丙")):
        stage.register(stage.alpha, name, number, role="participant")
    stage.register(stage.alpha, "李甲")
    stage.register(stage.alpha, "李乙")

    assert states() == {
        "李甲": "nominated", "李乙": "waiting", "陈甲": "registered", "陈乙": "registered", "陈丙": "waiting",
    }  # fmt: skip
    assert seats_taken(stage) == 2


def test_register_twice_makes_one_member_of_every_role(stage: Stage) -> None:
    for role in ("speaker", "participant"):
        first = stage.register(stage.alpha, "陈甲", role=role, email=f"{role}@example.org")
        again = stage.register(stage.alpha, "陈甲", 5, role=role, email=f"{role}@example.org")
        assert first.id == again.id
    with pytest.raises(members.AlreadyMemberError):
        stage.register(stage.alpha, "王甲", role="participant", email="PARTICIPANT@example.org")
    assert [kind for kind, _ in kinds_of_mail()] == ["speaker-notice", "member-notice"]


def test_register_refuses_to_let_wait_who_is_not_to(stage: Stage) -> None:
    with pytest.raises(QuotaFullError) as error:
        members.register(
            actor=stage.delegates[stage.alpha.id],
            delegation_id=stage.alpha.id,
            details=said("陈甲", role="observer", mode="onsite"),
            has_consented=False,
            may_wait=False,
            now=BEFORE,
        )
    assert str(error.value) == "All 0 places for observers of your city are taken"
    assert states() == {}


def test_details_of_a_participant_come_back_as_they_were_said(stage: Stage) -> None:
    details = MemberDetails(
        name={"zh": "陈测试", "en": "CHEN Ceshi"},
        family_name={"zh": "陈", "en": "CHEN"},
        title={"en": "Engineer", "zh": "工程师"},
        organisation={"en": "Test Office", "zh": "测试局"},
        stakeholder_type="government",
        email="chen@example.org",
        mode="onsite",
        role="participant",
        gender="female",
    )
    member = members.register(
        actor=stage.delegates[stage.alpha.id],
        delegation_id=stage.alpha.id,
        details=details,
        has_consented=False,
        now=BEFORE,
    )
    assert isinstance(member, Participant)
    assert (members.details_of(member), member.name, member.name_other) == (details, "陈测试", "CHEN Ceshi")
    assert members.from_json(members.to_json(details, has_consented=True)) == (details, True)
    found = members.find_same(stage.alpha, said("陈 测试"))
    assert found is not None
    assert found.id == member.id


def test_change_checks_the_quota_of_the_new_role(stage: Stage) -> None:
    member = stage.register(stage.alpha, "陈甲", role="participant")
    arguments = {"actor": stage.delegates[stage.alpha.id], "delegation_id": stage.alpha.id, "has_consented": False}
    with pytest.raises(QuotaFullError):
        members.change(**arguments, member=member, details=said("陈甲", role="observer"), now=BEFORE)
    changed = members.change(
        **arguments, member=member, details=said("陈新", role="participant"), version=1, now=BEFORE
    )
    assert (states(), changed.version) == ({"陈新": "registered"}, 2)
    with pytest.raises(members.MemberChangedError):
        members.change(**arguments, member=member, details=said("陈旧", role="participant"), version=1, now=BEFORE)


def test_everything_is_another_citys_business(stage: Stage) -> None:
    member = stage.register(stage.alpha, "陈甲", role="participant")
    stranger = stage.delegates[stage.beta.id]
    with pytest.raises(NotFoundError):
        members.withdraw(actor=stranger, delegation_id=stage.alpha.id, member=member, now=BEFORE)
    with pytest.raises(NotFoundError):
        members.withdraw(actor=stranger, delegation_id=stage.beta.id, member=member, now=BEFORE)
    assert states() == {"陈甲": "registered"}


def test_the_deadline_holds_in_every_service(stage: Stage) -> None:
    speaker = stage.register(stage.alpha, "李甲")
    delegate = stage.delegates[stage.alpha.id]
    details = said("李乙").for_speaker
    for act in (
        lambda: speakers.change(speaker_id=speaker.id, details=details, actor=delegate, now=AFTER),
        lambda: speakers.withdraw(speaker_id=speaker.id, actor=delegate, now=AFTER),
        lambda: members.withdraw(actor=delegate, delegation_id=stage.alpha.id, member=speaker, now=AFTER),
    ):
        with pytest.raises(DeadlinePassedError):
            act()
    speakers.change(speaker_id=speaker.id, details=details, actor=stage.organiser, now=AFTER)
    speakers.change(speaker_id=speaker.id, details=said("李丙").for_speaker, is_by_speaker=True, now=AFTER)
    assert states() == {"李丙": "nominated"}


# --- Waiting ----------------------------------------------------------------------------------------------------------


def test_who_waits_longest_moves_up_when_a_place_comes_free(stage: Stage) -> None:
    first = stage.register(stage.alpha, "李甲")
    stage.register(stage.alpha, "李丙", 9)
    stage.register(stage.alpha, "李乙", 5)
    actor = stage.delegates[stage.alpha.id]

    members.withdraw(actor=actor, delegation_id=stage.alpha.id, member=first, now=BEFORE)
    assert states() == {"李甲": "withdrawn", "李丙": "waiting", "李乙": "nominated"}
    assert kinds_of_mail() == [("moved-up", "alpha@example.org")]


def test_refusing_and_more_places_let_move_up(stage: Stage) -> None:
    first = stage.register(stage.alpha, "李甲")
    stage.register(stage.alpha, "李乙", 5)
    stage.register(stage.alpha, "李丙", 9)

    speakers.refuse(actor=stage.organiser, speaker_id=first.id)
    assert states() == {"李甲": "refused", "李乙": "nominated", "李丙": "waiting"}
    delegations.change_terms(
        actor=stage.organiser,
        delegation_id=stage.alpha.id,
        quotas=[Quota("speaker", "any", 2)],
        deadline_on=date(2027, 4, 15),
    )
    assert states() == {"李甲": "refused", "李乙": "nominated", "李丙": "nominated"}


def test_more_places_do_not_sell_more_seats_than_the_event_has(stage: Stage) -> None:
    event = db.session.get_one(Event, stage.event.id)
    event.capacity = 1
    db.session.commit()
    stage.register(stage.alpha, "陈甲", role="participant")
    stage.register(stage.alpha, "陈乙", 5, role="participant")
    assert (states(), seats_taken(stage)) == ({"陈甲": "registered", "陈乙": "waiting"}, 1)


def test_a_citys_places_go_to_those_who_wait_elsewhere_when_it_declines(stage: Stage) -> None:
    stage.register(stage.beta, "李甲")
    stage.register(stage.beta, "李乙", 5)
    stage.register(stage.alpha, "王甲")

    invitations.decline(
        actor=stage.delegates[stage.alpha.id], delegation_id=stage.alpha.id, reason="No time", now=BEFORE
    )
    assert states() == {"李甲": "nominated", "李乙": "nominated", "王甲": "withdrawn"}
    places = {
        each.city.slug: [q.places for q in each.quotas if q.role == "speaker"]
        for each in db.session.scalars(select(Delegation))
    }
    assert places == {"alpha": [0], "beta": [2]}
    assert kinds_of_mail() == [("moved-up", "beta@example.org")]

    back = invitations.take_up_again(actor=stage.delegates[stage.alpha.id], delegation_id=stage.alpha.id, now=BEFORE)
    assert (back.state, back.decline_reason) == ("nominating", None)


def test_places_stay_where_the_rule_says_so(stage: Stage) -> None:
    delegation_waiting.choose_rule(actor=stage.organiser, event_id=stage.event.id, rule="own-only")
    stage.register(stage.beta, "李甲")
    stage.register(stage.beta, "李乙", 5)
    invitations.decline(
        actor=stage.delegates[stage.alpha.id], delegation_id=stage.alpha.id, reason="No time", now=BEFORE
    )
    assert states() == {"李甲": "nominated", "李乙": "waiting"}
    with pytest.raises(DomainError):
        delegation_waiting.choose_rule(actor=stage.organiser, event_id=stage.event.id, rule="by-lot")


def test_unused_places_are_given_after_the_deadline_and_only_then(stage: Stage) -> None:
    for number, name in enumerate(("陈甲", "陈乙", "陈丙", "陈丁", "陈戊")):
        stage.register(stage.beta, name, number, role="participant")
    stage.register(stage.alpha, "王甲", role="participant")
    act = {"actor": stage.organiser, "event_id": stage.event.id}

    assert delegation_waiting.give_unused(**act, now=BEFORE) == []
    planned = [move.waiting.key for move in delegation_waiting.plan_unused(stage.event, AFTER)]
    moved = delegation_waiting.give_unused(**act, now=AFTER)
    assert [each.id for each in moved] == planned
    assert [members.label_of(each, "zh") for each in moved] == ["陈丙"]
    assert seats_taken(stage) == 4
    assert delegation_waiting.give_unused(**act, now=AFTER) == []


# --- Substitutes ------------------------------------------------------------------------------------------------------


def test_a_substitute_takes_over_the_slots_and_is_decided_anew(stage: Stage) -> None:
    old = stage.register(stage.alpha, "李甲")
    speakers.accept(actor=stage.organiser, speaker_id=old.id)
    item = make_session(stage.event, items=1).items[0]
    db.session.add(Contribution(item_id=item.id, speaker_id=old.id, role="speaker"))
    db.session.commit()
    arguments = {
        "actor": stage.delegates[stage.alpha.id],
        "delegation_id": stage.alpha.id,
        "member": old,
        "details": said("李乙"),
        "has_consented": True,
        "now": BEFORE,
    }
    new = members.substitute(**arguments)
    again = members.substitute(**arguments)

    assert (new.id, states()) == (again.id, {"李甲": "withdrawn", "李乙": "nominated"})
    assert [c.speaker_id for c in db.session.scalars(select(Contribution))] == [new.id]
    assert isinstance(new, Speaker)
    assert new.substitute_for_id == old.id


def test_a_substitute_of_a_participant_keeps_the_seat(stage: Stage) -> None:
    old = stage.register(stage.alpha, "陈甲", role="participant")
    members.substitute(
        actor=stage.delegates[stage.alpha.id],
        delegation_id=stage.alpha.id,
        member=old,
        details=said("陈乙", role="participant"),
        has_consented=False,
        now=BEFORE,
    )
    assert (states(), seats_taken(stage)) == ({"陈甲": "cancelled", "陈乙": "registered"}, 1)


# --- Changes asked for ------------------------------------------------------------------------------------------------


def ask(stage: Stage, kind: str, **values: object) -> ChangeRequest:
    return change_requests.ask(
        **{
            "actor": stage.delegates[stage.alpha.id], "delegation_id": stage.alpha.id, "kind": kind,
            "reason": "Illness", "now": AFTER, **values,
        }  # type: ignore[arg-type]  # by name
    )  # fmt: skip


def test_a_change_asked_for_changes_nothing_until_it_is_accepted(stage: Stage) -> None:
    speaker = stage.register(stage.alpha, "李甲")
    with pytest.raises(change_requests.NotNeededError):
        ask(stage, "change", member=speaker, details=said("李乙"), now=BEFORE)
    request = ask(stage, "change", member=speaker, details=said("李乙"))
    assert ask(stage, "change", member=speaker, details=said("李乙")).id == request.id
    with pytest.raises(change_requests.AlreadyAskedError):
        ask(stage, "withdraw", member=speaker)
    assert states() == {"李甲": "nominated"}

    accepted = change_requests.accept(actor=stage.organiser, request_id=request.id, note="Fine", now=AFTER)
    assert states() == {"李乙": "nominated"}
    assert (accepted.state, accepted.details, accepted.decision_note) == ("accepted", {}, "Fine")
    assert kinds_of_mail() == [("change-decided", "alpha@example.org")]
    with pytest.raises(change_requests.RequestDecidedError):
        change_requests.refuse(actor=stage.organiser, request_id=request.id)


def test_all_kinds_of_changes_can_be_accepted(stage: Stage) -> None:
    one = stage.register(stage.alpha, "陈甲", role="participant")
    two = stage.register(stage.alpha, "陈乙", role="participant")
    asked = [
        ask(stage, "register", details=said("李甲")),
        ask(stage, "withdraw", member=one),
        ask(stage, "substitute", member=two, details=said("陈丙", role="participant")),
    ]
    for request in asked:
        change_requests.accept(actor=stage.organiser, request_id=request.id, now=AFTER)
    assert states() == {"李甲": "nominated", "陈甲": "cancelled", "陈乙": "cancelled", "陈丙": "registered"}
    assert seats_taken(stage) == 1


def test_accepting_stops_where_the_person_changed_meanwhile(stage: Stage) -> None:
    speaker = stage.register(stage.alpha, "李甲")
    request = ask(stage, "change", member=speaker, details=said("李乙"))
    speakers.change(speaker_id=speaker.id, details=said("李丙").for_speaker, actor=stage.organiser)
    with pytest.raises(members.MemberChangedError):
        change_requests.accept(actor=stage.organiser, request_id=request.id, now=AFTER)
    assert states() == {"李丙": "nominated"}
    seen = db.session.get_one(Speaker, speaker.id).version
    change_requests.accept(actor=stage.organiser, request_id=request.id, version=seen, now=AFTER)
    assert states() == {"李乙": "nominated"}


def test_a_change_asked_for_is_taken_back_by_its_own_city_alone(stage: Stage) -> None:
    speaker = stage.register(stage.alpha, "李甲")
    request = ask(stage, "withdraw", member=speaker)
    with pytest.raises(NotFoundError):
        change_requests.take_back(actor=stage.delegates[stage.beta.id], request_id=request.id)
    with pytest.raises(NotFoundError):
        change_requests.accept(actor=make_user("organiser", programme=make_programme()), request_id=request.id)
    back = change_requests.take_back(actor=stage.delegates[stage.alpha.id], request_id=request.id)
    assert (back.state, back.details, states()) == ("taken-back", {}, {"李甲": "nominated"})


# --- Focal points -----------------------------------------------------------------------------------------------------


def test_a_delegate_hands_over_and_keeps_or_gives_up_access(stage: Stage) -> None:
    actor = stage.delegates[stage.alpha.id]
    city_id = stage.alpha.city_id
    _, may_act = invitations.hand_over(
        actor=actor, delegation_id=stage.alpha.id, details=FocalPointDetails("colleague@example.org"), keeps_access=True
    )
    assert (may_act, db.session.get_one(User, actor.id).city_ids) == (True, (city_id,))
    with pytest.raises(DomainError):
        invitations.hand_over(
            actor=actor,
            delegation_id=stage.alpha.id,
            details=FocalPointDetails("Colleague@example.org"),
            keeps_access=True,
        )
    _, may_act = invitations.hand_over(
        actor=actor,
        delegation_id=stage.alpha.id,
        details=FocalPointDetails("successor@example.org"),
        keeps_access=False,
    )
    db.session.expire_all()
    assert (may_act, db.session.get_one(User, actor.id).city_ids) == (False, ())
    points = [each.email for each in db.session.get_one(Delegation, stage.alpha.id).focal_points]
    assert points == ["colleague@example.org", "successor@example.org"]


def test_withdrawing_the_invitation_frees_every_seat(stage: Stage) -> None:
    stage.register(stage.alpha, "陈甲", role="participant")
    stage.register(stage.alpha, "李甲")
    number = delegation_decisions.withdraw_invitation(actor=stage.organiser, delegation_id=stage.alpha.id)
    assert (number, states(), seats_taken(stage)) == (2, {"李甲": "withdrawn", "陈甲": "cancelled"}, 0)


def test_bring_back_finds_the_place_taken(stage: Stage) -> None:
    first = stage.register(stage.alpha, "李甲")
    stage.register(stage.alpha, "李乙", 5)
    actor = stage.delegates[stage.alpha.id]
    own_speakers.withdraw(actor=actor, delegation_id=stage.alpha.id, speaker_id=first.id, now=BEFORE)
    with pytest.raises(QuotaFullError):
        own_speakers.bring_back(actor=actor, delegation_id=stage.alpha.id, speaker_id=first.id, now=BEFORE)
