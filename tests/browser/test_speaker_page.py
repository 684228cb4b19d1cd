"""A speaker who reads Chinese fills in the own page on a phone, with a photo, and says what may be published."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from iurc_events import addresses
from iurc_events.database import db
from iurc_events.models.programmes import Programme
from iurc_events.models.speakers import Speaker
from iurc_events.queries import speaker_pages as page_queries
from iurc_events.services import speaker_pages, tokens
from tests import factories, uploads
from tests.conftest import LiveServer


@pytest.mark.browser
def test_speaker_fills_in_the_page_on_a_phone_in_chinese(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    day = (date.today() + timedelta(days=40)).isoformat()  # noqa: DTZ011  (a day of the calendar, far from now)
    photo = tmp_path / "我.jpg"
    photo.write_bytes(uploads.picture())
    with live_server.app.app_context():
        programme = db.session.query(Programme).filter_by(slug="iurc-china").one()
        event = factories.make_event(
            "2027-speaker-on-a-phone", programme, slot=factories.make_slot(f"{day}T09:00", f"{day}T11:00")
        )
        speaker = factories.make_speaker(event, "Wang Xiaoming", consented_at=None, email="wang@example.org")
        speaker.name, speaker.family_name = {"en": "Wang Xiaoming", "zh": "王小明"}, {"en": "Wang", "zh": "王"}
        token = tokens.issue("speaker", payload={"speaker_id": speaker.id}, lifetime=timedelta(days=9))
        db.session.commit()
        key = speaker.id
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, has_touch=True, locale="zh-CN"
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))

    page.goto(addresses.speaker(token, "zh"))
    where, width = page.url, page.evaluate("document.documentElement.scrollWidth")
    violations = [rule["id"] for rule in Axe().run(page).response["violations"]]
    page.locator("#title-zh").fill("副处长")
    page.locator("#organisation-zh").fill("烟台市生态环境局")
    page.locator("#topic-zh").fill("屋顶上的绿洲")
    page.get_by_label("法语").check()
    page.locator("#photo").set_input_files(photo)
    page.locator(".photo-focus canvas").tap(position={"x": 100, "y": 20})
    page.get_by_label("我的姓名、职务和单位").check()
    page.get_by_label("我的照片").check()
    page.get_by_role("button", name="我的页面已填写完整").tap()
    page.get_by_text("您的页面已填写完整，谢谢！").wait_for()
    context.close()

    with live_server.app.app_context():
        stored = db.session.get_one(Speaker, key)
        profile = speaker_pages.profile_of(stored)
        has_photo = page_queries.list_files(key).photo is not None
        is_confirmed = stored.profile_confirmed_at is not None
    assert (where.endswith("/zh/speaker/profile"), width, violations, problems) == (True, 390, [], [])
    assert (profile.name, profile.title, profile.organisation, profile.topic) == (
        {"en": "Wang Xiaoming", "zh": "王小明"}, {"zh": "副处长"}, {"zh": "烟台市生态环境局"}, {"zh": "屋顶上的绿洲"},
    )  # fmt: skip
    assert (profile.languages, profile.published, has_photo, is_confirmed) == (("fr",), ("name", "photo"), True, True)
