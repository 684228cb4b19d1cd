"""Passwords: argon2id, as slow for unknown addresses as for known ones (sec-10)."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from iurc_events.domain.errors import DomainError
from iurc_events.localisation import noop

SHORTEST: Final = 12
LONGEST: Final = 200
_hasher = PasswordHasher()


class WeakPasswordError(DomainError):
    """The password is easily guessed, or too long to be hashed."""


def _normal(password: str) -> str:
    """Return the spelling that is hashed: the same characters typed in another way are the same password."""
    return unicodedata.normalize("NFKC", password)


def check_strength(password: str, *, email: str, name: str = "") -> None:
    """Refuse passwords that are easily guessed (ASVS 5.0 V6.2: length, no rules of composition).

    Raises:
        WeakPasswordError: If it is too short, too long, or taken from the address.
    """
    normal = _normal(password)
    if len(normal) < SHORTEST:
        raise WeakPasswordError(noop("Use at least %(count)s characters"), count=SHORTEST)
    if len(normal) > LONGEST:
        raise WeakPasswordError(noop("Use at most %(count)s characters"), count=LONGEST)
    lowered = normal.lower()
    if len(set(lowered)) < 5 or lowered.startswith(("1234567890", "password", "qwertyuiop")):
        raise WeakPasswordError(noop("This password is easily guessed. Use several unrelated words"))
    for part in (email.lower(), email.lower().split("@")[0], name.lower()):
        if len(part) >= 6 and part in lowered:
            raise WeakPasswordError(noop("Leave your name and address out of the password"))


def hash_password(password: str) -> str:
    """Return the hash to store."""
    return _hasher.hash(_normal(password))


@cache
def _dummy_hash() -> str:
    return hash_password("nobody has this password")


def verify(stored: str | None, password: str) -> bool:
    """Tell whether a password is right; without a stored hash it takes the same time and is wrong."""
    try:
        _hasher.verify(stored or _dummy_hash(), _normal(password)[: 10 * LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Tell whether a hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(stored)


def warm_up() -> None:
    """Make the hash for unknown addresses, so that the first of them is not slower than the rest."""
    _dummy_hash()
