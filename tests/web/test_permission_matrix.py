"""Every route behind sign-in, asked by everybody for what is somebody else's (sec-1): the answer is 404.

The matrix is generated from the routes themselves: a new page is in it without a line being written here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from iurc_events.database import db, utc_now
from iurc_events.models.accounts import User
from iurc_events.models.attendance import AttendanceLine, AttendanceList
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.delegations import Delegation, DelegationQuota, FocalPoint
from iurc_events.models.jobs import BackgroundJob
from iurc_events.models.letters import Letter
from iurc_events.models.mailings import Mailing
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.models.revisions import Revision
from iurc_events.models.speakers import PersonMerge
from iurc_events.permissions import Permission, is_granted
from iurc_events.web.access import permission_of
from tests.factories import make_city, make_event, make_programme, make_session, make_speaker, make_user, sign_in


@dataclass
class Stranger:
    """A programme and a city with one of everything, none of which the askers may see."""

    values: dict[str, dict[str, object]]


def _make_strange_things() -> Stranger:
    programme = make_programme("strange-programme")
    city = make_city("strange-city", programme)
    event = make_event("2027-strange-event", programme)
    session = make_session(event, items=1)
    delegation = Delegation(event_id=event.id, city_id=city.id, state="opened", deadline_on="2027-04-01")
    delegation.quotas = [DelegationQuota(role="speaker", mode="any", places=2)]
    delegation.focal_points = [FocalPoint(email="strange@example.org")]
    db.session.add(delegation)
    db.session.flush()
    speaker = make_speaker(event, city=city, delegation_id=delegation.id)
    participant = Participant(
        event_id=event.id, state="registered", name="Probe Person", email="probe@example.org", mode="online",
        stakeholder_type="government", consented_at=utc_now(), token_hash=uuid.uuid4().bytes * 2,
    )  # fmt: skip
    message = Message(
        kind="delegation-invitation", programme_id=programme.id, event_id=event.id, to_email="strange@example.org",
        language="en", subject="Probe", text="Probe", html="<p>Probe</p>", message_id="<probe@example.org>",
        state="kept", due_at=utc_now(),
    )  # fmt: skip
    user = make_user("organiser", programme=programme)
    joined = AttendanceList(event_id=event.id, program="zoom", content_hash="0" * 64)
    joined.lines = [AttendanceLine(number=1, name="Probe", state="unknown", candidates=[])]
    db.session.add(joined)
    mailing = Mailing(event_id=event.id, kind="own", audience=["registered"], timing="at", state="draft")
    letter = Letter(
        programme_id=programme.id, event_id=event.id, delegation_id=delegation.id, kind="invitation",
        number="STRANGE/2027/0001", issued_on="2027-03-01", contents={"purpose": "", "pages": []},
    )  # fmt: skip
    asked = ChangeRequest(delegation_id=delegation.id, speaker_id=speaker.id, kind="withdraw", reason="Probe")
    db.session.add(asked)
    other_event = make_event("2027-other-strange-event", programme)
    merge = PersonMerge(
        kept_id=speaker.person_id, merged_id=make_speaker(other_event).person_id, moved={}, taken_over=[]
    )
    job = BackgroundJob(name="event-report", arguments={}, programme_id=programme.id, made_by_id=user.id)
    db.session.add_all([participant, message, letter, mailing, merge, job])
    db.session.commit()
    revision = db.session.query(Revision).filter_by(event_id=event.id).first()
    assert revision
    slugs = {
        "slug": event.slug,
        "event_slug": event.slug,
        "session_slug": session.slug,
        "revision_number": 1,
        "number": 1,
        "programme_slug": programme.slug,
        "city_slug": city.slug,
        "token": "a" * 26,
    }
    identifiers = {
        "attendance_list": joined.public_id, "attendance_line": joined.lines[0].public_id,
        "delegation": delegation.public_id, "speaker": speaker.public_id, "participant": participant.public_id,
        "message": message.public_id, "user": user.public_id, "session": session.public_id,
        "item": session.items[0].public_id, "focal_point": delegation.focal_points[0].public_id,
        "request": asked.public_id, "letter": letter.public_id, "person": speaker.person.public_id,
        "merge": merge.public_id, "mailing": mailing.public_id, "job": job.public_id,
    }  # fmt: skip
    return Stranger({"slugs": slugs, "identifiers": identifiers})


def _argument(name: str, converter: str, stranger: Stranger) -> object:
    if converter == "UUIDConverter":
        for kind, value in stranger.values["identifiers"].items():
            if name.startswith(kind):
                return value
        return stranger.values["identifiers"]["delegation"]
    if converter == "IntegerConverter":
        return 1
    if name in stranger.values["slugs"]:
        return stranger.values["slugs"][name]
    return stranger.values["slugs"]["slug"]


#: About events that everybody may see: an own calendar may hold any of them.
_ABOUT_PUBLIC_THINGS = {"account_calendars.follow"}


def _guarded_rules(app: Flask) -> Iterator[tuple[Rule, Permission]]:
    for rule in app.url_map.iter_rules():
        permission = permission_of(app.view_functions[rule.endpoint])
        if isinstance(permission, Permission) and rule.endpoint not in _ABOUT_PUBLIC_THINGS:
            yield rule, permission


def _address(app: Flask, rule: Rule, stranger: Stranger) -> str:
    values: dict[str, object] = {
        name: _argument(name, type(converter).__name__, stranger)
        for name, converter in rule._converters.items()
        if name != "lang"
    }
    if rule.endpoint.endswith("programme_report") or "/programmes/" in rule.rule:
        values |= {name: "strange-programme" for name in values if name.endswith("slug")}
    with app.test_request_context("/en/"):
        address: str = (
            app.url_for(rule.endpoint, **values, lang="en")
            if "lang" in rule.arguments
            else app.url_for(rule.endpoint, **values)
        )
    return address


def _askers() -> dict[str, User]:
    own = make_programme("own-programme")
    city = make_city("own-city", own)
    return {
        "organiser of another programme": make_user("organiser", programme=own),
        "delegate of another city": make_user("delegate", city=city),
        "funder of another programme": make_user("funder", programme=own),
        "nobody in particular": make_user(),
    }


@pytest.fixture
def strict_app(sqlite_app: Flask) -> Flask:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return sqlite_app


def _ask(client: FlaskClient, method: str, address: str) -> int:
    return client.open(address, method=method, data={} if method == "POST" else None).status_code


def test_everything_of_others_is_404_for_every_asker_on_every_route(strict_app: Flask) -> None:
    stranger = _make_strange_things()
    wrong: list[str] = []
    asked = 0
    for who, user in _askers().items():
        client = sign_in(strict_app.test_client(), user)
        for rule, permission in _guarded_rules(strict_app):
            names_an_object = bool(rule.arguments - {"lang"})
            if is_granted(user, permission) and not names_an_object:
                continue  # a page of one's own: what it shows is tested with the page
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                status = _ask(client, method, _address(strict_app, rule, stranger))
                asked += 1
                if status != 404:
                    wrong.append(f"{who}: {method} {rule.rule} [{rule.endpoint}] answers {status}")
    assert wrong == []
    assert asked > 50


def test_everything_behind_sign_in_sends_visitors_to_the_sign_in_page(strict_app: Flask) -> None:
    stranger = _make_strange_things()
    client = strict_app.test_client()
    wrong = [
        f"{method} {rule.rule} answers {answer.status_code}"
        for rule, _ in _guarded_rules(strict_app)
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
        for answer in [client.open(_address(strict_app, rule, stranger), method=method)]
        if answer.status_code != 303 or "/sign-in" not in answer.headers["Location"]
    ]
    assert wrong == []
