"""Calendar invitations by mail on the pages: asked for, stopped, answered, come back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db, utc_now
from iurc_events.models.events import Event
from iurc_events.models.invitations import MeetingInvitation
from iurc_events.models.messages import Message
from iurc_events.models.participants import Participant
from iurc_events.services import meeting_invitations
from tests.factories import make_event, make_programme, make_user, sign_in

FORM = {
    "name": "Testina Muster", "email": "testina@example.org", "organisation": "Test Office", "city": "",
    "stakeholder_type": "government", "mode": "online", "consent": "y",
}  # fmt: skip


@pytest.fixture
def event(sqlite_app: Flask) -> Event:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False  # the token is tested elsewhere
    return make_event("2027-green-roofs", make_programme("iurc-china"), is_registration_open=True)


def kinds() -> list[tuple[str, str | None]]:
    rows = db.session.query(Message.kind, Message.calendar_method).order_by(Message.id)
    return [(kind, method) for kind, method in rows]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tick_at_sign_up_brings_an_invitation_in_place_of_the_file(
    event: Event, sqlite_client: FlaskClient, language: str
) -> None:
    assert 'name="wants_invitation"' in sqlite_client.get(f"/{language}/events/{event.slug}/sign-up").text
    sqlite_client.post(f"/{language}/events/{event.slug}/sign-up", data={**FORM, "wants_invitation": "y"})
    (letter,) = db.session.query(Message).all()
    meeting_invitations.reconcile()
    assert letter.calendar is None
    assert ("by a mail of its own" if language == "en" else "另一封邮件") in letter.text
    assert kinds() == [("registration-confirmation", None), ("meeting-request", "REQUEST")]


def test_without_the_tick_the_file_comes_with_the_confirmation(event: Event, sqlite_client: FlaskClient) -> None:
    sqlite_client.post(f"/en/events/{event.slug}/sign-up", data=FORM)
    (letter,) = db.session.query(Message).all()
    assert (letter.calendar is not None, meeting_invitations.reconcile()) == (True, 0)


def test_switch_on_the_own_page_starts_and_stops_the_invitations(event: Event, sqlite_client: FlaskClient) -> None:
    sqlite_client.post(f"/en/events/{event.slug}/sign-up", data=FORM)
    (letter,) = db.session.query(Message).all()
    link = re.search(r"/en/my/[a-z2-7]{26}", letter.text)
    assert link
    page = sqlite_client.get(link[0], follow_redirects=True).text
    assert "Send me calendar invitations" in page
    page = sqlite_client.post("/en/my/registration/invitation", data={"wanted": "yes"}, follow_redirects=True).text
    assert ("Stop calendar invitations" in page, meeting_invitations.reconcile()) == (True, 1)
    page = sqlite_client.post("/en/my/registration/invitation", data={"wanted": "no"}, follow_redirects=True).text
    assert ("Send me calendar invitations" in page, meeting_invitations.reconcile()) == (True, 1)
    assert [method for _, method in kinds()] == [None, "REQUEST", "CANCEL"]


def test_switch_needs_the_own_link(event: Event, sqlite_client: FlaskClient) -> None:
    assert sqlite_client.post("/en/my/registration/invitation", data={"wanted": "yes"}).status_code == 404


def test_list_shows_what_calendars_answer_and_mail_that_does_not_arrive(
    event: Event, sqlite_client: FlaskClient
) -> None:
    sqlite_client.post(f"/en/events/{event.slug}/sign-up", data={**FORM, "wants_invitation": "y"})
    meeting_invitations.reconcile()
    invitation = db.session.query(MeetingInvitation).one()
    invitation.reply, invitation.replied_at = "TENTATIVE", invitation.sent_at + timedelta(minutes=1)
    message = db.session.query(Message).order_by(Message.id.desc()).first()
    assert message
    message.state, message.bounced_at, message.last_error = "bounced", utc_now(), "5.1.1 no such mailbox"
    db.session.commit()
    desk = sign_in(sqlite_client, make_user("organiser", programme=event.programme))
    page = desk.get(f"/en/organise/events/{event.slug}/participants").text
    assert ("Calendar: comes perhaps" in page, "before the last change" in page) == (True, False)
    assert ["Calendar invitation" in page, "Not delivered" in page] == [True, True]
    shown = desk.get(f"/en/organise/outbox/{message.public_id}").text
    assert ["5.1.1 no such mailbox" in shown, "Came back" in shown, "invite.ics" in shown] == [True, True, True]
    invitation.replied_at = invitation.sent_at - timedelta(minutes=1)
    db.session.commit()
    assert "（上次更改之前）" in desk.get(f"/zh/organise/events/{event.slug}/participants").text
    assert db.session.query(Participant.state).scalar() == "registered"
