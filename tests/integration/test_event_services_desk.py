"""What the organiser's desk reads, on both databases."""

from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, datetime

import pytest
from flask import Flask

from iurc_events.database import db
from iurc_events.models.accounts import User
from iurc_events.models.agendas import ItemCity
from iurc_events.models.attendance import HeadCount
from iurc_events.models.delegations import Delegation
from iurc_events.models.programmes import Programme
from iurc_events.queries import attention, organised_cities, organised_events
from iurc_events.queries.attention import Attention, Clash, EventName, Figures
from iurc_events.queries.organised_events import EventFilter
from iurc_events.services import head_counts
from iurc_events.services.head_counts import CountEntry
from tests.factories import make_city, make_event, make_programme, make_session, make_slot, make_speaker, make_user

NOW = datetime(2027, 4, 1, 12, tzinfo=UTC)


@pytest.fixture
def programme(app: Flask) -> Programme:
    return make_programme("iurc-china")


@pytest.fixture
def organiser(programme: Programme) -> User:
    return make_user("organiser", programme=programme)


def test_list_attention_names_each_kind_once_and_nothing_of_others(organiser: User, programme: Programme) -> None:
    city = make_city("sofia", programme)
    first = make_event("2027-a", programme, title={"en": "A", "zh": "甲"})
    second = make_event("2027-b", programme, title={"en": "B"})
    past = make_event(
        "2027-past", programme, title={"en": "P", "zh": "过"}, slot=make_slot("2027-03-01T09:00", "2027-03-01T10:00")
    )
    theirs = make_event("2027-theirs", title={"en": "T"})
    speaker, twin = make_speaker(first, "Wang Qian", city), make_speaker(second, "Wang Qian")
    twin.person_id = speaker.person_id
    make_speaker(second, "Waiting", state="nominated")
    make_speaker(theirs, "Theirs", state="nominated")
    one = make_session(first, "one", room={"en": "Hall A"}, slot=first.slot)
    make_session(first, "two", room={"en": "Hall A"}, slot=first.slot)
    db.session.add(ItemCity(item_id=one.items[0].id, city_id=city.id))
    db.session.add(Delegation(event_id=first.id, city_id=city.id, deadline_on="2027-03-31"))
    db.session.add(Delegation(event_id=second.id, city_id=city.id, deadline_on="2027-04-05"))
    db.session.commit()

    a, b = EventName("2027-a", {"en": "A", "zh": "甲"}), EventName("2027-b", {"en": "B"})
    assert attention.list_attention(organiser, NOW) == Attention(
        person_clashes=[Clash({"en": "Wang Qian"}, a, b)],
        room_clashes=[
            Clash(
                {"en": "Hall A"},
                EventName("2027-a", {"en": "One", "zh": "环节one"}),
                EventName("2027-a", {"en": "Two", "zh": "环节two"}),
            )
        ],
        overdue=[a],
        due_soon=[b],
        unconfirmed=[EventName(past.slug, past.title)],
        unnamed=[a],
        undecided=[b],
        asked_changes=[],
        failed_mails=0,
        missing_zh=[b],
        missing_en=[],
    )


def test_get_figures_counts_what_was_held_with_the_weakest_qualifier(organiser: User, programme: Programme) -> None:
    city = make_city("sofia", programme)
    make_city("idle", programme)
    slot = make_slot("2027-03-01T09:00", "2027-03-01T10:00")
    for slug, value, qualifier in (("2027-x", 30, "exactly"), ("2027-y", 70, "more-than")):
        event = make_event(slug, programme, state="held", slot=slot, venue_city_id=city.id)
        db.session.add(HeadCount(event_id=event.id, subject="participants", value=value, qualifier=qualifier))
    coming = make_event("2027-z", programme)
    db.session.add(Delegation(event_id=coming.id, city_id=city.id, deadline_on="2027-03-31"))
    db.session.commit()

    assert attention.get_figures(organiser, NOW) == Figures(
        held=2,
        events=3,
        cities_active=1,
        cities_listed=2,
        participants=100,
        qualifier="more-than",
        counted=2,
        waiting=1,
        overdue=1,
    )
    assert [astuple(row)[3:] for row in organised_cities.list_organised_cities(organiser, "en")] == [
        (0, 0, 0, 0),
        (2, 2, 1, 0),
    ]


def test_list_organised_filters_and_pages(organiser: User, programme: Programme) -> None:
    for number in range(3):
        make_event(
            f"2027-{number}", programme, slot=make_slot(f"2027-0{number + 3}-01T09:00", f"2027-0{number + 3}-01T10:00")
        )
    make_event("2027-theirs")

    def slugs(wanted: EventFilter, page: int = 1) -> list[str]:
        return [row.slug for row in organised_events.list_organised(organiser, wanted, NOW, page=page, per_page=2)]

    assert slugs(EventFilter()) == ["2027-2", "2027-1"]
    assert slugs(EventFilter(), page=2) == ["2027-0"]
    assert slugs(EventFilter(states=("unconfirmed",))) == ["2027-1", "2027-0"]
    assert slugs(EventFilter(first_day="2027-04-01", last_day="2027-04-01")) == ["2027-1"]
    assert organised_events.count_organised(organiser, EventFilter(query="2027-1 的标题"), NOW) == 1


def test_report_counts_replaces_the_same_subject_and_is_undone(organiser: User, programme: Programme) -> None:
    event = make_event(programme=programme)
    first = CountEntry("participants", None, 70, "more-than", "news", "70余位")
    head_counts.report_counts(actor=organiser, event_id=event.id, entries=[first])

    before = head_counts.report_counts(
        actor=organiser, event_id=event.id, entries=[CountEntry("participants", None, 80, "exactly")]
    )
    replaced = [row.value for row in head_counts.list_entries(event.id)]
    head_counts.restore_counts(actor=organiser, event_id=event.id, entries=before)

    assert (before, replaced) == ([first], [80])
    assert [(row.value, row.as_printed) for row in head_counts.list_entries(event.id)] == [(70, "70余位")]
