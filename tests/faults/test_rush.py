"""Registration opens and everybody comes at once (fault-1, fault-2): real processes, both databases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from iurc_events.database import db
from tests.factories import make_event
from tests.faults import rush


def open_event(slug: str, capacity: int) -> int:
    key = make_event(slug, is_registration_open=True, capacity=capacity).id
    db.session.remove()
    return key


def visits(slug: str, number: int, prefix: str = "rush") -> list[dict[str, str]]:
    return [{"slug": slug, "email": f"{prefix}{each}@example.org"} for each in range(number)]


def link_in(letter: str) -> str:
    found = re.search(r"/en/my/[a-z2-7]{26}", letter)
    assert found
    return found[0]


def test_sixty_people_get_fifteen_seats_and_a_fair_line(app: Flask, database_url: str, tmp_path: Path) -> None:
    event_id = open_event("2027-rush", 15)
    with rush.serving(database_url, tmp_path / "site", workers=3) as port, rush.crowd(port, processes=3) as crowd:
        answers = crowd.send(visits("2027-rush", 60))
        assert {answer["status"] for answer in answers} == {303}
        assert rush.standing(event_id) == {"counted": 15, "seated": 15, "waiting": 45, "letters": 60, "readers": 60}
        assert {answer["email"]: answer["answer"] for answer in answers} == rush.states(event_id)
        rush.check_order(answers, event_id)

        # All who have a seat give it back while others still come: no seat stays free, none is given twice.
        confirmations = rush.letters(event_id)
        seated = [email for email, state in rush.states(event_id).items() if state == "registered"]
        leaving = [{"link": link_in(confirmations[email])} for email in seated]
        later = crowd.send([*leaving, *visits("2027-rush", 15, "late")])
        assert {answer["status"] for answer in later} == {303}
        assert rush.standing(event_id) == {"counted": 15, "seated": 15, "waiting": 45, "letters": 75, "readers": 75}
        moved_up = {email for email, state in rush.states(event_id).items() if state == "registered"}
        assert moved_up == set(rush.letters(event_id, "place-free"))
        assert all(email.startswith("rush") for email in moved_up)


def test_one_form_sent_ten_times_at_once_is_one_row_one_mail_and_one_answer(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    event_id = open_event("2027-once", 1)
    with rush.serving(database_url, tmp_path / "site", workers=3) as port, rush.crowd(port, processes=1) as crowd:
        answers = crowd.send(visits("2027-once", 1) * 10, together=True)
    assert [(answer["status"], answer["answer"]) for answer in answers] == [(303, "registered")] * 10
    assert rush.standing(event_id) == {"counted": 1, "seated": 1, "waiting": 0, "letters": 1, "readers": 1}


@pytest.mark.long
def test_two_thousand_people_get_five_hundred_seats(app: Flask, database_url: str, tmp_path: Path) -> None:
    event_id = open_event("2027-rush", 500)
    with rush.serving(database_url, tmp_path / "site", workers=4) as port, rush.crowd(port, processes=3) as crowd:
        answers = crowd.send(visits("2027-rush", 2000))
    assert {answer["status"] for answer in answers} == {303}
    assert rush.standing(event_id) == {
        "counted": 500, "seated": 500, "waiting": 1500, "letters": 2000, "readers": 2000,
    }  # fmt: skip
    assert {answer["email"]: answer["answer"] for answer in answers} == rush.states(event_id)
    rush.check_order(answers, event_id)


@pytest.mark.long
def test_no_seat_is_given_twice_in_a_hundred_runs(app: Flask, database_url: str, tmp_path: Path) -> None:
    events = {f"2027-run-{number}": open_event(f"2027-run-{number}", 3) for number in range(100)}
    with rush.serving(database_url, tmp_path / "site", workers=3) as port, rush.crowd(port, processes=3) as crowd:
        for slug, event_id in events.items():
            answers = crowd.send(visits(slug, 12))
            assert {answer["status"] for answer in answers} == {303}
            assert rush.standing(event_id) == {"counted": 3, "seated": 3, "waiting": 9, "letters": 12, "readers": 12}
            assert {answer["email"]: answer["answer"] for answer in answers} == rush.states(event_id)
            rush.check_order(answers, event_id)
