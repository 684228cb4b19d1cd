"""IURC Events: events of a city-to-city cooperation programme."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix


def create_app(overrides: Mapping[str, object] | None = None) -> Flask:
    """Make the application: the one place that wires extensions, blueprints, error pages and filters together.

    Args:
        overrides: Settings that stand before the environment, by the names of the environment variables.

    Raises:
        ConfigurationError: If the settings do not make a working installation.
    """
    from iurc_events import models  # noqa: F401  (makes all tables known to the mapper)
    from iurc_events.config import read_settings, resource_folder
    from iurc_events.database import db, init_engine, pool_options

    settings = read_settings(overrides)
    app = Flask(
        "iurc_events",
        instance_path=str(settings.instance_path),
        template_folder=str(resource_folder("templates")),
        static_folder=None,
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.is_testing,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=pool_options(settings.database_url),
        SESSION_COOKIE_NAME="__Host-session" if settings.is_production else "session",
        SESSION_COOKIE_SECURE=settings.is_production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        MAX_CONTENT_LENGTH=20 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=10_000,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["settings"] = settings
    db.init_app(app)
    init_engine(app)

    from iurc_events import cli, jobs, web
    from iurc_events.services import page_version  # noqa: F401  (sees every change, whoever makes it)

    app.extensions["timed_jobs"] = jobs.JOBS  # for the page about background work
    web.init_app(app)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]  # as Flask's documentation says
    cli.init_app(app)
    return app
