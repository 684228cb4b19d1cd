"""An agenda as markup, written in Python: one page may hold hundreds of rows, and macros would cost most of its time.

The same pieces as in templates/components/{people,chips,texts}.html; tests hold that they say the same.
"""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape

from iurc_events.domain.language_maps import LocalText
from iurc_events.localisation import noop, translate
from iurc_events.web.presentation.agendas import AgendaPart, AgendaRow, AgendaView, CityLink, SpeakerLine
from iurc_events.web.presentation.names import NameParts, PersonName

_SIDES = {"EU": "west", "China": "east"}


def _lang(tag: str) -> str:
    return "zh-Hans" if tag == "zh" else tag


def _text(found: LocalText | None) -> str:
    if found is None:
        return ""
    if found.is_fallback:
        return f'<span lang="{escape(_lang(found.language))}">{escape(found.text)}</span>'
    return escape(found.text)


def _parts(parts: NameParts) -> str:
    lang = f' lang="{_lang(parts.language)}"' if parts.language in ("en", "zh") else ""
    family = f'<b class="family">{escape(parts.family)}</b>' if parts.family else ""
    return f'<span{lang} class="name">{escape(parts.before)}{family}{escape(parts.after)}</span>'


def _name(name: PersonName, language: str) -> str:
    pieces = ['<span class="person-name">']
    if name.honorific_before:
        pieces.append(f"{escape(name.honorific_before)} ")
    pieces.append(_parts(name.main))
    if name.honorific_after:
        gap = "" if name.main.language == "zh" else " "
        pieces.append(f'{gap}<span lang="zh-Hans">{escape(name.honorific_after)}</span>')
    if name.is_incomplete:
        note = translate(noop(" (family name not published)"), language)
        pieces.append(f' …<span class="person-name__status">{escape(note)}</span>')
    if name.other:
        pieces.append(f' <span class="person-name__other">{_parts(name.other)}</span>')
    if name.native:
        lang = f' lang="{escape(name.native_language)}"' if name.native_language else ""
        pieces.append(f' <span class="person-name__other"{lang}>{escape(name.native)}</span>')
    pieces.append("</span>")
    return "".join(pieces)


def _person(line: SpeakerLine, language: str) -> str:
    if line.name is None:
        named = escape(translate(noop("Speaker to be named"), language))
        held = ""
        if line.held_by:
            words = escape(translate(noop("Held by %(city)s"), language, city=line.held_by))
            held = f'<p class="person__position">{words}</p>'
        return f'<div class="person"><p class="person__name not-stated">{named}</p>{held}</div>'
    name = _name(line.name, language)
    if line.href:
        name = f'<a href="{escape(line.href)}">{name}</a>'
    role = f' <span class="person__role">{escape(line.role)}</span>' if line.role else ""
    position = ""
    if line.position or line.organisation:
        joint = escape(translate(noop(", "), language)) if line.position and line.organisation else ""
        position = f'<p class="person__position">{_text(line.position)}{joint}{_text(line.organisation)}</p>'
    return f'<div class="person"><p class="person__name">{name}{role}</p>{position}</div>'


def _city(city: CityLink) -> str:
    kind = f"city city--{_SIDES.get(city.side, 'other')}"
    if city.href:
        return f'<a class="{kind}" href="{escape(city.href)}">{escape(city.name)}</a>'
    return f'<span class="{kind}">{escape(city.name)}</span>'


def _times(row: AgendaRow) -> str:
    if row.time is None or not row.time.is_exact:
        return f'<span class="agenda__times"><span class="agenda__order">{escape(row.order_text)}</span></span>'
    clocks = []
    for clock in row.time.clocks:
        if clock.side in ("west", "east"):
            day = f"<small>{escape(clock.day_text)}</small>" if clock.day_text else ""
            clocks.append(
                f'<span class="agenda__time agenda__time--{clock.side}">'
                f'<time datetime="{clock.starts_iso}">{clock.start_text}</time>'
                f'<span class="visually-hidden"> {escape(clock.place)}, </span>{day}</span>'
            )
    return f'<span class="agenda__times">{"".join(clocks)}</span>'


@lru_cache(maxsize=4096)
def _row(row: AgendaRow, language: str, untold: str) -> str:
    marks = " agenda__row--break" if row.is_break else ""
    anchor = f' id="{escape(row.anchor)}"' if row.anchor else ""
    kind = f' <span class="agenda__kind">{escape(row.kind)}</span>' if row.kind else ""
    topic = _text(row.title) if row.title else untold
    cities = "".join(map(_city, row.cities))
    return (
        f'<li class="agenda__row{marks}"{anchor}>{_times(row)}'
        f'<div class="agenda__what"><p class="agenda__topic{"" if row.title else " not-stated"}">{topic}{kind}</p>'
        f"{''.join(_person(line, language) for line in row.speakers)}"
        + (f'<p class="agenda__note">{_text(row.note)}</p>' if row.note else "")
        + "</div>"
        + (f'<div class="agenda__cities">{cities}</div>' if cities else "")
        + "</li>"
    )


def _part(part: AgendaPart, language: str, level: int, untold: str) -> str:
    anchor = f' id="{escape(part.anchor)}"' if part.anchor else ""
    title = _text(part.title) if part.title else escape(part.kind)
    room = f' <span class="agenda__room">{escape(part.room)}</span>' if part.room else ""
    if part.time and part.time.is_exact:
        room += f' <span class="agenda__room">{escape(part.time.inline)}</span>'
    return (
        f'<section class="agenda__part"{anchor}>'
        + (f'<p class="agenda__day">{escape(part.day_text)}</p>' if part.day_text else "")
        + f'<h{level} class="agenda__title">{title}{room}</h{level}>'
        + (f'<p class="agenda__note">{_text(part.note)}</p>' if part.note else "")
        + f'<ol class="agenda__rows">{"".join(_row(row, language, untold) for row in part.rows)}</ol></section>'
    )


def agenda_markup(view: AgendaView, language: str, level: int = 3) -> Markup:
    """Return a whole agenda on its spine.

    Args:
        level: Of the sessions' headings.
    """
    untold = escape(translate(noop("Topic not published"), language))
    heads = ""
    if view.has_hours:
        heads = (
            '<div class="agenda__heads" aria-hidden="true">'
            f'<span class="agenda__head agenda__head--west">{escape(view.west_place)}</span>'
            f'<span class="agenda__head agenda__head--east">{escape(view.east_place)}</span></div>'
        )
    body = "".join(_part(part, language, level, untold) for part in view.parts)
    ordered = "" if view.has_hours else " agenda--ordered"
    return Markup(f'<div class="agenda{ordered}">{heads}{body}</div>')  # noqa: S704  (all texts were escaped)
