"""A city's people, from a delegate who reads only Chinese to the agenda, without a mail outside the system.

Four speakers come once out of a spreadsheet and once through the form of a phone. How long a person takes is counted by
the keystroke-level model (Card, Moran and Newell, 1980): every key, tap and decision has its seconds, so that the bound
of three minutes is about people and not about this machine.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from iurc_events.database import db
from iurc_events.documents.spreadsheets import Sheet, write_xlsx
from iurc_events.mail import Quota
from iurc_events.models.accounts import User
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation
from iurc_events.models.messages import Message
from iurc_events.models.programmes import Programme
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegations, sessions
from iurc_events.services.delegations import CityInvitation, FocalPointDetails
from iurc_events.services.sessions import SessionDetails
from tests import factories
from tests.conftest import LiveServer

DELEGATE = "delegate.guangzhou@example.org"
SLUG = "2027-four-speakers"
#: Seconds of the model: a key of somebody who types at an average rate, a tap or click with the way there, a thought.
KEY, POINT, THINK = 0.28, 1.1, 1.35
#: Keys for one Chinese character through an input method: three letters and the choice.
KEYS_OF_CHARACTER = 4
LIMIT = 180
#: Family name, given name, organisation, topic.
SPEAKERS = [
    ("陈", "测试", "测试局", "雨水花园"),
    ("李", "试验", "试验委员会", "绿色屋顶"),
    ("欧阳", "样本", "样本大学", "河岸更新"),
    ("王", "例子", "例子局", "海绵城市"),
]


@dataclass
class Person:
    """Somebody at a page whose time is counted."""

    page: Page
    seconds: float = 0.0

    def tap(self, target: Locator) -> None:
        """Decide, go there, press."""
        self.seconds += THINK + POINT
        target.click()

    def write(self, target: Locator, text: str) -> None:
        """Go to a field and type."""
        self.seconds += POINT + sum(KEY * (1 if each.isascii() else KEYS_OF_CHARACTER) for each in text)
        target.fill(text)


def invite_guangzhou(live_server: LiveServer, slug: str, places: int = 4) -> str:
    """Make a published event with one session, invite the delegate's city; return the delegation's id."""
    day = (date.today() + timedelta(days=60)).isoformat()  # noqa: DTZ011  (a day of the calendar, far from now)
    with live_server.app.app_context():
        programme = db.session.scalars(select(Programme).filter_by(slug="iurc-china")).one()
        city = db.session.scalars(select(City).filter_by(slug="guangzhou-development-district")).one()
        organiser = db.session.scalars(select(User).filter_by(email="organiser@example.org")).one()
        event = factories.make_event(
            slug,
            programme,
            slot=factories.make_slot(f"{day}T09:00", f"{day}T11:00"),
            title={"en": f"Rain in cities, {slug}", "zh": f"城市雨水研讨会{slug}"},
        )
        talks = SessionDetails(title={"en": "Talks", "zh": "发言"}, kind="plenary")
        sessions.schedule(actor=organiser, event_id=event.id, details=talks)
        return str(
            delegations.invite(
                actor=organiser,
                event_id=event.id,
                cities=[CityInvitation(city.id, (FocalPointDetails(DELEGATE, "D", "zh"),))],
                quotas=[Quota("speaker", "any", places)],
            )[0].public_id
        )


def sign_in(browser: Browser, site: LiveServer, email: str, width: int, *, language: str) -> Person:
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    context = browser.new_context(base_url=site.url, viewport={"width": width, "height": 844}, locale=locale)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"/{language}/sign-in")
    page.locator("#email").fill(email)
    page.locator("#password").fill(site.passwords[email])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(f"/{language}/(delegation|organise)"))
    return Person(page)


def stored(site: LiveServer, delegation: str) -> list[tuple[dict[str, str], str, dict[str, str], str]]:
    with site.app.app_context():
        found = db.session.scalars(
            select(Speaker)
            .join(Delegation, Delegation.id == Speaker.delegation_id)
            .where(Delegation.public_id == uuid.UUID(delegation))
            .order_by(Speaker.id)
        ).all()
        return [(each.name, each.organisation["zh"], each.topic, each.state) for each in found]


EXPECTED = [
    ({"zh": "陈测试", "en": "Chen Ceshi"}, "测试局", {"zh": "雨水花园"}, "nominated"),
    ({"zh": "李试验", "en": "Li Shiyan"}, "试验委员会", {"zh": "绿色屋顶"}, "nominated"),
    ({"zh": "欧阳样本", "en": "Ouyang Yangben"}, "样本大学", {"zh": "河岸更新"}, "nominated"),
    ({"zh": "王例子", "en": "Wang Lizi"}, "例子局", {"zh": "海绵城市"}, "nominated"),
]


@pytest.mark.browser
def test_four_speakers_come_through_the_form_of_a_phone_within_three_minutes(
    browser: Browser, live_server: LiveServer
) -> None:
    delegation = invite_guangzhou(live_server, f"{SLUG}-phone")
    delegate = sign_in(browser, live_server, DELEGATE, 390, language="zh")
    page = delegate.page
    delegate.tap(page.get_by_role("link", name=f"城市雨水研讨会{SLUG}-phone"))
    for number, (family, given, organisation, topic) in enumerate(SPEAKERS, 1):
        delegate.write(page.locator("#family_zh"), family)
        delegate.write(page.locator("#given_zh"), given)
        delegate.write(page.locator("#organisation-zh"), organisation)
        delegate.write(page.locator("#topic-zh"), topic)
        delegate.tap(page.get_by_label("发言人同意在公开议程中署名"))
        delegate.tap(page.get_by_role("button", name="登记发言人"))
        expect(page.locator(".own-speaker")).to_have_count(number)
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    delegate.tap(page.get_by_role("button", name="提交给项目团队"))
    expect(page.get_by_text("答复已提交").first).to_be_visible()
    page.context.close()

    assert (stored(live_server, delegation), widths) == (EXPECTED, [390, 390])
    assert delegate.seconds < LIMIT


@pytest.mark.browser
def test_four_speakers_come_from_a_spreadsheet_and_are_corrected_placed_and_confirmed(
    browser: Browser, live_server: LiveServer
) -> None:
    slug = f"{SLUG}-sheet"
    delegation = invite_guangzhou(live_server, slug)
    rows = [[family + given, organisation, topic] for family, given, organisation, topic in SPEAKERS]
    book = write_xlsx([Sheet("名单", ["姓名", "单位", "发言题目"], rows)])

    delegate = sign_in(browser, live_server, DELEGATE, 1440, language="zh")
    page = delegate.page
    delegate.tap(page.get_by_role("link", name=f"城市雨水研讨会{slug}"))
    delegate.tap(page.get_by_role("link", name="批量录入"))
    delegate.seconds += 2 * (THINK + POINT)  # the file is chosen in a window of the system
    page.locator("input[type=file]").set_input_files(
        {"name": "名单.xlsx", "mimeType": "application/octet-stream", "buffer": book}
    )
    delegate.tap(page.get_by_role("button", name="核对名单"))
    delegate.tap(page.get_by_label("发言人同意在公开议程中显示姓名"))
    delegate.tap(page.get_by_role("button", name="登记4人"))
    expect(page.get_by_role("heading", name="名单已录入")).to_be_visible()
    delegate.tap(page.get_by_role("link", name="返回代表团页面"))
    delegate.tap(page.get_by_role("button", name="提交给项目团队"))
    assert (stored(live_server, delegation), delegate.seconds < LIMIT) == (EXPECTED, True)

    # The organiser finds the answer, corrects a name, accepts all, puts them on the agenda and confirms the city.
    organiser = sign_in(browser, live_server, "organiser@example.org", 1440, language="en").page
    organiser.goto(f"/en/organise/events/{slug}/delegations")
    organiser.get_by_role("link", name=re.compile("Guangzhou")).first.click()
    organiser.locator("article", has_text="Ouyang").get_by_role("link", name=re.compile("^Edit")).click()
    organiser.locator("#name-en").fill("Ouyang Yang-Ben")
    organiser.get_by_role("button", name="Save changes").click()
    organiser.goto(f"/en/organise/events/{slug}/delegations/{delegation}")
    organiser.get_by_role("button", name="Accept all 4").click()
    organiser.goto(f"/en/organise/events/{slug}/agenda")
    for left in (3, 2, 1, 0):
        organiser.get_by_role("button", name="Place", exact=True).first.click()
        expect(organiser.get_by_role("button", name="Place", exact=True)).to_have_count(left)
    organiser.goto(f"/en/organise/events/{slug}/delegations/{delegation}")
    organiser.get_by_role("button", name="Confirm", exact=True).click()
    expect(organiser.get_by_role("button", name="Take the confirmation back")).to_be_visible()

    # The delegate sees it all at the desk, and the agenda names them in both scripts.
    page.reload()
    expect(page.get_by_text("Ouyang Yang-Ben").first).to_be_visible()
    expect(page.get_by_text("贵市在议程中的环节")).to_be_visible()
    organiser.goto(f"/zh/events/{slug}")
    for name in ("陈测试", "李试验", "欧阳样本", "王例子"):
        expect(organiser.get_by_text(name).first).to_be_visible()
    assert [state for *_, state in stored(live_server, delegation)] == ["accepted"] * 4
    with live_server.app.app_context():  # the delegate was told of the decision by the system, nobody by hand
        kinds = db.session.scalars(select(Message.kind).where(Message.to_email == DELEGATE)).all()
    assert "delegation-confirmed" in kinds
    page.context.close()
    organiser.context.close()
