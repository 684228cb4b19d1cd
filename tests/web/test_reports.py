"""Reports and agendas as PDF: who gets them, what they say, and that their numbers equal a recount."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from iurc_events.cli import main
from iurc_events.config import settings
from iurc_events.database import db, utc_now
from iurc_events.models.attendance import Attendance, HeadCount
from iurc_events.models.cities import City
from iurc_events.models.events import Event, EventMembership
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.services import reports
from iurc_events.services.report_programmes import make_programme_report
from tests.factories import (
    make_city,
    make_event,
    make_programme,
    make_session,
    make_slot,
    make_speaker,
    make_user,
    sign_in,
)

SLUG = "2022-mine"


@pytest.fixture
def programme(sqlite_app: Flask) -> Programme:
    return make_programme("iurc-china", name={"en": "IURC-China", "zh": "国际城市与区域合作"})


@pytest.fixture
def cities(programme: Programme) -> list[City]:
    return [
        make_city("sofia", programme, name={"en": "Sofia", "zh": "索非亚"}, country="BG"),
        make_city("wuhan", programme, name={"en": "Wuhan", "zh": "武汉"}, side="China", country="CN"),
        make_city("bari", programme, name={"en": "Bari", "zh": "巴里"}, country="IT"),
    ]


@pytest.fixture
def event(programme: Programme, cities: list[City]) -> Event:
    """Make an event held, with an agenda, a speaker, reported numbers and people who registered and came."""
    made = make_event(
        SLUG, programme, state="held", title={"en": "Green roofs", "zh": "绿色屋顶研讨会"},
        slot=make_slot("2022-04-29T09:00", "2022-04-29T11:00"),
    )  # fmt: skip
    session = make_session(made, items=2, title={"en": "Opening", "zh": "开幕环节"})
    session.items[0].slot = make_slot("2022-04-29T09:15", "2022-04-29T09:30")
    make_speaker(made, "Testina Muster", cities[0])
    for city in cities[:2]:
        if not db.session.get(EventMembership, (made.id, "city", city.id)):
            db.session.add(EventMembership(event_id=made.id, subject_kind="city", subject_id=city.id))
    db.session.add(
        HeadCount(
            event_id=made.id, subject="participants", value=70, qualifier="more-than", as_printed="70余位",
            source="项目报道",
        )
    )  # fmt: skip
    for number in range(9):
        person = Participant(
            event_id=made.id, state="confirmed" if number < 5 else "registered", name=f"Person {number}",
            email=f"p{number}@example.org", mode="online", stakeholder_type="academia", consented_at=utc_now(),
            token_hash=bytes([number]) * 32, city_id=cities[number % 2].id,
        )  # fmt: skip
        db.session.add(person)
        db.session.flush()
        if number < 4:
            db.session.add(Attendance(event_id=made.id, participant_id=person.id, mode="online"))
    db.session.commit()
    return made


def words(data: bytes) -> str:
    """Return the text of a document without blanks and line ends."""
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def test_agenda_in_chinese_shows_what_the_database_holds(sqlite_client: FlaskClient, event: Event) -> None:
    response = sqlite_client.get(f"/zh/events/{SLUG}/agenda.pdf")

    text = words(response.data)
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{SLUG}-agenda-zh.pdf"'
    shown = ["绿色屋顶研讨会", "开幕环节", "题目1", "2022年4月29日（星期五）", "09:15–09:30", "15:15–15:30", "布鲁塞尔"]
    assert [each for each in shown if each not in text] == []


def test_same_data_gives_same_bytes_and_a_change_gives_others(sqlite_client: FlaskClient, event: Event) -> None:
    address = f"/en/events/{SLUG}/agenda.pdf"
    first, second = sqlite_client.get(address), sqlite_client.get(address)
    unchanged = sqlite_client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    event.title = {"en": "Other roofs"}
    db.session.commit()
    third = sqlite_client.get(address)

    folder = Path(settings().storage_url) / "reports"
    assert (first.data == second.data, unchanged.status_code, third.data == first.data) == (True, 304, False)
    assert "Otherroofs" in words(third.data)
    assert len(list(folder.glob("*.pdf"))) == 1


def test_documents_kept_are_what_a_new_rendering_gives(event: Event) -> None:
    kept = reports.get_agenda_pdf(event, "en").data
    for path in (Path(settings().storage_url) / "reports").glob("*.pdf"):
        path.unlink()

    assert reports.get_agenda_pdf(event, "en").data == kept


def test_agenda_of_a_draft_is_not_found(sqlite_client: FlaskClient, programme: Programme) -> None:
    make_event("2027-draft", programme, state="draft")

    statuses = [
        sqlite_client.get(f"/en/events/{slug}/agenda.pdf").status_code for slug in ("2027-draft", "2027-nothing")
    ]
    assert statuses == [404, 404]


def test_report_of_an_event_in_chinese_says_what_was_counted(
    sqlite_client: FlaskClient, event: Event, programme: Programme
) -> None:
    sign_in(sqlite_client, make_user("funder", programme=programme))
    response = sqlite_client.get(f"/zh/organise/events/{SLUG}/report.pdf")

    text = words(response.data)
    shown = [
        "绿色屋顶研讨会",
        "超过70",
        "70余位",
        "项目报道",
        "索非亚",
        "武汉",
        "TestinaMuster",
        "已参会",
        "按性别统计的参会者",
    ]
    assert response.status_code == 200
    assert [each for each in shown if each not in text] == []
    assert "@example.org" not in text
    assert "Person" not in text


def test_numbers_of_reports_equal_a_recount(event: Event, programme: Programme) -> None:
    people = db.session.query(Participant).filter_by(event_id=event.id).all()
    confirmed = [person for person in people if person.state == "confirmed"]
    came = db.session.query(Attendance).filter_by(event_id=event.id).count()
    report = reports.make_event_report(event, "en")
    period = make_programme_report(reports.get_period(programme), "en")

    assert [(count.label, count.figure.text("en")) for count in report.counts] == [
        ("Participants", "more than 70"),
        ("Attended", str(came)),
        ("Registered", str(len(people))),
        ("Confirmed", str(len(confirmed))),
    ]
    by_city = next(table for table in report.tables if table.heading["en"] == "People by city or region")
    assert [(label, [figure.value for figure in cells]) for label, cells in by_city.rows] == [
        ("Sofia", [5, 3, 2]),
        ("Wuhan", [4, 2, 2]),
    ]
    assert [(count.label, count.figure.text("en")) for count in period.figures] == [
        ("Event held", "1"),
        ("Participants reported, 1 event counted", "more than 70"),
        ("Cities and regions active, of 3 listed", "2"),
        ("People attended, measured", str(came)),
    ]


def test_period_counts_an_event_once_by_its_first_day(event: Event, programme: Programme) -> None:
    make_event("2022-over-new-year", programme, state="held", slot=make_slot("2022-12-31T09:00", "2023-01-01T12:00"))
    make_event("2022-past-only", programme, slot=make_slot("2022-05-01T09:00", "2022-05-01T12:00"))

    found = [
        [each.slug for each in reports.get_period(programme, date.fromisoformat(first), date.fromisoformat(last)).held]
        for first, last in (
            ("2022-04-29", "2022-04-29"),
            ("2022-12-31", "2022-12-31"),
            ("2023-01-01", "2023-12-31"),
        )
    ]
    assert found == [[SLUG], ["2022-over-new-year"], []]


def test_programme_report_gives_the_period_asked_for(
    sqlite_client: FlaskClient, event: Event, programme: Programme
) -> None:
    sign_in(sqlite_client, make_user("organiser", programme=programme))
    address = "/zh/organise/programmes/iurc-china/report.pdf"
    response = sqlite_client.get(f"{address}?from=2022-01-01&to=2022-12-31")
    refused = [sqlite_client.get(f"{address}?from={days}").status_code for days in ("soon", "2022-12-31&to=2022-01-01")]

    text = words(response.data)
    shown = ["2022年进展报告", "绿色屋顶研讨会", "超过70", "2022年1月1日至12月31日", "国际城市与区域合作"]
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="iurc-china-2022-01-01-2022-12-31-report-zh.pdf"'
    )
    assert [each for each in shown if each not in text] == []
    assert refused == [400, 422]


def test_reports_of_others_are_not_found(sqlite_app: Flask, event: Event, programme: Programme) -> None:
    other = make_programme("other")
    make_event("2027-draft", programme, state="draft")
    addresses = [
        f"/en/organise/events/{SLUG}/report.pdf",
        "/en/organise/programmes/iurc-china/report.pdf",
        "/en/organise/events/2027-draft/report.pdf",
    ]
    statuses = {
        who: [sign_in(sqlite_app.test_client(), user).get(address).status_code for address in addresses]
        for who, user in {
            "other organiser": make_user("organiser", programme=other),
            "other funder": make_user("funder", programme=other),
            "funder": make_user("funder", programme=programme),
            "nobody": make_user(),
        }.items()
    }
    assert statuses == {
        "other organiser": [404, 404, 404],
        "other funder": [404, 404, 404],
        "funder": [200, 200, 404],
        "nobody": [404, 404, 404],
    }


def test_document_that_takes_too_long_is_503_with_retry_after(
    sqlite_client: FlaskClient, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "REQUEST_TIMEOUT", 0.05)
    response = sqlite_client.get(f"/en/events/{SLUG}/agenda.pdf")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "was not ready in time" in response.text


def test_page_of_reports_shows_figures_and_links(
    sqlite_client: FlaskClient, event: Event, programme: Programme
) -> None:
    sign_in(sqlite_client, make_user("funder", programme=programme))
    page = sqlite_client.get("/en/organise/reports/?programme=iurc-china&from=2022-01-01&to=2022-12-31").text
    wrong = sqlite_client.get("/en/organise/reports/?from=2022-12-31&to=2022-01-01")

    links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+\.pdf[^"]*)"', page)]
    assert links == [
        "/en/organise/programmes/iurc-china/report.pdf?from=2022-01-01&to=2022-12-31",
        "/zh/organise/programmes/iurc-china/report.pdf?from=2022-01-01&to=2022-12-31",
        f"/en/organise/events/{SLUG}/report.pdf",
        f"/zh/organise/events/{SLUG}/report.pdf",
    ]
    assert "/en/organise/outbox/" not in page
    assert (wrong.status_code, "The period ends before it begins" in wrong.text) == (422, True)


def test_commands_write_the_documents_of_the_pages(
    sqlite_client: FlaskClient, event: Event, programme: Programme, tmp_path: Path
) -> None:
    page = sqlite_client.get(f"/zh/events/{SLUG}/agenda.pdf").data
    feed = sqlite_client.get("/calendar/programmes/iurc-china.ics?from=2022-01-01").data
    out = [tmp_path / name for name in ("agenda.pdf", "event.pdf", "programme.pdf", "feed.ics")]
    commands = [
        ["agenda", SLUG, "--lang", "zh", "--out", str(out[0])],
        ["report", "event", SLUG, "--lang", "en", "--out", str(out[1])],
        ["report", "programme", "iurc-china", "--from", "2022-01-01", "--lang", "zh", "--out", str(out[2])],
        ["calendar", "programme", "iurc-china", "--lang", "en", "--from", "2022-01-01", "--out", str(out[3])],
        ["lint-calendar", str(out[3])],
    ]
    results = [CliRunner().invoke(main, command) for command in commands]

    assert [(result.exit_code, result.output) for result in results] == [(0, "")] * 5
    assert out[0].read_bytes() == page
    assert [path.read_bytes()[:5] for path in out[1:3]] == [b"%PDF-"] * 2
    assert out[3].read_bytes() == feed


def test_lint_calendar_names_faults_and_ends_with_1(tmp_path: Path) -> None:
    path = tmp_path / "broken.ics"
    path.write_bytes(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    result = CliRunner().invoke(main, ["lint-calendar", str(path)])

    assert result.exit_code == 1
    assert f"{path}:1: cal-9: The calendar holds no component" in result.output.splitlines()


def test_commands_refuse_what_is_not_there(sqlite_app: Flask, tmp_path: Path) -> None:
    out = ["--lang", "en", "--out", str(tmp_path / "x")]
    commands = (["agenda", "none"], ["report", "event", "none"], ["report", "programme", "none"])
    results = [CliRunner().invoke(main, [*command, *out]) for command in (*commands, ["calendar", "city", "none"])]

    assert [(result.exit_code, result.stderr.strip()) for result in results] == [
        (1, "There is no event none"),
        (1, "There is no event none"),
        (1, "There is no programme none"),
        (1, "There is no such calendar"),
    ]
