"""Lists, search and the content of an event's page, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event as sql_event

from iurc_events.database import db, utc_now
from iurc_events.queries import events
from iurc_events.queries.events import EventFilters
from iurc_events.services.demo import seed_demo

EXPO, EXCHANGE = "2021-yangzhou-horticultural-expo", "2022-01-26-first-exchange-meeting"
TOURISM, INDUSTRY = "2022-03-04-tourism-culture-seminar", "2022-04-29-industry-4-0-seminar"
CONFERENCE = "2022-11-08-iurc-annual-conference"


def found(**filters: object) -> list[str]:
    wanted, now = EventFilters(**filters), utc_now()  # type: ignore[arg-type]  # plain keywords
    counts = events.count_events(wanted, now=now)
    rows = events.list_events(wanted, counts, now=now)
    assert counts.total == len(rows)
    return [row.slug for row in rows]


@pytest.fixture
def programme(app: Flask) -> Flask:
    seed_demo()
    return app


def test_search_finds_words_of_both_scripts_people_and_every_alias(programme: Flask) -> None:
    assert found(query="柳州") == [INDUSTRY, TOURISM]
    assert found(query="Nograsek") == [INDUSTRY]
    assert found(query="Tina Pezdirc") == [INDUSTRY]
    assert found(query="石方可") == [TOURISM]
    assert found(query="市城") == []
    assert found(query="Industr") == [INDUSTRY]
    assert found(query="伊莱莫斯新区") == [TOURISM, EXCHANGE, EXPO]
    assert found(query="' OR 1=1 --") == []
    assert found(query='"*') == [CONFERENCE, INDUSTRY, TOURISM, EXCHANGE, EXPO]


def test_filters_narrow_the_list_together_and_a_repeated_key_means_or(programme: Flask) -> None:
    assert found(kinds=("exposition", "exchange-meeting")) == [EXCHANGE, EXPO]
    assert found(cities=("zhengzhou",), formats=("online",)) == [INDUSTRY, TOURISM]
    assert found(themes=("horticulture",)) == [EXPO]
    assert found(programmes=("iurc-global",)) == [CONFERENCE]


def test_period_takes_what_overlaps_it_both_days_included(programme: Flask) -> None:
    assert found(from_day=date(2021, 10, 31), to_day=date(2022, 1, 26)) == [EXCHANGE, EXPO]
    assert found(from_day=date(2021, 11, 1), to_day=date(2022, 1, 25)) == []


def test_content_of_a_page_takes_seven_statements_however_long_the_agenda(programme: Flask) -> None:
    found_event = events.find_public_event(CONFERENCE)
    assert found_event
    statements: list[str] = []
    sql_event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    content = events.load_content(found_event.id)
    assert len(statements) <= 8  # BEGIN of SQLite counts as one
    assert (len(content.sessions), len(content.speakers), len(content.cities)) == (10, 9, 17)
    assert {part: len(rows) for part, rows in content.parts.items()} == {"count": 2, "document": 4, "outcome": 1}
    assert [slug for slug, _ in content.themes] == [
        "green-transition", "smart-city", "regional-innovation", "city-cooperation",
    ]  # fmt: skip
