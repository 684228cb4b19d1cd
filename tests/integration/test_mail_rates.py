"""Mails a minute to a recipient's domain, with several workers and on both databases."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from iurc_events.config import MAIL_RATES, ConfigurationError, read_settings, settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.mail import MessageText
from iurc_events.models.messages import Message
from iurc_events.services import outbox
from tests.mail_sink import Sink, running


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    """Yield a mail server that the application sends to, five mails a minute to qq.com and to each city's domain."""
    sink = Sink()
    with running(sink) as port:
        app.extensions["settings"] = replace(
            settings(), smtp_url=f"smtp://127.0.0.1:{port}", mail_rates={"qq.com": 5, "gov.cn": 2, "free.gov.cn": 0}
        )
        yield sink


@in_transaction
def put(*addresses: str) -> None:
    for number, address in enumerate(addresses):
        outbox.queue(
            "test", address, "", "zh", MessageText("x", "x\n", "<p>x</p>\n"),
            due_at=utc_now() - timedelta(hours=1) + timedelta(seconds=number),
        )  # fmt: skip


def domains(sink: Sink) -> Counter[str]:
    return Counter(recipients[0].rpartition("@")[2] for _, recipients in sink.envelopes)


def test_crowded_domain_waits_and_others_do_not(app: Flask, sink: Sink) -> None:
    put(*[f"{n}@qq.com" for n in range(8)], *[f"{n}@example.org" for n in range(8)])
    now = utc_now()
    assert outbox.deliver_due(clock=lambda: now) == 13
    assert domains(sink) == {"qq.com": 5, "example.org": 8}
    assert outbox.deliver_due(clock=lambda: now + timedelta(seconds=59)) == 0
    assert outbox.deliver_due(clock=lambda: now + timedelta(seconds=61)) == 3
    assert [r[0] for _, r in sink.envelopes if r[0].endswith("qq.com")] == [f"{n}@qq.com" for n in range(8)]


def test_limit_holds_for_each_domain_below_by_itself(app: Flask, sink: Sink) -> None:
    put(*[f"{n}@{host}" for n in range(4) for host in ("gz.gov.cn", "sz.gov.cn", "free.gov.cn", "notgov.cn")])
    outbox.deliver_due()
    assert domains(sink) == {"gz.gov.cn": 2, "sz.gov.cn": 2, "free.gov.cn": 4, "notgov.cn": 4}


def test_limit_holds_for_several_workers_together(app: Flask, sink: Sink) -> None:
    put(*[f"{n}@qq.com" for n in range(12)], *[f"{n}@example.org" for n in range(6)])
    db.session.remove()

    def work() -> None:
        with app.app_context():
            outbox.deliver_due()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert domains(sink) == {"qq.com": 5, "example.org": 6}
    assert db.session.query(Message).filter_by(state="queued").count() == 7


def test_tries_that_were_refused_count_too(app: Flask, sink: Sink) -> None:
    app.extensions["settings"] = replace(settings(), smtp_url="smtp://127.0.0.1:9")
    put(*[f"{n}@qq.com" for n in range(7)])
    now = utc_now()
    tries = [outbox.deliver_due(clock=lambda: now) for _ in range(7)]
    assert tries == [1, 1, 1, 1, 1, 0, 0]


def test_limits_are_read_from_one_variable(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = {"INSTANCE_PATH": str(tmp_path_factory.mktemp("rates")), "SECRET_KEY": "test"}
    assert read_settings(folder).mail_rates == MAIL_RATES
    assert read_settings({**folder, "MAIL_RATES": "QQ.com=30, *=100"}).mail_rates == {
        **MAIL_RATES,
        "qq.com": 30,
        "*": 100,
    }
    for wrong in ("qq.com", "qq.com=many", "qq.com=-1"):
        with pytest.raises(ConfigurationError):
            read_settings({**folder, "MAIL_RATES": wrong})
