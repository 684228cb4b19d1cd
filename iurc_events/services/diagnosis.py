"""What is wrong with an installation: one finding for each thing that it needs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from iurc_events import addresses
from iurc_events.config import Settings, resource_folder, settings
from iurc_events.database import alembic_config, db, utc_now
from iurc_events.domain.vocabulary import EVENT_KINDS
from iurc_events.mail.sending import SendingError, check_server
from iurc_events.models.cities import City, CityPair
from iurc_events.models.events import Event
from iurc_events.models.messages import Message
from iurc_events.models.programmes import Programme, Theme
from iurc_events.queries import background_work
from iurc_events.services import job_queue
from iurc_events.services.file_places import PlaceError, place

Verdict = Literal["ok", "warn", "bad"]
_SHORTEST_KEY: Final = 32
#: Workers begin a timed job every minute; one that has begun none for so long does not run.
_WORKER_SILENT: Final = timedelta(minutes=15)
#: Seconds that work may wait while a worker runs.
_LONGEST_WAIT: Final = 600


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the doctor."""

    verdict: Verdict
    subject: str
    words: str


def examine() -> Iterator[Finding]:
    """Look at everything; later checks are left out where the database is away."""
    config = settings()
    is_there = True
    for finding in _database():
        is_there = is_there and finding.verdict != "bad"
        yield finding
    yield _secret_key(config)
    yield _base_url(config)
    yield _mail(config)
    yield _mail_reports(config)
    yield _pdf()
    yield _fonts()
    yield _folder("instance folder", config.instance_path)
    yield _files(config)
    if is_there:
        yield examine_feed_addresses(config)
        yield _outbox()
        yield _worker(config, utc_now())
        yield _queue(config)


def _database() -> Iterator[Finding]:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            name = db.engine.dialect.name
            yield Finding("ok", "database", f"{name} answers")
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError as error:
        first = str(error.orig).strip().partition("\n")[0]
        yield Finding("bad", "database", f"{first}: run `iurc-events init-db`, or look at DATABASE_URL")
        return
    wanted = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    if found == wanted:
        yield Finding("ok", "schema", f"up to date ({found})")
    else:
        yield Finding("bad", "schema", f"is {found}, should be {wanted}: run `iurc-events init-db`")


def _secret_key(config: Settings) -> Finding:
    if len(config.secret_key) < _SHORTEST_KEY:
        verdict: Verdict = "bad" if config.is_production else "warn"
        return Finding(verdict, "SECRET_KEY", f"shorter than {_SHORTEST_KEY} characters: sessions could be forged")
    if os.environ.get("SECRET_KEY"):
        return Finding("ok", "SECRET_KEY", "set")
    return Finding("ok", "SECRET_KEY", "made by itself, kept in the instance folder")


def _base_url(config: Settings) -> Finding:
    if config.is_production:
        return Finding("ok", "BASE_URL", config.base_url)
    return Finding("warn", "BASE_URL", f"{config.base_url} is not https: fine for a try, not for people's data")


def _mail(config: Settings) -> Finding:
    if config.smtp_url is None:
        return Finding("warn", "mail", "SMTP_URL is not set: messages are kept in the outbox and none is sent")
    try:
        encryption = check_server(config.smtp_url, timeout=config.mail_timeout)
    except SendingError as error:
        return Finding("bad", "mail", f"the server does not take us: {error}")
    if "@localhost" in config.mail_from:
        return Finding("warn", "mail", "MAIL_FROM is not set: most servers refuse mail from localhost")
    if encryption == "not encrypted":
        return Finding("warn", "mail", "the server answers, but offers no encryption: mail can be read on the way")
    return Finding("ok", "mail", f"the server answers{', ' if encryption else ''}{encryption}")


def _mail_reports(config: Settings) -> Finding:
    if config.smtp_url is None or config.mail_bounces:
        return Finding("ok", "mail that comes back", config.mail_bounces or "none: no mail is sent")
    words = "MAIL_BOUNCES is not set: what comes back goes to MAIL_FROM and is told by its content alone"
    return Finding("warn", "mail that comes back", words)


def _pdf() -> Finding:
    if find_spec("iurc_events.reports.rendering") is None:
        return Finding("warn", "PDF", "this version makes none")
    from iurc_events.reports.rendering import is_available  # loads system libraries

    is_there, words = is_available()
    return Finding("ok" if is_there else "bad", "PDF", words or "libraries are there")


def _fonts() -> Finding:
    missing = [
        name
        for name in ("noto-sans-400.ttf", "noto-sans-sc-400.ttf")
        if not (resource_folder("static") / "fonts" / name).is_file()
    ]
    if missing:
        return Finding("bad", "fonts", f"missing: {', '.join(missing)}")
    return Finding("ok", "fonts", "Latin, Greek, Cyrillic and simplified Chinese")


def _folder(subject: str, folder: Path) -> Finding:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding("bad", subject, f"{folder} cannot be written: {error.strerror}")
    if folder.stat().st_mode & 0o007:
        return Finding("warn", subject, f"{folder} can be opened by everybody on this machine")
    return Finding("ok", subject, f"{folder} can be written")


def _files(config: Settings) -> Finding:
    if "://" not in config.storage_url:
        return _folder("stored files", Path(config.storage_url))
    try:
        place().try_out()
    except PlaceError as error:
        words = f"{config.storage_url} cannot be used: {error.strerror}; look at STORAGE_URL and the AWS_… variables"
        return Finding("bad", "stored files", words)
    return Finding("ok", "stored files", f"{config.storage_url} can be written")


def longest_feed_address(base_url: str) -> str:
    """Return the longest feed address that the site offers."""
    slugs = {
        "programme": Programme.slug,
        "event": Event.slug,
        "sessions": Event.slug,
        "city": City.slug,
        "pair": CityPair.slug,
        "theme": Theme.slug,
    }
    found = [
        base_url + addresses.personal_feed("x" * 26),
        base_url + addresses.feed("filter", "x" * 12, "both"),
        *(base_url + addresses.feed("kind", kind, "both") for kind in EVENT_KINDS),
    ]
    for kind, column in slugs.items():
        slug = db.session.scalar(select(column).order_by(func.length(column).desc()).limit(1))
        if slug:
            found.append(base_url + addresses.feed(kind, slug, "both"))
    return max(found, key=len)


def examine_feed_addresses(config: Settings) -> Finding:
    """Tell whether calendars take the address of every feed that the site offers."""
    longest = longest_feed_address(config.base_url)
    limit = addresses.LONGEST_FEED_ADDRESS
    if len(longest) > limit:
        words = f"{len(longest)} characters, more than the {limit} that calendars take: {longest}"
        return Finding("bad", "feed addresses", f"{words}; use a shorter BASE_URL, or shorter ids of what is imported")
    return Finding("ok", "feed addresses", f"the longest has {len(longest)} of {limit} characters")


def _outbox() -> Finding:
    rows = db.session.execute(select(Message.state, func.count()).group_by(Message.state))
    counts = dict(rows.all())
    queued, failed = counts.get("queued", 0), counts.get("failed", 0)
    verdict: Verdict = "warn" if failed else "ok"
    return Finding(verdict, "outbox", f"{queued} waiting, {failed} not sent")


def _worker(config: Settings, now: datetime) -> Finding:
    """Tell whether a worker runs, by its last turn at a timed job, and for how long work waits."""
    last = background_work.last_turn_at()
    due = background_work.measure_due(now, is_mail_sent=config.smtp_url is not None)
    words = f"the oldest due work waits for {due.oldest} s (mail {due.mail} s, documents {due.jobs} s)"
    if last is None or now - last > _WORKER_SILENT:
        when = f"since {last:%Y-%m-%d %H:%M} UTC" if last else "so far"
        return Finding("warn", "worker", f"none has run {when}: start `iurc-events worker`; {words}")
    return Finding("warn" if due.oldest > _LONGEST_WAIT else "ok", "worker", words)


def _queue(config: Settings) -> Finding:
    kind = "Redis" if config.redis_url else db.engine.dialect.name
    try:
        queue = job_queue.open_queue(config)
        try:
            queue.is_idle()
        finally:
            queue.close()
    except Exception as error:  # whatever the server's driver raises
        return Finding("bad", "queue", f"{kind} does not answer: {type(error).__name__}; look at REDIS_URL")
    return Finding("ok", "queue", f"{kind} answers")


__all__ = ["Finding", "examine", "examine_feed_addresses", "longest_feed_address"]
