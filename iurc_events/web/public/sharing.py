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
    response.make_conditional(request)
    return response
