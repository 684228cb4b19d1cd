"""Security headers of every answer (sec-8)."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_login import current_user

from iurc_events.config import Settings

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)


def security_headers(settings: Settings) -> dict[str, str]:
    """Return the headers that every answer of the site carries, feeds included."""
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }
    if settings.is_production:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


def init_app(app: Flask) -> None:
    """Add the headers to every answer, and keep what belongs to one person out of shared caches."""
    headers = security_headers(app.extensions["settings"])

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-cache"
        if request.endpoint != "assets.serve_asset" and getattr(current_user, "is_authenticated", False):
            response.headers["Cache-Control"] = "private, no-store"
            response.vary.add("Cookie")
        return response
