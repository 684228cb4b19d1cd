"""What a city's desk shows of its invitations and speakers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from iurc_events.domain.clock_texts import ReferenceZone, Side, has_same_clock, zones_of_programme
from iurc_events.domain.language_maps import LanguageMap, LocalText, localised, text_of
from iurc_events.domain.time_slots import TimeSlot, deadline_instant
from iurc_events.domain.vocabulary import DelegationState
from iurc_events.localisation import noop, translate, translate_count
from iurc_events.mail.contents import Quota
from iurc_events.mail.delegations import quota_words
from iurc_events.models.agendas import AgendaItem
from iurc_events.models.delegations import Delegation
from iurc_events.models.speakers import Speaker
from iurc_events.services.delegation_rules import is_past_deadline
from iurc_events.services.members import Member, details_of
from iurc_events.services.speaker_details import SpeakerDetails
from iurc_events.web.presentation.names import PersonName, person_name
from iurc_events.web.presentation.times import TimeView, instant_view, time_view
from iurc_events.web.presentation.vocabulary import label

_SIDES: dict[str, Side] = {"EU": "west", "China": "east"}


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """The last moment to answer on both clocks, and how far away it is."""

    time: TimeView
    words: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation in the city's list."""

    public_id: uuid.UUID
    title: LanguageMap
    city_name: LanguageMap
    state: str
    time: TimeView | None
    deadline: DeadlineView | None
    used: int
    places: int | None
    left_to_do: str


@dataclass(frozen=True, slots=True)
class DeskView:
    """What a delegation's desk says besides its speakers."""

    is_open: bool
    can_ask: bool
    closed_because: str
    deadline: DeadlineView | None
    time: TimeView | None
    submitted: TimeView | None
    contact_name: str
    contact_email: str


@dataclass(frozen=True, slots=True)
class OwnItem:
    """An item of the agenda that is the city's."""

    time: TimeView | None
    title: LocalText | None
    session: LocalText | None
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubmittedSpeaker:
    """A speaker in the printed list: every text in both languages."""

    name: PersonName
    role: str
    position: tuple[LocalText, ...]
    organisation: tuple[LocalText, ...]
    topic: tuple[LocalText, ...]
    mode: str
    language_spoken: str
    state: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What two colleagues wrote differently."""

    label: str
    stored: str
    typed: str


def clocks_of_city(delegation: Delegation, at: datetime | None = None) -> tuple[ReferenceZone, ...]:
    """Return the programme's clocks, and before them the city's own where none of them shows its time.

    Args:
        at: The moment that is shown; clocks differ with summer time.
    """
    zones = zones_of_programme(delegation.event.programme.reference_zones)
    city = delegation.city
    moment = at or delegation.event.starts_at
    if moment is None or any(has_same_clock(each.zone_name, city.time_zone, moment) for each in zones):
        return zones
    return (ReferenceZone(city.time_zone, city.name, _SIDES.get(city.side, "other")), *zones)


def city_time(slot: TimeSlot | None, delegation: Delegation, language: str, now: datetime) -> TimeView | None:
    """Show a time on all clocks, the city's own in the stronger weight."""
    if slot is None:
        return None
    zones = clocks_of_city(delegation, slot.starts_at)
    return time_view(slot, zones, language, now=now, own_zone=delegation.city.time_zone)


def is_open_for_answers(delegation: Delegation, now: datetime) -> bool:
    """Tell whether the city may still change its answer."""
    return not is_past_deadline(delegation, now) and delegation.event.state not in ("held", "cancelled")


def quota_sentences(quotas: Sequence[Quota], language: str) -> tuple[str, ...]:
    """Return the places of a delegation in words: "2 speakers on site"."""
    return tuple(quota_words(each, language) for each in quotas)


def deadline_view(delegation: Delegation, language: str, now: datetime) -> DeadlineView | None:
    """Turn a deadline day into both clocks; it ends at 23:59 in the city's own zone."""
    if delegation.deadline_on is None:
        return None
    ends_at = deadline_instant(date.fromisoformat(delegation.deadline_on), delegation.city.time_zone)
    last_minute = ends_at - timedelta(minutes=1)
    days = (ends_at - now).days
    if now >= ends_at:
        words = translate(noop("over"), language)
    elif days < 1:
        words = translate(noop("today"), language)
    else:
        words = translate_count(noop("in %(num)s day"), noop("in %(num)s days"), days, language)
    clocks = clocks_of_city(delegation, last_minute)
    view = instant_view(last_minute, clocks, language, own_zone=delegation.city.time_zone)
    return DeadlineView(view, words, is_over=now >= ends_at)


def speaker_places(delegation: Delegation) -> int | None:
    """Return how many speakers a delegation may register; None where there is no limit."""
    rows = [quota.places for quota in delegation.quotas if quota.role == "speaker"]
    return sum(rows) if rows else None


def can_ask_for_changes(delegation: Delegation, now: datetime) -> bool:
    """Tell whether a city whose deadline is over may still ask for changes."""
    is_closed = delegation.event.state in ("held", "cancelled") or delegation.state == DelegationState.DECLINED
    return is_past_deadline(delegation, now) and not is_closed


def _closed_because(delegation: Delegation, now: datetime, language: str) -> str:
    if delegation.event.state == "cancelled":
        return translate(noop("The event was cancelled"), language)
    if delegation.event.state == "held":
        return translate(noop("The event was held already"), language)
    if is_past_deadline(delegation, now):
        return translate(noop("The deadline is over"), language)
    return ""


def _left_to_do(delegation: Delegation, used: int, now: datetime, language: str) -> str:
    """Say in one sentence what a city still has to do."""
    if closed := _closed_because(delegation, now, language):
        return closed
    sentences = {
        DelegationState.CONFIRMED.value: noop("Nothing: the programme team confirmed your delegation"),
        DelegationState.SUBMITTED.value: noop("Nothing for now: the programme team has your answer"),
        DelegationState.DECLINED.value: noop("Nothing: your city does not take part"),
    }
    open_one = noop("To do: submit your answer") if used else noop("To do: register your speakers, then submit")
    return translate(sentences.get(delegation.state, open_one), language)


def invitation_row(delegation: Delegation, used: int, language: str, now: datetime) -> InvitationRow:
    """Turn a delegation into a row of the city's list."""
    deadline = deadline_view(delegation, language, now)
    is_waiting = delegation.state in ("invited", "opened", "nominating")
    return InvitationRow(
        public_id=delegation.public_id,
        title=delegation.event.title,
        city_name=delegation.city.name,
        state="overdue" if is_waiting and deadline and deadline.is_over else delegation.state,
        time=city_time(delegation.event.slot, delegation, language, now),
        deadline=deadline,
        used=used,
        places=speaker_places(delegation),
        left_to_do=_left_to_do(delegation, used, now, language),
    )


def desk_view(delegation: Delegation, language: str, now: datetime) -> DeskView:
    """Turn a delegation into what its desk says of its deadline and whom to ask."""
    event, programme = delegation.event, delegation.event.programme
    submitted = None
    if delegation.submitted_at and delegation.state in ("submitted", "confirmed"):
        clocks = clocks_of_city(delegation, delegation.submitted_at)
        submitted = instant_view(delegation.submitted_at, clocks, language, own_zone=delegation.city.time_zone)
    return DeskView(
        is_open=is_open_for_answers(delegation, now),
        can_ask=can_ask_for_changes(delegation, now),
        closed_because=_closed_because(delegation, now, language),
        deadline=deadline_view(delegation, language, now),
        time=city_time(event.slot, delegation, language, now),
        submitted=submitted,
        contact_name=text_of(programme.contact_name, language),
        contact_email=event.contact_email or programme.contact_email or "",
    )


def own_item(item: AgendaItem, delegation: Delegation, language: str) -> OwnItem:
    """Turn an item of the city's into a line beside its speakers."""
    slot = item.slot or item.session.slot
    who = [
        text_of(each.speaker.name, language)
        for each in item.contributions
        if each.speaker.delegation_id == delegation.id
    ]
    time = None
    if slot:
        zones = clocks_of_city(delegation, slot.starts_at)
        base = delegation.event.slot.first_day if delegation.event.slot else None
        time = time_view(slot, zones, language, base_day=base, own_zone=delegation.city.time_zone)
    return OwnItem(
        time=time,
        title=localised(item.topic, language) or localised(item.title, language),
        session=localised(item.session.title, language),
        who=tuple(who) or (translate(noop("Speaker to be named"), language),),
    )


def _in_both(texts: LanguageMap | None, language: str) -> tuple[LocalText, ...]:
    order = ("zh", "en") if language == "zh" else ("en", "zh")
    return tuple(
        LocalText(text, tag, is_fallback=tag != language) for tag in order if texts and (text := texts.get(tag))
    )


def spoken_word(language_spoken: str | None, language: str) -> str:
    """Return the word for the language of a talk; empty where it is not stated."""
    words = {"en": noop("English"), "zh": noop("Chinese"), "other": noop("Another language")}
    if not language_spoken:
        return ""
    return translate(words.get(language_spoken, noop("Another language")), language)


def submitted_speaker(member: Member, language: str) -> SubmittedSpeaker:
    """Turn a speaker, participant or observer into a row of the printed list."""
    speaker = details_of(member)
    return SubmittedSpeaker(
        name=person_name(
            speaker.name,
            language,
            family_name=speaker.family_name,
            name_native=speaker.name_native,
            name_status=member.name_status if isinstance(member, Speaker) else None,
            honorific=speaker.honorific,
        ),
        role=label("member_role", speaker.role, language),
        position=_in_both(speaker.title, language),
        organisation=_in_both(speaker.organisation, language),
        topic=_in_both(speaker.topic, language),
        mode=label("attendance", speaker.mode, language) if speaker.mode else "",
        language_spoken=spoken_word(speaker.language_spoken, language),
        state=member.state,
    )


def _plain(value: object, vocabulary: str | None, language: str) -> str:
    if vocabulary == "spoken":
        return spoken_word(str(value) if value else None, language)
    if isinstance(value, Mapping):
        return " / ".join(str(text) for text in value.values() if text)
    if value and vocabulary:
        return label(vocabulary, str(value), language)
    return str(value or "")


def differences(stored: SpeakerDetails, typed: SpeakerDetails, language: str) -> list[Difference]:
    """Return what a colleague stored differently from what was typed here."""
    fields: tuple[tuple[str, str, str | None], ...] = (
        ("name", noop("Name"), None),
        ("honorific", noop("Form of address"), "honorific"),
        ("title", noop("Job title"), None),
        ("organisation", noop("Organisation"), None),
        ("stakeholder_type", noop("Kind of organisation"), "stakeholder"),
        ("topic", noop("Topic of the talk"), None),
        ("abstract", noop("Short description"), None),
        ("language_spoken", noop("Language of the talk"), "spoken"),
        ("mode", noop("Takes part"), "attendance"),
        ("role", noop("Comes as"), "member_role"),
        ("gender", noop("Gender"), "gender"),
        ("email", noop("Mail address"), None),
    )
    return [
        Difference(
            translate(words, language),
            _plain(getattr(stored, name, None), vocabulary, language),
            _plain(getattr(typed, name, None), vocabulary, language),
        )
        for name, words, vocabulary in fields
        if (getattr(stored, name, None) or None) != (getattr(typed, name, None) or None)
    ]
