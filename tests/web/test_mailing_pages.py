"""Letters to many on their pages: written, looked at, planned, sent, taken back; and unsubscribing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from iurc_events.database import db, utc_now
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.mailings import DigestSubscription, Mailing, MailOptOut
from iurc_events.models.messages import Message
from iurc_events.models.speakers import Speaker
from iurc_events.services import mailing_sending, opt_outs
from tests.factories import make_event, make_programme, make_slot, make_speaker, make_user, sign_in

LETTER = {
    "subject-en": "News for {name}",
    "body-en": "Dear {name},\n\nsee {page}.",
    "groups": ["speakers"],
    "timing": "later",
    "mode": "",
}


@pytest.fixture
def event(sqlite_app: Flask) -> Event:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    event = make_event("2027-mail", make_programme("mail-programme"))
    make_speaker(event, "Sam Speaker", email="sam@example.org")
    make_speaker(event, "李明", email="ming@example.org", language_spoken="zh")
    return event


@pytest.fixture
def organiser(event: Event) -> User:
    return make_user("organiser", programme=event.programme)


@pytest.fixture
def desk(sqlite_client: FlaskClient, organiser: User) -> FlaskClient:
    return sign_in(sqlite_client, organiser)


BASE = "/en/organise/events/2027-mail/mail"


def written(desk: FlaskClient, **values: object) -> Mailing:
    answer = desk.post(f"{BASE}/new", data=LETTER | values)
    assert answer.status_code == 303, re.findall(r"field__error.*?</p>", answer.text)
    return db.session.scalars(select(Mailing).order_by(Mailing.id.desc()).limit(1)).one()


def test_letter_is_written_shown_as_readers_get_it_and_sent_after_a_minute(desk: FlaskClient) -> None:
    mailing = written(desk)
    here = f"{BASE}/{mailing.public_id}"
    shown = desk.get(here).text
    sent = desk.post(f"{here}/send", data={"version": mailing.version}, follow_redirects=True).text

    assert "2 people get it" in shown
    assert "1 reader of Chinese gets the English text" in shown
    assert "Dear Sam Speaker,\n\nsee http://127.0.0.1:8000/en/events/2027-mail." in shown
    assert f'action="{here}/take-back"' in sent
    mailing_sending.send_due(utc_now() + timedelta(minutes=2))
    assert [each.to_email for each in db.session.scalars(select(Message).order_by(Message.id))] == [
        "sam@example.org", "ming@example.org",
    ]  # fmt: skip
    after = desk.get(here).text
    assert "How far it got" in after
    assert f"{here}/send" not in after


def test_undo_within_the_minute_keeps_the_letter(desk: FlaskClient) -> None:
    mailing = written(desk)
    here = f"{BASE}/{mailing.public_id}"
    desk.post(f"{here}/send", data={"version": mailing.version})

    desk.post(f"{here}/take-back")

    assert mailing_sending.send_due(utc_now() + timedelta(days=1)) == 0
    assert "Send now" in desk.get(here).text


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"body-en": "Dear {naem}"}, "There is no field {naem}"),
        ({"body-en": f"Dear {{{'x' * 61}}}"}, f"There is no field {{{'x' * 60}…}}"),
        ({"body-en": "Dear {na\r\nme}"}, "There is no field {na me}"),
        ({"subject-zh": "主题"}, "Write the text too, or empty the subject"),
        ({"groups": []}, "Choose at least one group"),
        ({"timing": "at", "day": "2027-03-28", "at": "02:30"}, "the clocks go forward then"),
        ({"timing": "before-start", "at": "09:00"}, "Enter a number from 0 to 365"),
        ({"subject-en": "", "body-en": ""}, "Write a subject in one language"),
    ],
)
def test_errors_stand_beside_the_field_and_keep_what_was_typed(
    desk: FlaskClient, values: dict[str, object], error: str
) -> None:
    answer = desk.post(f"{BASE}/new", data=LETTER | values)

    assert answer.status_code == 422
    assert error in answer.text.split('<form class="form"')[1]
    assert db.session.scalars(select(Mailing)).all() == []


def test_same_form_sent_again_is_one_draft_and_changed_words_another(desk: FlaskClient) -> None:
    number = re.search(r'name="attempt"[^>]*value="(\w+)"', desk.get(f"{BASE}/new").text)
    assert number
    typed = LETTER | {"attempt": number[1]}

    answers = [desk.post(f"{BASE}/new", data=typed) for _ in range(3)]
    other = desk.post(f"{BASE}/new", data=typed | {"subject-en": "Other news"})

    addresses = [answer.headers["Location"] for answer in answers]
    subjects = [each.subject for each in db.session.scalars(select(Mailing).order_by(Mailing.id))]
    assert {answer.status_code for answer in [*answers, other]} == {303}
    assert addresses == addresses[:1] * 3
    assert other.headers["Location"] != addresses[0]
    assert subjects == [{"en": "News for {name}"}, {"en": "Other news"}]


def test_edit_shows_both_versions_when_somebody_else_was_faster(desk: FlaskClient) -> None:
    mailing = written(desk)
    here = f"{BASE}/{mailing.public_id}/edit"
    desk.post(here, data=LETTER | {"subject-en": "Theirs", "version": "1"})

    answer = desk.post(here, data=LETTER | {"subject-en": "Mine", "version": "1"})
    saved = desk.post(here, data=LETTER | {"subject-en": "Mine", "version": "2"})

    assert (answer.status_code, saved.status_code) == (422, 303)
    assert conflicts(answer.text) == {"Subject · English": ["Theirs", "Mine"]}
    assert 'value="Mine"' in answer.text or ">Mine<" in answer.text
    assert 'name="version" type="hidden" value="2"' in answer.text


def conflicts(page: str) -> dict[str, list[str]]:
    """Return both versions of each part of a letter that differs, the stored one first."""
    blocks = re.findall(r'<div class="conflict">\s*<h4>(.*?)</h4>(.*?)</div>\s*</div>', page, re.DOTALL)
    return {name: re.findall(r'conflict__text"[^>]*>(.*?)<', block, re.DOTALL) for name, block in blocks}


def test_edit_shows_both_versions_of_readers_and_time(desk: FlaskClient, event: Event) -> None:
    here = f"{BASE}/{written(desk).public_id}/edit"
    theirs = {"groups": ["registered", "focal-points"], "delegation_states": ["invited"], "is_essential": "y"}
    desk.post(here, data=LETTER | theirs | {"timing": "before-start", "days": "3", "at": "9:00", "version": "1"})
    mine = LETTER | {"mode": "online", "timing": "at", "day": "2027-04-20", "at": "12:00", "version": "1"}

    answer = desk.post(here, data=mine)
    kept = db.session.scalars(select(Mailing)).one().audience

    assert answer.status_code == 422
    assert conflicts(answer.text) == {
        "To whom": [
            "Registered people\nFocal points of delegations\nDelegations: Invited\n"
            "Also those who unsubscribed from letters",
            "Accepted speakers\nOnline",
        ],
        "When it leaves": ["3 days before · 09:00", "20 April 2027, 12:00 Brussels | 18:00 Beijing"],
    }
    assert kept == ["registered", "focal-points", "delegation:invited", "essential"]
    assert desk.post(here, data=mine | {"version": "2"}).status_code == 303


def test_standard_letter_shows_both_versions_when_somebody_else_was_faster(desk: FlaskClient) -> None:
    here = f"{BASE}/standard/day-before"
    version = re.search(r'name="version"[^>]*value="(\d*)"', desk.get(here).text)
    assert version
    letter = {"subject-en": "Soon", "body-en": "Dear {name}", "days": "1", "at": "10:00", "version": version[1]}
    first = desk.post(here, data=letter | {"subject-en": "Theirs", "days": "2"})

    answer = desk.post(here, data=letter | {"body-en": "Mine {name}", "at": "9:00"})
    kept = db.session.scalars(select(Mailing)).one()
    stored = (kept.subject, kept.days, kept.at_wall)
    shown = re.search(r'name="version"[^>]*value="(\d*)"', answer.text)
    assert shown
    saved = desk.post(here, data=letter | {"version": shown[1]})

    assert (first.status_code, answer.status_code, saved.status_code) == (303, 422, 303)
    assert conflicts(answer.text) == {
        "Subject · English": ["Theirs", "Soon"],
        "Text · English": ["Dear {name}", "Mine {name}"],
        "When it leaves": ["2 days before · 10:00", "1 day before · 09:00"],
    }
    assert stored == ({"en": "Theirs"}, 2, "10:00")
    assert ">Mine {name}</textarea>" in answer.text.replace("\r", "").replace("\n", "")


def soon_event(event: Event, *, days: int, **values: object) -> tuple[Event, str]:
    """Make an event so many days from now, of two hours; return it with the address of its mail."""
    day = utc_now().date() + timedelta(days=days)
    slot = make_slot(f"{day}T09:00", f"{day}T11:00")
    soon = make_event(f"{day.year}-soon", event.programme, slot=slot, **values)
    make_speaker(soon, "Tia Speaker", email="tia@example.org")
    return soon, BASE.replace("2027-mail", soon.slug)


def test_standard_letter_is_not_moved_into_the_past(desk: FlaskClient, event: Event) -> None:
    _, base = soon_event(event, days=10)
    letter = {"subject-en": "Soon", "body-en": "Dear {name}", "at": "10:00", "version": "1"}

    answer = desk.post(f"{base}/standard/day-before", data=letter | {"days": "30"})

    assert answer.status_code == 422
    assert "That moment is past. Choose a later one, or switch the letter off first." in answer.text
    assert re.search(r'name="days"[^>]*value="30"', answer.text)
    assert 'value="Soon"' in answer.text
    assert (db.session.scalars(select(Mailing)).all(), mailing_sending.send_due()) == ([], 0)
    assert desk.post(f"{base}/standard/day-before", data=letter | {"days": "3"}).status_code == 303


def test_standard_letter_that_is_off_may_have_any_time(desk: FlaskClient, event: Event) -> None:
    _, base = soon_event(event, days=10)
    desk.post(f"{base}/standard/day-before/switch", data={})
    letter = {"subject-en": "Soon", "body-en": "Dear {name}", "at": "10:00", "days": "30", "version": "1"}

    answer = desk.post(f"{base}/standard/day-before", data=letter)

    assert (answer.status_code, mailing_sending.send_due()) == (303, 0)


def test_thanks_switched_on_late_leave_in_a_minute_and_can_be_taken_back(desk: FlaskClient, event: Event) -> None:
    _, base = soon_event(event, days=-3, state="held")
    switch = f"{base}/standard/thanks/switch"

    page = desk.post(switch, data={"on": "y"}, follow_redirects=True).text
    at_once = mailing_sending.send_due()
    undone = desk.post(switch, follow_redirects=True).text
    off = mailing_sending.send_due(utc_now() + timedelta(minutes=2))
    desk.post(switch, data={"on": "y"})

    assert "The letter leaves in a minute." in page
    assert f'leaves in a minute.</span><form method="post" action="{switch}">' in page
    assert "The letter is switched off" in undone
    assert (at_once, off, mailing_sending.send_due(utc_now() + timedelta(minutes=2))) == (0, 0, 1)


def test_standard_letter_that_makes_no_sense_any_more_stays_off(desk: FlaskClient, event: Event) -> None:
    _, base = soon_event(event, days=-90, state="held")

    page = desk.post(f"{base}/standard/thanks/switch", data={"on": "y"}, follow_redirects=True).text

    assert "The time of this letter is over." in page
    assert "The letter is switched on" not in page
    assert db.session.scalars(select(Mailing)).all() == []


def test_planned_letter_is_listed_with_its_moment_on_both_clocks(desk: FlaskClient) -> None:
    mailing = written(desk, timing="at", day="2027-04-20", at="12:00")
    desk.post(f"{BASE}/{mailing.public_id}/plan", data={"version": "1"})

    assert "20 April 2027, 12:00 Brussels | 18:00 Beijing" in desk.get(BASE).text


def test_formatted_letter_may_run_and_fetch_nothing(desk: FlaskClient) -> None:
    mailing = written(desk)

    answer = desk.get(f"{BASE}/{mailing.public_id}/formatted?text=en")

    assert answer.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    assert ">Dear Sam Speaker,</p>" in answer.text
    assert desk.get(f"{BASE}/{mailing.public_id}/formatted?text=zh").status_code == 404


def test_test_mail_goes_to_oneself_alone(desk: FlaskClient, organiser: User) -> None:
    mailing = written(desk)

    desk.post(f"{BASE}/{mailing.public_id}/test")

    rows = db.session.scalars(select(Message)).all()
    assert [(each.to_email, each.kind, each.subject) for each in rows] == [
        (organiser.email, "mailing-test", "News for Sam Speaker")
    ]


def test_standard_letter_is_switched_changed_and_previewed(desk: FlaskClient) -> None:
    desk.post(f"{BASE}/standard/thanks/switch", data={"on": "y"})
    answer = desk.post(
        f"{BASE}/standard/thanks",
        data={"subject-en": "Thanks!", "body-en": "Dear {name}", "days": "2", "at": "8:15", "version": "1"},
    )
    page = desk.get(f"{BASE}/standard/thanks").text
    desk.post(f"{BASE}/standard/day-before/switch", data={})

    rows = db.session.scalars(select(Mailing).order_by(Mailing.id)).all()
    assert answer.status_code == 303
    assert [(each.kind, each.state, each.days, each.at_wall, each.subject) for each in rows] == [
        ("thanks", "planned", 2, "08:15", {"en": "Thanks!"}),
        ("day-before", "cancelled", 1, "10:00", None),
    ]
    assert "1 May 2027, 08:15 Brussels | 14:15 Beijing" in page
    assert desk.get(f"{BASE}/standard/other").status_code == 404


def test_reminder_of_an_event_that_is_over_is_neither_on_nor_off(desk: FlaskClient, event: Event) -> None:
    past = make_event("2024-mail", event.programme, slot=make_slot("2024-05-04T14:00", "2024-05-04T16:00"))
    base = BASE.replace("2027-mail", past.slug)
    rows = re.findall(r"<tr>(?:(?!</tr>).)*/standard/.*?</tr>", desk.get(base).text, re.DOTALL)
    assert [("Over" in row, "Not sent" in row, "Switch" in row) for row in rows] == [(True, True, False)] * 3
    page = desk.get(f"{base}/standard/day-before").text
    assert "Not sent" in page
    assert "standard/day-before/switch" not in page


def test_history_counts_by_letter_and_finds_a_reader(desk: FlaskClient) -> None:
    mailing = written(desk)
    desk.post(f"{BASE}/{mailing.public_id}/send", data={"version": "1"})
    mailing_sending.send_due(utc_now() + timedelta(minutes=2))

    page = desk.get(f"{BASE}/history?q=sam@&letter={mailing.public_id}").text

    assert "Own letter" in page
    assert "1–1 of 1" in page
    assert desk.get(f"{BASE}/history?letter=nonsense").status_code == 404


def test_mail_program_unsubscribes_with_one_post_without_cookies(sqlite_app: Flask) -> None:
    programme = make_programme()
    token = opt_outs.token_of("ana@example.org", "letters", programme.id)
    visitor = sqlite_app.test_client(use_cookies=False)

    answer = visitor.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})

    assert (answer.status_code, answer.text, answer.headers.get("Set-Cookie")) == (200, "unsubscribed\n", None)
    assert [row.topic for row in db.session.scalars(select(MailOptOut))] == ["letters"]
    assert visitor.post(f"/unsubscribe/{token[:-2]}aa").status_code == 404


def test_opening_the_link_changes_nothing_and_the_page_takes_choices(sqlite_app: Flask) -> None:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    programme = make_programme()
    token = opt_outs.token_of("ana@example.org", "reminders", programme.id)
    visitor = sqlite_app.test_client()

    redirect = visitor.get(f"/unsubscribe/{token}", headers={"Accept-Language": "zh-CN"})
    page = visitor.get(redirect.headers["Location"])
    before = db.session.scalars(select(MailOptOut)).all()
    visitor.post(f"/zh/unsubscribe/{token}", data={"act": "unsubscribe"})
    off = [row.topic for row in db.session.scalars(select(MailOptOut))]
    visitor.post(f"/en/unsubscribe/{token}", data={"wanted": ["reminders", "thanks", "letters"]})

    assert redirect.headers["Location"] == f"/zh/unsubscribe/{token}"
    assert "退订" in page.text
    assert (before, off) == ([], ["reminders"])
    assert [row.topic for row in db.session.scalars(select(MailOptOut))] == ["digest"]
    assert visitor.get("/en/unsubscribe/nonsense").status_code == 404


def test_account_chooses_news_of_each_programme(desk: FlaskClient, event: Event) -> None:
    desk.post("/en/account/news/", data={"programme-mail-programme": "week"})
    first = [row.period for row in db.session.scalars(select(DigestSubscription))]
    page = desk.get("/en/account/news/").text
    desk.post("/en/account/news/", data={"programme-mail-programme": "never"})

    assert first == ["week"]
    assert re.search(r'id="mail-programme-week"[^>]*checked', page)
    assert db.session.scalars(select(DigestSubscription)).all() == []


def test_person_and_participant_pages_tell_what_was_sent(desk: FlaskClient, event: Event) -> None:
    mailing = written(desk)
    desk.post(f"{BASE}/{mailing.public_id}/send", data={"version": "1"})
    mailing_sending.send_due(utc_now() + timedelta(minutes=2))
    person = make_speaker(event, "Other").person
    known = db.session.scalars(select(Message).where(Message.to_email == "sam@example.org")).one()
    sam = db.session.scalars(select(Speaker).where(Speaker.email == "sam@example.org")).one()

    assert f"/outbox/{known.public_id}" in desk.get(f"/en/organise/persons/{sam.person.public_id}").text
    assert "No mail about your events" in desk.get(f"/en/organise/persons/{person.public_id}").text
    assert desk.get("/en/organise/events/2027-mail/participants").status_code == 200
