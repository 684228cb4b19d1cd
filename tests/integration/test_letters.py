"""Formal letters: numbered once, kept as issued, in both languages, for those who have a place."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from iurc_events.database import db, utc_now
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.secrets import hash_token, new_token
from iurc_events.models.delegations import Delegation, DelegationQuota
from iurc_events.models.letters import Letter
from iurc_events.models.participants import Participant
from iurc_events.queries import letters as letter_queries
from iurc_events.reports.letters import letter_pages
from iurc_events.services import letters
from iurc_events.services.participants import record_attendance
from tests import factories

DAY = date(2027, 3, 5)
HEAD = {
    "office": {"en": "Test Office", "zh": "测试办公室"},
    "address": {"en": "Made-up Street 1"},
    "signatory": {"zh": "测试主任"},
    "signatory_title": {},
}


@pytest.fixture
def desk(app: Flask) -> dict[str, Any]:
    """Return an organiser and an event with two invited cities."""
    event = factories.make_event("2027-letters")
    city, other = factories.make_city("zhengzhou"), factories.make_city("mannheim")
    city.side, other.side = "China", "EU"
    actor = factories.make_user(role="organiser", programme=event.programme)
    delegations = [Delegation(event_id=event.id, city_id=each.id, deadline_on="2027-03-20") for each in (city, other)]
    db.session.add_all(delegations)
    delegations[0].quotas = [DelegationQuota(role="speaker", mode="online", places=2)]
    db.session.commit()
    return {"actor": actor, "event": event, "delegations": delegations}


def _invite(desk: dict[str, Any], **changes: Any) -> list[Letter]:
    wanted = {
        "actor": desk["actor"],
        "event_id": desk["event"].id,
        "delegation_ids": [each.public_id for each in desk["delegations"]],
        "addition": {},
        "issued_on": DAY,
    }
    return letters.issue_invitations(**(wanted | changes))


def test_letters_are_numbered_in_order_and_year_by_year(desk: dict[str, Any]) -> None:
    letters.set_letterhead(actor=desk["actor"], programme_id=desk["event"].programme_id, texts=HEAD, prefix="TEST")
    numbers = [letter.number for letter in _invite(desk)]
    numbers += [letter.number for letter in _invite(desk, issued_on=date(2028, 1, 2))]
    assert numbers == ["TEST/2027/0001", "TEST/2027/0002", "TEST/2028/0001", "TEST/2028/0002"]


def test_the_same_letter_sent_twice_gets_one_number(desk: dict[str, Any]) -> None:
    first = [letter.number for letter in _invite(desk)]
    again = [letter.number for letter in _invite(desk)]
    changed = [letter.number for letter in _invite(desk, addition={"en": "Bring a coat."})]
    assert (again == first, len({*first, *changed})) == (True, 4)


def test_a_letter_has_both_languages_that_of_the_receiver_first(desk: dict[str, Any]) -> None:
    letters.set_letterhead(actor=desk["actor"], programme_id=desk["event"].programme_id, texts=HEAD, prefix="")
    chinese, english = _invite(desk)
    assert [page.language for page in letter_pages(chinese.contents)] == ["zh", "en"]
    assert [page.language for page in letter_pages(english.contents)] == ["en", "zh"]
    page = letter_pages(chinese.contents)[0]
    assert (page.sender[:2], page.signature[0]) == (("测试办公室", "Made-up Street 1"), "测试主任")
    assert ("代表团名额", "线上发言人2名") in page.facts


def test_a_letter_stays_as_it_was_issued(desk: dict[str, Any]) -> None:
    letter = _invite(desk)[0]
    before = letters.get_letter_pdf(letter).data
    desk["event"].title = {"en": "Something else"}
    letters.set_letterhead(actor=desk["actor"], programme_id=desk["event"].programme_id, texts=HEAD, prefix="NEW")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(letters.get_letter_pdf(letter).data)).pages)
    assert ("Something else" in text, letter.number in text) == (False, True)
    assert len(PdfReader(io.BytesIO(before)).pages) == 2


def test_letters_of_others_are_not_found(desk: dict[str, Any]) -> None:
    letter = _invite(desk)[0]
    elsewhere = factories.make_programme("elsewhere")
    stranger = factories.make_user(role="organiser", programme=elsewhere)
    db.session.commit()
    for act in (
        lambda: letter_queries.get_letter_organised_by(stranger, letter.public_id),
        lambda: _invite(desk, actor=stranger),
        lambda: letters.set_letterhead(actor=stranger, programme_id=desk["event"].programme_id, texts={}, prefix=""),
        lambda: letter_queries.get_letter_of_delegation(desk["delegations"][1].id, letter.public_id),
    ):
        with pytest.raises(NotFoundError):
            act()
    assert letter_queries.get_letter_of_delegation(desk["delegations"][0].id, letter.public_id) == letter


def _participant(event_id: int, email: str, **values: Any) -> Participant:
    participant = Participant(
        event_id=event_id,
        email=email,
        **({"name": "Testina Muster", "state": "registered"} | values),
        stakeholder_type="government",
        mode="online",
        consented_at=utc_now(),
        token_hash=hash_token(new_token()),
    )
    db.session.add(participant)
    return participant


def _confirm(desk: dict[str, Any], participant: Participant, purpose: str) -> Letter:
    return letters.issue_confirmation(
        actor=desk["actor"],
        event_id=desk["event"].id,
        kind="participant",
        public_id=participant.public_id,
        purpose=purpose,
        addition={},
        issued_on=DAY,
    )


def test_confirmation_is_for_people_with_a_seat_and_attendance_for_those_who_came(desk: dict[str, Any]) -> None:
    event = desk["event"]
    seated = _participant(event.id, "seated@example.org", name="测试甲")
    waiting = _participant(event.id, "waiting@example.org", state="waiting")
    db.session.commit()
    with pytest.raises(letters.NotConfirmableError):
        _confirm(desk, waiting, "visa")
    with pytest.raises(letters.NotConfirmableError):
        _confirm(desk, seated, "attendance")
    assert "兹确认测试甲已登记" in letter_pages(_confirm(desk, seated, "visa").contents)[1].paragraphs[0]
    record_attendance(seated.public_id, actor=desk["actor"])
    assert letter_pages(_confirm(desk, seated, "attendance").contents)[0].kind == "Certificate of attendance"
