"""The people of a delegation, page by page: speakers first, then participants and observers, in the order they came."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload, selectinload

from iurc_events.database import db
from iurc_events.domain.search_text import query_phrases
from iurc_events.models.delegations import Delegation
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Person, Speaker
from iurc_events.queries.members import Member


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """Whom a list shows: by words in the names of either script or in the mail address, and by state."""

    words: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class MemberCounts:
    """How many people a delegation has, those of every state, whatever a page shows."""

    by_state: dict[str, int]
    speakers: int

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.by_state.values())


def count_members(delegation: Delegation) -> MemberCounts:
    """Count the people of a delegation by state, in one question."""
    parts = [
        select(literal(is_speaker).label("is_speaker"), table.state.label("state"), func.count().label("number"))
        .where(table.delegation_id == delegation.id)
        .group_by(table.state)
        for is_speaker, table in ((1, Speaker), (0, Participant))
    ]
    by_state: Counter[str] = Counter()
    speakers = 0
    for is_speaker, state, number in db.session.execute(union_all(*parts)):
        by_state[state] += number
        speakers += number * is_speaker
    return MemberCounts(dict(by_state), speakers)


def _chosen(table: type[Speaker] | type[Participant], words: str) -> ColumnElement[bool]:
    phrases = query_phrases(words)
    if not phrases:
        return false()
    persons = select(Person.id).where(*(Person.search_text.contains(phrase, autoescape=True) for phrase in phrases))
    return or_(table.person_id.in_(persons), table.email.icontains(words.strip(), autoescape=True))


def _keys(delegation: Delegation, wanted: MemberFilter) -> tuple[Select[int, str, int, int], ...]:
    found = []
    for kind, table, place in ((0, Speaker, Speaker.position), (1, Participant, literal(0))):
        role = literal("speaker") if table is Speaker else Participant.role
        query = select(literal(kind).label("kind"), role.label("role"), place.label("place"), table.id.label("key"))
        query = query.where(table.delegation_id == delegation.id)
        if wanted.state:
            query = query.where(table.state == wanted.state)
        if wanted.words:
            query = query.where(_chosen(table, wanted.words))
        found.append(query)
    return tuple(found)


def count_chosen(delegation: Delegation, wanted: MemberFilter) -> int:
    """Count the people of a delegation whom a filter leaves."""
    return db.session.scalar(select(func.count()).select_from(union_all(*_keys(delegation, wanted)).subquery())) or 0


def list_members(
    delegation: Delegation, wanted: MemberFilter | None = None, *, page: int = 1, per_page: int = 25
) -> list[Member]:
    """Return a page of a delegation's people, those of every state, in three questions."""
    both = union_all(*_keys(delegation, wanted or MemberFilter())).subquery()
    keys = db.session.execute(
        select(both.c.kind, both.c.key)
        .order_by(both.c.kind, both.c.role.desc(), both.c.place, both.c.key)
        .limit(per_page)
        .offset((page - 1) * per_page)
    ).all()
    speakers = select(Speaker).where(Speaker.id.in_([key for kind, key in keys if kind == 0]))
    others = select(Participant).where(Participant.id.in_([key for kind, key in keys if kind == 1]))
    found: dict[tuple[int, int], Member] = {}
    for speaker in db.session.scalars(speakers.options(selectinload(Speaker.city))):
        found[0, speaker.id] = speaker
    for participant in db.session.scalars(others.options(joinedload(Participant.person))):
        found[1, participant.id] = participant
    return [found[kind, key] for kind, key in keys]
