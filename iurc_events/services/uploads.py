"""Documents that an organiser uploaded and has not confirmed yet: checked for rights, kept for an hour."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from iurc_events import documents
from iurc_events.config import settings
from iurc_events.database import db
from iurc_events.domain.errors import DomainError, ForbiddenError
from iurc_events.domain.vocabulary import RoleName
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.programmes import Programme
from iurc_events.services import imports, tokens
from iurc_events.services.import_outcomes import ImportOutcome

KEPT_FOR_SECONDS = 3600
_TOKEN = re.compile(r"[a-z2-7]{26}")


class UploadGoneError(DomainError):
    """The files of an upload are not there any more."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came."""

    name: str
    content: bytes


def _folder() -> Path:
    return settings().instance_path / "uploads"


def _place(actor: User, token: str) -> Path:
    if not _TOKEN.fullmatch(token):
        raise UploadGoneError(noop("The upload has ended. Choose the files again"))
    return _folder() / f"{actor.public_id.hex}-{token}"


def _forget_old(now: float) -> None:
    for folder in _folder().glob("*-*"):
        if now - folder.stat().st_mtime > KEPT_FOR_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def keep(actor: User, uploads: Sequence[Upload]) -> str:
    """Keep uploaded files until they are confirmed; return what to ask for them with."""
    _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    _forget_old(time.time())
    token = tokens.new_token()
    place = _place(actor, token)
    place.mkdir(mode=0o700)
    for number, upload in enumerate(uploads):
        (place / f"{number:03}.json").write_bytes(upload.content)
        (place / f"{number:03}.name").write_text(upload.name[:200], "utf-8")
    return token


def kept(actor: User, token: str) -> list[Upload]:
    """Return the files of an own upload.

    Raises:
        UploadGoneError: If they are gone.
    """
    place = _place(actor, token)
    if not place.is_dir():
        raise UploadGoneError(noop("The upload has ended. Choose the files again"))
    return [
        Upload(path.with_suffix(".name").read_text("utf-8"), path.read_bytes()) for path in sorted(place.glob("*.json"))
    ]


def forget(actor: User, token: str) -> None:
    """Drop the files of an own upload."""
    shutil.rmtree(_place(actor, token), ignore_errors=True)


def _check_rights(actor: User, files: Sequence[documents.Document]) -> None:
    """Let organisers import events of their own programmes alone; cities and themes belong to all."""
    if actor.has_role(RoleName.ADMINISTRATOR):
        return
    own = set(
        db.session.scalars(select(Programme.slug).where(Programme.id.in_(actor.programme_ids(RoleName.ORGANISER))))
    )
    entries = [entry for file in files for entry in file.entries("events") if isinstance(entry, dict)]
    is_shared = any(
        file.entries(kind) for file in files for kind in ("cities", "pairings", "programmes", "themes", "frameworks")
    )
    if is_shared:
        raise ForbiddenError(noop("Cities and themes belong to all programmes: an administrator imports them"))
    slugs = [entry["id"] for entry in entries if isinstance(entry.get("id"), str)]
    foreign = {str(entry.get("programme")) for entry in entries} - own
    known = db.session.scalars(
        select(Programme.slug).join(Event, Event.programme_id == Programme.id).where(Event.slug.in_(slugs)).distinct()
    )
    foreign |= set(known) - own
    if foreign:
        raise ForbiddenError(
            noop("These programmes are not yours: %(programmes)s"), programmes=", ".join(sorted(foreign))
        )


def import_uploads(
    actor: User, uploads: Sequence[Upload], *, dry_run: bool, as_drafts: bool = False, overwrite: bool = False
) -> ImportOutcome:
    """Take uploaded documents, or tell what would change.

    Raises:
        ForbiddenError: If they change programmes that are not the actor's.
    """
    files = [documents.load(upload.content, upload.name) for upload in uploads]
    _check_rights(actor, files)
    return imports.import_documents(
        files,
        dry_run=dry_run,
        status="draft" if as_drafts else "published",
        overwrite=overwrite,
        actor_id=actor.id,
    )
