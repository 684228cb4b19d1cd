"""The agenda's lists of speakers and the printed list of a delegation follow the order of protocol."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from iurc_events.database import db
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Person
from iurc_events.services.sort_keys import person_sort_keys
from tests.factories import make_city, make_event, make_programme, make_session, make_speaker, make_user, sign_in

#: Name and rank, in the order they came; without rank by name.
PEOPLE = (("Zoe Late", None), ("Ada Early", None), ("Second Guest", 2), ("First Guest", 1))
IN_ORDER = ["First Guest", "Second Guest", "Ada Early", "Zoe Late"]


@pytest.fixture
def event(app: Flask) -> Event:
    app.config["WTF_CSRF_ENABLED"] = False
    programme = make_programme("iurc-test")
    city = make_city("alpha", programme)
    event = make_event("2027-now", programme)
    make_session(event)
    delegation = Delegation(event_id=event.id, city_id=city.id, state="nominating")
    db.session.add(delegation)
    db.session.flush()
    for name, rank in PEOPLE:
        speaker = make_speaker(event, name, city, state="accepted", delegation_id=delegation.id)
        speaker.person.protocol_rank = rank
        speaker.person.sort_keys = person_sort_keys({"en": name}, None)
    observer = Person(
        name={"en": "Observer Of Honour"}, sort_keys={"en": "observer", "zh": "observer"}, protocol_rank=1
    )
    db.session.add(observer)
    db.session.flush()
    db.session.add(
        Participant(
            event_id=event.id, person_id=observer.id, delegation_id=delegation.id, city_id=city.id, mode="online",
            state="registered", role="observer", name="Observer Of Honour", stakeholder_type="government",
            consented_at=event.created_at, token_hash=hash_token(new_token()),
        )
    )  # fmt: skip
    db.session.commit()
    return event


def _order(text: str, *more: str) -> list[str]:
    return sorted((name for name in (*IN_ORDER, *more) if name in text), key=text.index)


def test_agenda_offers_speakers_in_the_order_of_protocol_and_says_so(app: Flask, event: Event) -> None:
    client = sign_in(app.test_client(), make_user("organiser", programme=event.programme))
    page = unescape(client.get(f"/en/organise/events/{event.slug}/agenda").text)
    side = re.sub(r"<[^>]+>", "", page[page.index('id="unplaced-title"') :])
    assert ("In the order of protocol" in side, _order(side)) == (True, IN_ORDER)
    form = unescape(client.get(f"/en/organise/events/{event.slug}/sessions/new").text)
    chair = form[form.index('name="chair"') :]
    assert ("Speakers stand in the order of protocol" in form, _order(chair)) == (True, IN_ORDER)


@pytest.mark.parametrize(("language", "words"), [("en", "In the order of protocol"), ("zh", "按礼宾次序排列")])
def test_printed_list_is_in_the_order_of_protocol_and_says_so(
    app: Flask, event: Event, language: str, words: str
) -> None:
    delegation = db.session.query(Delegation).one()
    client = sign_in(app.test_client(), make_user("delegate", city=delegation.city))
    page = client.get(f"/{language}/delegation/{delegation.public_id}/print").text
    text = re.sub(r"<[^>]+>", "", unescape(page[page.index("<main") :]))
    honour = "Observer Of Honour"
    assert (words in text, _order(text, honour)) == (True, ["First Guest", honour, *IN_ORDER[1:]])
