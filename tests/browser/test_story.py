"""The main job from end to end, told by three people in a real browser, on each database.

An organiser schedules a workshop, has it approved and publishes it; a city's focal point opens the invitation and
registers a speaker; the organiser puts the speaker on the agenda; a participant signs up and subscribes to the feed;
the organiser downloads the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from iurc_events.database import db
from iurc_events.models.messages import Message
from iurc_events.services import outbox
from tests.conftest import LiveServer, serve_demo

DAY = date.today() + timedelta(days=60)  # noqa: DTZ011  (a day of the calendar, far from now)
TITLE = "Green roofs in old towns"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[LiveServer]:
    with serve_demo(database_url, tmp_path / "instance") as server:
        yield server


def open_as(browser: Browser, site: LiveServer) -> Page:
    """Open a browser of somebody who was never here."""
    page = browser.new_context(base_url=site.url, locale="en-GB").new_page()
    page.set_default_timeout(15_000)
    return page


def sign_in(page: Page, site: LiveServer, email: str) -> None:
    page.goto("/en/sign-in")
    page.get_by_label("Mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(site.passwords[email])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"/en/(organise|delegation|account)"))


def last_mail_to(site: LiveServer, email: str) -> str:
    with site.app.app_context():
        message = db.session.query(Message).filter_by(to_email=email).order_by(Message.id.desc()).first()
        assert message is not None
        assert message.state == "kept"
        assert outbox.deliver_due(10) == 0
        return message.text


def link_in(text: str, kind: str) -> str:
    found = re.search(rf"/(?:en|zh)/{kind}/[a-z2-7]{{26}}", text)
    assert found
    return found[0]


@pytest.mark.browser
def test_workshop_from_first_idea_to_report(browser: Browser, site: LiveServer, tmp_path: Path) -> None:
    organiser = open_as(browser, site)
    sign_in(organiser, site, "organiser@example.org")

    # The organiser schedules a workshop …
    organiser.goto("/en/organise/events/new")
    organiser.locator("#title-en").fill(TITLE)
    organiser.locator("#title-zh").fill("老城绿色屋顶")
    organiser.get_by_label("Kind").select_option("workshop")
    organiser.get_by_label("Exact hours").check()
    organiser.locator("#starts_on").fill(DAY.isoformat())
    organiser.locator("#starts_time").fill("09:00")
    organiser.locator("#ends_time").fill("10:30")
    organiser.get_by_label("People can sign up on the page").check()
    organiser.get_by_label("Places").fill("2")
    organiser.get_by_role("button", name=re.compile("Save")).first.click()
    organiser.wait_for_url(re.compile(r"/en/organise/events/\d{4}-green-roofs"))
    slug = re.search(r"/events/(\d{4}-[a-z0-9-]+)", organiser.url)[1]  # type: ignore[index]  # waited for above

    # … has it approved by somebody with a preview link …
    visitor = open_as(browser, site)
    assert visitor.request.get(f"/en/events/{slug}").status == 404
    organiser.goto(f"/en/organise/events/{slug}/life")
    organiser.get_by_label("For whom").fill("Approving Person")
    organiser.get_by_role("button", name="Make a link").click()
    preview = organiser.get_by_label("Link to the preview").input_value()
    visitor.goto(preview)
    expect(visitor.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(visitor.get_by_text("Preview, not public.")).to_be_visible()

    # … and publishes it.
    organiser.goto(f"/en/organise/events/{slug}/life")
    organiser.get_by_role("button", name="Publish", exact=True).click()
    visitor.goto(f"/en/events/{slug}")
    expect(visitor.get_by_text("09:00–10:30")).to_be_visible()

    # Cities are invited; the focal point reads Chinese and opens the invitation from the mail.
    organiser.goto(f"/en/organise/events/{slug}/delegations/choose?q=Wuhan")
    organiser.get_by_label("Wuhan").check()
    organiser.get_by_role("button", name="Next: places and mail").click()
    organiser.get_by_label("Mail address").first.fill("focal.wuhan@example.org")
    organiser.locator("select[name$=language]").first.select_option("zh")
    organiser.get_by_role("button", name="Send the invitations").click()
    delegate = open_as(browser, site)
    delegate.goto(link_in(last_mail_to(site, "focal.wuhan@example.org"), "invitation"))
    delegate.get_by_role("button", name="打开邀请").click()
    delegate.wait_for_url(re.compile(r"/zh/delegation/"))
    delegate.locator("#family_zh").fill("测")
    delegate.locator("#given_zh").fill("试人")
    delegate.locator("#organisation-zh").fill("武汉测试局")
    delegate.locator("#topic-zh").fill("屋顶花园")
    delegate.get_by_label("发言人同意在公开议程中署名").check()
    delegate.get_by_role("button", name="登记发言人").click()
    expect(delegate.get_by_text("屋顶花园").first).to_be_visible()
    delegate.get_by_role("button", name="提交给项目团队").click()

    # The organiser accepts the speaker and puts the talk on the agenda.
    organiser.goto(f"/en/organise/events/{slug}/delegations")
    organiser.get_by_role("link", name=re.compile("Wuhan")).first.click()
    organiser.get_by_role("button", name=re.compile("^Accept")).first.click()
    organiser.goto(f"/en/organise/events/{slug}/agenda")
    organiser.get_by_role("link", name="New session").first.click()
    organiser.locator("#title-en").fill("Talks")
    organiser.locator("#title-zh").fill("发言")
    organiser.get_by_role("button", name="Put on the agenda").click()
    organiser.get_by_role("button", name="Place", exact=True).click()
    visitor.goto(f"/en/events/{slug}")
    expect(visitor.get_by_text("Shiren")).to_be_visible()
    expect(visitor.get_by_text("屋顶花园")).to_be_visible()
    visitor.goto(f"/zh/events/{slug}")
    expect(visitor.get_by_text("武汉测试局")).to_be_visible()

    # A participant signs up and opens the personal link.
    visitor.goto(f"/en/events/{slug}")
    visitor.get_by_role("link", name="Sign up").click()
    visitor.get_by_label("Your name").fill("Testina Muster")
    visitor.get_by_label("Mail address").fill("testina@example.org")
    visitor.get_by_label("Organisation").fill("Test Office")
    visitor.get_by_label("Government").check()
    visitor.get_by_label("I have read this and agree").check()
    visitor.get_by_role("button", name="Sign up").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("You are registered")
    visitor.goto(link_in(last_mail_to(site, "testina@example.org"), "my"))
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Your registration")

    # The feed holds the workshop at the same instant; asked again it is unchanged; a move raises SEQUENCE.
    feed = visitor.request.get("/calendar/programmes/iurc-china.ics")
    entry = _entry(feed.body())
    starts_at = datetime(DAY.year, DAY.month, DAY.day, 9, tzinfo=ZoneInfo("Europe/Brussels"))
    assert entry.decoded("DTSTART").astimezone(UTC) == starts_at.astimezone(UTC)
    again = visitor.request.get("/calendar/programmes/iurc-china.ics", headers={"If-None-Match": feed.headers["etag"]})
    assert again.status == 304

    # The organiser downloads the report.
    answer = organiser.request.get(f"/en/organise/events/{slug}/report.pdf", timeout=60_000)
    assert answer.status == 200
    report = tmp_path / "report.pdf"
    report.write_bytes(answer.body())
    text = "".join(page.extract_text() for page in PdfReader(report).pages)
    assert TITLE in text.replace("\n", " ")
    assert "屋顶花园" in text


def _entry(data: bytes) -> icalendar.Event:
    events = [e for e in icalendar.Calendar.from_ical(data).walk("VEVENT") if TITLE in str(e["SUMMARY"])]
    assert len(events) == 1
    return events[0]
