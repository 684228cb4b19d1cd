"""A last day to sign up or to answer, as an all-day entry of a personal calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from iurc_events.calendars.entries import CalendarLanguage, ReferenceZone
from iurc_events.calendars.lines import escape, fold, text_line, uri, utc
from iurc_events.calendars.wording import clocks, text_of
from iurc_events.domain.time_slots import zone
from iurc_events.localisation import noop, translate

SIGN_UP = noop("Last day to sign up: %(title)s")
ANSWER = noop("Last day to answer for %(city)s: %(title)s")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day that ends at 23:59 on the clock of ``zone_name``.

    Attributes:
        sentence: ``SIGN_UP`` or ``ANSWER``.
        revised_at: Aware instant; rises with ``sequence``.
        city: Who answers; empty for signing up.
        reference_zones: The first is that of the deadline.
    """

    uid: str
    sequence: int
    created_at: datetime
    revised_at: datetime
    day: date
    zone_name: str
    sentence: str
    title: Mapping[str, str]
    city: Mapping[str, str]
    reference_zones: tuple[ReferenceZone, ...]
    page_urls: Mapping[str, str]


def _summary(deadline: Deadline, language: str) -> str:
    title, city = text_of(deadline.title, language), text_of(deadline.city, language)
    if deadline.sentence == ANSWER:
        return translate(ANSWER, language, title=title, city=city)
    return translate(SIGN_UP, language, title=title)


def _description(deadline: Deadline, language: str) -> str:
    instant = datetime.combine(deadline.day, time(23, 59), tzinfo=zone(deadline.zone_name))
    ends = clocks(instant, list(deadline.reference_zones), deadline.day, language)
    page = deadline.page_urls[language]
    return "\n\n".join(
        (
            translate(noop("Ends: %(time)s"), language, time=ends),
            translate(noop("Page: %(address)s"), language, address=page),
        )
    )


def render_deadline(deadline: Deadline, language: CalendarLanguage) -> bytes:
    """Return the VEVENT of a deadline: an all-day entry that blocks nothing."""
    tongues = ("en", "zh") if language == "both" else (language,)
    tag = "mul" if language == "both" else language
    after = deadline.day + timedelta(days=1)
    revised = utc(deadline.revised_at)
    return b"".join(
        (
            b"BEGIN:VEVENT\r\n",
            fold(f"UID:{escape(deadline.uid)}"),
            f"DTSTAMP:{revised}\r\nCREATED:{utc(deadline.created_at)}\r\nLAST-MODIFIED:{revised}\r\n"
            f"SEQUENCE:{deadline.sequence}\r\n".encode(),
            f"DTSTART;VALUE=DATE:{deadline.day:%Y%m%d}\r\nDTEND;VALUE=DATE:{after:%Y%m%d}\r\n".encode(),
            text_line("SUMMARY", " / ".join(_summary(deadline, tongue) for tongue in tongues), tag),
            b"STATUS:CONFIRMED\r\nTRANSP:TRANSPARENT\r\nCLASS:PRIVATE\r\n",
            text_line("DESCRIPTION", "\n\n—\n\n".join(_description(deadline, tongue) for tongue in tongues), tag),
            fold(f"URL:{uri(deadline.page_urls[tongues[0]])}"),
            b"END:VEVENT\r\n",
        )
    )
