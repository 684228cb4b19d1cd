"""Measured and reported numbers of an event or a programme, side by side; lists behind them for organisers alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from iurc_events.domain.counts import DIMENSIONS, FIGURES, EventCounts, Figure
from iurc_events.domain.language_maps import LanguageMap
from iurc_events.domain.vocabulary import EventState
from iurc_events.models.events import Event
from iurc_events.models.programmes import Programme
from iurc_events.permissions import Permission, is_granted
from iurc_events.queries import attendance_lists, counts
from iurc_events.queries.organised_events import get_event_organised_by, is_organised_by, organised_by
from iurc_events.services import count_files, reports
from iurc_events.services.count_files import FileKind
from iurc_events.services.report_programmes import ProgrammePeriod, events_of
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.forms.fields import narrow
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.measured_counts import FIGURE_WORDS, number_tables
from iurc_events.web.presentation.paging import paging_view

blueprint = Blueprint("organiser_numbers", __name__)
_EVENT = "/<any(en,zh):lang>/organise/events/<slug>/numbers"
_PROGRAMME = "/<any(en,zh):lang>/organise/programmes/<slug>/numbers"
_PER_PAGE = 25

Sessions = list[tuple[str, LanguageMap, int]]


def sessions_of(event_id: int) -> Sessions:
    """Return slug, title and people who came, of each session that anybody was seen at."""
    came = counts.count_by_session(event_id)
    if not came:
        return []
    return [(slug, title, came[key]) for key, title, slug in attendance_lists.list_sessions(event_id) if key in came]


def _wanted_file() -> FileKind | None:
    kind = request.args.get("as", "")
    return "csv" if kind == "csv" else "xlsx" if kind == "xlsx" else None


def _file(content: bytes, name: str, kind: FileKind) -> Response:
    response = Response(content, content_type=count_files.CONTENT_TYPES[kind])
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{kind}")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _numbers_file(found: EventCounts, sessions: Sessions, name: str, kind: FileKind) -> Response:
    rows = [(title, attended) for _slug, title, attended in sessions]
    return _file(count_files.counts_file(found, rows, current_language(), kind), f"numbers-{name}", kind)


@blueprint.get(_EVENT)
@requires(Permission.READ_REPORTS)
def show_event(slug: str) -> ResponseReturnValue:
    """Show the numbers of an event to those who read reports; ``?as=csv`` or ``?as=xlsx`` gives a file."""
    actor = signed_in_user()
    event = reports.get_readable_event(actor, slug)
    found, sessions = counts.load_counts(Event.id == event.id), sessions_of(event.id)
    if kind := _wanted_file():
        return _numbers_file(found, sessions, event.slug, kind)
    may_see = is_granted(actor, Permission.SEE_PARTICIPANTS) and is_organised_by(actor, event)
    href = url_for(".show_event_people", slug=slug) if may_see else ""
    return render_template(
        "organiser_numbers/numbers.html",
        title=event.title,
        tables=number_tables(found, sessions, current_language(), href),
        file_href=url_for(".show_event", slug=slug),
        period=None,
        is_organiser=is_granted(actor, Permission.ORGANISE_EVENTS),
    )


def _day(name: str) -> date | None:
    text = narrow(request.args.get(name, "")).strip()
    return date.fromisoformat(text) if text else None


def _period(slug: str) -> tuple[Programme, ProgrammePeriod]:
    programme = reports.get_readable_programme(signed_in_user(), slug)
    try:
        return programme, reports.get_period(programme, _day("from"), _day("to"))
    except (ValueError, reports.PeriodError):
        abort(400)


@blueprint.get(_PROGRAMME)
@requires(Permission.READ_REPORTS)
def show_programme(slug: str) -> ResponseReturnValue:
    """Show the numbers of the events of a programme that were held in a period."""
    actor = signed_in_user()
    programme, period = _period(slug)
    if kind := _wanted_file():
        return _numbers_file(period.counts, [], f"{programme.slug}-{period.first}-{period.last}", kind)
    days: dict[str, Any] = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    is_organiser = is_granted(actor, Permission.SEE_PARTICIPANTS)
    return render_template(
        "organiser_numbers/numbers.html",
        title=programme.name,
        tables=number_tables(
            period.counts,
            [],
            current_language(),
            url_for(".show_programme_people", slug=slug, **days) if is_organiser else "",
        ),
        file_href=url_for(".show_programme", slug=slug, **days),
        period=days,
        is_organiser=is_granted(actor, Permission.ORGANISE_EVENTS),
    )


def _people(
    conditions: Sequence[ColumnElement[bool]],
    *,
    title: LanguageMap,
    back: str,
    name: str,
    sessions: Sequence[tuple[int, LanguageMap, str]] = (),
) -> ResponseReturnValue:
    """Show the people behind a number, paged in the database, or give them as a file."""
    language = current_language()
    figure: Figure = next((each for each in FIGURES if each == request.args.get("figure")), "registered")
    wanted: dict[str, str] = {
        each: "" if value == "-" else value for each in DIMENSIONS if (value := request.args.get(each, "")[:120])
    }
    session = next((each for each in sessions if each[2] == request.args.get("session")), None)
    kind = _wanted_file()
    page = max(1, request.args.get("page", 1, type=int))
    people, total = counts.list_counted(
        *conditions,
        figure="attended" if session else figure,
        wanted=wanted,
        session_id=session[0] if session else None,
        page=page,
        per_page=None if kind else _PER_PAGE,
    )
    if kind:
        return _file(count_files.people_file(people, language, kind), f"people-{name}", kind)
    query = [(key, value) for key, value in request.args.items(multi=True) if key != "as"]
    return render_template(
        "organiser_numbers/people.html",
        title=title,
        back=back,
        figure=gettext(FIGURE_WORDS["attended" if session else figure]),
        session_title=session[1] if session else None,
        people=people,
        total=total,
        file_query=query,
        paging=paging_view(page=page, per_page=_PER_PAGE, total=total, path=request.path, query=query),
    )


@blueprint.get(f"{_EVENT}/people")
@requires(Permission.SEE_PARTICIPANTS)
def show_event_people(slug: str) -> ResponseReturnValue:
    """List the people behind a number of an event."""
    event = get_event_organised_by(signed_in_user(), slug)
    return _people(
        [Event.id == event.id],
        title=event.title,
        back=url_for("organiser_counts.show_counts", slug=slug),
        name=event.slug,
        sessions=attendance_lists.list_sessions(event.id),
    )


@blueprint.get(f"{_PROGRAMME}/people")
@requires(Permission.SEE_PARTICIPANTS)
def show_programme_people(slug: str) -> ResponseReturnValue:
    """List the people behind a number of a programme, of those events that are the actor's own."""
    programme, period = _period(slug)
    held = events_of(programme.id, period.first, period.last, EventState.HELD.value)
    days: dict[str, Any] = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    return _people(
        [*held, organised_by(signed_in_user())],
        title=programme.name,
        back=url_for(".show_programme", slug=slug, **days),
        name=programme.slug,
    )
