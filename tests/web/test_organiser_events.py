"""Scheduling, changing and copying events at the desk, read from the pages as a person reads them."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.domain.time_slots import Precision, TimeSlot
from iurc_events.models.accounts import OneTimeToken
from iurc_events.models.events import Event, JoinLink
from iurc_events.models.programmes import Programme
from tests.factories import make_city, make_event, make_programme, make_session, make_slot, make_user, sign_in

NEW = "/en/organise/events/new"
FORM = {
    "title-en": "Green roofs",
    "title-zh": "绿色屋顶",
    "kind": "training",
    "format": "online",
    "precision": "minute",
    "starts_on": "2027-04-29",
    "starts_time": "09:00",
    "ends_time": "10:30",
    "zone": "Europe/Brussels",
}


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).strip()


def errors_of(page: str) -> dict[str, str]:
    """Return the sentence beside each field, by the field's name."""
    found = re.findall(r'id="([\w-]+)-error"[^>]*>.*?Error: </span>(.*?)</span>', page, re.DOTALL)
    return {name: unescape(text) for name, text in found}


def value_of(page: str, name: str) -> str | None:
    tag = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', page)
    value = re.search(r'value="([^"]*)"', tag[0]) if tag else None
    return unescape(value[1]) if value else None


@pytest.fixture
def programme(sqlite_app: object) -> Programme:
    return make_programme("iurc-china")


@pytest.fixture
def desk(sqlite_app: object, sqlite_client: FlaskClient, programme: Programme) -> FlaskClient:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False  # type: ignore[attr-defined]  # the token is tested elsewhere
    return sign_in(sqlite_client, make_user("organiser", programme=programme))


def post_new(desk: FlaskClient, programme: Programme, **values: str) -> tuple[int, str]:
    response = desk.post(NEW, data={**FORM, "programme": str(programme.id), **values})
    return response.status_code, response.text


def test_schedule_makes_a_draft_and_leads_to_it(desk: FlaskClient, programme: Programme) -> None:
    response = desk.post(NEW, data=FORM)

    event = db.session.query(Event).one()
    assert (response.status_code, response.location) == (303, "/en/organise/events/2027-green-roofs")
    assert (event.title, event.slot) == (
        {"en": "Green roofs", "zh": "绿色屋顶"},
        make_slot("2027-04-29T09:00", "2027-04-29T10:30"),
    )


def test_schedule_understands_full_width_figures_and_one_language(desk: FlaskClient, programme: Programme) -> None:
    status, _ = post_new(
        desk,
        programme,
        **{"title-en": "", "starts_time": "９：００", "ends_time": "1030", "starts_on": "2027年4月29日"},
    )

    event = db.session.query(Event).one()
    assert (status, event.title, event.slug) == (303, {"zh": "绿色屋顶"}, "2027-lv-se-wu-ding")
    assert event.slot == make_slot("2027-04-29T09:00", "2027-04-29T10:30")


@pytest.mark.parametrize("missing", ["title-en", "title-zh"])
def test_event_with_a_title_in_one_language_is_published_and_edited(
    desk: FlaskClient, programme: Programme, missing: str
) -> None:
    status, _ = post_new(desk, programme, **{missing: ""})
    path = f"{NEW.removesuffix('new')}{db.session.query(Event.slug).scalar()}"
    pages = [desk.get(path), desk.get(f"{path}/life")]
    assert [status, *(page.status_code for page in pages)] == [303, 200, 200]
    assert all("The title is in one language only" in page.text for page in pages)
    assert desk.post(f"{path}/life", data={"step": "publish"}).status_code == 303
    assert [desk.get(path).status_code, desk.get(f"{path}/life").status_code] == [200, 200]


def test_schedule_says_what_is_missing_beside_the_fields_and_keeps_the_rest(
    desk: FlaskClient, programme: Programme
) -> None:
    status, page = post_new(
        desk, programme, **{"title-en": "", "title-zh": "", "starts_time": "", "contact_name": "Ann"}
    )

    assert status == 422
    assert errors_of(page) == {
        "title-en": "Give a title in English or Chinese",
        "starts_time": "Enter the start, such as 09:00",
    }
    assert value_of(page, "contact_name") == "Ann"
    assert "Error: New event" in page


def test_schedule_answers_in_chinese(desk: FlaskClient, programme: Programme) -> None:
    response = desk.post("/zh/organise/events/new", data={**FORM, "programme": str(programme.id), "ends_time": "08:00"})

    assert response.status_code == 422
    assert "结束时间必须晚于09:00" in response.text


def test_schedule_refuses_a_time_that_the_clock_skips(desk: FlaskClient, programme: Programme) -> None:
    status, page = post_new(desk, programme, starts_on="2027-03-28", starts_time="02:30", ends_time="04:00")

    assert status == 422
    assert errors_of(page) == {
        "starts_time": "2027-03-28 02:30 does not exist in Europe/Brussels: the clocks go forward then"
    }


def test_schedule_asks_which_of_two_equal_times_is_meant(desk: FlaskClient, programme: Programme) -> None:
    values = {"starts_on": "2027-10-31", "starts_time": "02:30", "ends_time": "04:00"}

    status, page = post_new(desk, programme, **values)
    answered, _ = post_new(desk, programme, starts_fold="1", **values)

    event = db.session.query(Event).one()
    assert (status, errors_of(page)) == (
        422,
        {"starts_fold": "Choose one: the clocks go back and this time comes twice"},
    )
    assert (answered, event.slot.starts_fold if event.slot else None) == (303, 1)


@pytest.mark.parametrize(
    ("values", "slot"),
    [
        (
            {"precision": "part-of-day", "part_of_day": "afternoon"},
            TimeSlot("Europe/Brussels", Precision.PART_OF_DAY, "2027-04-29", "2027-04-29", "afternoon"),  # type: ignore[arg-type]  # compared as text
        ),
        (
            {"precision": "day", "ends_on": "2027-05-01"},
            TimeSlot("Europe/Brussels", Precision.DAY, "2027-04-29", "2027-05-01"),
        ),
        (
            {"precision": "month", "starts_month": "2027-04", "starts_on": ""},
            TimeSlot("Europe/Brussels", Precision.MONTH, "2027-04", "2027-04"),
        ),
    ],
)
def test_schedule_takes_times_as_exactly_as_they_are_known(
    desk: FlaskClient, programme: Programme, values: dict[str, str], slot: TimeSlot
) -> None:
    status, _ = post_new(desk, programme, **values)

    assert (status, db.session.query(Event).one().slot) == (303, slot)


def test_schedule_keeps_join_links_and_refuses_one_without_address(desk: FlaskClient, programme: Programme) -> None:
    links = {
        "join_links-0-address": "https://meet.example/1",
        "join_links-0-passcode": "abc",
        "join_links-1-address": "",
    }

    post_new(desk, programme, **links)
    status, page = post_new(desk, programme, **{"join_links-0-meeting_number": "123 456"})

    assert [(row.address, row.passcode) for row in db.session.query(JoinLink)] == [("https://meet.example/1", "abc")]
    assert (status, errors_of(page)) == (
        422,
        {"join_links-0-address": "Enter an address that begins with https://"},
    )


def test_edit_shows_what_is_stored_and_saves_changes(desk: FlaskClient, programme: Programme) -> None:
    city = make_city("sofia", programme)
    post_new(desk, programme, cities=str(city.id), capacity="40")
    address = "/en/organise/events/2027-green-roofs"
    page = desk.get(address).text

    version = value_of(page, "version") or ""
    response = desk.post(
        address,
        data={**FORM, "title-en": "Blue roofs", "cities": str(city.id), "capacity": "40", "version": version},
    )

    event = db.session.query(Event).one()
    assert (value_of(page, "capacity"), value_of(page, "starts_time")) == ("40", "09:00")
    assert f'value="{city.id}" checked' in page
    assert (response.status_code, event.title["en"], event.version) == (303, "Blue roofs", 3)


def test_second_writer_sees_both_versions_and_chooses(desk: FlaskClient, programme: Programme) -> None:
    post_new(desk, programme)
    address = "/en/organise/events/2027-green-roofs"
    version = value_of(desk.get(address).text, "version") or ""
    desk.post(address, data={**FORM, "title-en": "First writer", "version": version})

    mine = {**FORM, "title-en": "Second writer", "contact_name": "Ann", "version": version}
    refused = desk.post(address, data=mine)
    kept = db.session.query(Event).one().title["en"]
    again = {**mine, "version": value_of(refused.text, "version") or ""}
    names = value_of(refused.text, "conflicts") or ""
    unanswered = desk.post(address, data={**again, "conflicts": names})
    answered = desk.post(
        address, data={**again, "conflicts": names, "choice-title": "theirs", "choice-contact_name": "mine"}
    )

    event = db.session.query(Event).one()
    assert (refused.status_code, unanswered.status_code, answered.status_code) == (422, 422, 303)
    assert (kept, names) == ("First writer", "title contact_name")
    assert "Saved now First writer 绿色屋顶" in text_of(refused.text)
    assert (event.title["en"], event.contact_name) == ("First writer", "Ann")


def test_former_address_leads_on(desk: FlaskClient, programme: Programme) -> None:
    post_new(desk, programme)
    version = value_of(desk.get("/en/organise/events/2027-green-roofs").text, "version") or ""
    desk.post("/en/organise/events/2027-green-roofs", data={**FORM, "slug": "2027-roofs", "version": version})

    response = desk.get("/en/organise/events/2027-green-roofs")

    assert (response.status_code, response.location) == (301, "/en/organise/events/2027-roofs")


@pytest.mark.parametrize("path", ["", "/copy", "/life", "/move", "/postpone", "/cancel", "/history", "/counts"])
def test_pages_of_another_programme_are_not_found(desk: FlaskClient, path: str) -> None:
    make_event("2027-theirs")

    assert desk.get(f"/en/organise/events/2027-theirs{path}").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "path",
    ["", "events/", "events/new", "documents/", "cities/"]
    + [
        f"events/2027-mine{part}"
        for part in ("", "/copy", "/life", "/move", "/postpone", "/cancel", "/history", "/counts")
    ],
)
def test_pages_of_the_desk_open_in_both_languages(
    desk: FlaskClient, programme: Programme, language: str, path: str
) -> None:
    make_event("2027-mine", programme)

    assert desk.get(f"/{language}/organise/{path}").status_code == 200


def test_list_filters_by_state_word_and_period(desk: FlaskClient, programme: Programme) -> None:
    make_event("2027-roofs", programme, title={"en": "Green roofs"}, state="draft")
    make_event("2027-water", programme, title={"zh": "水务"}, slot=make_slot("2027-09-01T09:00", "2027-09-01T10:00"))
    make_event("2027-theirs", title={"en": "Not ours"})

    def titles(query: str) -> list[str]:
        page = desk.get(f"/en/organise/events/?{query}").text
        return re.findall(r'href="/en/organise/events/(2027-[\w-]+)"', page)

    assert titles("") == ["2027-water", "2027-roofs"]
    assert titles("state=draft") == ["2027-roofs"]
    assert titles("q=水务") == ["2027-water"]
    assert titles("from=2027-05-01") == ["2027-water"]
    assert titles("state=held") == []


def test_time_preview_shows_both_clocks_and_what_is_wrong(desk: FlaskClient, programme: Programme) -> None:
    path = "/en/organise/events/time-preview?precision=minute&zone=Europe/Brussels"

    fine = text_of(desk.get(f"{path}&starts_on=2027-04-29&starts_time=09:00&ends_time=10:30").text)
    wrong = text_of(desk.get(f"{path}&starts_on=2027-04-29&starts_time=09:00&ends_time=08:30").text)

    assert "09:00–10:30 in Brussels" in fine
    assert "15:00–16:30 in Beijing" in fine
    assert wrong == "The end must be after 09:00"


def test_copy_makes_a_draft_with_its_sessions(desk: FlaskClient, programme: Programme) -> None:
    event = make_event("2027-mine", programme)
    make_session(event, slot=make_slot("2027-04-29T09:30", "2027-04-29T10:00"))

    response = desk.post(
        "/en/organise/events/2027-mine/copy",
        data={**FORM, "title-en": "Green roofs again", "starts_on": "2027-11-04"},
    )

    copy = db.session.query(Event).filter_by(copied_from_id=event.id).one()
    assert (response.status_code, response.location) == (303, f"/en/organise/events/{copy.slug}")
    assert (copy.slug, copy.state) == ("2027-green-roofs-again", "draft")


def test_life_publishes_and_asks_for_a_reason_to_cancel(desk: FlaskClient, programme: Programme) -> None:
    post_new(desk, programme)
    base = "/en/organise/events/2027-green-roofs"

    desk.post(f"{base}/life", data={"step": "publish"})
    published = db.session.query(Event).one().state
    refused = desk.post(f"{base}/cancel", data={"reason-en": "", "reason-zh": ""})
    desk.post(f"{base}/cancel", data={"reason-en": "No hall", "reason-zh": "没有场地"})

    event = db.session.query(Event).one()
    assert (published, refused.status_code, errors_of(refused.text)) == (
        "published",
        422,
        {"reason-en": "Say why, in English or Chinese"},
    )
    assert (event.state, event.status_note) == ("cancelled", {"en": "No hall", "zh": "没有场地"})


def test_preview_link_is_shown_once_listed_and_revoked(desk: FlaskClient, programme: Programme) -> None:
    post_new(desk, programme)
    base = "/en/organise/events/2027-green-roofs"

    shown = value_of(desk.post(f"{base}/previews", data={"name": "Ministry", "days": "7"}).text, "preview-link")
    page = desk.post(f"{base}/previews", data={"name": "Ministry", "days": "7"}).text
    later = desk.get(f"{base}/life").text
    desk.post(f"{base}/previews/revoke")

    assert shown is None
    assert re.search(r'id="preview-link" readonly value="http://[^"]+/en/preview/[a-z2-7]{26}"', page)
    assert ("Ministry" in later, "/en/preview/" in later) == (True, False)
    assert db.session.query(OneTimeToken).filter(OneTimeToken.revoked_at.is_(None)).count() == 0


def test_deleted_draft_is_brought_back(desk: FlaskClient, programme: Programme) -> None:
    post_new(desk, programme)
    page = desk.post("/en/organise/events/2027-green-roofs/delete", follow_redirects=True).text
    undo = re.search(r'action="(/en/organise/deleted-events/[^"]+)"', page)

    gone = desk.get("/en/organise/events/2027-green-roofs").status_code
    assert undo
    back = desk.post(undo[1])

    assert (gone, back.location) == (404, "/en/organise/events/2027-green-roofs")
