"""Messages in both languages: what they say, and that what people typed stays text (sec-4, sec-5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from iurc_events.domain.clock_texts import ReferenceZone
from iurc_events.domain.time_slots import Precision, TimeSlot
from iurc_events.mail import (
    Deadline,
    EventFacts,
    JoinFacts,
    MessageText,
    ProgrammeFacts,
    Quota,
    accounts,
    delegations,
    events,
    participants,
)

CLOCKS = (
    ReferenceZone("Europe/Brussels", {"en": "Brussels", "zh": "布鲁塞尔"}, "west"),
    ReferenceZone("Asia/Shanghai", {"en": "Beijing", "zh": "北京"}, "east"),
)
SOFIA = ReferenceZone("Europe/Sofia", {"en": "Sofia", "zh": "索非亚"}, "west")
CITY = {"en": "Sofia", "zh": "索非亚"}
EVIL = "<script>alert(1)</script> {{ 7*7 }} {0.__class__} %(name)s\r\nBcc: x@example.org"
SLOT = TimeSlot("Europe/Brussels", Precision.MINUTE, "2027-04-29T09:00", "2027-04-29T11:00")
URL = "https://events.example.org/x"


def event(title: str = "Green roofs") -> EventFacts:
    programme = ProgrammeFacts({"en": "IURC-China"}, {"en": "Desk"}, "desk@example.org")
    return EventFacts({"en": title, "zh": title}, programme, URL, SLOT, CLOCKS, SOFIA, {"en": title})


BUILDERS: dict[str, Callable[[str, str], MessageText]] = {
    "sign-in-link": lambda lang, text: accounts.sign_in_link(lang, name=text, url=URL, minutes=20),
    "password-reset": lambda lang, text: accounts.password_reset(lang, name=text, url=URL, minutes=120),
    "account-invitation": lambda lang, text: accounts.account_invitation(
        lang, name=text, url=URL, days=14, invited_by=text, roles=[text]
    ),
    "role-added": lambda lang, text: accounts.role_added(lang, name=text, url=URL, given_by=text, roles=[text]),
    "delegation-invitation": lambda lang, text: delegations.delegation_invitation(
        lang,
        name=text,
        city={"en": text, "zh": text},
        event=event(text),
        url=URL,
        deadline=Deadline(date(2027, 4, 1), SOFIA, CLOCKS),
        quotas=[Quota("speaker", "onsite", 2)],
        note=text,
    ),
    "delegation-reminder": lambda lang, text: delegations.delegation_reminder(
        lang, name=text, city={"en": text}, event=event(text), url=URL, deadline=None, missing=[text]
    ),
    "speaker-notice": lambda lang, text: delegations.speaker_notice(
        lang,
        name=text,
        city={"en": text},
        event=event(text),
        registered_by=text,
        stored=[(text, text)],
        url=URL,
        privacy_url=URL,
    ),
    "speaker-decision": lambda lang, text: delegations.speaker_decision(
        lang, name=text, speaker_name=text, city=CITY, event=event(text), is_accepted=False, url=URL, note=text
    ),
    "registration-confirmation": lambda lang, text: participants.registration_confirmation(
        lang, name=text, event=event(text), url=URL, join_links=[JoinFacts({"en": text}, URL, text, text)]
    ),
    "registration-cancelled": lambda lang, text: participants.registration_cancelled(
        lang, name=text, event=event(text)
    ),
    "place-free": lambda lang, text: participants.place_free(lang, name=text, event=event(text), url=URL),
    "event-cancelled": lambda lang, text: events.event_cancelled(
        lang, name=text, event=event(text), reason={"en": text}
    ),
    "event-postponed": lambda lang, text: events.event_postponed(lang, name=text, event=event(text)),
    "event-moved": lambda lang, text: events.event_moved(
        lang, name=text, event=event(text), old_slot=SLOT, old_place={"en": text}
    ),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", BUILDERS)
def test_what_people_typed_stays_text(kind: str, language: str) -> None:
    message = BUILDERS[kind](language, EVIL)
    broken = [
        "\n" in message.subject or "\r" in message.subject,
        "<script" in message.html,
        "\nBcc:" in message.text.replace("\n> Bcc:", ""),
        "49 " in message.text,
    ]
    assert broken == [False] * 4
    assert ("{{ 7*7 }}" in message.text, "&lt;script&gt;" in message.html) == (True, True)


def test_delegation_invitation_says_time_and_deadline_on_all_clocks() -> None:
    message = delegations.delegation_invitation(
        "en",
        name="Ana",
        city=CITY,
        event=event(),
        url=URL,
        deadline=Deadline(date(2027, 4, 1), SOFIA, CLOCKS),
        quotas=[Quota("speaker", "onsite", 2), Quota("observer", "any", 1)],
    )
    assert message.subject == "Invitation for Sofia: Green roofs"
    assert message.text == (
        "Dear Ana,\n\n"
        "Sofia is invited to take part in this event. Name your speakers on the page below.\n\n"
        "Event: Green roofs\n"
        "When: Thursday 29 April 2027, 10:00–12:00 Sofia | 09:00–11:00 Brussels | 15:00–17:00 Beijing\n"
        "Where: Green roofs\n"
        "City: Sofia\n"
        "Answer by: 1 April 2027, 23:59 Sofia | 22:59 Brussels | 04:59 Beijing, Fri 2\n\n"
        "Open the invitation:\nhttps://events.example.org/x\n\n"
        "Places for your city:\n- 2 speakers on site\n- 1 observer\n\n"
        "The link is yours alone; it opens the page without a password. Do not pass it on.\n\n"
        "-- \nIURC-China\nQuestions: Desk <desk@example.org>\n"
    )


def test_speaker_notice_in_chinese_names_source_and_rights() -> None:
    message = delegations.speaker_notice(
        "zh",
        name="李明",
        city=CITY,
        event=event(),
        registered_by="Ana",
        stored=[("单位", "索非亚大学")],
        url=URL,
        privacy_url=URL,
    )
    sentences = ["索非亚的Ana已将您登记为本次活动的发言人。", "由索非亚代表团提供", "查阅、更正或删除", "数据保护机构"]
    assert [sentence in message.text for sentence in sentences] == [True] * 4
    assert '<html lang="zh-Hans">' in message.html
