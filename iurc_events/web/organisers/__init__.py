"""Pages for: organisers."""

from __future__ import annotations

from flask import Blueprint

from iurc_events.web.organisers import (
    agenda,
    attendance_lists,
    change_requests,
    counts,
    delegation_places,
    delegations,
    event_life,
    event_mail,
    events,
    history,
    imports,
    invitations,
    jobs,
    letters,
    mailings,
    members,
    needs,
    numbers,
    overview,
    participants,
    persons,
    privacy,
    reports,
    speaker_pages,
    speakers,
)


def blueprints() -> list[Blueprint]:
    """Return the blueprints of this package, one per module."""
    return [
        overview.blueprint,
        events.blueprint,
        event_life.blueprint,
        history.blueprint,
        counts.blueprint,
        numbers.blueprint,
        imports.blueprint,
        agenda.blueprint,
        delegations.blueprint,
        invitations.blueprint,
        delegation_places.blueprint,
        members.blueprint,
        change_requests.blueprint,
        letters.blueprint,
        mailings.blueprint,
        event_mail.blueprint,
        participants.blueprint,
        persons.blueprint,
        needs.blueprint,
        privacy.blueprint,
        attendance_lists.blueprint,
        reports.blueprint,
        jobs.blueprint,
        speakers.blueprint,
        speaker_pages.blueprint,
    ]
