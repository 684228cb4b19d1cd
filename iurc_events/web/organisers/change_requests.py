"""Changes that cities ask for after their deadline: the organiser compares, accepts or refuses."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.events import Event
from iurc_events.permissions import Permission, is_granted
from iurc_events.queries import change_requests as request_queries
from iurc_events.queries import organised_events
from iurc_events.services import change_requests, known_persons, needs
from iurc_events.services.members import MemberChangedError
from iurc_events.services.needs import StoredNeeds
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.delegations import DecisionForm, number_of
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.members import request_view
from iurc_events.web.presentation.paging import paging_view

blueprint = Blueprint("organiser_change_requests", __name__)
_BASE = "/<any(en,zh):lang>/organise/events/<slug>/requests"
PER_PAGE = 25


def _event(slug: str) -> Event:
    return organised_events.get_event_organised_by(signed_in_user(), slug)


@blueprint.get(_BASE)
@requires(Permission.MANAGE_DELEGATIONS)
def list_requests(slug: str) -> ResponseReturnValue:
    """List the changes that wait for a decision, or those decided."""
    event = _event(slug)
    is_open = request.args.get("show") != "decided"
    total = request_queries.count_requests(event, is_open=is_open)
    wanted = request.args.get("page", "")
    page = min(max(int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 1, 1), max(1, -(-total // PER_PAGE)))
    found = request_queries.list_requests(event, is_open=is_open, page=page, per_page=PER_PAGE)
    return render_template(
        "organiser_change_requests/list.html",
        event=event,
        tab="delegations",
        is_open=is_open,
        rows=[request_view(each, current_language()) for each in found],
        paging=paging_view(
            page=page,
            per_page=PER_PAGE,
            total=total,
            path=request.path,
            query=[] if is_open else [("show", "decided")],
        ),
    )


def _show(
    event: Event, asked: ChangeRequest, form: DecisionForm | None = None, status: int = 200
) -> ResponseReturnValue:
    member = change_requests.member_of(asked)
    stored_needs = None
    if is_granted(signed_in_user(), Permission.SEE_PARTICIPANTS):
        stored_needs = needs.needs_of(member) if member is not None else StoredNeeds({})
    view = request_view(asked, current_language(), stored_needs)
    chosen = known_persons.chosen_from(asked.delegation, asked.details.get("person"))
    if form is None:
        form = DecisionForm(formdata=None)
    form.version.data = "" if view.version is None else str(view.version)
    return render_template(
        "organiser_change_requests/show.html", event=event, tab="delegations", view=view, chosen=chosen, form=form
    ), status


@blueprint.get(f"{_BASE}/<uuid:request_id>")
@requires(Permission.MANAGE_DELEGATIONS)
def show_request(slug: str, request_id: uuid.UUID) -> ResponseReturnValue:
    """Show what is to change, field by field."""
    event = _event(slug)
    return _show(event, request_queries.get_request(event, request_id))


@blueprint.post(f"{_BASE}/<uuid:request_id>/accept")
@requires(Permission.MANAGE_DELEGATIONS)
def accept_request(slug: str, request_id: uuid.UUID) -> ResponseReturnValue:
    """Make the change; where the person changed since the page was opened, both versions are shown."""
    event = _event(slug)
    asked = request_queries.get_request(event, request_id)
    form = DecisionForm()
    try:
        if form.validate_on_submit():
            change_requests.accept(
                actor=signed_in_user(),
                request_id=asked.id,
                version=number_of(form.version.data),
                note=form.note.data or "",
            )
            flash(gettext(noop("The change is made; the city is told")), "success")
            return redirect(url_for("organiser_change_requests.list_requests", slug=slug), code=303)
    except MemberChangedError as error:
        form.form_errors.append(message_of(error))
    except NotFoundError:
        raise
    except DomainError as error:
        form.form_errors.append(message_of(error))
    event = _event(slug)
    return _show(event, request_queries.get_request(event, request_id), form, 422)


@blueprint.post(f"{_BASE}/<uuid:request_id>/refuse")
@requires(Permission.MANAGE_DELEGATIONS)
def refuse_request(slug: str, request_id: uuid.UUID) -> ResponseReturnValue:
    """Refuse the change, with a note to the city."""
    event = _event(slug)
    asked = request_queries.get_request(event, request_id)
    form = DecisionForm()
    try:
        if form.validate_on_submit():
            change_requests.refuse(actor=signed_in_user(), request_id=asked.id, note=form.note.data or "")
            flash(gettext(noop("The change is refused; the city is told")), "success")
            return redirect(url_for("organiser_change_requests.list_requests", slug=slug), code=303)
    except NotFoundError:
        raise
    except DomainError as error:
        form.form_errors.append(message_of(error))
    event = _event(slug)
    return _show(event, request_queries.get_request(event, request_id), form, 422)
