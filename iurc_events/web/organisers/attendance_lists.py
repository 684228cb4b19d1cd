"""Lists of those who joined online, at the desk: read, decide the doubts, write the attendance down."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.documents.meeting_lists import MAPPED_FIELDS, Field
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop
from iurc_events.models.events import Event
from iurc_events.permissions import Permission
from iurc_events.queries import attendance_lists as list_queries
from iurc_events.queries.organised_events import get_event_organised_by
from iurc_events.services import attendance_lists as list_service
from iurc_events.services import uploads
from iurc_events.services.uploads import Upload
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.attendance_lists import MeetingListForm, RecordForm, column_choices
from iurc_events.web.forms.entered_participants import NewcomerForm
from iurc_events.web.localisation import current_language, gettext, ngettext
from iurc_events.web.presentation.paging import paging_view

blueprint = Blueprint("organiser_attendance_lists", __name__)
_BASE = "/<any(en,zh):lang>/organise/events/<slug>/attendance-lists"
_ONE = f"{_BASE}/<uuid:attendance_list_id>"
_PER_PAGE = 25
PROGRAM_NAMES = {"zoom": "Zoom", "teams": "Teams", "tencent-meeting": noop("Tencent Meeting"), "other": noop("a table")}
STATE_WORDS = {
    "doubtful": noop("Doubtful"),
    "unknown": noop("Unknown"),
    "matched": noop("Matched"),
    "left-out": noop("Left out"),
}


def _form(event: Event) -> MeetingListForm:
    form = MeetingListForm()
    language = current_language()
    form.prepare([(key, text_of(title, language)) for key, title, _slug in list_queries.list_sessions(event.id)])
    return form


def _show_lists(
    event: Event, form: MeetingListForm, *, status: int = 200, table: dict[str, Any] | None = None
) -> ResponseReturnValue:
    page = render_template(
        "organiser_attendance_lists/list.html",
        event=event,
        tab="participants",
        form=form,
        lists=list_queries.list_summaries(event.id),
        table=table,
        columns=column_choices(),
        programs=PROGRAM_NAMES,
        state_words=STATE_WORDS,
    )
    return page, status


@blueprint.get(_BASE)
@requires(Permission.SEE_PARTICIPANTS)
def show_lists(slug: str) -> ResponseReturnValue:
    """Show the lists of an event, and take a further one."""
    event = get_event_organised_by(signed_in_user(), slug)
    return _show_lists(event, _form(event))


def _mapping() -> dict[int, Field] | None:
    """Read which column holds what; None where the form does not say."""
    found = {
        int(name.removeprefix("column-")): value
        for name, value in request.form.items()
        if name.startswith("column-") and name.removeprefix("column-").isdecimal() and value in MAPPED_FIELDS
    }
    return found or None


@blueprint.post(_BASE)
@requires(Permission.SEE_PARTICIPANTS)
def add_list(slug: str) -> ResponseReturnValue:
    """Read a list; one that is not recognised comes back with its columns to be named."""
    actor = signed_in_user()
    event = get_event_organised_by(actor, slug)
    form = _form(event)
    if not form.validate_on_submit():
        return _show_lists(event, form, status=422)
    table: dict[str, Any] | None = None
    try:
        if form.token.data:
            upload = uploads.kept(actor, form.token.data)[0]
        elif getattr(form.file.data, "filename", ""):
            upload = Upload(form.file.data.filename, form.file.data.read(5 * 1024 * 1024 + 1))
        else:
            upload = Upload("", (form.text.data or "").encode())
        mapping = _mapping()
        found = list_service.read_list(upload.content, mapping)
        if not found.is_recognised:
            token = form.token.data or uploads.keep(actor, [upload])
            form.token.data = token
            table = {"headings": found.headings, "sample": found.sample}
            if mapping is None and request.form.get("step") == "map":
                form.file.errors = [gettext("Say which column holds the name")]
            return _show_lists(event, form, table=table, status=422 if form.file.errors else 200)
        public_id, is_new = list_service.add_list(
            actor=actor, event_id=event.id, found=found, file_name=upload.name, session_id=form.session.data
        )
        if form.token.data:
            uploads.forget(actor, form.token.data)
    except NotFoundError:
        raise
    except DomainError as error:
        form.token.data = ""
        form.file.errors = [message_of(error)]
        return _show_lists(event, form, status=422)
    flash(
        gettext("The list is read. Look at the doubts first")
        if is_new
        else gettext("This list is here already. Nothing has changed"),
        "success",
    )
    return redirect(url_for(".show_list", slug=slug, attendance_list_id=public_id), code=303)


@blueprint.get(_ONE)
@requires(Permission.SEE_PARTICIPANTS)
def show_list(slug: str, attendance_list_id: uuid.UUID) -> ResponseReturnValue:
    """Show the lines of a list, the doubtful first, paged in the database."""
    return _show_list(slug, attendance_list_id, RecordForm())


def _show_list(slug: str, list_id: uuid.UUID, record_form: RecordForm, status: int = 200) -> ResponseReturnValue:
    event, found = list_queries.get_list_organised_by(signed_in_user(), slug, list_id)
    state = request.args.get("state", "")
    state = state if state in list_queries.LINE_STATES else ""
    query = request.args.get("q", "").strip()[:100]
    page = max(1, request.args.get("page", 1, type=int))
    rows, total = list_queries.list_lines(found, state=state, query=query, page=page, per_page=_PER_PAGE)
    html = render_template(
        "organiser_attendance_lists/show.html",
        event=event,
        tab="participants",
        summary=list_queries.list_summaries(event.id, found.id)[0],
        rows=rows,
        state=state,
        query=query,
        record_form=record_form,
        programs=PROGRAM_NAMES,
        state_words=STATE_WORDS,
        paging=paging_view(
            page=page, per_page=_PER_PAGE, total=total, path=request.path, query=list(request.args.items(multi=True))
        ),
    )
    return html, status


def _back(slug: str, list_id: uuid.UUID) -> ResponseReturnValue:
    kept: dict[str, Any] = {name: request.form.get(name) or None for name in ("state", "q", "page")}
    return redirect(url_for(".show_list", slug=slug, attendance_list_id=list_id, **kept), code=303)


@blueprint.post(f"{_ONE}/decide")
@requires(Permission.SEE_PARTICIPANTS)
def decide_lines(slug: str, attendance_list_id: uuid.UUID) -> ResponseReturnValue:
    """Take the decisions of a page; lines without one stay as they are."""
    actor = signed_in_user()
    event, _found = list_queries.get_list_organised_by(actor, slug, attendance_list_id)
    decisions: dict[uuid.UUID, str] = {}
    for name, value in request.form.items():
        if name.startswith("line-") and value:
            try:
                decisions[uuid.UUID(name.removeprefix("line-"))] = value
            except ValueError:
                continue
    try:
        changed = list_service.decide(actor=actor, event_id=event.id, list_id=attendance_list_id, decisions=decisions)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(ngettext("%(num)s line is decided", "%(num)s lines are decided", changed), "success")
    return _back(slug, attendance_list_id)


@blueprint.get(f"{_ONE}/lines/<uuid:attendance_line_id>")
@requires(Permission.SEE_PARTICIPANTS)
def show_line(slug: str, attendance_list_id: uuid.UUID, attendance_line_id: uuid.UUID) -> ResponseReturnValue:
    """Search for somebody else, or add who joined as a participant."""
    return _show_line(slug, attendance_list_id, attendance_line_id, None)


def _newcomer_form(event: Event) -> NewcomerForm:
    form = NewcomerForm()
    form.offer(event)
    return form


def _show_line(
    slug: str, list_id: uuid.UUID, line_id: uuid.UUID, form: NewcomerForm | None, status: int = 200
) -> ResponseReturnValue:
    event, found = list_queries.get_list_organised_by(signed_in_user(), slug, list_id)
    line = list_queries.get_line(found, line_id)
    query = request.args.get("q", "").strip()[:100]
    page = render_template(
        "organiser_attendance_lists/line.html",
        event=event,
        tab="participants",
        attendance_list_id=list_id,
        line=list_queries.describe_lines(event.id, [line])[0],
        is_recorded=found.recorded_at is not None,
        query=query,
        people=list_queries.search_people(event.id, query) if query else [],
        form=form if form and form.errors else None,
        newcomer=form or _filled(event, line.name, line.email or ""),
    )
    return page, status


def _filled(event: Event, name: str, email: str) -> NewcomerForm:
    form = _newcomer_form(event)
    form.name.data, form.email.data = name.split(" / ")[0][:200], email
    return form


@blueprint.post(f"{_ONE}/lines/<uuid:attendance_line_id>/add")
@requires(Permission.SEE_PARTICIPANTS)
def add_newcomer(slug: str, attendance_list_id: uuid.UUID, attendance_line_id: uuid.UUID) -> ResponseReturnValue:
    """Register somebody who joined without having registered."""
    actor = signed_in_user()
    event, found = list_queries.get_list_organised_by(actor, slug, attendance_list_id)
    list_queries.get_line(found, attendance_line_id)
    form = _newcomer_form(event)
    if not form.validate_on_submit():
        return _show_line(slug, attendance_list_id, attendance_line_id, form, 422)
    try:
        list_service.add_newcomer(
            actor=actor,
            event_id=event.id,
            list_id=attendance_list_id,
            line_id=attendance_line_id,
            newcomer=form.entry,
        )
    except NotFoundError:
        raise
    except DomainError as error:
        form.email.errors = [message_of(error)]
        return _show_line(slug, attendance_list_id, attendance_line_id, form, 422)
    flash(gettext("Added as a participant"), "success")
    return redirect(url_for(".show_list", slug=slug, attendance_list_id=attendance_list_id), code=303)


@blueprint.post(f"{_ONE}/record")
@requires(Permission.SEE_PARTICIPANTS)
def record_list(slug: str, attendance_list_id: uuid.UUID) -> ResponseReturnValue:
    """Write down who came."""
    actor = signed_in_user()
    event, _found = list_queries.get_list_organised_by(actor, slug, attendance_list_id)
    form = RecordForm()
    if not form.validate_on_submit():
        return _show_list(slug, attendance_list_id, form, 422)
    minimum = 1 if form.minimum.data is None else form.minimum.data
    new = list_service.record_list(actor=actor, event_id=event.id, list_id=attendance_list_id, minimum_minutes=minimum)
    flash(
        ngettext("Attendance of %(num)s person is written down", "Attendance of %(num)s people is written down", new),
        "success",
    )
    return _back(slug, attendance_list_id)


@blueprint.post(f"{_ONE}/take-back")
@requires(Permission.SEE_PARTICIPANTS)
def take_back(slug: str, attendance_list_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what the list wrote down."""
    actor = signed_in_user()
    event, _found = list_queries.get_list_organised_by(actor, slug, attendance_list_id)
    list_service.take_back(actor=actor, event_id=event.id, list_id=attendance_list_id)
    flash(gettext("The attendance of this list is taken back"), "success")
    return _back(slug, attendance_list_id)


@blueprint.post(f"{_ONE}/remove")
@requires(Permission.SEE_PARTICIPANTS)
def remove_list(slug: str, attendance_list_id: uuid.UUID) -> ResponseReturnValue:
    """Forget a list whose attendance is not written down."""
    actor = signed_in_user()
    event, _found = list_queries.get_list_organised_by(actor, slug, attendance_list_id)
    try:
        list_service.remove_list(actor=actor, event_id=event.id, list_id=attendance_list_id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
        return _back(slug, attendance_list_id)
    flash(gettext("The list is removed"), "success")
    return redirect(url_for(".show_lists", slug=slug), code=303)
