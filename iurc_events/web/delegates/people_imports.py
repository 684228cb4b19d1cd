"""Entering many people at once: send a list, see what will happen, correct it, enter it, take it back."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.models.delegations import Delegation
from iurc_events.models.people_imports import PeopleImport
from iurc_events.permissions import Permission
from iurc_events.queries import people_imports as import_queries
from iurc_events.services import people_entry, people_imports, people_sheets, people_undo
from iurc_events.services.people_imports import ListUnreadableError
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.delegates.desk import BASE, back, own_delegation
from iurc_events.web.errors import message_of
from iurc_events.web.forms.people_imports import ColumnsForm, PeopleEntryForm, PeopleListForm
from iurc_events.web.localisation import gettext as _
from iurc_events.web.localisation import ngettext
from iurc_events.web.presentation.own_delegations import is_open_for_answers
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.presentation.people_imports import (
    columns_view,
    failure_words,
    field_choices,
    is_undoable,
    private_headings,
    progress_of,
    row_views,
    totals,
)

blueprint = Blueprint("delegate_people_imports", __name__)
_PEOPLE = f"{BASE}/<uuid:delegation_id>/people"
_LIST = f"{_PEOPLE}/lists/<uuid:import_id>"
_PER_PAGE = 25
_CELL = re.compile(r"cell-(\d{1,7})-(\d{1,2})")


def _own_import(delegation_id: uuid.UUID, import_id: uuid.UUID) -> tuple[Delegation, PeopleImport]:
    delegation = own_delegation(delegation_id)
    return delegation, import_queries.get_import(delegation, import_id)


def _to_list(people_import: PeopleImport, delegation_id: uuid.UUID, **values: object) -> ResponseReturnValue:
    endpoint = ".show_columns" if people_import.state == "read" else ".show_list"
    address = url_for(endpoint, delegation_id=delegation_id, import_id=people_import.public_id, **values)  # type: ignore[arg-type]  # query values
    return redirect(address, code=303)


@blueprint.get(f"{_PEOPLE}/lists")
@requires(Permission.ACT_FOR_CITY)
def show_form(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Show the ways in: paste, file, template."""
    form = PeopleListForm(formdata=None)
    return _show_form(own_delegation(delegation_id), form)


def _show_form(delegation: Delegation, form: PeopleListForm) -> ResponseReturnValue:
    form.offer(delegation)
    return (
        render_template(
            "delegate_people_imports/start.html",
            delegation=delegation,
            event=delegation.event,
            form=form,
            recent=import_queries.list_recent(delegation),
            is_open=is_open_for_answers(delegation, utc_now()),
        ),
        422 if form.errors else 200,
    )


@blueprint.post(f"{_PEOPLE}/lists")
@requires(Permission.ACT_FOR_CITY)
def read_list(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Read a list and go on to what it says."""
    delegation = own_delegation(delegation_id)
    form = PeopleListForm()
    form.offer(delegation)
    if not form.validate_on_submit():
        return _show_form(delegation, form)
    sent = form.read()
    try:
        people_import = people_imports.read_list(actor=signed_in_user(), delegation_id=delegation.id, sent=sent)
    except NotFoundError:
        raise
    except ListUnreadableError as error:
        where = form.file if sent.file_name else form.text
        where.errors = [message_of(error)]
        return _show_form(own_delegation(delegation_id), form)
    except DomainError as error:
        form.form_errors = [message_of(error)]
        return _show_form(own_delegation(delegation_id), form)
    return _to_list(people_import, delegation_id)


@blueprint.route(f"{_LIST}/columns", methods=["GET", "POST"])
@requires(Permission.ACT_FOR_CITY)
def show_columns(delegation_id: uuid.UUID, import_id: uuid.UUID) -> ResponseReturnValue:
    """Show what each column means with examples, or put it right."""
    delegation, people_import = _own_import(delegation_id, import_id)
    if people_import.state not in ("read", "checked"):
        return _to_list(people_import, delegation_id)
    form = ColumnsForm()
    columns = columns_view(people_import, import_queries.list_first_rows(people_import))
    chosen = {str(each.number): each.field for each in columns}
    if form.validate_on_submit():
        chosen |= {key: request.form.get(f"column-{key}", "") for key in chosen if f"column-{key}" in request.form}
        try:
            people_import = people_imports.map_columns(
                actor=signed_in_user(), import_id=people_import.id, mapping=chosen
            )
        except NotFoundError:
            raise
        except DomainError as error:
            form.form_errors = [message_of(error)]
            delegation = own_delegation(delegation_id)
            people_import = import_queries.get_import(delegation, import_id)
        else:
            return _to_list(people_import, delegation_id)
    return render_template(
        "delegate_people_imports/columns.html",
        delegation=delegation,
        event=delegation.event,
        form=form,
        columns=columns,
        chosen=chosen,
        choices=field_choices(g.language, delegation.event.asks_for),
        people_import=people_import,
    ), 422 if form.form_errors else 200


@blueprint.get(_LIST)
@requires(Permission.ACT_FOR_CITY)
def show_list(delegation_id: uuid.UUID, import_id: uuid.UUID) -> ResponseReturnValue:
    """Show what will happen, how far it is, or what happened."""
    delegation, people_import = _own_import(delegation_id, import_id)
    if people_import.state == "read":
        return redirect(url_for(".show_columns", delegation_id=delegation_id, import_id=import_id), code=303)
    return _show_list(delegation, people_import, PeopleEntryForm(formdata=None))


def _show_list(delegation: Delegation, people_import: PeopleImport, form: PeopleEntryForm) -> ResponseReturnValue:
    is_checked = people_import.state == "checked"
    counts = import_queries.count_rows(people_import)
    kinds = import_queries.PLANS if is_checked else import_queries.OUTCOMES
    only = request.values.get("only", "")
    only = only if only in kinds and counts.get(only) else ""
    total = counts[only] if only else people_import.row_count
    wanted = request.values.get("page", "")
    pages = max(1, -(-total // _PER_PAGE))
    page = min(max(int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 1, 1), pages)
    path = url_for(".show_list", delegation_id=delegation.public_id, import_id=people_import.public_id)
    rows = import_queries.list_rows(people_import, only=only, page=page, per_page=_PER_PAGE)
    views = [] if people_import.state == "entering" else row_views(people_import, rows, delegation, g.language)
    template = {"checked": "preview", "entering": "progress"}.get(people_import.state, "result")
    return render_template(
        f"delegate_people_imports/{template}.html",
        delegation=delegation,
        event=delegation.event,
        form=form,
        people_import=people_import,
        rows=views,
        only=only,
        counts=counts,
        page=page,
        ready=sum(counts.get(kind, 0) for kind in ("register", "wait", "change", "same")),
        new=counts.get("register", 0) + counts.get("wait", 0),
        totals=totals(counts, kinds, g.language),
        private=private_headings(people_import),
        has_speakers=people_import.outcome.get("role", "speaker") == "speaker"
        or "role" in people_import.mapping.values(),
        is_undoing=people_undo.is_undoing(people_import),
        progress=progress_of(people_import),
        failure=failure_words(people_import, g.language),
        is_undoable=is_undoable(people_import) and is_open_for_answers(delegation, utc_now()),
        paging=paging_view(
            page=page, per_page=_PER_PAGE, total=total, path=path, query=[("only", only)] if only else []
        ),
    ), 422 if form.errors else 200


def _typed_cells() -> dict[int, dict[int, str]]:
    cells: dict[int, dict[int, str]] = {}
    for name, value in request.form.items():
        if match := _CELL.fullmatch(name):
            cells.setdefault(int(match[1]), {})[int(match[2])] = value.replace("\r\n", "\n")
    return cells


@blueprint.post(f"{_LIST}/correct")
@requires(Permission.ACT_FOR_CITY)
def correct_rows(delegation_id: uuid.UUID, import_id: uuid.UUID) -> ResponseReturnValue:
    """Put corrected cells in and check again."""
    _delegation, people_import = _own_import(delegation_id, import_id)
    try:
        people_import = people_imports.correct(actor=signed_in_user(), import_id=people_import.id, cells=_typed_cells())
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    return _to_list(people_import, delegation_id, page=request.form.get("page"), only=request.form.get("only") or None)


@blueprint.post(f"{_LIST}/enter")
@requires(Permission.ACT_FOR_CITY)
def enter_list(delegation_id: uuid.UUID, import_id: uuid.UUID) -> ResponseReturnValue:
    """Register the people of the list; what was typed on the page is taken in first."""
    _delegation, people_import = _own_import(delegation_id, import_id)
    form = PeopleEntryForm()
    actor, key = signed_in_user(), people_import.id
    try:
        if typed := _typed_cells():
            people_imports.correct(actor=actor, import_id=key, cells=typed)
        people_import = people_entry.enter(
            actor=actor,
            import_id=key,
            choice="good" if form.choice.data == "good" else "all",
            has_consented=bool(form.has_consented.data),
        )
    except NotFoundError:
        raise
    except DomainError as error:
        delegation, people_import = _own_import(delegation_id, import_id)
        form.form_errors = [message_of(error)]
        return _show_list(delegation, people_import, form)
    if people_import.state == "entered":
        counts = people_import.outcome.get("counts") or {}
        number = counts.get("registered", 0)
        flash(
            ngettext("%(num)s person is registered", "%(num)s people are registered", number)
            if number
            else _("The list is entered"),
            "success",
        )
    return _to_list(people_import, delegation_id)


@blueprint.get(f"{_LIST}/progress")
@requires(Permission.ACT_FOR_CITY)
def tell_progress(delegation_id: uuid.UUID, import_id: uuid.UUID) -> ResponseReturnValue:
    """Tell a waiting page how far the worker is."""
    _delegation, people_import = _own_import(delegation_id, import_id)
    done, total = progress_of(people_import)
    return (
        {"state": people_import.state, "done": done, "total": total},
        200,
        {"Cache-Control": "private, no-store"},
    )


def _act(delegation_id: uuid.UUID, import_id: uuid.UUID, step: Callable[[PeopleImport], object], done: str) -> bool:
    _delegation, people_import = _own_import(delegation_id, import_id)
    try:
        step(people_import)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
        return False
    flash(done, "success")
    return True


@blueprint.post(f"{_LIST}/undo")
@requires(Permission.ACT_FOR_CITY)
def undo_list(delegation_id: uuid.UUID, import_id: uuid.UUID) -> ResponseReturnValue:
    """Take the whole list back; the worker does it where the list is long."""
    actor = signed_in_user()
    _delegation, people_import = _own_import(delegation_id, import_id)
    try:
        people_import = people_undo.undo(actor=actor, import_id=people_import.id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        if people_import.state == "entered":
            flash(_("The list is taken back: everything is as before"), "success")
    return redirect(url_for(".show_list", delegation_id=delegation_id, import_id=import_id), code=303)


@blueprint.post(f"{_LIST}/forget")
@requires(Permission.ACT_FOR_CITY)
def forget_list(delegation_id: uuid.UUID, import_id: uuid.UUID) -> ResponseReturnValue:
    """Delete the list; whom it registered stays."""
    actor = signed_in_user()
    _act(
        delegation_id,
        import_id,
        lambda found: people_imports.forget(actor=actor, import_id=found.id),
        _("The list is deleted; people who are registered stay"),
    )
    return back(delegation_id)


@blueprint.get(f"{_PEOPLE}/template.xlsx")
@requires(Permission.ACT_FOR_CITY)
def download_template(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out the list to fill in offline, with the people registered so far."""
    delegation = own_delegation(delegation_id)
    return _attachment(people_sheets.template(delegation), people_sheets.XLSX_TYPE, delegation, "xlsx")


@blueprint.get(f"{_PEOPLE}/people.xlsx")
@requires(Permission.ACT_FOR_CITY)
def download_xlsx(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out the registered people as a workbook."""
    delegation = own_delegation(delegation_id)
    return _attachment(people_sheets.people_xlsx(delegation, g.language), people_sheets.XLSX_TYPE, delegation, "xlsx")


@blueprint.get(f"{_PEOPLE}/people.csv")
@requires(Permission.ACT_FOR_CITY)
def download_csv(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out the registered people as CSV."""
    delegation = own_delegation(delegation_id)
    return _attachment(people_sheets.people_csv(delegation, g.language), people_sheets.CSV_TYPE, delegation, "csv")


def _attachment(data: bytes, content_type: str, delegation: Delegation, suffix: str) -> ResponseReturnValue:
    name = f"{delegation.event.slug}-{delegation.city.slug}.{suffix}"
    headers = {
        "Content-Type": content_type,
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return data, 200, headers
