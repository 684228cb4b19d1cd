"""Subscribing made easy: lists, kinds, sessions and single events, and what one's own calendar holds."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from iurc_events.database import db
from iurc_events.domain.time_slots import PartOfDay, Precision, TimeSlot
from iurc_events.models.calendar_feeds import CalendarSubscription, SavedFilter
from iurc_events.services import event_changes, personal_feeds
from tests.factories import make_city, make_event, make_session, make_slot, make_user, sign_in


def token_of(client: FlaskClient, path: str) -> dict[str, str]:
    """Return the hidden field that a form of a page sends back."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert found is not None
    return {"csrf_token": found[1]}


def feed_address(html: str) -> list[str]:
    return re.findall(r'id="feed-address"[^>]* value="([^"]*)"', html)


def test_list_with_a_filter_gets_an_address_by_one_button(app: Flask, client: FlaskClient) -> None:
    make_city("ghent")
    make_event("2099-roofs", kind="workshop", title={"en": "Green roofs"})
    make_event("2099-other", kind="training", title={"en": "Other"})
    address = "/en/events/?kind=workshop&q=roofs&nonsense=1"
    token, page = token_of(client, address), client.get(address).text
    hidden = dict(
        re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', page.split("page-head__actions")[1])
    )
    assert db.session.query(SavedFilter).count() == 0
    answers = [client.post("/en/calendars/filters", data={**token, **hidden, "city": "unknown"}) for _ in range(2)]
    shown = client.get(answers[0].location).text
    kept = db.session.query(SavedFilter).one()
    assert [answer.status_code for answer in answers] == [303, 303]
    assert kept.conditions == {"kind": ["workshop"], "q": ["roofs"]}
    assert feed_address(shown) == [f"http://127.0.0.1:8000/calendar/filters/{kept.short_id}.ics?lang=both"]
    assert shown.count('class="qr-code"') == 1
    assert f'href="webcal://127.0.0.1:8000/calendar/filters/{kept.short_id}.ics?lang=both"' in shown
    assert "Green roofs" in client.get(f"/calendar/filters/{kept.short_id}.ics").text


def test_plain_list_and_list_by_one_kind_lead_to_a_calendar_without_a_cookie(sqlite_client: FlaskClient) -> None:
    make_event("2099-roofs", kind="workshop")
    pages = [sqlite_client.get(f"/en/events/{query}") for query in ("", "?kind=workshop")]
    assert ["Set-Cookie" in page.headers for page in pages] == [False, False]
    assert '/en/calendars/?kind=kind&amp;id=workshop"' in pages[1].text
    shown = sqlite_client.get("/en/calendars/?kind=kind&event-kind=workshop&titles=zh").text
    assert feed_address(shown) == ["http://127.0.0.1:8000/calendar/kinds/workshop.ics?lang=zh"]


def links(html: str) -> dict[str, str]:
    menu = html.split('class="add-menu__panel"')[1].split("</details>")[0]
    return {unescape(text): unescape(href) for href, text in re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', menu)}


def test_forms_name_the_part_of_the_day_where_no_more_is_known(sqlite_client: FlaskClient) -> None:
    slot = TimeSlot("Europe/Brussels", Precision.PART_OF_DAY, "2099-04-29", "2099-04-29", PartOfDay.MORNING)
    make_event("2099-part", title={"en": "Roofs", "zh": "屋顶"}, slot=slot)
    for language, title in (("en", "Roofs (morning)"), ("zh", "屋顶（上午）")):
        found = links(sqlite_client.get(f"/{language}/events/2099-part").text)
        shown = [parse_qs(urlsplit(href).query) for href in found.values() if "startdt" in href or "TEMPLATE" in href]
        assert [query.get("text", query.get("subject")) for query in shown] == [[title]] * 3


def test_event_page_offers_filled_in_forms_with_the_right_instants(sqlite_client: FlaskClient) -> None:
    event = make_event("2099-roofs", title={"en": "Roofs & walls", "zh": "屋顶"}, venue_name={"en": "Town hall"})
    make_session(event, "one", slot=make_slot("2099-04-29T09:00", "2099-04-29T10:00"))
    make_session(event, "two", slot=make_slot("2099-04-29T10:00", "2099-04-29T11:00"))
    event.slot = make_slot("2099-04-29T09:00", "2099-04-29T11:00")
    event_changes.record_change(event, "moved", actor_id=None)
    db.session.commit()
    found = links(sqlite_client.get("/en/events/2099-roofs").text)
    google, outlook, office = (urlsplit(found[name]) for name in ("Google Calendar", "Outlook.com", "Office 365"))
    page = "http://127.0.0.1:8000/en/events/2099-roofs"
    assert (google.netloc, parse_qs(google.query)) == (
        "calendar.google.com",
        {
            "action": ["TEMPLATE"],
            "text": ["Roofs & walls"],
            "dates": ["20990429T070000Z/20990429T090000Z"],
            "details": [page],
            "location": ["Town hall"],
        },
    )
    assert (outlook.netloc, office.netloc, outlook.query) == ("outlook.live.com", "outlook.office.com", office.query)
    assert parse_qs(outlook.query) == {
        "path": ["/calendar/action/compose"],
        "rru": ["addevent"],
        "startdt": ["2099-04-29T07:00:00Z"],
        "enddt": ["2099-04-29T09:00:00Z"],
        "subject": ["Roofs & walls"],
        "body": [page],
        "location": ["Town hall"],
    }
    assert {name: found[name] for name in found if name not in ("Google Calendar", "Outlook.com", "Office 365")} == {
        "Apple Calendar and others": "webcal://127.0.0.1:8000/calendar/events/2099-roofs.ics?lang=en",
        "Subscribe by address or QR code": "/en/calendars/?kind=event&id=2099-roofs",
        "One entry for each session": "/en/calendars/?kind=sessions&id=2099-roofs",
        "Download the file (.ics)": "/calendar/events/2099-roofs.ics?lang=en",
    }
    shown = sqlite_client.get("/en/calendars/?kind=sessions&id=2099-roofs").text
    assert feed_address(shown) == ["http://127.0.0.1:8000/calendar/sessions/2099-roofs.ics?lang=both"]


def test_day_without_hours_is_an_all_day_form_with_the_day_after_as_its_end(sqlite_client: FlaskClient) -> None:
    make_event("2099-fair", slot=TimeSlot("Asia/Shanghai", Precision.DAY, "2099-04-29", "2099-04-30"))
    found = links(sqlite_client.get("/en/events/2099-fair").text)
    assert parse_qs(urlsplit(found["Google Calendar"]).query)["dates"] == ["20990429/20990501"]
    outlook = parse_qs(urlsplit(found["Outlook.com"]).query)
    assert (outlook["startdt"], outlook["enddt"], outlook["allday"]) == (["2099-04-29"], ["2099-05-01"], ["true"])


@pytest.mark.parametrize("state", ["cancelled", "postponed"])
def test_event_that_is_off_offers_no_copy_of_its_old_time(sqlite_client: FlaskClient, state: str) -> None:
    make_event("2099-roofs", state=state)
    assert sorted(links(sqlite_client.get("/en/events/2099-roofs").text)) == [
        "Apple Calendar and others",
        "Download the file (.ics)",
        "Subscribe by address or QR code",
    ]


def test_reader_in_wechat_gets_date_and_zones_as_plain_text(sqlite_client: FlaskClient) -> None:
    make_event("2099-roofs", slot=make_slot("2099-04-29T09:00", "2099-04-29T11:00"))
    wechat = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"}
    html = sqlite_client.get("/en/calendars/?kind=event&id=2099-roofs", headers=wechat).text
    plain = re.sub(r"<[^>]+>", "\n", html.split('id="plain"')[1].split("</section>")[0])
    lines = [" ".join(unescape(line).split()) for line in plain.splitlines()]
    assert [line for line in lines if "(" in line] == [
        "09:00–11:00 Brussels (Europe/Brussels)",
        "15:00–17:00 Beijing (Asia/Shanghai)",
    ]


def test_person_chooses_what_the_own_calendar_holds(app: Flask, client: FlaskClient) -> None:
    user = make_user()
    sign_in(client, user)
    token = token_of(client, "/en/account/calendars/")
    client.post("/en/account/calendars/", data={**token, "name": "phone", "parts": ["followed", "deadlines"]})
    row = db.session.query(CalendarSubscription).one()
    assert row.parts == ["followed", "deadlines"]
    address = f"/en/account/calendars/{row.public_id}"
    page = client.get(address).text
    assert re.findall(r'value="(\w+)" checked', page) == ["followed", "deadlines"]
    sent: list[dict[str, list[str]]] = [{"parts": ["speaking"]}, {}, {"parts": ["x"]}]
    answers = [client.post(address, data={**token, **data}).status_code for data in sent]
    db.session.expire_all()
    assert (answers, db.session.query(CalendarSubscription).one().parts) == ([303, 422, 422], ["speaking"])
    assert "Events at which I speak" in client.get("/en/account/calendars/").text
    assert client.get("/zh/account/calendars/").text.count("我发言的活动") == 2


def test_calendar_of_somebody_else_is_404(sqlite_app: Flask, sqlite_client: FlaskClient) -> None:
    subscription, _ = personal_feeds.subscribe(make_user().id, "phone")
    sign_in(sqlite_client, make_user())
    address = f"/en/account/calendars/{subscription.public_id}"
    token = token_of(sqlite_client, "/en/account/calendars/")
    assert [sqlite_client.get(address).status_code, sqlite_client.post(address, data=token).status_code] == [404, 404]
