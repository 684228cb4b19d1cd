"""The web layer: everything that knows about requests."""

from __future__ import annotations

import uuid

from flask import Flask, redirect
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from flask_login import AnonymousUserMixin, LoginManager
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy import select, text

from iurc_events.config import resource_folder, settings
from iurc_events.database import db, utc_now
from iurc_events.models.accounts import User
from iurc_events.queries import background_work
from iurc_events.queries.feed_versions import FeedVersions
from iurc_events.web import (
    access,
    accounts,
    assets,
    delegates,
    door,
    errors,
    feeds,
    filters,
    localisation,
    organisers,
    participants,
    public,
    security,
    speakers,
)
from iurc_events.web.feeds.server import FeedServer
from iurc_events.web.public import sharing

csrf = CSRFProtect()
login_manager = LoginManager()
login_manager.session_protection = None


@login_manager.user_loader
def load_user(session_value: str) -> User | None:
    """Find the user of a session; one of an older epoch has ended (sec-12)."""
    public_id, _, epoch = session_value.rpartition(".")
    try:
        key = uuid.UUID(public_id)
    except ValueError:
        return None
    user = db.session.scalars(select(User).where(User.public_id == key)).one_or_none()
    return user if user and not user.is_disabled and str(user.session_epoch) == epoch else None


def init_app(app: Flask) -> None:
    """Add extensions, blueprints, error pages, filters and headers to the application."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    csrf.init_app(app)
    login_manager.anonymous_user = AnonymousUserMixin
    login_manager.init_app(app)
    Compress(app)
    localisation.init_app(app)
    filters.init_filters(app, localisation.current_language)
    assets.init_assets(app, resource_folder("static"))
    security.init_app(app)
    errors.init_app(app)
    _add_health(app)
    _add_blueprints(app)
    versions = FeedVersions(app)
    sharing.init_app(app, versions)
    app.wsgi_app = FeedServer(app, versions)  # type: ignore[method-assign]  # the WSGI way to stand in front


def _add_health(app: Flask) -> None:
    @app.get("/healthz")
    @access.public
    def check_alive() -> ResponseReturnValue:
        return {"status": "alive"}

    @app.get("/readyz")
    @access.public
    def check_ready() -> ResponseReturnValue:
        db.session.execute(text("SELECT version_num FROM alembic_version"))
        due = background_work.measure_due(utc_now(), is_mail_sent=settings().smtp_url is not None)
        return {"status": "ready", "oldest_due_seconds": due.oldest}

    @app.get("/")
    @access.public
    def choose_language() -> ResponseReturnValue:
        response = redirect(f"/{localisation.preferred_language()}/", code=302)
        response.vary.add("Accept-Language")
        return response


def _add_blueprints(app: Flask) -> None:
    """Register each audience's pages; every package lists its own blueprints."""
    for audience in (public, accounts, organisers, delegates, participants, feeds, speakers, door):
        for blueprint in audience.blueprints():
            app.register_blueprint(blueprint)
    # mail programs post here without having opened a page; the address itself proves who may (RFC 8058 §3.1)
    csrf.exempt("iurc_events.web.public.unsubscribe.unsubscribe_at_once")
