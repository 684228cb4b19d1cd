"""Calendar feeds, answered in front of the web application.

No session, no sign-in and no language hook runs here, so that answers carry no cookie and any cache may keep them
(product.md, HTTP rows of the calendar standards). Security headers are those of the rest.
"""

from __future__ import annotations

import gzip
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from werkzeug.http import http_date, parse_date
from werkzeug.wrappers import Request, Response

from iurc_events.addresses import FEED_KINDS
from iurc_events.calendars.entries import CalendarLanguage
from iurc_events.config import VERSION, settings
from iurc_events.database import utc_now
from iurc_events.domain.errors import NotFoundError
from iurc_events.queries.feed_versions import FeedVersions
from iurc_events.queries.feeds import FeedSubject
from iurc_events.services import feeds
from iurc_events.services.feed_use import FeedUse
from iurc_events.web.security import security_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PUBLIC = re.compile(r"/calendar/(programmes|events|cities|pairs|themes)/([a-z0-9-]{1,160})\.ics")
_PERSONAL = re.compile(r"/calendar/my/([a-zA-Z2-7]{1,64})\.ics")
_KINDS = {folder: kind for kind, folder in FEED_KINDS.items()}
_KEPT_BYTES = 48 * 1024 * 1024
_SMALL = 860
#: Last-Modified of a fresh change still moves by a second; until then a 304 is worked out in full.
_SETTLED = timedelta(seconds=2)
_MAKE_VALIDATOR = "iurc_events.validator"


@dataclass(frozen=True, slots=True)
class KeptFeed:
    """A feed's bytes with its compressed twin."""

    feed: feeds.Feed
    compressed: bytes


class KeptFeeds:
    """Rendered feeds by version, the oldest thrown away where they grow too large."""

    def __init__(self) -> None:
        self._feeds: OrderedDict[tuple[Any, ...], KeptFeed] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get_or_render(self, key: tuple[Any, ...], render: Callable[[], feeds.Feed]) -> KeptFeed:
        """Return the kept feed, or render and keep it."""
        with self._lock:
            if kept := self._feeds.get(key):
                self._feeds.move_to_end(key)
                return kept
        feed = render()
        kept = KeptFeed(feed, gzip.compress(feed.body, 6, mtime=0))
        with self._lock:
            if key not in self._feeds:
                self._feeds[key] = kept
                self._size += len(feed.body) + len(kept.compressed)
            while self._size > _KEPT_BYTES and len(self._feeds) > 1:
                _, old = self._feeds.popitem(last=False)
                self._size -= len(old.feed.body) + len(old.compressed)
        return kept


@dataclass(frozen=True, slots=True)
class Validator:
    """What a 304 needs to know of a feed that was answered: nothing of it changes without one of these."""

    feed: str
    version: int
    #: Days since 1970: the window of a feed moves at 00:00 UTC.
    day: int
    headers: list[tuple[str, str]]


#: Path, query, If-None-Match and Accept-Encoding: the answer to another of these may have another entity tag.
AskedFor = tuple[str, str, str, str]


def _asked_for(environ: WSGIEnvironment, tag: str) -> AskedFor:
    return environ["PATH_INFO"], environ.get("QUERY_STRING", ""), tag, environ.get("HTTP_ACCEPT_ENCODING", "")


class Validators:
    """The last 304s, so that an unchanged feed costs one indexed read."""

    def __init__(self, most: int = 4096) -> None:
        self._known: OrderedDict[AskedFor, Validator] = OrderedDict()
        self._most = most
        self._lock = threading.Lock()

    def find(self, asked_for: AskedFor) -> Validator | None:
        """Return what is known of a request."""
        return self._known.get(asked_for)

    def remember(self, asked_for: AskedFor, validator: Validator) -> None:
        """Keep what was answered; the oldest goes first."""
        with self._lock:
            self._known[asked_for] = validator
            self._known.move_to_end(asked_for)
            while len(self._known) > self._most:
                self._known.popitem(last=False)


def _today() -> int:
    return int(utc_now().timestamp() // 86400)


class FeedServer:
    """A WSGI layer that answers everything below ``/calendar/`` and passes all else on."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._next = app.wsgi_app
        self._kept = KeptFeeds()
        self._validators = Validators()
        self._versions = FeedVersions(app)
        self._use = FeedUse()
        self._headers = security_headers(app.extensions["settings"])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a feed's address; WSGI."""
        if not environ.get("PATH_INFO", "").startswith("/calendar/"):
            return self._next(environ, start_response)
        if headers := self._find_unchanged(environ):
            start_response("304 NOT MODIFIED", headers)
            return ()
        with self._app.app_context():
            response = self._answer(Request(environ))
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        if response.status_code == 304 and _MAKE_VALIDATOR in environ and (tag := environ.get("HTTP_IF_NONE_MATCH")):
            headers = response.get_wsgi_headers(environ).to_wsgi_list()
            self._validators.remember(_asked_for(environ, tag), environ[_MAKE_VALIDATOR](headers))
        return response(environ, start_response)

    def _find_unchanged(self, environ: WSGIEnvironment) -> list[tuple[str, str]] | None:
        """Return the headers of a 304 that was worked out before and holds while version and day are the same."""
        tag = environ.get("HTTP_IF_NONE_MATCH")
        if not tag or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        known = self._validators.find(_asked_for(environ, tag))
        if known is None or known.day != _today():
            return None
        return known.headers if self._versions.read(known.feed) == known.version else None

    def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return _plain(405, "Only GET and HEAD", {"Allow": "GET, HEAD"})
        try:
            language, since = _parameters(request)
        except ValueError as error:
            return _plain(400, str(error))
        try:
            if found := _PUBLIC.fullmatch(request.path):
                return self._public(request, _KINDS[found[1]], found[2], language, since)
            if found := _PERSONAL.fullmatch(request.path):
                if since is not None:
                    return _plain(400, "from: not for personal calendars")
                feed = feeds.render_personal_feed(found[1], language)
                if feed.subscription_id is not None:
                    self._use.note(feed.subscription_id, utc_now())
                kept = KeptFeed(feed, gzip.compress(feed.body, 6, mtime=0))
                return _feed_response(request, kept, feed.revised_at, is_private=True)
        except feeds.GoneError as error:
            return _plain(410, str(error))
        except NotFoundError as error:
            return _plain(404, str(error))
        return _plain(404, "There is no such calendar")

    def _public(
        self, request: Request, kind: str, slug: str, language: CalendarLanguage, since: date | None
    ) -> Response:
        if kind == "event" and since is not None:
            raise NotFoundError("There is no such calendar")
        now = utc_now()
        subject = feeds.get_subject(kind, slug)
        today = now.astimezone(UTC).date()
        key = (kind, slug, language, since, subject.version, subject.id, today, settings().base_url, VERSION)
        kept = self._kept.get_or_render(key, lambda: feeds.render_feed(subject, language, since=since, now=now))
        if kind == "event" and b"BEGIN:VEVENT" not in kept.feed.body and feeds.is_withdrawn(subject):
            raise feeds.GoneError("This event was withdrawn")
        day_starts_at = datetime(today.year, today.month, today.day, tzinfo=UTC)
        revised_at = kept.feed.revised_at if kind == "event" else max(kept.feed.revised_at, day_starts_at)
        if now - _revision(subject) > _SETTLED:
            name = f"{FEED_KINDS[kind]}/{slug}"
            request.environ[_MAKE_VALIDATOR] = partial(Validator, name, subject.version, int(now.timestamp() // 86400))
        return _feed_response(request, kept, revised_at)


def _revision(subject: FeedSubject) -> datetime:
    """Return the last change of a feed; long ago for one that never changed."""
    return subject.revised_at or datetime(1970, 1, 1, tzinfo=UTC)


def _parameters(request: Request) -> tuple[CalendarLanguage, date | None]:
    """Read ``lang`` and ``from``.

    Raises:
        ValueError: If one is wrong; the message is the plain text of the answer.
    """
    if unknown := set(request.args) - {"lang", "from"}:
        raise ValueError(f"{min(unknown)}: not a parameter; there are lang and from")
    language = request.args.get("lang", "en")
    if language not in ("en", "zh", "both") or len(request.args.getlist("lang")) > 1:
        raise ValueError("lang: en, zh or both")
    text = request.args.get("from")
    if text is None:
        return cast("CalendarLanguage", language), None
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) or len(request.args.getlist("from")) > 1:
        raise ValueError("from: a day as YYYY-MM-DD")
    try:
        return cast("CalendarLanguage", language), date.fromisoformat(text)
    except ValueError:
        raise ValueError("from: a day as YYYY-MM-DD") from None


def _plain(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    response = Response(text + "\n", status, headers, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response


def _feed_response(request: Request, kept: KeptFeed, revised_at: datetime, *, is_private: bool = False) -> Response:
    """Answer with a feed, or 304 where the reader has it: If-None-Match stands before If-Modified-Since."""
    is_compressed = len(kept.feed.body) > _SMALL and request.accept_encodings["gzip"] > 0
    etag = _twin(kept.feed.etag) if is_compressed else kept.feed.etag
    # Within the second of a change Last-Modified stays one behind, so that a second change in it is not missed.
    shown = revised_at.replace(microsecond=0)
    if utc_now() - shown < timedelta(seconds=1):
        shown -= timedelta(seconds=1)
    headers = {
        "ETag": etag,
        "Last-Modified": http_date(shown),
        "Cache-Control": "private, no-cache" if is_private else "public, no-cache",
        "Vary": "Accept-Encoding",
    }
    if _is_unchanged(request, kept.feed.etag, shown):
        return Response(status=304, headers=headers)
    headers["Content-Type"] = "text/calendar; charset=utf-8"
    headers["Content-Disposition"] = f'inline; filename="{kept.feed.file_name}"'
    body = kept.compressed if is_compressed else kept.feed.body
    if is_compressed:
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(body))
    return Response(body, 200, headers)


def _twin(etag: str) -> str:
    """Return the entity tag of the compressed bytes: other bytes, another tag."""
    return f'{etag[:-1]}-gz"'


def _is_unchanged(request: Request, etag: str, shown: datetime) -> bool:
    tags = request.if_none_match
    if "If-None-Match" in request.headers:
        return bool(tags.star_tag) or any(tags.contains_weak(tag.strip('"')) for tag in (etag, _twin(etag)))
    since = parse_date(request.headers.get("If-Modified-Since"))
    return since is not None and since.year > 1970 and since >= shown
