"""The person behind a participant who signed up alone.

The rule: whoever signs up is the person who uses the same mail address, letter by letter, in the same programme; the
worker joins the two soon after the sign-up, so that a rush is not slowed down. Nobody is joined by a name. Whoever is
nobody known becomes a person of their own on coming to an event for the first time; people whom a delegation registers
are persons at once (speaker_persons). Counts of new and returning people follow persons, and addresses until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update

from iurc_events.database import db, in_transaction
from iurc_events.domain.language_maps import LanguageMap, by_script
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Person, Speaker
from iurc_events.services import person_keys
from iurc_events.services.sort_keys import person_sort_keys

_AT_ONCE = 500


def names_of(participant: Participant) -> LanguageMap:
    """Return a participant's names by the script they are written in."""
    return by_script(participant.name, participant.name_other)


def find_by_address(programme_id: int, emails: Iterable[str]) -> dict[str, int]:
    """Return keys of the persons who use addresses in a programme, the one known longest for each."""
    wanted = sorted(set(emails))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        chunk = wanted[start : start + _AT_ONCE]
        alive = (Person.erased_at.is_(None), Person.merged_into_id.is_(None), Event.programme_id == programme_id)
        for model, address in ((Participant, Participant.email), (Speaker, Person.email)):
            rows = db.session.execute(
                select(address, Person.id)
                .select_from(model)
                .join(Event, Event.id == model.event_id)
                .join(Person, Person.id == model.person_id)
                .where(address.in_(chunk), *alive)
            )
            for email, key in rows:
                if email:
                    found[email] = min(key, found.get(email, key))
    return found


def ensure(event: Event, participants: Sequence[Participant]) -> None:
    """Give participants who came to an event the persons they are, in the caller's transaction."""
    loose = [each for each in participants if each.person_id is None and each.name]
    if not loose:
        return
    known = find_by_address(event.programme_id, [each.email for each in loose if each.email])
    new: list[tuple[Participant, Person]] = []
    for each in loose:
        if each.email and each.email in known:
            each.person_id = known[each.email]
            continue
        names = names_of(each)
        person = Person(name=names, sort_keys=person_sort_keys(names, None), email=each.email)
        new.append((each, person))
    db.session.add_all(person for _participant, person in new)
    person_keys.note(*(person for _participant, person in new))
    for each, person in new:
        each.person_id = person.id
    db.session.flush()


@in_transaction
def link_due(*, limit: int = 2_000) -> int:
    """Join participants to persons of the same programme who use the same address; return how many were joined."""
    other, theirs = Event.__table__.alias("other_event"), Participant.__table__.alias("theirs")
    by_person = (
        select(Participant.id, Event.programme_id, Participant.email)
        .join(Event, Event.id == Participant.event_id)
        .join(Person, Person.email == Participant.email)
        .where(Participant.person_id.is_(None), Person.merged_into_id.is_(None))
    )
    by_participant = (
        select(Participant.id, Event.programme_id, Participant.email)
        .join(Event, Event.id == Participant.event_id)
        .join(theirs, theirs.c.email == Participant.email)
        .join(other, other.c.id == theirs.c.event_id)
        .where(
            Participant.person_id.is_(None),
            theirs.c.person_id.is_not(None),
            other.c.programme_id == Event.programme_id,
        )
    )
    by_programme: dict[int, dict[int, str]] = {}
    for query in (by_person, by_participant):
        for key, programme_id, email in db.session.execute(query.limit(limit)):
            by_programme.setdefault(programme_id, {})[key] = email or ""
    count = 0
    for programme_id, here in sorted(by_programme.items()):
        known = find_by_address(programme_id, here.values())
        for key, email in here.items():
            if email in known:
                db.session.execute(update(Participant).where(Participant.id == key).values(person_id=known[email]))
                count += 1
    return count
