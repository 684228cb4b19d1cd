"""Numbers of events and programmes: lists for organisers, numbers alone for funders, files for both."""

from __future__ import annotations

import csv
import io
import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import load_workbook

from iurc_events.database import db, utc_now
from iurc_events.models.attendance import Attendance, HeadCount
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from tests.factories import make_city, make_event, make_programme, make_session, make_speaker, make_user, sign_in
from tests.web.test_organiser_events import text_of

BASE = "/en/organise/events/2027-counted"


@pytest.fixture
def programme(sqlite_app: Flask) -> Programme:
    programme = make_programme("iurc-china")
    sofia = make_city("sofia", programme, country="BG")
    event = make_event("2027-counted", programme, state="held")
    session = make_session(event)
    people = [
        Participant(
            event_id=event.id, state=state, name=name, email=f"p{number}@example.org", mode="online",
            stakeholder_type="government", consented_at=utc_now(), token_hash=uuid.uuid4().bytes * 2,
            city_id=sofia.id if number else None, gender=gender,
        )
        for number, (name, state, gender) in enumerate(
            [("=Testina Muster", "confirmed", "female"), ("王小测", "registered", None), ("Waits", "waiting", None)]
        )
    ]  # fmt: skip
    speaker = make_speaker(event, "Probe Speaker", sofia)
    db.session.add_all(people)
    db.session.flush()
    db.session.add_all(
        [
            Attendance(event_id=event.id, participant_id=people[0].id, mode="online", minutes=80, source="list"),
            Attendance(
                event_id=event.id, participant_id=people[0].id, mode="online", session_id=session.id,
                scope="session:opening",
            ),
            Attendance(event_id=event.id, speaker_id=speaker.id, mode="onsite"),
            HeadCount(event_id=event.id, subject="participants", value=70, qualifier="more-than", source="News"),
            HeadCount(event_id=event.id, subject="participants", city_id=sofia.id, value=5, qualifier="about"),
        ]
    )  # fmt: skip
    db.session.commit()
    return programme


@pytest.fixture
def desk(sqlite_client: FlaskClient, programme: Programme) -> FlaskClient:
    return sign_in(sqlite_client, make_user("organiser", programme=programme))


@pytest.fixture
def funder(sqlite_app: Flask, programme: Programme) -> FlaskClient:
    return sign_in(sqlite_app.test_client(), make_user("funder", programme=programme))


def table(page: str, heading: str) -> list[list[str]]:
    part = page.split(f"<h3>{heading}</h3>")[1].split("</section>")[0]
    rows = re.findall(r"<tr><th.*?</tr>", part, re.DOTALL)
    rows = [re.sub(r'<span class="visually-hidden">.*?</span>', "", row) for row in rows if "<td" in row]
    return [[text_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def test_counts_page_sets_measured_and_reported_side_by_side(desk: FlaskClient) -> None:
    page = desk.get(f"{BASE}/counts").text

    assert table(page, "All people") == [["Total", "2", "1", "2", "more than 70"]]
    assert table(page, "People by city or region") == [
        ["Sofia", "1", "0", "1", "about 5"],
        ["not stated", "1", "1", "1", "–"],
    ]
    assert table(page, "People by gender") == [["Female", "1", "1", "1"], ["not stated", "1", "0", "1"]]
    assert table(page, "People by role") == [["Speaker", "0", "0", "1"], ["Participant", "2", "1", "1"]]
    assert table(page, "People who came to each session") == [["Opening", "1"]]


def test_every_number_opens_to_as_many_people(desk: FlaskClient) -> None:
    page = desk.get(f"{BASE}/counts").text
    links = re.findall(r'<a class="count-link" href="([^"]+)">(\d+)<', page)

    wrong = {
        href: (number, total)
        for href, number in links
        for total in re.findall(r'id="people-title">.*?\((\d+)\)</h2>', desk.get(href.replace("&amp;", "&")).text)
        if number != total
    }
    assert (wrong, len(links) > 15) == ({}, True)


def test_funder_sees_numbers_and_no_names(funder: FlaskClient) -> None:
    page = funder.get(f"{BASE}/numbers").text

    assert table(page, "All people") == [["Total", "2", "1", "2", "more than 70"]]
    assert ("count-link" in page, "Muster" in page) == (False, False)
    assert [
        funder.get(f"/en/organise/{path}/people?as=csv").status_code
        for path in ("events/2027-counted/numbers", "programmes/iurc-china/numbers")
    ] == [404, 404]
    assert funder.get(f"{BASE}/counts").status_code == 404


def test_programme_shows_the_same_numbers_over_a_period(desk: FlaskClient, funder: FlaskClient) -> None:
    address = "/en/organise/programmes/iurc-china/numbers"

    assert table(desk.get(address).text, "All people") == [["Total", "2", "1", "2", "more than 70"]]
    assert table(funder.get(address).text, "People by side")[0] == ["European side", "1", "0", "1", "about 5"]
    assert "No numbers yet" in desk.get(f"{address}?from=2020-01-01&to=2020-02-01").text
    assert desk.get(f"{address}?from=2020-02-30").status_code == 400


def rows_of(response: object) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"))))  # type: ignore[attr-defined]


def test_csv_of_numbers_keeps_measured_and_reported_apart(funder: FlaskClient) -> None:
    response = funder.get(f"{BASE}/numbers?as=csv")
    rows = rows_of(response)

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert rows[1] == ["Measured", "Total", "", "2", "1", "2", "", "", "", ""]
    assert rows[-2:] == [
        ["Reported", "Participants", "The whole event", "", "", "", "70", "more than", "", "News"],
        ["Reported", "Participants", "Sofia", "", "", "", "5", "about", "", "not stated"],
    ]


def test_files_of_people_quote_formulas(desk: FlaskClient) -> None:
    rows = rows_of(desk.get(f"{BASE}/numbers/people?figure=attended&as=csv"))
    book = load_workbook(io.BytesIO(desk.get(f"{BASE}/numbers/people?figure=registered&as=xlsx").data))

    assert [row[1] for row in rows] == ["Name", "'=Testina Muster", "Probe Speaker"]
    assert [row[1] for row in book.get_sheet_by_index(0).to_python()] == ["Name", "'=Testina Muster", "王小测"]


def test_workbook_has_a_sheet_of_each(desk: FlaskClient) -> None:
    response = desk.get("/zh/organise/events/2027-counted/numbers?as=xlsx")

    book = load_workbook(io.BytesIO(response.data))
    assert (book.sheet_names, book.get_sheet_by_index(0).to_python()[1][2:]) == (["实测", "报告人数"], [2.0, 1.0, 2.0])


def test_people_page_in_the_database(desk: FlaskClient) -> None:
    event = db.session.query(Event).one()
    for number in range(60):
        db.session.add(
            Participant(
                event_id=event.id, state="registered", name=f"Many {number}", email=f"m{number}@example.org",
                mode="onsite", stakeholder_type="academia", consented_at=utc_now(), token_hash=uuid.uuid4().bytes * 2,
            )
        )  # fmt: skip
    db.session.commit()

    third = desk.get(f"{BASE}/numbers/people?figure=registered&stakeholder=academia&page=3").text

    assert len(re.findall(r'<th scope="row">', third)) == 10
    assert "51–60 of 60" in text_of(third)
