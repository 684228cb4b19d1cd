"""Slugs of events: year and title, pinyin for Chinese, at most 50 characters; old ones lead on."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import delete, or_, select

from iurc_events.database import db
from iurc_events.domain.errors import DomainError
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.time_slots import TimeSlot
from iurc_events.localisation import noop
from iurc_events.models.events import Event, FormerSlug

LONGEST_SLUG = 50
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LETTERS = str.maketrans({"ł": "l", "ß": "ss", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"})


class SlugTakenError(DomainError):
    """Another event has, or had, this address."""


class SlugError(DomainError):
    """The text does not make an address."""


def _latin(text: str) -> str:
    if _HAN.search(text):
        from pypinyin import lazy_pinyin  # its dictionaries take a while to load; only Chinese titles need them

        text = " ".join(lazy_pinyin(text))
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return "".join(character for character in folded if not unicodedata.combining(character))


def slug_of(title: LanguageMap, year: int | None) -> str:
    """Make an address out of year and title, the English one where there is one, cut at a word's end."""
    text = title.get("en") or title.get("zh") or next(iter(title.values()), "")
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", _latin(text)))
    slug = str(year) if year else ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > LONGEST_SLUG:
            break
        slug = longer
    if slug in ("", str(year)):
        slug = f"{slug}-event".strip("-") if not words else f"{slug}-{words[0]}".strip("-")[:LONGEST_SLUG]
    return slug


def is_taken(slug: str, *, but_not_by: int | None = None) -> bool:
    """Tell whether an event has, or had, an address."""
    found = select(Event.id).where(Event.slug == slug, Event.id != (but_not_by or 0))
    former = select(FormerSlug.event_id).where(FormerSlug.slug == slug, FormerSlug.event_id != (but_not_by or 0))
    return db.session.execute(found.union_all(former).limit(1)).first() is not None


def new_slug(title: LanguageMap, slot: TimeSlot | None, *, but_not_by: int | None = None) -> str:
    """Return an address that nothing has yet: a number follows where the title alone is taken."""
    base = slug_of(title, slot.first_day.year if slot else None)
    stem = base[: LONGEST_SLUG - 4].rstrip("-")
    taken = set(
        db.session.scalars(
            select(Event.slug).where(
                or_(Event.slug == base, Event.slug.startswith(f"{stem}-", autoescape=True)),
                Event.id != (but_not_by or 0),
            )
        )
    ) | set(
        db.session.scalars(
            select(FormerSlug.slug).where(
                or_(FormerSlug.slug == base, FormerSlug.slug.startswith(f"{stem}-", autoescape=True)),
                FormerSlug.event_id != (but_not_by or 0),
            )
        )
    )
    if base not in taken:
        return base
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def check_slug(slug: str, *, but_not_by: int | None = None) -> str:
    """Return an address that somebody typed, if an event may have it.

    Raises:
        SlugError: If it has other characters than lower-case letters, figures and single hyphens, or too many.
        SlugTakenError: If another event has, or had, it.
    """
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        raise SlugError(
            noop("Use lower-case letters a–z, figures and single hyphens, at most %(longest)s characters"),
            longest=LONGEST_SLUG,
        )
    if is_taken(slug, but_not_by=but_not_by):
        raise SlugTakenError(noop("Another event has, or had, this address: %(slug)s"), slug=slug)
    return slug


def change_slug(event: Event, slug: str) -> None:
    """Give an event that was never public another address; the old one leads on."""
    if slug == event.slug:
        return
    db.session.execute(delete(FormerSlug).where(FormerSlug.slug == slug, FormerSlug.event_id == event.id))
    db.session.add(FormerSlug(slug=event.slug, event_id=event.id))
    event.slug = slug
