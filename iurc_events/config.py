"""Settings, read once from the environment (see README, "Running it for real").

In production (``BASE_URL`` is https) a missing secret stops the start; elsewhere one is made in the instance folder.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final

PACKAGE_FOLDER = Path(__file__).resolve().parent
#: The release; part of every key under which something rendered is kept.
VERSION = "0.1.0"
#: Mails a minute to one recipient's domain, so gently that these servers keep taking them; ``gov.cn`` counts for each
#: domain below it by itself. Others are not held back.
MAIL_RATES: Final[Mapping[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(("qq.com", "foxmail.com", "exmail.qq.com", "163.com", "126.com", "yeah.net"), 20),
        **dict.fromkeys(("sina.com", "sina.cn", "sohu.com", "139.com", "189.cn", "aliyun.com"), 20),
        **dict.fromkeys(("gov.cn", "edu.cn", "org.cn"), 15),
    }
)
_RATE: Final = re.compile(r"(\*|[a-z0-9.-]+)=(\d{1,6})")
_MAILBOX: Final = re.compile(r"[A-Za-z0-9._=-]{1,30}@[A-Za-z0-9.-]+")


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
    #: Mailbox for reports on mail that did not arrive, each mail with a signed part after ``+``; None: they go to the
    #: address of ``mail_from``.
    mail_bounces: str | None = None
    #: Mails a minute to a domain and those below it; ``*`` is any other domain, 0 is no limit.
    mail_rates: Mapping[str, int] = field(default_factory=lambda: MAIL_RATES)
    #: Seconds for each step of the talk with the mail server.
    mail_timeout: float = 20.0

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


def _mail_bounces(value: str) -> str | None:
    if value and not _MAILBOX.fullmatch(value):
        raise ConfigurationError("MAIL_BOUNCES must be an address such as bounces@example.org, without + before the @")
    return value or None


def _mail_rates(value: str) -> Mapping[str, int]:
    """Return the limits by domain: the usual ones, those of ``qq.com=30 *=120`` before them."""
    rates = dict(MAIL_RATES)
    for word in value.lower().replace(",", " ").split():
        found = _RATE.fullmatch(word)
        if not found:
            raise ConfigurationError(f"MAIL_RATES must be like qq.com=30 gov.cn=10 *=120 (mails a minute), not {word}")
        rates[found[1].lstrip(".")] = int(found[2])
    return rates


def _mail_timeout(value: str) -> float:
    if value and not (value.isdecimal() and 1 <= int(value) <= 40):
        raise ConfigurationError("MAIL_TIMEOUT must be a number of seconds, 1 to 40")
    return float(value or 20)


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
        mail_bounces=_mail_bounces(values.get("MAIL_BOUNCES", "").strip()),
        mail_rates=_mail_rates(values.get("MAIL_RATES", "")),
        mail_timeout=_mail_timeout(values.get("MAIL_TIMEOUT", "")),
        is_testing=str(values.get("TESTING", "")).lower() in {"1", "true"},
    )


def settings() -> Settings:
    """Return the settings of the current application."""
    from flask import current_app  # config is read before there is an application, too

    found: Settings = current_app.extensions["settings"]
    return found
