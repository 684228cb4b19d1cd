"""Pages for: organisers."""

from __future__ import annotations

from flask import Blueprint

from iurc_events.web.organisers import (
    agenda,
    attendance_lists,
    counts,
    delegations,
    event_life,
    events,
    history,
    imports,
    letters,
    overview,
    participants,
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
        imports.blueprint,
        agenda.blueprint,
        delegations.blueprint,
        letters.blueprint,
        participants.blueprint,
        attendance_lists.blueprint,
        reports.blueprint,
        speakers.blueprint,
        speaker_pages.blueprint,
    ]
