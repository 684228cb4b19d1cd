"""The door on a phone: a code is read from a picture by the vendored reader, in a real browser."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import segno
from playwright.sync_api import Page, expect

from iurc_events.database import db, utc_now
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.models.attendance import Attendance
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.services import check_in
from tests import factories
from tests.conftest import LiveServer


def test_picture_of_a_code_checks_in_and_the_numbers_follow(
    page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    day = (date.today() + timedelta(days=1)).isoformat()  # noqa: DTZ011  (a day of the calendar)
    with live_server.app.app_context():
        programme = db.session.query(Programme).filter_by(slug="iurc-china").one()
        event = factories.make_event(
            "2027-door", programme, slot=factories.make_slot(f"{day}T09:00", f"{day}T11:00"), format="onsite"
        )
        someone = Participant(
            event_id=event.id, state="registered", name="Testina Muster", email="door@example.org", mode="onsite",
            stakeholder_type="other", consented_at=utc_now(), token_hash=hash_token(new_token()),
        )  # fmt: skip
        db.session.add(someone)
        db.session.commit()
        address = check_in.entry_address("participant", someone.public_id, "en")
        event_id = event.id
    picture = tmp_path / "code.png"
    written = io.BytesIO()
    segno.make(address, micro=False, error="m").save(written, kind="png", scale=6)
    picture.write_bytes(written.getvalue())
    errors: list[str] = []
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/en/sign-in")
    page.get_by_label("Mail address").fill("organiser@example.org")
    page.get_by_label("Password", exact=True).fill(live_server.passwords["organiser@example.org"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile("/en/organise"))
    page.goto("/en/check-in/events/2027-door")
    page.locator("[data-picture]").set_input_files(picture)

    expect(page.get_by_role("status").filter(has_text="Testina Muster")).to_contain_text("Checked in")
    expect(page.locator('[data-count="came"]')).to_have_text("1")
    assert (errors, hosts) == ([], {urlsplit(page.url).netloc})  # the reader has another host as its default
    with live_server.app.app_context():
        db.session.rollback()
        assert [row.source for row in db.session.query(Attendance).filter_by(event_id=event_id)] == ["scan"]
