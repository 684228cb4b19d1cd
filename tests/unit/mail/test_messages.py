"""Messages in both languages: what they say, and that what people typed stays text (sec-4, sec-5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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
from iurc_events.mail.rendering import one_line
from iurc_events.mail.sending import Letter, build

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


WORDS = st.one_of(
    st.sampled_from(
        ["New", "date:", "cities", "–", "“Green”", "Reykjavík", "énergie", "🌿", "👩🏽‍🌾", "绿色城市", "=?utf-8?q?a?="]
    ),
    st.text("abcXYZ019-_=?.,;:@<>()\"\\'", min_size=1, max_size=90),
    st.text("éüïñøß中国城市发展🌿🏙️—…，。", min_size=1, max_size=60),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
)
TYPED = st.lists(WORDS, min_size=1, max_size=25).map(" ".join).map(one_line)


def header_lines(data: bytes, name: str) -> tuple[str, list[bytes]]:
    """Return a header as it stands in a mail, folded and in lines."""
    lines = data.partition(b"\r\n\r\n")[0].split(b"\r\n")
    first = next(number for number, line in enumerate(lines) if line.startswith(f"{name}: ".encode()))
    last = first + 1
    while last < len(lines) and lines[last].startswith(b" "):
        last += 1
    folded = b"\r\n".join(lines[first:last]).decode("ascii")
    return folded.removeprefix(f"{name}: "), lines[first:last]


def letter(*, subject: str = "x", name: str = "Ana") -> Letter:
    return Letter(
        message_id="<1@iurc.example>",
        sender="IURC <events@iurc.example>",
        to_email="ana@example.org",
        to_name=name,
        language="en",
        subject=subject,
        text="x\n",
        html="<p>x</p>\n",
        created_at=datetime(2027, 1, 1, tzinfo=UTC),
        headers={"Reply-To": "desk@iurc.example"},
    )


@settings(max_examples=150, deadline=None)
@given(TYPED.filter(bool))
@example("New date: Reykjavík – “Green” cities of the whole Union for an hour of énergie")
@example("Very long title with ünïcödé 🌿 " + "x" * 80 + " Very long title with ünïcödé 🌿")
@example("A literal =?utf-8?q?word?= stays as typed")
@example("A plain title that is longer than a line of seventy-six octets and is folded at its blanks")
def test_subject_is_read_as_it_was_written(subject: str) -> None:
    data = build(letter(subject=subject)).as_bytes()
    folded, lines = header_lines(data, "Subject")
    read = str(message_from_bytes(data, policy=policy.default)["Subject"])
    assert (read, str(make_header(decode_header(folded.replace("\r\n", ""))))) == (subject, subject)
    assert [line for line in lines if len(line) > 76] == []


@settings(max_examples=150, deadline=None)
@given(TYPED)
@example("María José Ñandú de la Constitución y – “Green” cities for énergie überall 中国城市发展中心和其他单位")
@example("A very long name in ASCII, with commas, and more than seventy-six characters of it")
@example("=?utf-8?q?Eve?=")
def test_name_of_the_recipient_is_read_as_it_was_written(name: str) -> None:
    data = build(letter(name=name)).as_bytes()
    folded, lines = header_lines(data, "To")
    phrase, address = parseaddr(folded.replace("\r\n", ""))
    assert (str(make_header(decode_header(phrase))), address) == (name, "ana@example.org")
    (mailbox,) = message_from_bytes(data, policy=policy.default)["To"].addresses
    # Python 3.11 reads a blank between two encoded words of a name, against RFC 2047 §6.2
    assert (mailbox.display_name.replace(" ", ""), mailbox.addr_spec) == (name.replace(" ", ""), "ana@example.org")
    assert [line for line in lines if len(line) > 76] == []
