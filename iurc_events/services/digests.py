"""The news of a programme by mail, weekly or monthly, for account holders who chose it; nothing when nothing is new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import select

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.clock_texts import full_line, zones_of_programme
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop, translate
from iurc_events.mail import mailings as builders
from iurc_events.mail.mailings import DigestLine
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.mailings import DigestSubscription
from iurc_events.models.programmes import Programme
from iurc_events.queries import digest_news
from iurc_events.queries.digest_news import ProgrammeNews
from iurc_events.services import opt_outs, outbox
from iurc_events.services.mail_facts import programme_facts

Period = Literal["week", "month"]
PERIODS: Final[dict[str, timedelta]] = {"week": timedelta(days=7), "month": timedelta(days=30)}
TOPIC: Final = "digest"


@in_transaction
def choose(*, actor: User, programme_id: int, period: str) -> None:
    """Choose how often to get the news of a programme; any word that is no period means never.

    Raises:
        NotFoundError: If there is no such programme.
    """
    if db.session.get(Programme, programme_id) is None:
        raise NotFoundError(noop("There is no such programme"))
    row = db.session.get(DigestSubscription, (actor.id, programme_id), with_for_update=True)
    if period not in PERIODS:
        if row is not None:
            db.session.delete(row)
        return
    opt_outs.subscribe_again(actor.email, TOPIC, programme_id)
    if row is None:
        db.session.add(DigestSubscription(user_id=actor.id, programme_id=programme_id, period=period))
    else:
        row.period = period


@in_transaction
def choose_all(*, actor: User, periods: Mapping[int, str]) -> None:
    """Choose how often to get the news of several programmes, by their keys."""
    for programme_id, period in periods.items():
        choose(actor=actor, programme_id=programme_id, period=period)


def periods_of(user: User) -> dict[int, str]:
    """Return how often a user gets the news of each programme; those who unsubscribed by a mail get none."""
    rows = db.session.execute(
        select(DigestSubscription.programme_id, DigestSubscription.period).where(DigestSubscription.user_id == user.id)
    ).all()
    return {key: period for key, period in rows if not opt_outs.is_unwanted(user.email, TOPIC, key)}


def send_due(now: datetime | None = None) -> int:
    """Send the digests that are due, each in a transaction of its own; return how many."""
    moment = now or utc_now()
    due = digest_news.list_subscriptions(moment, PERIODS)
    db.session.rollback()
    return sum(_send(user_id, programme_id, moment) for user_id, programme_id in due)


@in_transaction
def _send(user_id: int, programme_id: int, now: datetime) -> int:
    row = db.session.scalars(
        select(DigestSubscription)
        .where(DigestSubscription.user_id == user_id, DigestSubscription.programme_id == programme_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or (row.last_sent_at or row.created_at) > now - PERIODS[row.period]:
        return 0  # another worker was faster, or somebody chose otherwise
    since = row.last_sent_at or row.created_at
    row.last_sent_at = now
    user = db.session.get_one(User, user_id)
    if user.is_disabled or opt_outs.is_unwanted(user.email, TOPIC, programme_id):
        return 0
    news = digest_news.list_news(programme_id, since=since, now=now, until=now + PERIODS[row.period])
    programme = db.session.get_one(Programme, programme_id)
    language = user.language
    sections = _sections(news, language)
    if not any(events for _, events in sections):
        return 0
    token = opt_outs.token_of(user.email, TOPIC, programme_id)
    text = builders.digest(
        language,
        name=user.name,
        programme=programme_facts(programme),
        programme_name=text_of(programme.name, language),
        is_monthly=row.period == "month",
        sections=sections,
        account_url=settings().base_url + addresses.account(language),
        unsubscribe_url=opt_outs.page_address(token, language),
    )
    outbox.queue(
        "digest", user.email, user.name, language, text, programme_id=programme_id, user_id=user.id,
        headers=opt_outs.headers_of(token), topic=TOPIC,
    )  # fmt: skip
    return 1


def _sections(news: ProgrammeNews, language: str) -> list[tuple[str, list[DigestLine]]]:
    """Return headings with their events; each event stands under the first heading that fits."""
    shown: set[int] = set()

    def lines(events: list[Event]) -> list[DigestLine]:
        fresh = [event for event in events if event.id not in shown]
        shown.update(event.id for event in fresh)
        return [_line(event, language) for event in fresh]

    return [
        (translate(noop("Cancelled"), language), lines([event for _, event in news.cancelled])),
        (translate(noop("New"), language), lines([event for _, event in news.new])),
        (translate(noop("New date"), language), lines([event for _, event in news.moved])),
        (translate(noop("Coming soon"), language), lines(list(news.coming))),
    ]


def _line(event: Event, language: str) -> DigestLine:
    slot, clocks = event.slot, zones_of_programme(event.programme.reference_zones)
    if event.state == "postponed":
        when = translate(noop("postponed, new date to come"), language)
    else:
        when = full_line(slot, clocks, language) if slot else translate(noop("not fixed yet"), language)
    url = settings().base_url + addresses.event(event.slug, language)
    return DigestLine(text_of(event.title, language), when, url)
