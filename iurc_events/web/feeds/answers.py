"""What a feed's answer says: entity tags, dates, parameters and plain words where there is no feed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, cast

from werkzeug.datastructures import ETags
from werkzeug.http import http_date, parse_accept_header, parse_date
from werkzeug.wrappers import Request, Response

from iurc_events.calendars.entries import CalendarLanguage
from iurc_events.database import utc_now
from iurc_events.web.feeds.kept import KeptFeed

#: Shorter bodies are not compressed.
_SMALL = 860
#: Personal calendars may be fetched by robots, as Google Calendar is one, but belong into no index of pages.
NO_INDEX: Final = {"X-Robots-Tag": "noindex"}
#: One entity tag, strong, as nearly every reader sends it.
ONE_TAG = re.compile(r'"[^",]*"')


@lru_cache(maxsize=256)
def accepts_gzip(accept_encoding: str) -> bool:
    """Tell whether a reader takes compressed bytes."""
    return bool(parse_accept_header(accept_encoding)["gzip"] > 0)


def twin(etag: str) -> str:
    """Return the entity tag of the compressed bytes: other bytes, another tag."""
    return f'{etag[:-1]}-gz"'


@dataclass(frozen=True, slots=True)
class Answer:
    """A feed under its entity tag, in the encoding that a reader takes.

    ``tags`` are those of both encodings; ``shown`` is Last-Modified, None where the feed has none.
    """

    tags: tuple[str, str]
    shown: datetime | None
    is_compressed: bool
    whole: list[tuple[str, str]]
    unchanged: list[tuple[str, str]]

    def is_known_to(self, request: Request) -> bool:
        """Tell whether the reader has these bytes: If-None-Match stands before If-Modified-Since."""
        if "If-None-Match" in request.headers:
            return holds(request.if_none_match, self.tags)
        since = parse_date(request.headers.get("If-Modified-Since"))
        return self.shown is not None and since is not None and since.year > 1970 and since >= self.shown


def holds(tags: ETags, known: tuple[str, str]) -> bool:
    """Tell whether one of some entity tags is among those that a reader sent."""
    return bool(tags.star_tag) or any(tags.contains_weak(tag.strip('"')) for tag in known)


def make_answer(
    kept: KeptFeed,
    etag: str,
    revised_at: datetime | None,
    *,
    takes_gzip: bool,
    is_private: bool,
    security: Mapping[str, str],
) -> Answer:
    """Work out the headers of a feed, whole and unchanged.

    Args:
        revised_at: None where no date says truly when a feed last changed.
    """
    is_compressed = takes_gzip and len(kept.feed.body) > _SMALL
    shown = None
    if revised_at is not None:
        # Within the second of a change Last-Modified stays one behind, so that a second change in it is not missed.
        shown = revised_at.replace(microsecond=0)
        if utc_now() - shown < timedelta(seconds=1):
            shown -= timedelta(seconds=1)
    common = {
        "ETag": twin(etag) if is_compressed else etag,
        **({"Last-Modified": http_date(shown)} if shown else {}),
        "Cache-Control": "private, no-cache" if is_private else "public, no-cache",
        "Vary": "Accept-Encoding",
        **(NO_INDEX if is_private else {}),
        **security,
    }
    whole = {
        **common,
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Disposition": f'inline; filename="{kept.feed.file_name}"',
        **({"Content-Encoding": "gzip"} if is_compressed else {}),
        "Content-Length": str(len(kept.body(is_compressed=is_compressed))),
    }
    return Answer((etag, twin(etag)), shown, is_compressed, list(whole.items()), list(common.items()))


def read_parameters(request: Request) -> tuple[CalendarLanguage, date | None]:
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


def plain(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    """Say in plain words why there is no feed."""
    response = Response(text + "\n", status, headers, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
