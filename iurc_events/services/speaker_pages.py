"""What speakers do on their own page: say who they are, agree to what is published, say that it is complete."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select

from iurc_events.database import db, in_transaction, utc_now
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.domain.language_maps import LanguageMap, cleaned
from iurc_events.domain.vocabulary import PROFILE_PARTS
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.speakers import Person, Speaker
from iurc_events.queries import organised_events
from iurc_events.services import audit, speaker_persons
from iurc_events.services.event_changes import record_change
from iurc_events.services.event_life import get_own_event


class ProfileChangedError(ConflictError):
    """Somebody else changed the speaker since the page was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Everything that speakers say of themselves on their own page."""

    name: LanguageMap
    family_name: LanguageMap | None = None
    name_native: str | None = None
    honorific: str | None = None
    title: LanguageMap | None = None
    organisation: LanguageMap | None = None
    topic: LanguageMap | None = None
    abstract: LanguageMap | None = None
    biography: LanguageMap | None = None
    #: Language of the talk.
    language_spoken: str | None = None
    #: Language into which interpretation is needed.
    interpretation: str | None = None
    availability: str | None = None
    technical_needs: str | None = None
    #: ``female``, ``male``, ``other``, or None for not stated; asked only where the event asks.
    gender: str | None = None
    #: Languages that the person works in.
    languages: tuple[str, ...] = ()
    #: ``name`` and those of PROFILE_PARTS that may be published, each by itself.
    published: tuple[str, ...] = ()


_OF_PERSON = ("languages",)
_COLUMNS = tuple(field.name for field in fields(Profile) if field.name not in (*_OF_PERSON, "published"))
#: A change to one of these is a change of the event's page or agenda.
_SHOWN = (
    "name", "family_name", "name_native", "honorific", "title", "organisation", "topic", "abstract", "biography",
    "language_spoken",
)  # fmt: skip


def profile_of(speaker: Speaker) -> Profile:
    """Return what is stored, to fill the form and to compare."""
    published = (*(("name",) if speaker.consented_at else ()), *speaker.published_parts)
    return Profile(
        **{name: getattr(speaker, name) for name in _COLUMNS},
        languages=tuple(speaker.person.languages),
        published=published,
    )


def lock_speaker(speaker_id: int) -> tuple[Event, Speaker]:
    """Lock the event of a speaker and read both anew, in the caller's transaction."""
    event_id = db.session.scalar(select(Speaker.event_id).where(Speaker.id == speaker_id))
    if event_id is None:
        raise NotFoundError(noop("There is no such speaker"))
    event = organised_events.get_event_for_update(event_id)
    speaker = db.session.scalars(
        select(Speaker).where(Speaker.id == speaker_id).execution_options(populate_existing=True)
    ).one()
    db.session.refresh(speaker.person)
    return event, speaker


@in_transaction
def save(
    speaker_id: int,
    profile: Profile,
    *,
    version: int | None = None,
    is_complete: bool = False,
    now: datetime | None = None,
) -> Speaker:
    """Store what a speaker says; the same form sent twice changes nothing the second time.

    Args:
        version: Of the speaker as the page showed it; None overwrites whatever is there.
        is_complete: Whether the speaker says that the page is complete: reminders end.

    Raises:
        ProfileChangedError: If somebody else changed it meanwhile.
    """
    moment = now or utc_now()
    event, speaker = lock_speaker(speaker_id)
    if not cleaned(profile.name):
        raise DomainError(noop("Enter the speaker's name in English or Chinese"))
    before = profile_of(speaker)
    is_same = _comparable(before) == _comparable(profile)
    if version is not None and version != speaker.version and not is_same:
        raise ProfileChangedError(noop("Somebody else changed your page while you were writing"))
    if is_complete and speaker.profile_confirmed_at is None:
        speaker.profile_confirmed_at = moment
    if is_same and speaker.profile_saved_at is not None:
        return speaker
    _store(speaker, profile, moment)
    speaker.version += 1
    speaker.profile_saved_at = moment
    db.session.flush()
    speaker_persons.follow_speaker(speaker)
    changed = [field.name for field in fields(Profile) if getattr(before, field.name) != getattr(profile, field.name)]
    if {*_SHOWN, "published"} & set(changed):
        record_change(event, noop("speaker changed"), actor_id=None, now=moment)
    else:
        audit.record(
            "speaker page saved", "speaker", speaker.public_id, actor_id=None,
            programme_id=event.programme_id, fields=changed,
        )  # fmt: skip
    return speaker


def _comparable(profile: Profile) -> tuple[object, ...]:
    return tuple(
        set(value) if isinstance(value, tuple) else value or None
        for value in (getattr(profile, field.name) for field in fields(Profile))
    )


def _store(speaker: Speaker, profile: Profile, now: datetime) -> None:
    for name in _COLUMNS:
        value = getattr(profile, name)
        setattr(speaker, name, dict(value) if isinstance(value, dict) and value else value or None)
    if speaker.family_name:
        speaker.name_status = None
    person: Person = speaker.person
    person.languages = list(profile.languages)
    speaker.published_parts = [part for part in PROFILE_PARTS if part in profile.published]
    if ("name" in profile.published) != (speaker.consented_at is not None):
        speaker.consented_at = now if "name" in profile.published else None


@in_transaction
def want_reminders(speaker_id: int, *, is_wanted: bool) -> None:
    """Let a speaker end the reminders of the own page, or have them again."""
    _, speaker = lock_speaker(speaker_id)
    speaker.reminders_refused_at = None if is_wanted else speaker.reminders_refused_at or utc_now()


@in_transaction
def reopen(speaker_id: int) -> None:
    """Let a speaker say that the page is not complete after all."""
    _, speaker = lock_speaker(speaker_id)
    speaker.profile_confirmed_at = None


@in_transaction
def release_slides(*, actor: User, event_id: int, is_released: bool) -> Event:
    """Put the slides of those who agreed on the event's page, or take them off it."""
    event = get_own_event(actor, event_id)
    if is_released == (event.slides_released_at is not None):
        return event
    event.slides_released_at = utc_now() if is_released else None
    action = noop("slides released") if is_released else noop("slides withheld")
    record_change(event, action, actor_id=actor.id)
    return event
