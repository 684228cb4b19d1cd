"""The version of the public pages: raised once in every transaction that changes a row which they may show.

Pages that everybody sees alike are kept as they were rendered (web/public/sharing.py). Their rows are changed by many
services, by imports and by commands; so the session itself watches what it writes, and no service has to think of it.
Seats alone are counted by statements that the session does not see: :mod:`iurc_events.services.seats` says where an
event fills up or has room again, which is all that lists tell of them.
"""

from __future__ import annotations

from itertools import chain
from typing import Any, Final

from sqlalchemy import event as orm_event
from sqlalchemy.orm import ORMExecuteState, Session

from iurc_events.database import db, insert_into, utc_now
from iurc_events.models.calendar_feeds import FeedVersion
from iurc_events.queries.feed_versions import PAGES

#: Tables of which public pages show anything, but for an event's own page, which has a version of its own.
SHOWN: Final = frozenset(
    {
        "awards", "cities", "city_pairs", "city_programmes", "event_memberships", "events", "head_counts",
        "milestones", "pair_cities", "pair_programmes", "programmes", "themes",
    }
)  # fmt: skip
_CHANGED: Final = "public pages changed"


def note_change() -> None:
    """Let the transaction under way raise the version when it is committed."""
    db.session().info[_CHANGED] = True


@orm_event.listens_for(db.session, "after_flush")
def _see_rows(session: Session, _context: object) -> None:
    changed = (row for row in session.dirty if session.is_modified(row))
    if any(row.__tablename__ in SHOWN for row in chain(session.new, changed, session.deleted)):
        session.info[_CHANGED] = True


@orm_event.listens_for(db.session, "do_orm_execute")
def _see_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        statement: Any = state.statement
        if statement.table.name in SHOWN:
            state.session.info[_CHANGED] = True


@orm_event.listens_for(db.session, "before_commit")
def _raise_version(session: Session) -> None:
    """Raise the version as the last thing of a transaction: whoever writes to it next waits for a moment only."""
    if session.in_nested_transaction():
        return
    session.flush()
    if session.info.pop(_CHANGED, False):
        first = insert_into(FeedVersion).values(feed=PAGES, version=1, revised_at=utc_now())
        raised = {"version": FeedVersion.version + 1, "revised_at": first.excluded.revised_at}
        session.connection().execute(first.on_conflict_do_update(index_elements=["feed"], set_=raised))


@orm_event.listens_for(db.session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_CHANGED, None)
