"""Photos and slides of speakers: taken, replaced, brought back, erased.

Decoding happens before the transaction begins, in a child process; the row and the bytes follow together.
"""

from __future__ import annotations

import uuid

from sqlalchemy import delete, func, or_, select, update

from iurc_events.database import db, in_transaction
from iurc_events.domain.errors import NotFoundError
from iurc_events.localisation import noop
from iurc_events.mail.rendering import one_line
from iurc_events.models.events import Event
from iurc_events.models.files import StoredFile
from iurc_events.models.speakers import Speaker
from iurc_events.queries import speaker_pages as page_queries
from iurc_events.services import audit, pictures, storage
from iurc_events.services.speaker_pages import lock_speaker

#: So many versions of a speaker's slides are kept; the oldest goes first.
MOST_DECKS = 10


def _name_of(name: str) -> str:
    return one_line(name.replace("\\", "/").rpartition("/")[2])[:200] or "file"


def _add(
    speaker: Speaker, kind: str, data: bytes, content_type: str, name: str, *, version: int = 1, of: int | None = None
) -> StoredFile:
    row = StoredFile(
        kind=kind, event_id=speaker.event_id, speaker_id=speaker.id, preview_of_id=of, version=version, name=name,
        content_type=content_type, size=len(data), content_hash=storage.put(data),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _drop(files: list[StoredFile]) -> None:
    """Delete rows with their previews; the bytes go after the commit."""
    keys = [file.id for file in files]
    if not keys:
        return
    condition = or_(StoredFile.id.in_(keys), StoredFile.preview_of_id.in_(keys))
    storage.forget(db.session.scalars(select(StoredFile.content_hash).where(condition)))
    db.session.execute(delete(StoredFile).where(StoredFile.preview_of_id.in_(keys)))
    db.session.execute(delete(StoredFile).where(StoredFile.id.in_(keys)))


def _note(event: Event, speaker: Speaker, part: str, action: str) -> None:
    """Write a line into the log; where the part is published, the event's page is another one from now on."""
    if speaker.state == "accepted" and speaker.consented_at is not None and part in speaker.published_parts:
        event.version = Event.version + 1
    audit.record(
        action, "speaker", speaker.public_id, actor_id=None, programme_id=event.programme_id, fields=[part]
    )  # fmt: skip


def put_photo(speaker_id: int, data: bytes, name: str, *, focus_x: float = 0.5, focus_y: float = 0.5) -> StoredFile:
    """Take a photo in place of the one before: cropped square, without metadata.

    Args:
        focus_x: From 0 (left) to 1 (right); what stays in the middle of the square.
        focus_y: From 0 (top) to 1 (bottom).

    Raises:
        FileRefusedError: If it is of a kind or size that is not taken.
    """
    photo, small = pictures.make_photo(data, focus_x=focus_x, focus_y=focus_y)
    return _store_photo(speaker_id, photo, small, _name_of(name))


@in_transaction
def _store_photo(speaker_id: int, photo: bytes, small: bytes, name: str) -> StoredFile:
    event, speaker = lock_speaker(speaker_id)
    _drop(_files(speaker_id, "photo"))
    row = _add(speaker, "photo", photo, pictures.JPEG, name)
    _add(speaker, "preview", small, pictures.JPEG, name, of=row.id)
    _note(event, speaker, "photo", "speaker photo stored")
    return row


def _files(speaker_id: int, kind: str) -> list[StoredFile]:
    return list(
        db.session.scalars(
            select(StoredFile)
            .where(StoredFile.speaker_id == speaker_id, StoredFile.kind == kind)
            .order_by(StoredFile.version.desc(), StoredFile.id.desc())
        )
    )


@in_transaction
def remove_photo(speaker_id: int) -> None:
    """Delete a speaker's photo."""
    event, speaker = lock_speaker(speaker_id)
    if photos := _files(speaker_id, "photo"):
        _drop(photos)
        _note(event, speaker, "photo", "speaker photo removed")


def put_slides(speaker_id: int, data: bytes, name: str) -> StoredFile:
    """Take slides as the newest version; the same file sent again is the version that is there.

    Raises:
        FileRefusedError: If they are of a kind or size that is not taken.
    """
    content_type, preview = pictures.check_slides(data)
    return _store_slides(speaker_id, data, _name_of(name), content_type, preview)


@in_transaction
def _store_slides(speaker_id: int, data: bytes, name: str, content_type: str, preview: bytes | None) -> StoredFile:
    event, speaker = lock_speaker(speaker_id)
    decks = _files(speaker_id, "slides")
    row = _add(speaker, "slides", data, content_type, name, version=decks[0].version + 1 if decks else 1)
    if decks and decks[0].content_hash == row.content_hash:
        db.session.delete(row)
        return decks[0]
    if preview is not None:
        _add(speaker, "preview", preview, pictures.JPEG, name, version=row.version, of=row.id)
    _drop(decks[MOST_DECKS - 1 :])
    _note(event, speaker, "slides", "speaker slides stored")
    return row


def _get_deck(speaker_id: int, public_id: uuid.UUID) -> StoredFile:
    found = page_queries.find_file(speaker_id, public_id)
    if found is None or found.kind != "slides":
        raise NotFoundError(noop("These slides are not there any more"))
    return found


@in_transaction
def restore_slides(speaker_id: int, public_id: uuid.UUID) -> StoredFile:
    """Bring an older version of the slides back: it becomes the newest; nothing is lost."""
    event, speaker = lock_speaker(speaker_id)
    deck = _get_deck(speaker_id, public_id)
    newest = db.session.scalar(
        select(func.max(StoredFile.version)).where(StoredFile.speaker_id == speaker_id, StoredFile.kind == "slides")
    )
    assert newest is not None
    if deck.version == newest:
        return deck
    deck.version = newest + 1
    for preview in db.session.scalars(select(StoredFile).where(StoredFile.preview_of_id == deck.id)):
        preview.version = newest + 1
    _note(event, speaker, "slides", "speaker slides brought back")
    return deck


@in_transaction
def remove_slides(speaker_id: int, public_id: uuid.UUID) -> None:
    """Delete one version of the slides; the one before it is the newest again."""
    event, speaker = lock_speaker(speaker_id)
    _drop([_get_deck(speaker_id, public_id)])
    _note(event, speaker, "slides", "speaker slides removed")


@in_transaction
def forget_files_of(speaker_id: int) -> int:
    """Erase all files of a speaker, rows now and bytes after the commit; return how many rows went."""
    rows = list(db.session.scalars(select(StoredFile).where(StoredFile.speaker_id == speaker_id)))
    storage.forget(row.content_hash for row in rows)
    db.session.execute(
        delete(StoredFile).where(StoredFile.speaker_id == speaker_id, StoredFile.preview_of_id.is_not(None))
    )
    db.session.execute(delete(StoredFile).where(StoredFile.speaker_id == speaker_id))
    if rows:
        db.session.execute(update(Event).where(Event.id == rows[0].event_id).values(version=Event.version + 1))
    return len(rows)
