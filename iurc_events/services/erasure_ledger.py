"""What was erased, beside the database: a file of ids and keyed hashes, so that a restored backup erases it again."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select

from iurc_events.config import settings
from iurc_events.database import db
from iurc_events.models.privacy import Erasure

LEDGER_FILE: Final = "erasures.jsonl"
#: Kinds of erased objects beside ``person``, ``participant`` and ``user``: an address, and an id in documents.
ADDRESS: Final = "address"
DOCUMENT: Final = "document"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the file: what an :class:`Erasure` says, as text."""

    object_kind: str
    object_id: str
    email_hash: str | None
    reason: str
    erased_at: str

    @property
    def moment(self) -> datetime:
        """When it was erased."""
        return datetime.fromisoformat(self.erased_at)


def keyed_hash(text: str) -> bytes:
    """Return what is kept of an address or id: worth nothing without SECRET_KEY."""
    secret = settings().secret_key.encode()
    return hmac.new(secret, b"erasure:" + text.strip().casefold().encode(), hashlib.sha256).digest()


def short_hash(text: str) -> str:
    """Return a keyed hash that fits into the id of an erased object (144 bits)."""
    return keyed_hash(text).hex()[:36]


def ledger_path() -> Path:
    """Return where the file lies."""
    return settings().instance_path / LEDGER_FILE


def read_ledger(path: Path | None = None) -> list[LedgerEntry]:
    """Return the lines of a ledger, none where there is no file; a line cut off by a crash is left out."""
    try:
        lines = (path or ledger_path()).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    found: list[LedgerEntry] = []
    for line in lines:
        try:
            entry = LedgerEntry(**json.loads(line))
            _ = entry.moment
            if entry.object_kind in ("person", "participant", "user"):
                uuid.UUID(entry.object_id)
            bytes.fromhex(entry.email_hash or "")
        except (ValueError, TypeError):
            continue
        found.append(entry)
    return list(dict.fromkeys(found))


def write_ledger() -> int:
    """Append what the database knows of erasures and the file does not; return how many lines.

    Call it after a commit; the worker does so too, so that a crash in between loses nothing.
    """
    known = set(read_ledger())
    rows = db.session.scalars(select(Erasure).order_by(Erasure.id))
    fresh = [entry for row in rows if (entry := _entry(row)) not in known]
    db.session.rollback()
    if fresh:
        _append(fresh)
    return len(fresh)


def _entry(row: Erasure) -> LedgerEntry:
    return LedgerEntry(
        row.object_kind,
        row.object_id,
        row.email_hash.hex() if row.email_hash else None,
        row.reason,
        row.erased_at.isoformat(),
    )


def _append(entries: Iterable[LedgerEntry]) -> None:
    path = ledger_path()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":  # a crash cut the last line off
                file.write(b"\n")
        for entry in entries:
            file.write(json.dumps(asdict(entry), separators=(",", ":")).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
