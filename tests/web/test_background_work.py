"""Pages of background work: a long report from the button to the file, and what is seen of others' work."""

from __future__ import annotations

import io
import re
import threading
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from iurc_events import jobs
from iurc_events.database import db, utc_now
from iurc_events.jobs import running, tasks
from iurc_events.mail import MessageText
from iurc_events.models.accounts import User
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.jobs import BackgroundJob
from iurc_events.models.people_imports import PeopleImport
from iurc_events.models.programmes import Programme
from iurc_events.services import background_jobs, outbox, reports, timed_runs
from iurc_events.web.organisers import reports as report_pages
from tests.factories import make_city, make_event, make_programme, make_slot, make_user, sign_in

REPORT = "/en/organise/programmes/mine/report"


@pytest.fixture
def own_app(sqlite_app: Flask) -> Flask:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return sqlite_app


@pytest.fixture
def programme(own_app: Flask) -> Programme:
    return make_programme("mine", name={"en": "My programme", "zh": "我的项目"})


@pytest.fixture
def event(programme: Programme) -> Event:
    return make_event(
        "2022-mine", programme, state="held", title={"en": "Green roofs", "zh": "绿色屋顶研讨会"},
        slot=make_slot("2022-04-29T09:00", "2022-04-29T11:00"),
    )  # fmt: skip


@pytest.fixture
def organiser(programme: Programme) -> User:
    return make_user("organiser", programme=programme, name="Olga Organiser")


@pytest.fixture
def client(own_app: Flask, organiser: User) -> FlaskClient:
    return sign_in(own_app.test_client(), organiser)


def text_of(answer: object) -> str:
    """Return the words of a page."""
    body = answer.get_data(as_text=True)  # type: ignore[attr-defined]  # a response
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body.split("<main", 1)[1]))


def work_on(app: Flask, job_address: str) -> None:
    """Do a job as a worker does."""
    public_id = uuid.UUID(job_address.rsplit("/", 1)[1])
    key = db.session.query(BackgroundJob.id).filter_by(public_id=public_id).scalar()
    running.run_job_of(app, key, threading.Event())
    db.session.rollback()


def test_report_is_asked_for_watched_and_downloaded(own_app: Flask, client: FlaskClient, event: Event) -> None:
    asked = client.post(f"{REPORT}/prepare", data={"from": "2022-01-01", "to": "2022-12-31"})
    address = asked.headers["Location"]
    waiting = client.get(address)
    progress = client.get(f"{address}/progress").get_json()
    too_early = client.get(f"{address}/file").status_code
    work_on(own_app, address)
    ready = client.get(address)
    file = client.get(f"{address}/file")

    assert asked.status_code == 303
    assert "It begins as soon as a worker is free." in text_of(waiting)
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in waiting.get_data(as_text=True)
    assert (progress, too_early) == ({"state": "queued", "done": 0, "total": None}, 404)
    assert "Download mine-2022-01-01-2022-12-31-report-en.pdf" in text_of(ready)
    assert "http-equiv" not in ready.get_data(as_text=True)
    assert (file.status_code, file.mimetype, file.headers["Cache-Control"]) == (
        200,
        "application/pdf",
        "private, no-store",
    )
    assert "Green roofs" in "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.data)).pages)


def test_same_report_asked_again_leads_to_the_same_page(client: FlaskClient, event: Event) -> None:
    first, second = (client.post(f"{REPORT}/prepare").headers["Location"] for _ in range(2))
    assert first == second


@pytest.mark.parametrize("document", ["report", "agenda"])
def test_documents_of_an_event_are_made_in_the_background(
    own_app: Flask, client: FlaskClient, event: Event, document: str
) -> None:
    asked = client.post(f"/zh/organise/events/2022-mine/{document}/prepare")
    work_on(own_app, asked.headers["Location"])
    file = client.get(f"{asked.headers['Location']}/file")
    assert file.headers["Content-Disposition"] == f'attachment; filename="2022-mine-{document}-zh.pdf"'


def test_document_that_takes_too_long_for_a_page_is_offered_in_the_background(
    own_app: Flask, client: FlaskClient, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "REQUEST_TIMEOUT", 0.05)
    answers = [
        client.get(address)
        for address in (
            f"{REPORT}.pdf?from=2022-01-01",
            "/en/organise/events/2022-mine/report.pdf",
            "/en/events/2022-mine/agenda.pdf",
        )
    ]
    forms = [re.search(r'action="([^"]+prepare)"', answer.get_data(as_text=True)) for answer in answers]
    visitor = own_app.test_client().get("/en/events/2022-mine/agenda.pdf")

    assert [(answer.status_code, answer.headers["Retry-After"]) for answer in answers] == [(503, "5")] * 3
    assert [form and form[1] for form in forms] == [
        f"{REPORT}/prepare",
        "/en/organise/events/2022-mine/report/prepare",
        "/en/organise/events/2022-mine/agenda/prepare",
    ]
    assert 'name="from" value="2022-01-01"' in answers[0].get_data(as_text=True)
    assert (visitor.status_code, "Prepare in the background" in text_of(visitor)) == (503, False)


def test_reports_page_prepares_long_ones_in_the_background(
    client: FlaskClient, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = client.get("/en/organise/reports/").get_data(as_text=True)
    monkeypatch.setattr(report_pages, "MOST_AT_ONCE", 0)
    long = client.get("/en/organise/reports/").get_data(as_text=True)
    assert [f"{REPORT}/prepare" in page for page in (short, long)] == [False, True]
    assert [f"{REPORT}.pdf" in page for page in (short, long)] == [True, False]


def test_job_is_cancelled_and_begun_anew_from_its_page(own_app: Flask, client: FlaskClient, event: Event) -> None:
    address = client.post(f"{REPORT}/prepare").headers["Location"]
    client.post(f"{address}/cancel")
    cancelled = text_of(client.get(address))
    client.post(f"{address}/retry")
    again = text_of(client.get(address))
    work_on(own_app, address)
    refused = client.post(f"{address}/cancel", follow_redirects=True).get_data(as_text=True)

    assert ("It was cancelled." in cancelled, "It begins as soon as a worker is free." in again) == (True, True)
    assert "This has ended already." in refused


def test_failed_job_says_why_in_the_readers_language(
    own_app: Flask, client: FlaskClient, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = client.post(f"{REPORT}/prepare").headers["Location"].replace("/en/", "/zh/")
    monkeypatch.delitem(tasks.TASKS, "programme-report")
    work_on(own_app, address)
    assert "当前版本无法执行此任务。" in text_of(client.get(address))
    assert "当前版本无法执行此任务。" in text_of(client.get("/zh/organise/jobs/?state=failed"))


def test_report_of_somebody_who_lost_the_role_is_not_made(
    own_app: Flask, client: FlaskClient, organiser: User, event: Event
) -> None:
    address = client.post(f"{REPORT}/prepare").headers["Location"]
    organiser.roles = []
    db.session.commit()
    work_on(own_app, address)
    row = db.session.query(BackgroundJob).one()
    assert (row.state, row.result_hash, client.get(address).status_code) == ("failed", None, 404)


def test_funder_sees_own_reports_alone(own_app: Flask, programme: Programme, client: FlaskClient, event: Event) -> None:
    funder = sign_in(own_app.test_client(), make_user("funder", programme=programme))
    own = funder.post(f"{REPORT}/prepare").headers["Location"]
    others = client.post("/en/organise/events/2022-mine/report/prepare").headers["Location"]
    assert [funder.get(address).status_code for address in (own, others, "/en/organise/jobs/")] == [200, 404, 404]
    assert client.get(own).status_code == 200


def test_page_shows_work_of_own_programmes_and_says_where_there_is_none(
    own_app: Flask, client: FlaskClient, programme: Programme, event: Event
) -> None:
    empty = text_of(client.get("/en/organise/jobs/"))
    city = make_city("sofia", programme)
    delegation = Delegation(event_id=event.id, city_id=city.id, state="opened", deadline_on="2027-04-01")
    db.session.add(delegation)
    db.session.flush()
    db.session.add(PeopleImport(delegation_id=delegation.id, state="entering", row_count=900, done_count=250))
    db.session.commit()
    client.post("/en/organise/events/2022-mine/report/prepare")
    other = make_programme("other")
    background_jobs.ask("programme-report", {}, actor=make_user("organiser", programme=other), programme_id=other.id)
    page = text_of(client.get("/en/organise/jobs/"))

    assert ("Nothing here" in empty, "By the clock" in empty) == (True, False)
    assert "Report of an event Green roofs English In the queue" in page
    assert "Olga Organiser" in page
    assert "250 of 900 people" in page
    assert "All 1" in page


def test_administrator_sees_the_clockwork_and_mail_that_waits(own_app: Flask, programme: Programme) -> None:
    client = sign_in(own_app.test_client(), make_user("administrator"))
    none_runs = text_of(client.get("/en/organise/jobs/"))
    now = utc_now()
    for job in jobs.JOBS:
        if job.has_turns:
            turn = timed_runs.turn_of(job.every, now)
            timed_runs.take(job.name, turn, now)
            timed_runs.note_end(job.name, turn, now, "RuntimeError" if job.name == "old links" else None)
    text = MessageText("Hello", "Hello", "<p>Hello</p>")
    outbox.queue("probe", "a@example.org", "", "en", text, due_at=now - timedelta(hours=1)).state = "queued"
    db.session.commit()
    page = text_of(client.get("/en/organise/jobs/"))

    assert ("No worker runs." in none_runs, "No worker runs." in page) == (True, False)
    assert "Old links every 1 h Failed RuntimeError" in page
    assert "No mail server is set" in page


def test_ready_tells_the_age_of_the_oldest_work(own_app: Flask, client: FlaskClient, event: Event) -> None:
    before = client.get("/readyz").get_json()
    client.post(f"{REPORT}/prepare")
    db.session.query(BackgroundJob).update({"created_at": utc_now() - timedelta(seconds=90)})
    db.session.commit()
    after = client.get("/readyz").get_json()
    assert before == {"status": "ready", "oldest_due_seconds": 0}
    assert 90 <= after["oldest_due_seconds"] < 120
