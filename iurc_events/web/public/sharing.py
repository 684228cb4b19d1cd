"""Pages for anonymous visitors: an ETag, so that what did not change is not sent again."""

from __future__ import annotations

from flask import Response, current_app, request, session


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


def is_stranger() -> bool:
    """Tell whether nothing but the address decides what a page shows: no session, no parameters, no special browser."""
    has_session = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return not has_session and not request.query_string and not is_wechat()


def is_wechat() -> bool:
    """Tell whether the page is read in WeChat's browser, which opens neither .ics nor webcal."""
    return "micromessenger" in request.user_agent.string.lower()
