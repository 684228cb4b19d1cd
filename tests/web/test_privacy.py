"""One's own data by a link from a mail, and what organisers decide."""

from __future__ import annotations

import io
import json
import re
import zipfile

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from iurc_events.database import db
from iurc_events.models.messages import Message
from iurc_events.models.privacy import Erasure, PrivacyRequest
from iurc_events.models.revisions import AuditEntry
from iurc_events.models.speakers import Person, Speaker
from iurc_events.services import exports
from iurc_events.services.demo import seed_demo
from tests.factories import make_event, make_programme, make_session, make_speaker, make_user, sign_in
from tests.web.test_accounts import csrf, link_of, post

EMAIL = "ana@example.org"


def _ask(client: FlaskClient, kind: str, email: str = EMAIL) -> str:
    answer = post(client, "/en/my-data", email=email, kind=kind)
    assert (answer.status_code, answer.location) == (303, "/en/my-data/sent")
    return link_of("privacy-link")


def _tables(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return list(json.loads(archive.read("data.json"))["tables"])


def test_copy_comes_by_a_button_after_the_link_and_again_when_it_broke_off(app: Flask) -> None:
    make_speaker(make_event(), "Ana Muster", email=EMAIL)
    client = app.test_client()
    link = _ask(client, "export")
    assert client.get(link).status_code == 200
    answers = [post(client, link), post(client, link)]
    assert [(answer.status_code, answer.mimetype) for answer in answers] == [(200, "application/zip")] * 2
    assert _tables(answers[0].data)[:2] == ["persons", "speakers"]


def test_page_answers_alike_and_does_the_same_for_known_and_unknown_addresses(app: Flask) -> None:
    make_speaker(make_event(), "Ana Muster", email=EMAIL)
    client = app.test_client()
    for email in (EMAIL, "nobody@example.org"):
        _ask(client, "export", email)
    texts = [re.sub(r"[a-z2-7]{26}", "", text) for text in db.session.scalars(select(Message.text))]
    assert texts[0] == texts[1]
    answer = post(client, link_of("privacy-link"))
    assert (answer.status_code, answer.location) == (303, "/en/my-data/result")
    assert "Nothing is kept under this address" in client.get(answer.location).get_data(as_text=True)


def test_erasure_waits_for_an_organiser_who_sees_what_goes(app: Flask) -> None:
    programme = make_programme()
    event = make_event(None, programme)
    make_session(event)
    make_speaker(event, "Ana Muster", email=EMAIL)
    organiser, stranger = (
        make_user("organiser", programme=programme),
        make_user("organiser", programme=make_programme()),
    )
    client = app.test_client()
    link = _ask(client, "erasure")
    assert post(client, link).location == "/en/my-data/result"
    assert client.get(link).status_code == 410
    request = db.session.scalars(select(PrivacyRequest)).one()
    address = f"/en/organise/privacy/requests/{request.public_id}"
    assert sign_in(app.test_client(), stranger).get(address).status_code == 404
    desk = sign_in(app.test_client(), organiser)
    assert EMAIL in desk.get("/en/organise/privacy/").get_data(as_text=True)
    assert "waits for your decision" in desk.get("/en/organise/").get_data(as_text=True)
    assert "Ana Muster" in desk.get(address).get_data(as_text=True)
    assert post(desk, address, answer="erase").location == "/en/organise/privacy/"
    db.session.expire_all()
    assert db.session.scalars(select(Speaker.name)).all() == [{}]
    assert db.session.execute(select(PrivacyRequest.state, PrivacyRequest.email)).all() == [("done", "")]
    assert db.session.scalars(select(Message.id)).all() == []
    assert EMAIL not in str(db.session.execute(select(AuditEntry.object_id, AuditEntry.fields)).all())


def test_refusal_needs_a_reason_and_sends_it(sqlite_app: Flask) -> None:
    make_speaker(make_event(), "Ana Muster", email=EMAIL)
    client = sqlite_app.test_client()
    post(client, _ask(client, "erasure"))
    request = db.session.scalars(select(PrivacyRequest)).one()
    address = f"/en/organise/privacy/requests/{request.public_id}"
    desk = sign_in(sqlite_app.test_client(), make_user("administrator"))
    assert post(desk, address, answer="refuse").status_code == 422
    assert post(desk, address, answer="refuse", reason="The law asks us to keep it").status_code == 303
    text = db.session.scalars(select(Message.text).where(Message.kind == "erasure-refused")).one()
    assert "The law asks us to keep it" in text
    assert db.session.scalars(select(Speaker.name)).all() == [{"en": "Ana Muster"}]


def test_organiser_gives_a_copy_or_erases_only_within_own_programmes(app: Flask) -> None:
    programme = make_programme()
    speaker = make_speaker(make_event(None, programme), "Ana Muster", email=EMAIL)
    address = f"/en/organise/privacy/persons/{speaker.person.public_id}"
    organiser = make_user("organiser", programme=programme)
    desk = sign_in(app.test_client(), organiser)
    assert address in desk.get("/en/organise/privacy/?q=muster").get_data(as_text=True)
    assert post(desk, address, answer="export").status_code == 422
    assert _tables(post(desk, address, answer="export", check="seen").data)[:2] == ["persons", "speakers"]
    other = Speaker(event_id=make_event().id, person_id=speaker.person_id, name={"en": "Ana Muster"}, roles=[])
    db.session.add(other)
    db.session.commit()
    token = csrf(desk, "/en/organise/privacy/notice/" + programme.slug)
    refused = desk.post(address, data={"csrf_token": token, "answer": "erase", "check": "seen"})
    assert (refused.status_code, db.session.get_one(Person, speaker.person_id).erased_at) == (422, None)
    admin = sign_in(app.test_client(), make_user("administrator"))
    assert post(admin, address, answer="erase", check="seen").status_code == 303
    assert admin.get(address).status_code == 404


def test_published_speaker_of_the_archive_stays_away_when_the_document_comes_again(sqlite_app: Flask) -> None:
    from iurc_events.documents import from_data
    from iurc_events.services.data_subjects import find
    from iurc_events.services.erasure import erase
    from iurc_events.services.imports import import_documents

    seed_demo()
    document = exports.export_events(None, drafts=False)
    person = db.session.scalars(select(Person).join(Speaker).order_by(Person.id)).first()
    assert person
    name, slug = person.name["en"], person.slug
    erase(find(person_ids=[person.id]), reason="organiser", actor_id=None)
    cleaned = json.dumps(exports.export_events(None, drafts=False), ensure_ascii=False)
    assert (name in cleaned, f'"{slug}"' in cleaned) == (False, False)
    outcome = import_documents([from_data(document, "again.json")])
    assert {str(line).split()[0] for line in outcome.lines} == {"unchanged"}
    assert [warning.fault.message for warning in outcome.warnings if "Erased" in warning.fault.message] != []
    assert db.session.scalars(select(Person.id).where(Person.slug == slug)).all() == []
    assert db.session.scalars(select(Erasure.object_kind)).all() != []


def test_notice_says_what_the_programme_stated_and_not_stated_elsewhere(sqlite_app: Flask) -> None:
    programme = make_programme(contact_email="office@example.org")
    desk = sign_in(sqlite_app.test_client(), make_user("organiser", programme=programme))
    fields = {"controller-en": "The Office", "controller-zh": "办公室"}
    assert post(desk, f"/en/organise/privacy/notice/{programme.slug}", **fields).status_code == 303
    page = sqlite_app.test_client().get("/zh/privacy").get_data(as_text=True)
    assert ("办公室" in page, page.count("not-stated") >= 6, "office@example.org" in page) == (True, True, True)


def test_retention_page_shows_the_day_and_refuses_too_few_days(sqlite_app: Flask) -> None:
    event = make_event()
    make_speaker(event, "Ana Muster", consented_at=None)
    desk = sign_in(sqlite_app.test_client(), make_user("administrator"))
    address = f"/en/organise/events/{event.slug}/retention"
    assert post(desk, address, days="5").status_code == 422
    assert post(desk, address, days="100").status_code == 303
    page = desk.get(address).get_data(as_text=True)
    assert "The name of 1 person will be erased after 2027-08-07." in page
