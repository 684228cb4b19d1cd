"""What comes out is what went in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings

from iurc_events.database import db
from iurc_events.documents import KnownIds, check, load
from iurc_events.domain.errors import ConflictError, NotFoundError
from iurc_events.models.agendas import Contribution
from iurc_events.services.event_changes import record_change
from iurc_events.services.exports import export_cities, export_events, export_themes
from iurc_events.services.imports import import_documents, known_ids
from tests.factories import make_event, make_programme, make_session, make_speaker
from tests.integration.documents import (
    DATA,
    EVENT_FILES,
    FILES,
    as_file,
    events_document,
    made_up_events,
    read,
    shipped,
)

MAKER = Path(__file__).parents[3] / "shared" / "data" / "make_programme.py"


def test_export_gives_back_every_shipped_document(app: Flask) -> None:
    import_documents(shipped())
    for path in EVENT_FILES:
        assert export_events([event["id"] for event in read(path)["events"]]) == read(path)
    assert export_cities() == read(DATA / "cities.json")
    assert export_themes() == read(DATA / "themes.json")


def test_export_keeps_the_order_in_which_events_came(app: Flask) -> None:
    import_documents([*shipped()[:2], *map(load, reversed(EVENT_FILES))])
    exported = [event["id"] for event in export_events()["events"]]
    assert exported == [event["id"] for path in reversed(EVENT_FILES) for event in read(path)["events"]]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(made_up_events())
def test_export_gives_back_any_event_after_any_other_in_its_place(sqlite_app: Flask, event: dict[str, Any]) -> None:
    import_documents([load(path) for path in FILES[:2]])
    outcome = import_documents([as_file(events_document(event))], overwrite=True)
    assert outcome.faults == ()
    db.session.expunge_all()
    assert export_events(["made-up"]) == events_document(event)
    again = import_documents([as_file(events_document(event))])
    assert ([str(line) for line in again.lines], again.faults) == (["unchanged event made-up"], ())


def test_export_gives_back_what_a_document_says_beside_its_events(app: Flask) -> None:
    import_documents(shipped())
    city = read(DATA / "cities.json")["cities"][0] | {"id": "newtown", "name_en": "Newtown", "name_zh": "新城"}
    event = read(EVENT_FILES[0])["events"][0] | {"id": "made-up"}
    document = events_document(event, synthetic=True, seed=7, cities=[city])
    assert import_documents([as_file(document)]).faults == ()
    assert export_events(["made-up"]) == document


@pytest.mark.skipif(not MAKER.exists(), reason="the maker of made-up programmes is not beside this checkout")
def test_export_gives_back_a_made_up_programme(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "made-up.json"
    arguments = ["--events", "12", "--people", "40", "--seed", "5", "--out", str(path)]
    subprocess.run([sys.executable, str(MAKER), *arguments], check=True, capture_output=True)
    import_documents(shipped())
    document = json.loads(path.read_bytes())
    assert import_documents([load(path)]).faults == ()
    assert export_events([event["id"] for event in document["events"]]) == document


def test_export_of_an_event_made_here_is_a_right_document_that_changes_nothing(app: Flask) -> None:
    event = make_event("2027-here", make_programme("iurc-china"), title={"en": "Only English"})
    session = make_session(event, items=2)
    speaker = make_speaker(event)
    make_speaker(event, "Nobody Onstage")
    make_speaker(event, "Not Yet", state="nominated", roles=["moderator"])
    db.session.add(Contribution(item_id=session.items[0].id, speaker_id=speaker.id, role="keynote"))
    db.session.flush()
    record_change(event, "made for a test", actor_id=None)
    db.session.commit()
    exported = export_events(["2027-here"])
    file = as_file(exported)
    assert check([file], KnownIds(programmes={"iurc-china"})).faults == ()
    assert [s["roles"] for s in exported["events"][0]["speakers"]] == [["speaker", "keynote"]]
    assert [str(line) for line in import_documents([file]).lines] == ["unchanged event 2027-here"]


def test_export_leaves_drafts_out_unless_they_are_asked_for(app: Flask) -> None:
    make_event("2027-draft", state="draft")
    assert export_events()["events"] == []
    with pytest.raises(ConflictError):
        export_events(["2027-draft"])
    assert [event["status"] for event in export_events(["2027-draft"], drafts=True)["events"]] == ["draft"]


def test_export_says_which_event_there_is_not(app: Flask) -> None:
    with pytest.raises(NotFoundError, match="There is no event “none”"):
        export_events(["none"])
    assert known_ids() == KnownIds(set(), set(), set(), set(), set())
