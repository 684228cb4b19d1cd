"""The speaker's own page in the browser's place: link, form, files, consents; and the organiser's list."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events import addresses
from iurc_events.database import db
from iurc_events.models.events import Event, JoinLink
from iurc_events.models.messages import Message
from iurc_events.models.speakers import Speaker
from iurc_events.queries import speaker_pages as page_queries
from iurc_events.services import speaker_files, speaker_notices, speaker_pages, tokens
from tests import uploads
from tests.factories import make_city, make_event, make_programme, make_session, make_speaker, make_user, sign_in
from tests.web.test_public_pages import counted_statements

PAGE = "/en/speaker/profile"
FORM = {
    "family_en": "Muster", "given_en": "Testina", "family_zh": "", "given_zh": "", "honorific": "dr",
    "title-en": "Head of Tests", "title-zh": "", "organisation-en": "Test Office", "organisation-zh": "测试局",
    "topic-en": "Green roofs", "topic-zh": "", "abstract-en": "", "abstract-zh": "",
    "biography-en": "Has tested for years.", "biography-zh": "", "language_spoken": "en", "interpretation": "zh",
    "availability": "mornings", "technical_needs": "", "languages": ["en", "zh"], "focus": "centre",
    "published": ["name"], "step": "save", "version": "1",
}  # fmt: skip


@pytest.fixture
def speaker(sqlite_app: Flask) -> Speaker:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    programme = make_programme("iurc-test")
    event = make_event("2027-green-roofs", programme)
    event.join_links = [JoinLink(label={"en": "Room"}, address="https://meet.example.org/room")]
    db.session.commit()
    return make_speaker(
        event,
        city=make_city("sofia", programme),
        email="testina@example.org",
        consented_at=None,
        family_name={"en": "Muster"},
    )


@pytest.fixture
def holder(sqlite_client: FlaskClient, speaker: Speaker) -> FlaskClient:
    """Return a visitor who opened the personal link."""
    assert sqlite_client.get(link(speaker)).status_code == 303
    return sqlite_client


def link(speaker: Speaker) -> str:
    token = tokens.issue(
        "speaker", event_id=speaker.event_id, payload={"speaker_id": speaker.id}, lifetime=timedelta(days=9)
    )
    db.session.commit()
    return addresses.speaker(token, "en")


def reload(speaker: Speaker) -> Speaker:
    db.session.expire_all()
    return db.session.get_one(Speaker, speaker.id)


def send(client: FlaskClient, **values: object) -> tuple[int, str]:
    answer = client.post(PAGE, data={**FORM, **values})
    return answer.status_code, answer.text


def errors(page: str) -> list[str]:
    summary = page.partition('class="error-summary"')[2].partition("</ul>")[0]
    return [re.sub(r"<[^>]+>", "", each) for each in re.findall(r"<li>(.*?)</li>", summary)]


def test_link_is_swapped_for_a_cookie_and_works_until_it_is_withdrawn(
    sqlite_client: FlaskClient, speaker: Speaker
) -> None:
    before = sqlite_client.get(PAGE).status_code
    opened = sqlite_client.get(link(speaker))
    shown = sqlite_client.get(PAGE)
    speaker_notices.revoke_links(db.session.get_one(Event, speaker.event_id), speaker)
    db.session.commit()
    assert (before, opened.headers["Location"], shown.status_code, sqlite_client.get(PAGE).status_code) == (
        404,
        PAGE,
        200,
        404,
    )
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert sqlite_client.get("/en/speaker/aaaaaaaaaaaaaaaaaaaaaaaaaa").status_code == 404


def test_page_is_stored_and_sent_twice_stores_once(holder: FlaskClient, speaker: Speaker) -> None:
    assert [send(holder)[0], send(holder)[0]] == [303, 303]
    stored = reload(speaker)
    assert (stored.version, stored.name, stored.title, stored.interpretation, stored.availability) == (
        2, {"en": "Testina Muster"}, {"en": "Head of Tests"}, "zh", "mornings",
    )  # fmt: skip
    assert (stored.consented_at is not None, stored.published_parts, stored.profile_confirmed_at) == (True, [], None)


def test_texts_are_kept_when_a_file_is_refused(holder: FlaskClient, speaker: Speaker) -> None:
    status, page = send(holder, photo=(io.BytesIO(b"\0\0\0\x18ftypheic"), "me.heic"))
    assert (status, [each[:20] for each in errors(page)]) == (422, ["This is a HEIC photo"])
    assert reload(speaker).title == {"en": "Head of Tests"}
    assert "Your texts are saved." in page


def test_files_are_kept_when_a_text_is_refused(holder: FlaskClient, speaker: Speaker) -> None:
    status, page = send(holder, given_en="", photo=(io.BytesIO(uploads.picture()), "me.jpg"))
    assert (status, errors(page)) == (422, ["Enter the given name"])
    assert "Has tested for years." in page
    assert page_queries.list_files(speaker.id).photo is not None


def test_second_writer_sees_both_versions_and_chooses(holder: FlaskClient, speaker: Speaker) -> None:
    shown = speaker.version
    speaker_pages.save(speaker.id, speaker_pages.Profile(name={"en": "Testina Muster"}, title={"en": "Their Title"}))
    status, page = send(holder, version=str(shown))
    assert (status, errors(page)) == (422, ["Somebody else changed your page while you were writing"])
    assert ("Their Title" in page, 'value="Head of Tests"' in page) == (True, True)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version
    assert send(holder, version=version[1])[0] == 303
    assert reload(speaker).title == {"en": "Head of Tests"}


def test_own_files_come_as_attachments_that_run_nowhere(holder: FlaskClient, speaker: Speaker) -> None:
    send(holder, slides=(io.BytesIO(uploads.pdf()), "../../é.pdf"))
    deck = page_queries.list_files(speaker.id).decks[0]
    other = speaker_files.put_slides(
        make_speaker(db.session.get_one(Event, speaker.event_id), "Other").id, uploads.pptx(), "x.pptx"
    )
    answer = holder.get(f"/en/speaker/files/{deck.file.public_id}")
    assert (answer.status_code, answer.mimetype, answer.headers["Content-Security-Policy"]) == (
        200, "application/pdf", "default-src 'none'; sandbox",
    )  # fmt: skip
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert holder.get(f"/en/speaker/files/{other.public_id}").status_code == 404


def test_buttons_save_and_do_their_step(holder: FlaskClient, speaker: Speaker) -> None:
    send(holder, step="no-reminders")
    refused = reload(speaker).reminders_refused_at
    send(holder, step="complete", version="2", photo=(io.BytesIO(uploads.picture()), "me.jpg"))
    confirmed, has_photo = reload(speaker).profile_confirmed_at, page_queries.list_files(speaker.id).photo
    send(holder, step="remove-photo", version="2")
    send(holder, step="restore:not-a-uuid", version="2")
    assert [each is not None for each in (refused, confirmed, has_photo)] == [True, True, True]
    assert page_queries.list_files(speaker.id).photo is None


def test_join_link_and_slot_are_shown_to_the_accepted_alone(holder: FlaskClient, speaker: Speaker) -> None:
    accepted = holder.get(PAGE).text
    reload(speaker).state = "nominated"
    db.session.commit()
    nominated = holder.get(PAGE).text
    assert ["https://meet.example.org/room" in page for page in (accepted, nominated)] == [True, False]
    assert "Your details were entered by the programme team." in accepted


def test_event_page_shows_what_each_consent_allows_in_eight_statements(
    holder: FlaskClient, speaker: Speaker, sqlite_app: Flask
) -> None:
    event = db.session.get_one(Event, speaker.event_id)
    make_session(event)
    files = {
        "photo": (io.BytesIO(uploads.picture()), "me.jpg"),
        "slides": (io.BytesIO(uploads.pdf()), "talk.pdf"),
    }
    send(holder, published=["photo", "biography", "topic", "slides"], **files)
    pages = [sqlite_app.test_client().get("/en/events/2027-green-roofs").text]
    send(holder, published=["name", "biography"], version="2")
    pages.append(sqlite_app.test_client().get("/en/events/2027-green-roofs").text)
    send(holder, published=["name", "photo", "slides"], version="3")
    organiser = make_user("organiser", programme=event.programme)
    pages.append(sqlite_app.test_client().get("/en/events/2027-green-roofs").text)
    sign_in(sqlite_app.test_client(), organiser).post(
        "/en/organise/events/2027-green-roofs/speakers/slides", data={"release": "y"}
    )
    with counted_statements() as statements:
        pages.append(sqlite_app.test_client().get("/en/events/2027-green-roofs").text)
    marks = ("Testina", "Has tested for years.", "/files/photos/", "/files/slides/")
    assert [[mark in page for mark in marks] for page in pages] == [
        [False, False, False, False],
        [True, True, False, False],
        [True, False, True, False],
        [True, False, True, True],
    ]
    assert len(statements) <= 8
    found = re.search(r"/files/photos/[0-9a-f]{64}\.jpg", pages[3])
    slides = re.search(r"/files/slides/[0-9a-f-]{36}", pages[3])
    assert found
    assert slides
    photo, deck = holder.get(found[0]), holder.get(slides[0])
    assert (photo.status_code, photo.mimetype, photo.headers["Cache-Control"]) == (
        200, "image/jpeg", "public, max-age=86400",
    )  # fmt: skip
    assert holder.get(found[0], headers={"If-None-Match": photo.headers["ETag"]}).status_code == 304
    assert (deck.status_code, deck.mimetype) == (200, "application/pdf")
    send(holder, published=["name"], version="4")
    assert [holder.get(match[0]).status_code for match in (found, slides)] == [404, 404]


def test_large_forms_are_for_holders_of_a_link_alone(sqlite_app: Flask, holder: FlaskClient) -> None:
    big = {"slides": (io.BytesIO(b"%PDF-" + b"0" * 21 * 1024**2), "big.pdf")}
    stranger = sqlite_app.test_client().post(PAGE, data={**FORM, **big})
    big = {"slides": (io.BytesIO(b"%PDF-" + b"0" * 21 * 1024**2), "big.pdf")}
    status, page = send(holder, **big)
    assert (stranger.status_code in (404, 413), status, errors(page)) == (
        True, 422, ["This PDF cannot be read. If it has a password, save it without one and try again"],
    )  # fmt: skip


def test_organiser_sees_what_is_missing_sorts_and_reminds(sqlite_app: Flask, speaker: Speaker) -> None:
    event = db.session.get_one(Event, speaker.event_id)
    other = make_speaker(event, "Aria Complete", email="aria@example.org", profile_confirmed_at=speaker.created_at)
    client = sign_in(sqlite_app.test_client(), make_user("organiser", programme=event.programme))
    base = "/en/organise/events/2027-green-roofs/speakers"
    orders = []
    for query in ("", "?sort=page&order=desc", "?sort=name"):
        page = client.get(base + query).text
        orders.append(page.index(str(speaker.public_id)) < page.index(str(other.public_id)))
    preview = client.get(f"{base}/remind").text
    sent = client.post(f"{base}/remind")
    assert (orders, "您的发言人页面尚未填写完整" in preview, sent.status_code) == ([True, False, False], True, 303)
    assert [each.to_email for each in db.session.query(Message)] == ["testina@example.org"]
