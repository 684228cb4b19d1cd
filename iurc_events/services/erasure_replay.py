"""Erasing again in a restored backup what was erased after it was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.models.accounts import User
from iurc_events.models.participants import Participant
from iurc_events.models.privacy import Erasure
from iurc_events.models.speakers import Person, Speaker
from iurc_events.services import erasure_traces
from iurc_events.services.data_subjects import Subject, find
from iurc_events.services.erasure import erase_rows
from iurc_events.services.erasure_ledger import ADDRESS, DOCUMENT, LedgerEntry, short_hash


def replay(entries: Iterable[LedgerEntry]) -> int:
    """Erase again what a ledger says was erased; return how many people that were.

    Somebody who came anew after the erasure stays: rows made later than it are left alone.
    """
    lines = list(entries)
    addresses: set[str] = set()
    count = 0
    for subject, moment in _restored(lines):
        erase_rows(subject, reason="restore", actor_id=None, now=utc_now(), noted_at=moment)
        addresses |= subject.emails
        count += 1
    _keep(lines)
    if lines:
        erasure_traces.clear(addresses)
    return count


def _restored(lines: list[LedgerEntry]) -> Iterator[tuple[Subject, datetime]]:
    """Find the people of a ledger who are here; each is looked for when it is their turn."""
    moments = {(line.object_kind, line.object_id): line.moment for line in lines}
    by_document = {line.object_id for line in lines if line.object_kind == DOCUMENT}
    tables: tuple[tuple[str, Any, str], ...] = (
        ("person", Person, "person_ids"),
        ("participant", Participant, "participant_ids"),
        ("user", User, "user_ids"),
    )
    for kind, model, argument in tables:
        slug = Person.slug if model is Person else model.email
        rows = db.session.execute(select(model.id, model.public_id, model.email, slug, model.created_at)).all()
        for key, public_id, email, document_id, created_at in rows:
            found = [moments.get((kind, str(public_id)))]
            if email:
                found.append(moments.get((ADDRESS, short_hash(email or ""))))
            if by_document and document_id:
                found.append(moments.get((DOCUMENT, short_hash(document_id))))
            if past := [moment for moment in found if moment and created_at <= moment]:
                yield from _still_there(max(past), **{argument: [key]})
    speakers = db.session.execute(
        select(Speaker.person_id, Speaker.email, Speaker.created_at).where(Speaker.email.is_not(None))
    ).all()
    for key, email, created_at in speakers:
        moment = moments.get((ADDRESS, short_hash(email or "")))
        if moment and created_at <= moment:
            yield from _still_there(moment, person_ids=[key])


def _still_there(moment: datetime, **keys: Any) -> Iterator[tuple[Subject, datetime]]:
    """Find somebody, unless their rows are empty already."""
    subject = find(**keys)
    addresses = {email for email in subject.emails if not email.endswith("@erased.invalid")}
    if subject.names or addresses:
        yield subject, moment


@in_transaction
def _keep(lines: list[LedgerEntry]) -> None:
    """Write the lines of a ledger into the table, where the restored backup does not know them."""
    known = {(kind, key) for kind, key in db.session.execute(select(Erasure.object_kind, Erasure.object_id))}
    for line in lines:
        if (line.object_kind, line.object_id) in known:
            continue
        known.add((line.object_kind, line.object_id))
        email_hash = bytes.fromhex(line.email_hash) if line.email_hash else None
        db.session.add(
            Erasure(
                object_kind=line.object_kind,
                object_id=line.object_id,
                email_hash=email_hash,
                reason=line.reason,
                erased_at=line.moment,
            )
        )
