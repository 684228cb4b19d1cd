"""What stands on the page that a PDF is made of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from iurc_events.reports.contents import Figure
from iurc_events.reports.pages import moment_text, render_html
from tests.unit.reports.real_event import clocks, make_agenda, make_event_report


@pytest.mark.parametrize(
    ("figure", "english", "chinese"),
    [
        (Figure(70, "more-than"), "more than 70", "超过70"),
        (Figure(1250, "at-least"), "at least 1,250", "至少1,250"),
        (Figure(30, "about"), "about 30", "约30"),
        (Figure(0), "0", "0"),
        (Figure(), "not stated", "未注明"),
    ],
)
def test_figures_keep_their_qualifier(figure: Figure, english: str, chinese: str):
    assert (figure.text("en"), figure.text("zh")) == (english, chinese)


def test_moment_stands_on_both_clocks():
    moment = datetime(2023, 1, 31, 9, 0, tzinfo=UTC)
    assert moment_text(moment, clocks("en"), "en") == "31 January 2023, 10:00 Brussels | 17:00 Beijing"
    assert moment_text(moment, clocks("zh"), "zh") == "2023年1月31日布鲁塞尔10:00｜北京17:00"


def test_moment_names_another_day():
    moment = datetime(2023, 1, 31, 18, 0, tzinfo=UTC)
    assert moment_text(moment, clocks("en"), "en") == (
        "31 January 2023, 19:00 Brussels | 02:00 Beijing, 1 February 2023"
    )


def test_items_without_hours_carry_order_numbers():
    page = render_html(make_event_report("en"))
    assert page.count('<td class="hour') == 0
    assert page.count('<td class="order">') == 13


def test_items_with_hours_carry_both_clocks():
    page = render_html(make_agenda("zh", 2))
    assert page.count('<td class="hour west">') == page.count('<td class="hour east">') == 2


def test_texts_in_the_other_language_are_marked():
    page = render_html(make_event_report("en"))
    assert '<p class="other" lang="zh-Hans">制造业的数字化整合与创新</p>' in page
    assert (
        '<li><span lang="zh-Hans">IURC CHINA ”科技 4.0、工业 5.0 及数字化创新” 线上专题研讨会顺利举行</span></li>'
        in page
    )


def test_family_name_is_set_apart_and_unchanged():
    assert "Tina <b>Pezdirc Nograšek</b>" in render_html(make_event_report("en"))
