"""The demo programme and its accounts."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

from iurc_events import create_app
from iurc_events.config import settings
from iurc_events.database import db
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.services.demo import ACCOUNTS_FILE, DemoRefusedError, seed_demo
from iurc_events.services.event_changes import record_change


def roles() -> dict[str, list[tuple[str, str | None, str | None]]]:
    return {
        user.email: [
            (role.name, role.programme.slug if role.programme else None, role.city.slug if role.city else None)
            for role in user.roles
        ]
        for user in db.session.scalars(select(User))
    }


def test_seed_demo_loads_the_real_events_and_makes_an_account_of_each_role(sqlite_app: Flask) -> None:
    demo = seed_demo()
    assert db.session.scalar(select(func.count()).select_from(Event)) == 5
    assert roles() == {
        "administrator@example.org": [("administrator", None, None)],
        "organiser@example.org": [("organiser", "iurc-china", None)],
        "delegate.guangzhou@example.org": [("delegate", None, "guangzhou-development-district")],
        "delegate.mannheim@example.org": [("delegate", None, "mannheim")],
        "funder@example.org": [("funder", "iurc-china", None)],
    }
    user = db.session.scalars(select(User).where(User.email == "delegate.guangzhou@example.org")).one()
    assert user.language == "zh"
    assert PasswordHasher().verify(user.password_hash or "", demo["delegate.guangzhou@example.org"])


def test_seed_demo_keeps_the_passwords_for_the_owner_alone(sqlite_app: Flask) -> None:
    demo = seed_demo()
    path = settings().instance_path / ACCOUNTS_FILE
    assert json.loads(path.read_bytes()) == dict(demo)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(set(demo.values())) == len(demo)


def test_seed_demo_again_keeps_passwords_and_what_was_changed_here(sqlite_app: Flask) -> None:
    demo = seed_demo()
    event = db.session.scalars(select(Event).limit(1)).one()
    event.notes = ["changed in the demo"]
    record_change(event, "changed for a test", actor_id=None)
    db.session.commit()
    assert dict(seed_demo()) == dict(demo)
    assert roles().keys() == demo.keys()
    assert event.notes == ["changed in the demo"]


def test_seed_demo_is_refused_in_production(sqlite_url: str, tmp_path: Path) -> None:
    app = create_app(
        {
            "DATABASE_URL": sqlite_url,
            "INSTANCE_PATH": tmp_path / "i",
            "SECRET_KEY": "x" * 40,
            "BASE_URL": "https://a.example",
        }
    )
    with app.app_context():
        with pytest.raises(DemoRefusedError):
            seed_demo()
        assert roles() == {}
        db.session.remove()
        db.engine.dispose()
    assert not (tmp_path / "i" / ACCOUNTS_FILE).exists()
