"""What is said of a speaker at an event, in the shape in which forms, lists and services hand it on."""

from __future__ import annotations

from dataclasses import dataclass

from iurc_events.domain.language_maps import LanguageMap
from iurc_events.models.speakers import Speaker


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerDetails:
    """What is said of a speaker at an event; whole names as they are to be printed, family names beside them."""

    name: LanguageMap
    family_name: LanguageMap | None = None
    name_native: str | None = None
    honorific: str | None = None
    title: LanguageMap | None = None
    organisation: LanguageMap | None = None
    stakeholder_type: str | None = None
    email: str | None = None
    topic: LanguageMap | None = None
    abstract: LanguageMap | None = None
    #: ``en``, ``zh`` or another language tag.
    language_spoken: str | None = None
    #: ``onsite``, ``online`` or None where it is not known yet.
    mode: str | None = None


def details_of(speaker: Speaker) -> SpeakerDetails:
    """Return what is said of a speaker, to fill a form."""
    return SpeakerDetails(**{name: getattr(speaker, name) for name in SpeakerDetails.__slots__})
