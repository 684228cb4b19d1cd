"""Tokens of personal links and feeds: 130 random bits, of which only the SHA-256 is stored (sec-11)."""

from __future__ import annotations

import base64
import hashlib
import secrets


def new_token() -> str:
    """Return 26 lower-case base32 characters from the system's generator: 130 bits."""
    return base64.b32encode(secrets.token_bytes(17)).decode("ascii").lower()[:26]


def hash_token(token: str) -> bytes:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).digest()
