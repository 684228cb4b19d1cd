"""The web layer: everything that knows about requests."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add all pages to the application."""
