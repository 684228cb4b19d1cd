"""Calendar feeds, answered in front of the web application.

No session, no sign-in and no language hook runs here, so that answers carry no cookie and any cache may keep them
(product.md, HTTP rows of the calendar standards). Security headers are those of the rest.

An unchanged feed costs one indexed read by the bare driver. What a public feed depends on is its version and the day;
what a personal one depends on is one row of facts, whose hash is part of its entity tag: so any process knows without
having seen the reader before whether the reader's copy is current.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Final
from uuid import UUID

from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Request, Response

from iurc_events.addresses import FEED_KINDS
from iurc_events.calendars.entries import CalendarLanguage
from iurc_events.calendars.rendering import FRAGMENT_FORMAT
from iurc_events.config import VERSION, settings
from iurc_events.database import utc_now
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.secrets import hash_token
from iurc_events.queries.feed_versions import FeedVersions, PersonalFacts
from iurc_events.queries.feeds import OF_ONE_EVENT
from iurc_events.services import feeds, personal_feeds
from iurc_events.services.feed_use import FeedUse
from iurc_events.web.feeds.answers import NO_INDEX, ONE_TAG, Answer, accepts_gzip, make_answer, plain, read_parameters
from iurc_events.web.feeds.kept import KeptFeed, KeptFeeds, Recent
from iurc_events.web.security import security_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PUBLIC = re.compile(rf"/calendar/({'|'.join(FEED_KINDS.values())})/([a-z0-9-]{{1,160}})\.ics")
_PERSONAL = re.compile(r"/calendar/my/([a-zA-Z2-7]{1,64})\.ics")
_KINDS = {folder: kind for kind, folder in FEED_KINDS.items()}
_PUBLIC_BYTES: Final = 32 * 1024 * 1024
_PERSONAL_BYTES: Final = 16 * 1024 * 1024
#: Last-Modified of a fresh change still moves by a second; until then an answer is worked out in full.
_SETTLED = timedelta(seconds=2)
_LANGUAGES: Final[dict[str, CalendarLanguage]] = {"": "en", "lang=en": "en", "lang=zh": "zh", "lang=both": "both"}

#: Path, query and whether compressed bytes are taken.
AskedFor = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """The answer to a public feed as it was last worked out; it holds while version and day are the same."""

    answer: Answer
    kept_key: Hashable
    feed: str
    version: int
    #: Days since 1970: the window of a feed moves at 00:00 UTC.
    day: int


@dataclass(frozen=True, slots=True)
class Found:
    """A feed ready to be sent, or known to be unchanged."""

    answer: Answer
    kept: KeptFeed | None


def _today() -> int:
    return int(utc_now().timestamp() // 86400)


class FeedServer:
    """A WSGI layer that answers everything below ``/calendar/`` and passes all else on."""

    def __init__(self, app: Flask, versions: FeedVersions) -> None:
        self._app = app
        self._next = app.wsgi_app
        self._kept = KeptFeeds(_PUBLIC_BYTES)
        self._kept_personal = KeptFeeds(_PERSONAL_BYTES)
        self._known: Recent[AskedFor, KnownAnswer] = Recent(4096)
        #: The facts under which a copy with an older tag was found to be current all the same.
        self._renewed: Recent[tuple[str, str], str] = Recent(16384)
        self._versions = versions
        self._use = FeedUse()
        self._security = security_headers(app.extensions["settings"])
        base_url = app.extensions["settings"].base_url
        self._release = f"{VERSION} {FRAGMENT_FORMAT} {version('tzdata')} {base_url}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a feed's address; WSGI."""
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/calendar/"):
            return self._next(environ, start_response)
        if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            is_personal = path.startswith("/calendar/my/")
            found = self._find_personal(environ) if is_personal else self._find_public(environ)
            if found:
                return _send(environ, start_response, found)
        try:
            with self._app.app_context():
                outcome = self._answer(Request(environ))
        except OperationalError:
            outcome = plain(503, "Not available just now; ask again in a minute", {"Retry-After": "60"})
        if isinstance(outcome, Found):
            return _send(environ, start_response, outcome)
        for name, value in self._security.items():
            outcome.headers.setdefault(name, value)
        return outcome(environ, start_response)

    # What is known without the framework

    def _find_public(self, environ: WSGIEnvironment) -> Found | None:
        """Find the answer of a public feed that was worked out before, if nothing changed since: one read."""
        asked_for = (
            environ["PATH_INFO"],
            environ.get("QUERY_STRING", ""),
            accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")),
        )
        known = self._known.find(asked_for)
        if known is None or known.day != _today():
            return None
        tag = environ.get("HTTP_IF_NONE_MATCH")
        is_unchanged = tag in known.answer.tags
        if not is_unchanged and ("HTTP_IF_MODIFIED_SINCE" in environ or (tag and not ONE_TAG.fullmatch(tag))):
            return None
        kept = None if is_unchanged else self._kept.find(known.kept_key)
        if not is_unchanged and kept is None:
            return None
        return Found(known.answer, kept) if self._versions.read(known.feed) == known.version else None

    def _find_personal(self, environ: WSGIEnvironment) -> Found | None:
        """Find the answer of a personal feed from the facts that it depends on: one read, whoever asks."""
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        matched, language = _PERSONAL.fullmatch(path), _LANGUAGES.get(query)
        tag = environ.get("HTTP_IF_NONE_MATCH", "")
        if matched is None or language is None or (tag and not ONE_TAG.fullmatch(tag)):
            return None
        token_hash = hash_token(matched[1])
        facts = self._versions.read_personal(token_hash)
        if facts is None or facts[1]:
            return None
        validator = self._validator(facts, language)
        kept = self._kept_personal.find((token_hash, language, validator))
        is_current = tag.removesuffix('"').removesuffix("-gz").endswith(f".{validator}")
        if is_current or (tag and self._renewed.find((path + query, tag)) == validator):
            self._note_use(facts)
            plain_tag = tag.replace('-gz"', '"')
            answer = Answer((plain_tag, tag), None, False, [], self._private_headers(tag))
            return Found(answer, None)
        if kept is None or tag:
            return None
        self._note_use(facts)
        return Found(self._personal_answer(environ, kept, validator), kept)

    def _private_headers(self, tag: str) -> list[tuple[str, str]]:
        headers = {
            "ETag": tag,
            "Cache-Control": "private, no-cache",
            "Vary": "Accept-Encoding",
            **NO_INDEX,
            **self._security,
        }
        return list(headers.items())

    def _validator(self, facts: PersonalFacts, language: str) -> str:
        words = f"{facts!r} {language} {_today()} {self._release}"
        return sha256(words.encode()).hexdigest()[:16]

    def _note_use(self, facts: PersonalFacts) -> None:
        subscription, now = UUID(str(facts[0])), utc_now()
        if not self._use.is_noted(subscription, now):
            with self._app.app_context():
                self._use.note(subscription, now)

    def _personal_answer(self, environ: WSGIEnvironment, kept: KeptFeed, validator: str) -> Answer:
        """Return the answer of a personal feed.

        It has no Last-Modified: what somebody stops to follow leaves no date behind.
        """
        return make_answer(
            kept,
            f'{kept.feed.etag[:17]}.{validator}"',
            None,
            takes_gzip=accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")),
            is_private=True,
            security=self._security,
        )

    # What has to be worked out

    def _answer(self, request: Request) -> Response | Found:
        if request.method not in ("GET", "HEAD"):
            return plain(405, "Only GET and HEAD", {"Allow": "GET, HEAD"})
        try:
            language, since = read_parameters(request)
        except ValueError as error:
            return plain(400, str(error))
        try:
            if found := _PUBLIC.fullmatch(request.path):
                return self._public(request, _KINDS[found[1]], found[2], language, since)
            if found := _PERSONAL.fullmatch(request.path):
                if since is not None:
                    return plain(400, "from: not for personal calendars")
                return self._personal(request, found[1], language)
        except feeds.GoneError as error:
            return plain(410, str(error))
        except NotFoundError as error:
            return plain(404, str(error))
        return plain(404, "There is no such calendar")

    def _personal(self, request: Request, token: str, language: CalendarLanguage) -> Found:
        # The facts before the data: the other way round would keep old bytes under new facts.
        facts = self._versions.read_personal(hash_token(token))
        if facts is None or facts[1]:
            feed = personal_feeds.render(token, language)  # says why there is none
            return Found(self._personal_answer(request.environ, KeptFeed(feed), "0"), KeptFeed(feed))
        validator = self._validator(facts, language)
        key = (hash_token(token), language, validator)
        kept = self._kept_personal.get_or_render(key, lambda: personal_feeds.render(token, language))
        self._note_use(facts)
        answer = self._personal_answer(request.environ, kept, validator)
        bytes_tag = kept.feed.etag[1:17]
        for tag in request.if_none_match.as_set(include_weak=True):
            if tag.partition(".")[0] == bytes_tag:  # other facts, the same bytes
                query = request.environ.get("QUERY_STRING", "")
                self._renewed.remember((request.path + query, f'"{tag}"'), validator)
                return Found(answer, None)
        return Found(answer, None if answer.is_known_to(request) else kept)

    def _public(
        self, request: Request, kind: str, slug: str, language: CalendarLanguage, since: date | None
    ) -> Response | Found:
        if kind in OF_ONE_EVENT and since is not None:
            return plain(400, "from: not for the calendar of one event")
        now = utc_now()
        subject = feeds.get_subject(kind, slug)
        today = now.astimezone(UTC).date()
        key = (kind, slug, language, since, subject.version, subject.id, today, settings().base_url, VERSION)
        kept = self._kept.get_or_render(key, lambda: feeds.render_feed(subject, language, since=since, now=now))
        takes_gzip = accepts_gzip(request.environ.get("HTTP_ACCEPT_ENCODING", ""))
        answer = make_answer(
            kept,
            kept.feed.etag,
            kept.feed.revised_at if kind == "event" else max(kept.feed.revised_at, feeds.day_start(now)),
            takes_gzip=takes_gzip,
            is_private=False,
            security=self._security,
        )
        if now - (subject.revised_at or feeds.LONG_AGO) > _SETTLED:
            known = KnownAnswer(answer, key, subject.version_name, subject.version, int(now.timestamp() // 86400))
            self._known.remember((request.path, request.environ.get("QUERY_STRING", ""), takes_gzip), known)
        return Found(answer, None if answer.is_known_to(request) else kept)


def _send(environ: WSGIEnvironment, start_response: StartResponse, found: Found) -> Iterable[bytes]:
    if found.kept is None:
        start_response("304 NOT MODIFIED", found.answer.unchanged)
        return ()
    start_response("200 OK", found.answer.whole)
    if environ["REQUEST_METHOD"] == "HEAD":
        return ()
    return (found.kept.body(is_compressed=found.answer.is_compressed),)
