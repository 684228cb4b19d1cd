"""What the desks show of mail: no personal links of others, and the language of each part."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.domain.mailings import Audience
from iurc_events.mail import events as builders
from iurc_events.mail import participants as letters
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.services import mailing_sending, mailings, participants
from iurc_events.services.mail_facts import event_facts
from iurc_events.services.mailings import MailingContent
from iurc_events.services.sign_up import Registration
from tests.factories import make_event, make_programme, make_user, sign_in


@pytest.fixture
def event(sqlite_app: Flask) -> Event:
    """Return an event that takes registrations, with somebody registered."""
    event = make_event("2099-roofs", make_programme("iurc-test"), is_registration_open=True)
    registration = Registration("Ana Test", "ana@example.org", "Test Office", None, "government", "online", "en")
    participants.sign_up(event.id, registration)
    return event


def test_organisers_do_not_read_personal_links_once_mail_can_leave(
    event: Event, sqlite_app: Flask, sqlite_client: FlaskClient
) -> None:
    message = db.session.query(Message).one()
    (link,) = set(re.findall(r"/en/my/[a-z2-7]+", message.text))
    desk = sign_in(sqlite_client, make_user("organiser", programme=event.programme))
    path = f"/en/organise/outbox/{message.public_id}"
    assert link in desk.get(path).text  # nobody else could give it to her
    sqlite_app.extensions["settings"] = replace(sqlite_app.extensions["settings"], smtp_url="smtp://127.0.0.1:9")
    shown = desk.get(path).text
    assert link not in shown
    assert "/en/my/[token]" in shown


def _send_letter(event: Event) -> str:
    actor = make_user("organiser", programme=event.programme)
    content = MailingContent({"en": "News of roofs"}, {"en": "Dear {name}"}, Audience(("registered",)))
    mailing = mailings.write(actor=actor, event_id=event.id, content=content)
    mailings.send_now(actor=actor, event_id=event.id, mailing_id=mailing.public_id, version=1)
    assert mailing.due_at
    mailing_sending.send_due(mailing.due_at)
    return str(mailing.public_id)


def test_letter_that_left_shows_no_link_to_unsubscribe_somebody_else(
    event: Event, sqlite_app: Flask, sqlite_client: FlaskClient
) -> None:
    letter = _send_letter(event)
    sqlite_app.extensions["settings"] = replace(sqlite_app.extensions["settings"], smtp_url="smtp://127.0.0.1:9")
    desk = sign_in(sqlite_client, make_user("organiser", programme=event.programme))
    for path in (f"/en/organise/events/{event.slug}/mail/{letter}", f"{event.slug}/mail/{letter}/formatted?text=en"):
        shown = desk.get(path if path.startswith("/") else f"/en/organise/events/{path}").text
        assert "Dear Ana Test" in shown
        assert set(re.findall(r"/unsubscribe/([^\s\"<]+)", shown)) <= {"[token]"}


def test_subjects_in_the_other_language_say_so(event: Event, sqlite_client: FlaskClient) -> None:
    letter = _send_letter(event)
    desk = sign_in(sqlite_client, make_user("organiser", programme=event.programme))
    base = f"/zh/organise/events/{event.slug}/mail"
    for path in (base, f"{base}/{letter}", f"{base}/history"):
        assert re.search(r'lang="en"[^>]*>News of roofs<', desk.get(path).text), path


def test_reason_in_the_other_language_says_so(event: Event) -> None:
    facts = event_facts(event, "zh")
    mixed = builders.event_cancelled("zh", name=letters.NAME, event=facts, reason={"en": "The hall burnt down"})
    same = builders.event_cancelled("zh", name=letters.NAME, event=facts, reason={"zh": "会场失火"})
    assert re.search(r'<blockquote[^>]* lang="en">The hall burnt down', mixed.html)
    assert re.search(r'<blockquote style="[^"]*">会场失火', same.html)
