"""Codes that people show at the door: who they are, signed, with nothing stored that could be lost or stolen.

A code names a participant or a speaker by their public id and carries a signature made with the installation's secret,
so that nobody can make one up. It opens nothing by itself: only those who check people in can use it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from typing import Final, Literal, cast

EntryKind = Literal["participant", "speaker"]
_LETTERS: Final[dict[str, str]] = {"participant": "p", "speaker": "s"}
_KINDS: Final = {letter: kind for kind, letter in _LETTERS.items()}
#: Bytes of the signature: 128 bits.
_SIGNATURE: Final = 16


def _sign(secret: str, kind: str, identifier: bytes) -> bytes:
    message = b"entry code:" + kind.encode() + b":" + identifier
    return hmac.new(secret.encode(), message, hashlib.sha256).digest()[:_SIGNATURE]


def entry_code(secret: str, kind: EntryKind, public_id: uuid.UUID) -> str:
    """Return the code of somebody: a letter and 52 lower-case base32 characters."""
    packed = public_id.bytes + _sign(secret, kind, public_id.bytes)
    return _LETTERS[kind] + base64.b32encode(packed).decode("ascii").rstrip("=").lower()


def read_entry_code(secret: str, text: str) -> tuple[EntryKind, uuid.UUID] | None:
    """Return whose code it is, or None where it is none of this installation.

    Args:
        text: The code, or an address that ends with it, in any case.
    """
    code = text.strip().rstrip("/").rsplit("/", 1)[-1].split("?", 1)[0].lower()
    kind = _KINDS.get(code[:1])
    if kind is None or len(code) != 53 or not code.isascii():
        return None
    try:
        packed = base64.b32decode(code[1:].upper() + "====")
    except ValueError:
        return None
    found = cast("EntryKind", kind), uuid.UUID(bytes=packed[:16])
    # written again and compared as a whole: the last character has bits that decoding drops
    return found if hmac.compare_digest(code, entry_code(secret, *found)) else None
