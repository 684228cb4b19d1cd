"""The texts of an entry in its language: title, times in every reference zone, description."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from iurc_events.calendars.entries import CalendarEntry, CalendarLanguage, JoinLink, ReferenceZone, Texts
from iurc_events.calendars.zones import instants
from iurc_events.domain.time_slots import Precision, zone
from iurc_events.localisation import noop, translate

#: A text and its language; "mul" (ISO 639-2) where it holds more than one.
Tagged = tuple[str, str]

# own names, not those of strftime, which follow the locale of the process
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS = {"en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "zh": tuple("一二三四五六日")}
_PARTS = {"morning": noop("morning"), "afternoon": noop("afternoon"), "evening": noop("evening")}
_POSTPONED, _CANCELLED = noop("Postponed: %(title)s"), noop("Cancelled: %(title)s")


def in_language(texts: Texts, language: CalendarLanguage) -> Tagged | None:
    """Pick a text for a calendar: its language, else another; for both languages "English / 中文" where both exist."""
    if language == "both":
        english, chinese = texts.get("en"), texts.get("zh")
        if english and chinese and english != chinese:
            return f"{english} / {chinese}", "mul"
        language = "en" if english or not chinese else "zh"
    for tag in (language, "en", "zh", *texts):
        if found := texts.get(tag):
            return found, tag
    return None


def text_of(texts: Texts, language: str) -> str:
    """Return the bare text for a reader of one language, or an empty string (without the cost of a LocalText)."""
    return texts.get(language) or texts.get("en") or texts.get("zh") or next(filter(None, texts.values()), "")


def state_of(entry: CalendarEntry) -> str:
    """Return confirmed, tentative, postponed or cancelled."""
    return "postponed" if entry.is_postponed and entry.state != "cancelled" else entry.state


def with_part(title: str, part: str | None, language: str) -> str:
    """Return a title with the part of the day behind it, where no more is known of the time."""
    if not part:
        return title
    return translate(noop("%(title)s (%(part)s)"), language, title=title, part=translate(_PARTS[part], language))


def summary(entry: CalendarEntry, language: CalendarLanguage) -> Tagged:
    """Return the title, with the part of the day it is known by, and with the state before it where it is off."""
    prefix = {"postponed": _POSTPONED, "cancelled": _CANCELLED}.get(state_of(entry))
    part = entry.slot.part_of_day

    def dressed(title: str, tongue: str) -> str:
        title = with_part(title, part, tongue)
        return translate(prefix, tongue, title=title) if prefix else title

    found = in_language(entry.title, language) or ("–", "en" if language == "both" else language)
    if language != "both":
        return dressed(found[0], language), found[1]
    if found[1] == "mul":
        return f"{dressed(entry.title['en'], 'en')} / {dressed(entry.title['zh'], 'zh')}", "mul"
    if not part and not prefix:
        return found
    title = found[0]
    if part:
        title = f"{title} ({translate(_PARTS[part], 'en')} / {translate(_PARTS[part], 'zh')})"
    if prefix:
        title = translate(prefix, "en", title=translate(prefix, "zh", title=title))
    return title, "mul"


def location(entry: CalendarEntry, language: CalendarLanguage) -> Tagged | None:
    """Return venue and address; the first join link where there is no address, so that phones offer it."""
    lines = {}
    for tag, separator in {"en": ", ", "zh": "，"}.items():
        if not (entry.venue.get(tag) or entry.address.get(tag)):
            continue
        parts = [text_of(entry.venue, tag), text_of(entry.address, tag)]
        lines[tag] = separator.join(part for part in parts if part)
    found = in_language(lines, language) or in_language(entry.venue, language) or in_language(entry.address, language)
    if not entry.join_links or any(entry.address.values()):
        return found
    link = entry.join_links[0].address
    return (f"{found[0]} {link}", found[1]) if found else (link, "en" if language == "both" else language)


@cache
def _short_day(day: date, language: str) -> str:
    weekday = _WEEKDAYS["zh" if language == "zh" else "en"][day.weekday()]
    return f"{day.day}日周{weekday}" if language == "zh" else f"{weekday} {day.day}"


@cache
def _long_day(day: date, language: str) -> str:
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日 周{_WEEKDAYS['zh'][day.weekday()]}"
    return f"{_WEEKDAYS['en'][day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _places(entry: CalendarEntry) -> list[ReferenceZone]:
    """Return the zones to show: the references, after the event's own where it is another."""
    own = entry.slot.zone_name
    if any(reference.zone_name == own for reference in entry.reference_zones):
        return list(entry.reference_zones)
    return [ReferenceZone(own, entry.zone_place or {"en": _city(own)}), *entry.reference_zones]


def _city(zone_name: str) -> str:
    return zone_name.rpartition("/")[2].replace("_", " ")


def clocks(instant: datetime, references: list[ReferenceZone], day: date, language: str) -> str:
    """Return an instant on every clock: ``09:00 Brussels | 15:00 Beijing``, the day named on a clock of another day."""
    shown = []
    for reference in references:
        local = instant.astimezone(zone(reference.zone_name))
        place = text_of(reference.place, language) or _city(reference.zone_name)
        figures = f"{local.hour:02}:{local.minute:02}"
        other = _short_day(local.date(), language) if local.date() != day else ""
        if language == "zh":
            shown.append(f"{place}{figures}" + (f"（{other}）" if other else ""))
        else:
            shown.append(f"{figures} {place}" + (f", {other}" if other else ""))
    return ("｜" if language == "zh" else " | ").join(shown)


def time_lines(entry: CalendarEntry, language: str) -> list[str]:
    """Return when the entry is, as exactly as it is known and no more."""
    slot, places = entry.slot, _places(entry)
    if slot.precision is Precision.MINUTE:
        own: ZoneInfo = zone(slot.zone_name)
        starts_at, ends_at = instants(slot)
        day = starts_at.astimezone(own).date()
        first = f"{_long_day(day, language)} {clocks(starts_at, places, day, language)}"
        last_day = ends_at.astimezone(own).date()
        last = clocks(ends_at, places, last_day, language)
        if last_day != day:
            last = f"{_long_day(last_day, language)} {last}"
        return [
            translate(noop("Starts: %(time)s"), language, time=first),
            translate(noop("Ends: %(time)s"), language, time=last),
        ]
    days = _long_day(slot.first_day, language)
    if slot.last_day != slot.first_day:
        days += f" – {_long_day(slot.last_day, language)}"
    if not slot.part_of_day:
        return [days, translate(noop("Hours: not stated"), language)]
    place = next((text_of(each.place, language) for each in places if each.zone_name == slot.zone_name), "")
    part = translate(_PARTS[slot.part_of_day], language)
    return [translate(noop("%(day)s, %(part)s, time in %(place)s"), language, day=days, part=part, place=place)]


def _join_lines(links: tuple[JoinLink, ...], language: str) -> list[str]:
    lines = []
    for link in links:
        label = link.label or translate(noop("Join online"), language)
        lines.append(f"{label}: {link.address}" if language == "en" else f"{label}：{link.address}")
        if link.meeting_number:
            lines.append(translate(noop("Meeting number: %(number)s"), language, number=link.meeting_number))
        if link.passcode:
            lines.append(translate(noop("Passcode: %(passcode)s"), language, passcode=link.passcode))
    return lines


def _block(entry: CalendarEntry, language: str, pick: Callable[[Mapping[str, str]], str]) -> str:
    """Return the description in one language; ``pick`` says which text a map gives."""
    state = state_of(entry)
    paragraphs = []
    if state == "cancelled":
        paragraphs.append(translate(noop("This event is cancelled."), language))
    if state == "postponed":
        paragraphs.append(translate(noop("This event is postponed. A new date will be given here."), language))
        paragraphs.append(translate(noop("The old time was:"), language))
    paragraphs.append("\n".join(time_lines(entry, language)))
    paragraphs.append("\n".join(_join_lines(entry.join_links, language)))
    paragraphs.append(pick(entry.description))
    if agenda := [line for line in map(pick, entry.agenda) if line]:
        paragraphs.append("\n".join([translate(noop("Agenda"), language), *agenda]))
    if contact := pick(entry.contact):
        paragraphs.append(translate(noop("Contact: %(contact)s"), language, contact=contact))
    if page := entry.page_urls.get(language):
        paragraphs.append(translate(noop("Page: %(address)s"), language, address=page))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def description(entry: CalendarEntry, language: CalendarLanguage) -> Tagged:
    """Return the plain text of an entry; both languages one after the other where the calendar holds both."""
    if language == "both":
        blocks = [_block(entry, "en", _english_or_only), _block(entry, "zh", lambda texts: texts.get("zh", ""))]
        return "\n\n—\n\n".join(blocks), "mul"
    found = in_language(entry.description, language)
    return _block(entry, language, lambda texts: text_of(texts, language)), found[1] if found else language


def _english_or_only(texts: Mapping[str, str]) -> str:
    """Return the English text; one that is in neither English nor Chinese stands in its place."""
    return texts.get("en", "") if texts.get("zh") else text_of(texts, "en")
