"""Issuing formal letters: numbered, kept as they were issued, the same paper whenever they are printed again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import LanguageMap, cleaned
from iurc_events.domain.vocabulary import WITH_SEAT, RoleName, SpeakerState
from iurc_events.localisation import Language, noop
from iurc_events.mail.contents import Quota
from iurc_events.models.accounts import User
from iurc_events.models.attendance import Attendance
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.letters import Letter, LetterCounter
from iurc_events.models.participants import Participant
from iurc_events.models.programmes import Programme
from iurc_events.models.speakers import Speaker
from iurc_events.reports.letters import LetterDocument, LetterPage, letter_pages, letter_values
from iurc_events.services import audit, letter_texts
from iurc_events.services.event_life import get_own_event
from iurc_events.services.mail_facts import deadline_of
from iurc_events.services.report_contents import make_header, zones_of_event
from iurc_events.services.reports import StoredPdf, get_pdf

#: Where the number goes until one is given.
_NO_NUMBER = ""


class NotConfirmableError(DomainError):
    """The person has no place at the event, or is not on record as having come."""


class NothingChosenError(DomainError):
    """No delegation was chosen."""


@in_transaction
def set_letterhead(*, actor: User, programme_id: int, texts: dict[str, LanguageMap], prefix: str) -> None:
    """Say what the letters of a programme print at their head and under the signature.

    Args:
        texts: Language maps ``office``, ``address``, ``signatory``, ``signatory_title``.
        prefix: Begins the numbers; empty takes the programme's id in capitals.

    Raises:
        NotFoundError: If the programme is not the actor's.
    """
    if not actor.has_role(RoleName.ADMINISTRATOR) and programme_id not in actor.programme_ids(RoleName.ORGANISER):
        raise NotFoundError(noop("There is no such programme among yours"))
    programme = db.session.scalars(select(Programme).where(Programme.id == programme_id).with_for_update()).one()
    kept = {name: found for name, text in texts.items() if (found := cleaned(text))}
    programme.letterhead = kept or None
    programme.letter_prefix = prefix.strip() or None
    audit.record(
        "letterhead changed",
        "programme",
        programme.slug,
        actor_id=actor.id,
        programme_id=programme.id,
        fields=("letterhead", "letter_prefix"),
    )


def _next_number(programme: Programme, year: int) -> str:
    """Give the next number of a year; the programme's row keeps others out meanwhile."""
    db.session.scalars(select(Programme.id).where(Programme.id == programme.id).with_for_update()).one()
    counter = db.session.scalars(
        select(LetterCounter)
        .where(LetterCounter.programme_id == programme.id, LetterCounter.year == year)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if counter is None:
        counter = LetterCounter(programme_id=programme.id, year=year, last_number=0)
        db.session.add(counter)
    counter.last_number += 1
    db.session.flush()
    return f"{programme.letter_prefix or programme.slug.upper()}/{year}/{counter.last_number:04d}"


def _issue(
    actor: User,
    event: Event,
    kind: str,
    issued_on: date,
    write: Callable[[str], tuple[LetterPage, ...]],
    *,
    purpose: str = "",
    **target: int,
) -> Letter:
    """Keep a letter under a new number; the very same letter on the same day is the one that there is."""
    blank = letter_values(write(_NO_NUMBER)) | {"purpose": purpose}
    conditions = [getattr(Letter, name) == key for name, key in target.items()]
    for earlier in db.session.scalars(
        select(Letter).where(
            Letter.event_id == event.id, Letter.kind == kind, Letter.issued_on == issued_on.isoformat(), *conditions
        )
    ):
        if _without_number(earlier.contents) == _without_number(blank):
            return earlier
    number = _next_number(event.programme, issued_on.year)
    letter = Letter(
        public_id=uuid.uuid4(),
        programme_id=event.programme_id,
        event_id=event.id,
        kind=kind,
        number=number,
        issued_on=issued_on.isoformat(),
        contents=letter_values(write(number)) | {"purpose": purpose},
        made_by_id=actor.id,
        made_at=utc_now(),
        **target,
    )
    db.session.add(letter)
    db.session.flush()
    audit.record(
        "letter issued", "letter", letter.public_id, actor_id=actor.id, programme_id=event.programme_id, fields=(kind,)
    )
    return letter


def _without_number(contents: dict[str, Any]) -> dict[str, Any]:
    return {
        "purpose": contents.get("purpose", ""),
        "pages": letter_values(tuple(replace(page, number=_NO_NUMBER) for page in letter_pages(contents)))["pages"],
    }


@in_transaction
def issue_invitations(
    *, actor: User, event_id: int, delegation_ids: Sequence[uuid.UUID], addition: LanguageMap, issued_on: date
) -> list[Letter]:
    """Issue the invitations of some delegations of an event, all or none.

    Args:
        addition: A paragraph of the organiser's own in each language.

    Raises:
        NotFoundError: If the event or a delegation is not the actor's.
        NothingChosenError: If no delegation was chosen.
    """
    event = get_own_event(actor, event_id)
    if not delegation_ids:
        raise NothingChosenError(noop("Choose at least one delegation"))
    delegations = list(
        db.session.scalars(
            select(Delegation)
            .where(Delegation.event_id == event.id, Delegation.public_id.in_(delegation_ids))
            .order_by(Delegation.id)
        )
    )
    if len(delegations) != len(set(delegation_ids)):
        raise NotFoundError(noop("There is no such delegation"))
    letters = []
    for delegation in delegations:
        quotas = [Quota(each.role, each.mode, each.places) for each in delegation.quotas if each.places]
        deadline = deadline_of(delegation.deadline_on, delegation.city, event.programme)

        def write(number: str, delegation: Delegation = delegation, quotas: list[Quota] = quotas,
                  deadline: Any = deadline) -> tuple[LetterPage, ...]:  # fmt: skip
            return letter_texts.invitation_pages(
                event,
                delegation.city,
                quotas=quotas,
                deadline=deadline,
                addition=cleaned(addition),
                number=number,
                issued_on=issued_on,
            )

        letters.append(_issue(actor, event, "invitation", issued_on, write, delegation_id=delegation.id))
    return letters


def _has_attended(event_id: int, **who: int) -> bool:
    conditions = [getattr(Attendance, name) == key for name, key in who.items()]
    return (
        db.session.scalar(select(Attendance.id).where(Attendance.event_id == event_id, *conditions).limit(1))
        is not None
    )


@in_transaction
def issue_confirmation(
    *, actor: User, event_id: int, kind: str, public_id: uuid.UUID, purpose: str, addition: LanguageMap, issued_on: date
) -> Letter:
    """Issue a letter for one person: for leave, for a visa, or that they came.

    Args:
        kind: ``speaker`` or ``participant``; ``public_id`` is theirs.
        purpose: One of ``letter_texts.PURPOSES``.

    Raises:
        NotFoundError: If the event or the person is not the actor's.
        NotConfirmableError: If the person has no place, or is not on record as having come.
    """
    event = get_own_event(actor, event_id)
    target: dict[str, int]
    if kind == "speaker":
        speaker = db.session.scalars(
            select(Speaker).where(Speaker.event_id == event.id, Speaker.public_id == public_id)
        ).one_or_none()
        if speaker is None:
            raise NotFoundError(noop("There is no such speaker"))
        has_place = speaker.state == SpeakerState.ACCEPTED
        addressee, target = letter_texts.of_speaker(speaker), {"speaker_id": speaker.id}
    else:
        participant = db.session.scalars(
            select(Participant).where(Participant.event_id == event.id, Participant.public_id == public_id)
        ).one_or_none()
        if participant is None:
            raise NotFoundError(noop("There is no such participant among yours"))
        has_place = participant.state in WITH_SEAT
        addressee, target = letter_texts.of_participant(participant), {"participant_id": participant.id}
    if not has_place:
        raise NotConfirmableError(noop("This person has no place at the event"))
    if purpose == "attendance" and not _has_attended(event.id, **target):
        raise NotConfirmableError(noop("It is not on record that this person came"))

    def write(number: str) -> tuple[LetterPage, ...]:
        return letter_texts.confirmation_pages(
            event, addressee, purpose, addition=cleaned(addition), number=number, issued_on=issued_on
        )

    return _issue(actor, event, "confirmation", issued_on, write, purpose=purpose, **target)


def get_letter_pdf(letter: Letter, first_language: Language | None = None) -> StoredPdf:
    """Return a letter as PDF, as it was issued.

    Args:
        first_language: Whose page comes first; None keeps the order of the receiver's side.

    Raises:
        BusyError: If it could not be made in time.
    """
    pages = letter_pages(letter.contents)
    if first_language is not None:
        pages = tuple(sorted(pages, key=lambda page: page.language != first_language))
    event = db.session.get_one(Event, letter.event_id)
    language = pages[0].language
    document = LetterDocument(
        header=make_header(event.programme, event.title, zones_of_event(event), language, letter.made_at),
        number=letter.number,
        pages=pages,
    )
    return get_pdf(document, f"letter-{letter.public_id}-{language}")
