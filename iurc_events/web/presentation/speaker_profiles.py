"""What speakers agreed to publish of themselves, on the page of their event."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from iurc_events.domain.language_maps import LocalText, localised
from iurc_events.models.events import Event
from iurc_events.queries.event_content import EventContent, SpeakerFacts
from iurc_events.web.presentation.agendas import SpeakerLine


@dataclass(frozen=True, slots=True)
class SpeakerProfile:
    """What a speaker agreed to publish beside the name."""

    line: SpeakerLine
    photo: str
    biography: LocalText | None
    abstract: LocalText | None
    slides: str
    slides_size: str


def speaker_profiles(
    event: Event, content: EventContent, language: str, line_of: Callable[[SpeakerFacts, str], SpeakerLine]
) -> tuple[SpeakerProfile, ...]:
    """Return what speakers agreed to publish; slides only once they are released, the latest version alone."""
    profiles = content.parts.get("profile", [])
    files: dict[tuple[int, str], Any] = {(row.number, row.word): row for row in content.parts.get("file", [])}
    found = []
    for row in profiles:
        speaker = content.speakers.get(row.number)
        photo = files.get((row.number, "photo-preview"))
        slides = files.get((row.number, "slides")) if event.slides_released_at else None
        biography, abstract = localised(row.text, language), localised(row.more, language)
        if speaker is None or not (photo or slides or biography or abstract):
            continue
        found.append(
            SpeakerProfile(
                line=line_of(speaker, language),
                photo=f"/files/photos/{photo.other}.jpg" if photo else "",
                biography=biography,
                abstract=abstract,
                slides=f"/files/slides/{uuid.UUID(slides.detail)}" if slides else "",
                slides_size=f"{max(slides.flag / 1_048_576, 0.1):.1f} MB" if slides else "",
            )
        )
    return tuple(found)
