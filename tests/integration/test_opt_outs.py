"""Who wants no reminders gets none, and the news of a programme comes when something is new."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from iurc_events.config import settings
from iurc_events.database import db, utc_now
from iurc_events.domain.errors import NotFoundError
from iurc_events.mail import MessageText
from iurc_events.models.mailings import DigestSubscription, MailOptOut
from iurc_events.models.messages import Message
from iurc_events.services import data_exports, data_subjects, digests, erasure, event_life, opt_outs, outbox
from tests.factories import make_event, make_programme, make_user

TEXT = MessageText("Subject", "Text\n", "<p>Text</p>\n")


def test_token_names_an_address_by_its_hash_and_stores_nothing(app: Flask) -> None:
    programme = make_programme()
    token = opt_outs.token_of("Ana@Example.org", "thanks", programme.id)

    link = opt_outs.read_token(token)

    assert (link.topic, link.programme_id) == ("thanks", programme.id)
    assert link.address_hash == opt_outs.address_hash("ana@example.org")
    assert len(token) == 71
    assert db.session.scalars(select(MailOptOut)).all() == []
    for wrong in (token[:-1], token[:-1] + ("A" if token[-1] != "A" else "E"), "x" + token[1:], "", "ä", "a" * 71):
        with pytest.raises(NotFoundError):
            opt_outs.read_token(wrong)


def test_unsubscribe_and_choose_are_safe_to_do_twice(app: Flask) -> None:
    programme = make_programme()
    token = opt_outs.token_of("ana@example.org", "thanks", programme.id)
    hashed = opt_outs.address_hash("ana@example.org")

    for _ in range(2):
        opt_outs.unsubscribe(token)
    once = opt_outs.find_topics(hashed, programme.id)
    by_mail = [opt_outs.unsubscribe_by_mail(subject) for subject in (f"unsubscribe {token}", "unsubscribe", "")]
    for _ in range(2):
        opt_outs.choose(token, {"digest", "letters", "nonsense"})

    assert (once, by_mail) == ({"thanks"}, [True, False, False])
    assert opt_outs.find_topics(hashed, programme.id) == {"digest", "letters"}


def test_queued_mail_of_an_unwanted_topic_is_not_sent(app: Flask) -> None:
    app.extensions["settings"] = replace(settings(), smtp_url="smtp://127.0.0.1:9")
    programme = make_programme()
    for topic in ("reminders", "letters", None):
        message = outbox.queue("mailing-own", "ana@example.org", "Ana", "en", TEXT, programme_id=programme.id)
        message.topic = topic
    db.session.commit()
    opt_outs.unsubscribe(opt_outs.token_of("ANA@example.org", "reminders", programme.id))

    outbox.deliver_due()

    db.session.expire_all()
    rows = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert [(row.topic, row.state, row.last_error == opt_outs.UNWANTED) for row in rows] == [
        ("reminders", "kept", True), ("letters", "queued", False), (None, "queued", False),
    ]  # fmt: skip


def test_digest_tells_what_is_new_once_and_nothing_when_nothing_is(app: Flask) -> None:
    programme = make_programme()
    old = make_event("2027-old-event", programme)
    organiser, reader = make_user("organiser", programme=programme), make_user(name="Rea Der")
    digests.choose(actor=reader, programme_id=programme.id, period="week")
    begun = utc_now()
    make_event("2027-new-event", programme)
    event_life.cancel(actor=organiser, event_id=old.id)

    counts = [digests.send_due(begun + timedelta(days=days)) for days in (6, 8, 8, 20)]

    rows = db.session.scalars(select(Message).where(Message.kind == "digest")).all()
    assert counts == [0, 1, 0, 0]
    assert [(row.to_email, row.topic, sorted(row.headers or {})) for row in rows] == [
        (reader.email, "digest", ["List-Unsubscribe", "List-Unsubscribe-Post"])
    ]
    assert rows[0].text.index("Title of 2027-old-event") < rows[0].text.index("Title of 2027-new-event")
    coming = datetime.fromisoformat("2027-04-25T10:00:00+00:00")
    assert [digests.send_due(coming), digests.send_due(coming)] == [1, 0]


def test_digest_does_not_come_to_who_unsubscribed_until_chosen_again(app: Flask) -> None:
    programme, reader = make_programme(), make_user()
    digests.choose(actor=reader, programme_id=programme.id, period="month")
    make_event(programme=programme)
    opt_outs.unsubscribe(opt_outs.token_of(reader.email, "digest", programme.id))

    first = digests.periods_of(reader), digests.send_due(utc_now() + timedelta(days=31))
    digests.choose(actor=reader, programme_id=programme.id, period="week")

    assert first == ({}, 0)
    assert digests.periods_of(reader) == {programme.id: "week"}


def test_export_names_what_somebody_chose_and_erasure_ends_it(app: Flask) -> None:
    programme, reader = make_programme(), make_user()
    digests.choose(actor=reader, programme_id=programme.id, period="week")
    opt_outs.unsubscribe(opt_outs.token_of(reader.email, "thanks", programme.id))
    subject, email = data_subjects.find(user_ids=[reader.id]), reader.email

    tables = data_exports.collect(subject)
    erasure.erase(subject, reason="request", actor_id=None)

    assert [(row["programme_id"], row["period"]) for row in tables["digest_subscriptions"]] == [(programme.id, "week")]
    assert [(row["email"], row["topic"], "address_hash" in row) for row in tables["mail_opt_outs"]] == [
        (email, "thanks", False)
    ]
    assert db.session.scalars(select(DigestSubscription)).all() == []
