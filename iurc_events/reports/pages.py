"""Reports as HTML, from templates/reports/: the form that the PDF is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from iurc_events.config import resource_folder
from iurc_events.domain.language_maps import LocalText, language_by_script, localised, other_language_of, text_of
from iurc_events.graphics.bars import Bar, bars_svg
from iurc_events.graphics.maps import fitting_view, map_svg
from iurc_events.graphics.svg import PAPER
from iurc_events.localisation import HTML_LANG, noop, translate, translate_count
from iurc_events.reports.contents import AgendaDocument, Clock, CountTable, EventReport, ProgrammeReport
from iurc_events.reports.documents import Report
from iurc_events.reports.letters import LetterDocument

_TEMPLATES: Final[dict[type, str]] = {
    EventReport: "event.html",
    AgendaDocument: "agenda.html",
    ProgrammeReport: "programme.html",
    LetterDocument: "letter.html",
}
#: A map fills 174 mm of paper; one unit of its picture is then a third of a millimetre.
_MAP_UNIT: Final = 2.0
_PAGE_COUNTERS: Final = {
    "page": Markup('<span class="page-number"></span>'),
    "pages": Markup('<span class="page-count"></span>'),
}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def render_html(report: Report) -> str:
    """Return a report as an HTML page."""
    language = report.header.language
    template = _environment().get_template(_TEMPLATES[type(report)])

    def in_language(message: str, **params: object) -> str:
        return translate(message, language, **params)

    def in_other(message: str) -> str:
        return translate(message, "zh" if language == "en" else "en")

    def plural(singular: str, several: str, num: int, **params: object) -> str:
        return translate_count(singular, several, num, language, **params)

    context: dict[str, Any] = {
        "report": report,
        "header": report.header,
        "language": language,
        "html_lang": HTML_LANG[language],
        "other_lang": HTML_LANG["zh" if language == "en" else "en"],
        "_": in_language,
        "in_other": in_other,
        "noop": noop,
        "ngettext": plural,
        "first": _first(language),
        "second": _second(language),
        "text_of": lambda texts: text_of(texts, language),
        "page_of_pages": Markup(in_language(noop("%(page)s of %(pages)s"))) % _PAGE_COUNTERS,  # noqa: S704 our own text
        "moment": moment_text(report.header.moment, report.header.clocks, language),
        "draw_map": partial(_map, report),
        "draw_bars": lambda table, title: _bars(table, title, language),
        "draw_event_bars": partial(_event_bars, report, language=language),
    }
    return template.render(context)


def date_text(moment: datetime, language: str) -> str:
    """Write a day: 29 April 2022, 2022年4月29日."""
    if language == "zh":
        return f"{moment.year}年{moment.month}月{moment.day}日"
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def moment_text(moment: datetime, clocks: tuple[Clock, ...], language: str) -> str:
    """Write a moment on all clocks; a clock that shows another day than the first names it."""
    local = [(clock.place, moment.astimezone(ZoneInfo(clock.zone))) for clock in clocks]
    if not local:
        return date_text(moment, language)
    first_day = local[0][1].date()
    written = []
    for place, time in local:
        hour = f"{place}{time:%H:%M}" if language == "zh" else f"{time:%H:%M} {place}"
        if time.date() != first_day:
            day = date_text(time, language)
            hour = f"{day}{hour}" if language == "zh" else f"{hour}, {day}"
        written.append(hour)
    if language == "zh":
        return f"{date_text(local[0][1], language)}{'｜'.join(written)}"
    return f"{date_text(local[0][1], language)}, {' | '.join(written)}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(resource_folder("templates") / "reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["html_lang"] = lambda tag: HTML_LANG.get(tag, tag)
    environment.filters["script"] = _language_by_script
    environment.filters["family"] = _mark_family_name
    return environment


def _first(language: str) -> Callable[[Mapping[str, str] | None], LocalText | None]:
    return lambda texts: localised(texts, language)


def _second(language: str) -> Callable[[Mapping[str, str] | None], LocalText | None]:
    return lambda texts: other_language_of(texts, language)


def _mark_family_name(name: str, family_name: str) -> Markup:
    """Set the family name of a Latin name in semibold; the letters stay as the person writes them."""
    if not family_name or family_name not in name or family_name == name or not family_name[0] < "\u2e80":
        return Markup("{}").format(name)
    before, after = name.split(family_name, 1)
    return Markup("{}<b>{}</b>{}").format(before, family_name, after)


def _language_by_script(text: str) -> str:
    """Tell the language of a quoted text by its letters."""
    return HTML_LANG[language_by_script(text)]


def _map(report: Report, title: str) -> Markup:
    """Draw the cities of a report; other documents have no map."""
    if not isinstance(report, EventReport | ProgrammeReport):
        return Markup()
    view = fitting_view([(dot.lat, dot.lon) for dot in report.dots])
    # The pictures are ours and escape the texts in them.
    return Markup(map_svg(report.dots, report.arcs, view=view, title=title, palette=PAPER, unit=_MAP_UNIT))  # noqa: S704


def _bars(table: CountTable, title: str, language: str) -> Markup:
    column = table.bars_of or 0
    bars = [
        Bar(label, figures[column].value, figures[column].text(language), figures[column].is_open_ended)
        for label, figures in table.rows
    ]
    return _bar_chart(bars, title, language)


def _event_bars(report: Report, title: str, language: str) -> Markup:
    """Draw the participants of the events of a period."""
    bars = []
    for event in report.events if isinstance(report, ProgrammeReport) else ():
        name = event.short_title or text_of(event.title, language)
        people = event.participants
        bars.append(Bar(f"{event.date}  {name}", people.value, people.text(language), people.is_open_ended))
    return _bar_chart(bars, title, language)


def _bar_chart(bars: list[Bar], title: str, language: str) -> Markup:
    return Markup(bars_svg(bars, title=title, palette=PAPER, language=HTML_LANG[language]))  # noqa: S704 as above
