"""The audit log: who did, or was refused, what. Ids and names of fields only, never personal values (sec-14)."""

from __future__ import annotations

from collections.abc import Iterable

from iurc_events.database import db, in_transaction
from iurc_events.models.revisions import AuditEntry


def record(
    action: str,
    object_kind: str,
    object_id: object,
    *,
    actor_id: int | None,
    programme_id: int | None = None,
    fields: Iterable[str] = (),
    was_refused: bool = False,
) -> None:
    """Write a line into the log, in the transaction of the caller."""
    db.session.add(
        AuditEntry(
            action=action,
            object_kind=object_kind,
            object_id=str(object_id),
            actor_user_id=actor_id,
            programme_id=programme_id,
            fields=sorted(fields),
            was_refused=was_refused,
        )
    )


@in_transaction
def record_refusal(action: str, object_kind: str, object_id: object, *, actor_id: int | None) -> None:
    """Write down that somebody was refused something, in a transaction of its own."""
    record(action, object_kind, object_id, actor_id=actor_id, was_refused=True)
