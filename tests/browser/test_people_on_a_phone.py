"""A delegate who reads only Chinese registers four speakers from a phone, by pasting what a chat or sheet gave."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, expect

from iurc_events.database import db
from iurc_events.mail import Quota
from iurc_events.models.accounts import User
from iurc_events.models.cities import City
from iurc_events.models.programmes import Programme
from iurc_events.models.speakers import Speaker
from iurc_events.services import delegations
from iurc_events.services.delegations import CityInvitation, FocalPointDetails
from tests import factories
from tests.conftest import LiveServer

DELEGATE = "delegate.guangzhou@example.org"
PASTED = """1. 陈测试 处长 测试局 chen.list@example.org
2. 李试验 主任 试验委员会 li.list@example.org
3. 欧阳样本 教授 样本大学 ouyang.list@example.org
4. 王例子 科长 例子局 wang.list@example.org"""


def invite_guangzhou(live_server: LiveServer) -> str:
    """Make an event to come and invite the city of the delegate; return the delegation's id."""
    day = (date.today() + timedelta(days=60)).isoformat()  # noqa: DTZ011  (a day of the calendar, far from now)
    with live_server.app.app_context():
        programme = db.session.query(Programme).filter_by(slug="iurc-china").one()
        city = db.session.query(City).filter_by(slug="guangzhou-development-district").one()
        event = factories.make_event(
            "2027-list-on-a-phone",
            programme,
            slot=factories.make_slot(f"{day}T09:00", f"{day}T11:00"),
            title={"en": "Green roofs", "zh": "绿色屋顶研讨会"},
        )
        return str(
            delegations.invite(
                actor=db.session.query(User).filter_by(email="organiser@example.org").one(),
                event_id=event.id,
                cities=[CityInvitation(city.id, (FocalPointDetails(DELEGATE, "D", "zh"),))],
                quotas=[Quota("speaker", "any", 4)],
            )[0].public_id
        )


@pytest.mark.browser
def test_four_speakers_are_registered_from_a_phone_in_chinese(browser: Browser, live_server: LiveServer) -> None:
    delegation = invite_guangzhou(live_server)
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto("/zh/sign-in")
    page.get_by_label("邮箱").fill(DELEGATE)
    page.get_by_label("密码", exact=True).fill(live_server.passwords[DELEGATE])
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(re.compile("/zh/delegation"))
    began = time.monotonic()

    page.get_by_role("link", name="绿色屋顶研讨会").click()
    page.get_by_role("link", name="批量录入").click()
    page.get_by_label("粘贴名单").fill(PASTED)
    page.get_by_role("button", name="核对名单").click()
    expect(page.get_by_role("heading", name="核对名单")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    page.get_by_label("发言人同意在公开议程中显示姓名").check()
    page.get_by_role("button", name="登记4人").click()
    expect(page.get_by_role("heading", name="名单已录入")).to_be_visible()
    page.get_by_role("link", name="返回代表团页面").click()
    expect(page.get_by_text("欧阳样本").first).to_be_visible()

    assert (width, time.monotonic() - began < 60) == (390, True)
    context.close()
    with live_server.app.app_context():
        found = db.session.query(Speaker).filter(Speaker.email.like("%.list@example.org")).order_by(Speaker.id)
        assert [(each.name, each.state) for each in found] == [
            ({"zh": "陈测试", "en": "Chen Ceshi"}, "nominated"),
            ({"zh": "李试验", "en": "Li Shiyan"}, "nominated"),
            ({"zh": "欧阳样本", "en": "Ouyang Yangben"}, "nominated"),
            ({"zh": "王例子", "en": "Wang Lizi"}, "nominated"),
        ]
    assert delegation
