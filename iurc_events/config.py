"""Settings, read once from the environment (see README, "Running it for real").

In production (``BASE_URL`` is https) a missing secret stops the start; elsewhere one is made in the instance folder.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PACKAGE_FOLDER = Path(__file__).resolve().parent
#: The release; part of every key under which something rendered is kept.
VERSION = "0.1.0"


class ConfigurationError(Exception):
    """The environment does not make a working installation."""


def resource_folder(name: str) -> Path:
    """Return the folder of ``templates`` or ``static``: inside an installed package, beside it in a checkout."""
    inside = PACKAGE_FOLDER / name
    return inside if inside.is_dir() else PACKAGE_FOLDER.parent / name


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation decides."""

    database_url: str
    base_url: str
    secret_key: str
    smtp_url: str | None
    mail_from: str
    redis_url: str | None
    storage_url: str
    data_folder: Path
    instance_path: Path
    #: How many proxies of ours stand in front; X-Forwarded-For is believed from so many, else from none (sec-10).
    trusted_proxies: int
    is_testing: bool

    @property
    def is_production(self) -> bool:
        """Whether people reach the site by https."""
        return self.base_url.startswith("https://")


def _secret_key(instance_path: Path) -> str:
    path = instance_path / "secret-key"
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        key = secrets.token_urlsafe(48)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key)
        return key


def _trusted_proxies(value: str) -> int:
    if value and not (value.isdecimal() and int(value) <= 10):
        raise ConfigurationError("TRUSTED_PROXIES must be the number of proxies in front, 0 to 10")
    return int(value or 0)


def _check_storage(url: str) -> None:
    if "://" not in url:
        return
    if not re.fullmatch(r"s3://[^/?#\s]+(/[^?#\s]*)?", url):
        raise ConfigurationError("STORAGE_URL must be a folder or s3://bucket/prefix")
    if find_spec("obstore") is None:
        raise ConfigurationError("STORAGE_URL is an object store: install iurc-events[s3]")


def read_settings(overrides: Mapping[str, object] | None = None) -> Settings:
    """Read the settings from the environment; ``overrides`` stand before it.

    Raises:
        ConfigurationError: If a production installation lacks a secret or an address does not fit.
    """
    values: dict[str, str] = {**os.environ, **{name: str(value) for name, value in (overrides or {}).items()}}
    instance_path = Path(values.get("INSTANCE_PATH") or Path.cwd() / "instance").resolve()
    instance_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    base_url = values.get("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    if not base_url.startswith(("http://", "https://")):
        raise ConfigurationError("BASE_URL must begin with http:// or https://")
    secret_key = values.get("SECRET_KEY", "")
    if not secret_key:
        if base_url.startswith("https://"):
            raise ConfigurationError("SECRET_KEY is missing: set it to at least 32 random characters")
        secret_key = _secret_key(instance_path)
    database_url = values.get("DATABASE_URL") or f"sqlite:///{instance_path / 'iurc-events.sqlite3'}"
    if database_url.startswith(("postgres://", "postgresql://")):
        database_url = "postgresql+psycopg://" + database_url.split("://", 1)[1]
    storage_url = values.get("STORAGE_URL") or str(instance_path / "files")
    _check_storage(storage_url)
    return Settings(
        database_url=database_url,
        base_url=base_url,
        secret_key=secret_key,
        smtp_url=values.get("SMTP_URL") or None,
        mail_from=values.get("MAIL_FROM") or "IURC Events <events@localhost>",
        redis_url=values.get("REDIS_URL") or None,
        storage_url=storage_url,
        data_folder=Path(values.get("IURC_EVENTS_DATA") or PACKAGE_FOLDER / "data"),
        instance_path=instance_path,
        trusted_proxies=_trusted_proxies(values.get("TRUSTED_PROXIES", "")),
        is_testing=str(values.get("TESTING", "")).lower() in {"1", "true"},
    )


def settings() -> Settings:
    """Return the settings of the current application."""
    from flask import current_app  # config is read before there is an application, too

    found: Settings = current_app.extensions["settings"]
    return found
