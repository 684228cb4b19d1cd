"""The demo: the real programme, and one account of each role for people who try the product."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from iurc_events.config import settings
from iurc_events.documents import load
from iurc_events.domain.errors import DomainError
from iurc_events.domain.vocabulary import RoleName
from iurc_events.localisation import noop
from iurc_events.services.imports import CHANGED_HERE, DELETED_HERE, import_documents
from iurc_events.services.users import create_user

ACCOUNTS_FILE = "demo-accounts.json"


class DemoRefusedError(DomainError):
    """This installation must not hold demo accounts, or its data cannot be loaded."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody made up who can sign in."""

    email: str
    name: str
    role: RoleName
    language: str = "en"
    programme: str | None = None
    city: str | None = None


#: Domains of RFC 2606: no mail ever leaves for them.
ACCOUNTS = (
    DemoAccount("administrator@example.org", "Ada Demo-Administrator", RoleName.ADMINISTRATOR),
    DemoAccount("organiser@example.org", "Olga Demo-Organiser", RoleName.ORGANISER, programme="iurc-china"),
    DemoAccount(
        "delegate.guangzhou@example.org",
        "演示代表（广州开发区）",
        RoleName.DELEGATE,
        language="zh",
        city="guangzhou-development-district",
    ),
    DemoAccount("delegate.mannheim@example.org", "Dora Demo-Delegate", RoleName.DELEGATE, city="mannheim"),
    DemoAccount("funder@example.org", "Felix Demo-Funder", RoleName.FUNDER, programme="iurc-china"),
)


@dataclass(frozen=True, slots=True)
class DemoAccounts(Mapping[str, str]):
    """The demo's accounts; as a mapping, passwords by address."""

    accounts: tuple[DemoAccount, ...]
    passwords: Mapping[str, str]

    def __getitem__(self, email: str) -> str:
        return self.passwords[email]

    def __iter__(self) -> Iterator[str]:
        return iter(self.passwords)

    def __len__(self) -> int:
        return len(self.passwords)


def data_files(folder: Path) -> list[Path]:
    """Return the documents of a data folder: cities, themes and events."""
    return [folder / "cities.json", folder / "themes.json", *sorted((folder / "events").glob("*.json"))]


def read_demo_passwords(instance_path: Path) -> dict[str, str]:
    """Return the passwords by address that are kept in the instance folder, none where there is no demo."""
    try:
        found = json.loads((instance_path / ACCOUNTS_FILE).read_bytes())
    except FileNotFoundError:
        return {}
    return {str(email): str(password) for email, password in found.items()}


def _keep(path: Path, passwords: Mapping[str, str]) -> None:
    """Write the passwords so that only the owner can ever read them."""
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(passwords, file, indent=1)
        file.write("\n")
    fresh.replace(path)


def seed_demo(instance_path: Path | None = None) -> DemoAccounts:
    """Load the real programme and make an account of each role; again, nothing happens twice.

    Args:
        instance_path: Where the passwords are kept; None takes the installation's instance folder.

    Raises:
        DemoRefusedError: In production, or if the data folder holds faults.
    """
    current = settings()
    if current.is_production:
        raise DemoRefusedError(
            noop("Demo accounts are refused while BASE_URL is https: people could sign in with them")
        )
    outcome = import_documents([load(path) for path in data_files(current.data_folder)])
    kept = (CHANGED_HERE, DELETED_HERE)  # what somebody did in the demo stays
    if any(finding.fault.message not in kept for finding in outcome.faults):
        raise DemoRefusedError("%(faults)s", faults="\n".join(str(fault) for fault in outcome.faults))
    folder = instance_path or current.instance_path
    passwords = read_demo_passwords(folder)
    for account in ACCOUNTS:
        is_known = account.email in passwords
        passwords.setdefault(account.email, secrets.token_urlsafe(15))
        create_user(
            account.email,
            account.role,
            programme=account.programme,
            city=account.city,
            password=None if is_known else passwords[account.email],
            name=account.name,
            language=account.language,
        )
    _keep(folder / ACCOUNTS_FILE, passwords)
    return DemoAccounts(ACCOUNTS, passwords)
