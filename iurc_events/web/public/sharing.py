"""Pages for anonymous visitors: kept while nothing changes that they show, with an ETag, so that none is sent twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, cast

from flask import Flask, Response, current_app, request, session
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from iurc_events.database import utc_now
from iurc_events.queries.feed_versions import PAGES, FeedVersions
from iurc_events.web.kept_pages import KeptPages

P = ParamSpec("P")
_STORE: Final = "pages for strangers"
_MOST_BYTES: Final = 16 * 1024 * 1024
_LONGEST_QUERY: Final = 100


def init_app(app: Flask, versions: FeedVersions) -> None:
    """Give an application its store of whole pages."""
    app.extensions[_STORE] = KeptPages(_MOST_BYTES), versions


def kept_for_strangers(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Keep the page that a view makes for strangers, until the version of the public pages or the minute is another.

    What a page shows besides rows depends on the time alone: clocks, and what lies ahead or is over. Searches are not
    kept, nor is a page whose form belongs to one visitor.
    """

    @wraps(view)
    def show(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        store, versions = cast("tuple[KeptPages, FeedVersions]", current_app.extensions[_STORE])
        is_kept = _is_of_nobody() and "q" not in request.args and len(request.query_string) <= _LONGEST_QUERY
        version = versions.read(PAGES) if is_kept else None  # before the rows: so no old ones are kept under it
        if version is None:
            return view(*args, **kwargs)
        key, stamp = (request.path, request.query_string), (version, int(utc_now().timestamp() // 60))
        if (kept := store.find(key, stamp)) is not None:
            return kept
        page = view(*args, **kwargs)
        if isinstance(page, str) and not session.modified:
            store.keep(key, Markup(page), stamp)  # noqa: S704  (the output of our own templates)
        return page

    return show


def share_with_everybody(response: Response) -> Response:
    """Let a page that no session had a part in be kept by anybody who asks again whether it is current.

    A request that brings a session's cookie, or an answer that sets one, stays private (sec-8).
    """
    if request.method not in ("GET", "HEAD") or response.status_code != 200 or session.modified:
        return response
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return response
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    etag, _is_weak = response.get_etag()
    for known in request.if_none_match.as_set():
        if etag and known.startswith(f"{etag}:"):  # as compression marks it: the reader has this very page
            response.set_etag(known)
    response.make_conditional(request)
    return response


def _is_of_nobody() -> bool:
    return current_app.config["SESSION_COOKIE_NAME"] not in request.cookies and not is_wechat()


def is_stranger() -> bool:
    """Tell whether nothing but the address decides what a page shows: no session, no parameters, no special browser."""
    return _is_of_nobody() and not request.query_string


def is_wechat() -> bool:
    """Tell whether the page is read in WeChat's browser, which opens neither .ics nor webcal."""
    return "micromessenger" in request.user_agent.string.lower()
