"""Delegations at the organiser's desk: who is invited, terms, reminders, links by hand."""

from __future__ import annotations

import uuid
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response

from iurc_events.database import utc_now
from iurc_events.domain.clock_texts import zones_of_programme
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.graphics.qr_codes import qr_svg
from iurc_events.localisation import noop
from iurc_events.models.events import Event
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.permissions import Permission
from iurc_events.queries import change_requests as request_queries
from iurc_events.queries import delegations as delegation_queries
from iurc_events.queries import members as member_queries
from iurc_events.queries import organised_events
from iurc_events.queries import speakers as speaker_queries
from iurc_events.queries.delegations import DelegationRow
from iurc_events.services import delegation_decisions, members
from iurc_events.services import delegations as delegation_service
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.delegations import (
    FocalPointForm,
    RuleForm,
    TermsForm,
    number_of,
)
from iurc_events.web.localisation import current_language, gettext, ngettext
from iurc_events.web.member_lists import members_page
from iurc_events.web.presentation.agenda_desk import speaker_line
from iurc_events.web.presentation.delegations import DelegationView, delegation_view
from iurc_events.web.presentation.members import role_places
from iurc_events.web.presentation.times import instant_view
from iurc_events.web.presentation.vocabulary import label

blueprint = Blueprint("organiser_delegations", __name__)
_BASE = "/<any(en,zh):lang>/organise/events/<slug>/delegations"


def _event(slug: str) -> Event:
    return organised_events.get_event_organised_by(signed_in_user(), slug)


def _views(event: Event, rows: list[DelegationRow]) -> list[DelegationView]:
    zones = zones_of_programme(event.programme.reference_zones)
    now = utc_now()
    return [delegation_view(row, zones, current_language(), now) for row in rows]


def _to_delegation(event: Event, public_id: uuid.UUID) -> Response:
    return redirect(
        url_for("organiser_delegations.show_delegation", slug=event.slug, delegation_id=public_id), code=303
    )


def _to_list(event: Event) -> Response:
    return redirect(url_for("organiser_delegations.list_delegations", slug=event.slug), code=303)


@blueprint.get(_BASE)
@requires(Permission.MANAGE_DELEGATIONS)
def list_delegations(slug: str) -> ResponseReturnValue:
    """List the delegations of an event, and speakers of none."""
    event, language = _event(slug), current_language()
    rows = delegation_queries.list_delegations(event)
    uses = member_queries.role_uses([row.delegation for row in rows])
    views = _views(event, rows)
    guests = speaker_queries.list_without_delegation(event)
    return render_template(
        "organiser_delegations/list.html",
        event=event,
        tab="delegations",
        rows=views,
        places={
            row.delegation.id: [
                each
                for each in (role_places(use, row.delegation, language) for use in uses[row.delegation.id])
                if each.used or each.waiting or each.total
            ]
            for row in rows
        },
        form=RuleForm(data={"rule": event.waiting_rule}),
        requests=request_queries.count_asked(event),
        silent=sum(view.is_silent for view in views),
        guests=[(each, speaker_line(each, language), text_of(each.name, language)) for each in guests],
    )


# --- One delegation ---------------------------------------------------------------------------------------------------


def _show(
    event: Event,
    row: DelegationRow,
    *,
    terms: TermsForm | None = None,
    point: FocalPointForm | None = None,
    link: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    language, delegation = current_language(), row.delegation
    if terms is None:
        terms = TermsForm(formdata=None, data={"version": delegation.version})
        terms.show_quotas(delegation)
        if delegation.deadline_on:
            terms.deadline_on.data = date.fromisoformat(delegation.deadline_on)
    if point is None:
        point = FocalPointForm(formdata=None, data={"language": "zh" if delegation.city.side == "China" else "en"})
    zones = zones_of_programme(event.programme.reference_zones)
    path = url_for("organiser_delegations.show_delegation", slug=event.slug, delegation_id=delegation.public_id)
    people = members_page(delegation, path)
    speakers = [each for each in people.members if isinstance(each, Speaker)]
    places = speaker_queries.list_places([each.id for each in speakers])
    return render_template(
        "organiser_delegations/delegation.html",
        event=event,
        tab="delegations",
        delegation=delegation,
        view=_views(event, [row])[0],
        speakers=[
            (
                each,
                speaker_line(each, language),
                text_of(each.name, language),
                [text_of(session.title, language) for _, session in places[each.id]],
            )
            for each in speakers
        ],
        others=[
            (each, members.label_of(each, language), label("member_role", each.role, language))
            for each in people.members
            if isinstance(each, Participant)
        ],
        people=people,
        places=[
            each
            for each in (
                role_places(use, delegation, language) for use in member_queries.role_uses([delegation])[delegation.id]
            )
            if each.used or each.waiting or each.total is not None
        ],
        form=terms if terms.errors else point,
        terms=terms,
        point=point,
        link=link,
        code=Markup(qr_svg(link, gettext(noop("QR code of the link")))) if link else "",  # noqa: S704 - our own SVG
        history=[
            (entry, name, instant_view(entry.at, zones, language))
            for entry, name in delegation_queries.list_history(delegation)
        ],
    ), status


@blueprint.get(f"{_BASE}/<uuid:delegation_id>")
@requires(Permission.MANAGE_DELEGATIONS)
def show_delegation(slug: str, delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Show a delegation: speakers, focal points, terms, history."""
    event = _event(slug)
    return _show(event, delegation_queries.get_delegation(event, delegation_id))


@blueprint.post(f"{_BASE}/<uuid:delegation_id>/terms")
@requires(Permission.MANAGE_DELEGATIONS)
def change_terms(slug: str, delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Change places and deadline."""
    event = _event(slug)
    row = delegation_queries.get_delegation(event, delegation_id)
    form = TermsForm()
    if form.validate_on_submit():
        try:
            delegation_service.change_terms(
                actor=signed_in_user(),
                delegation_id=row.delegation.id,
                quotas=form.quotas,
                deadline_on=form.deadline_on.data,
                version=number_of(form.version.data),
            )
        except delegation_service.PastDeadlineError as error:
            form.deadline_on.errors = [message_of(error)]
        except delegation_service.QuotaInUseError as error:
            form[f"{error.role}_any"].errors = [message_of(error)]
        except delegation_service.DelegationChangedError as error:
            row = delegation_queries.get_delegation(event, delegation_id)
            form.version.data = str(row.delegation.version)
            form.form_errors.append(message_of(error))
        else:
            flash(gettext(noop("Places and deadline are changed")), "success")
            return _to_delegation(event, delegation_id)
    return _show(event, delegation_queries.get_delegation(event, delegation_id), terms=form, status=422)


@blueprint.post(f"{_BASE}/<uuid:delegation_id>/accept-speakers")
@requires(Permission.MANAGE_DELEGATIONS)
def accept_speakers(slug: str, delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Accept all whom the city nominated; it is told in one letter."""
    event = _event(slug)
    row = delegation_queries.get_delegation(event, delegation_id)
    number = delegation_decisions.accept_speakers(actor=signed_in_user(), delegation_id=row.delegation.id)
    flash(ngettext("%(num)s speaker is accepted", "%(num)s speakers are accepted", number), "success")
    return _to_delegation(event, delegation_id)


@blueprint.post(f"{_BASE}/<uuid:delegation_id>/confirm")
@requires(Permission.MANAGE_DELEGATIONS)
def confirm_delegation(slug: str, delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Confirm a delegation; the toast can take it back."""
    event = _event(slug)
    row = delegation_queries.get_delegation(event, delegation_id)
    try:
        delegation_decisions.confirm(actor=signed_in_user(), delegation_id=row.delegation.id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        undo = url_for("organiser_delegations.take_back", slug=event.slug, delegation_id=delegation_id)
        flash((gettext(noop("The delegation is confirmed")), undo), "undo")  # type: ignore[arg-type]  # the toast takes pairs
    return _to_delegation(event, delegation_id)


@blueprint.post(f"{_BASE}/<uuid:delegation_id>/take-back")
@requires(Permission.MANAGE_DELEGATIONS)
def take_back(slug: str, delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Take a confirmation back."""
    event = _event(slug)
    row = delegation_queries.get_delegation(event, delegation_id)
    delegation_decisions.take_back_confirmation(actor=signed_in_user(), delegation_id=row.delegation.id)
    flash(gettext(noop("The delegation is no longer confirmed")), "success")
    return _to_delegation(event, delegation_id)


@blueprint.post(f"{_BASE}/<uuid:delegation_id>/withdraw")
@requires(Permission.MANAGE_DELEGATIONS)
def withdraw_invitation(slug: str, delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw an invitation with all that hangs on it."""
    event = _event(slug)
    row = delegation_queries.get_delegation(event, delegation_id)
    city = text_of(row.delegation.city.name, current_language())
    delegation_decisions.withdraw_invitation(actor=signed_in_user(), delegation_id=row.delegation.id)
    flash(gettext(noop("The invitation of %(city)s is withdrawn"), city=city), "success")
    return _to_list(event)


# --- Focal points -----------------------------------------------------------------------------------------------------


@blueprint.post(f"{_BASE}/<uuid:delegation_id>/focal-points")
@requires(Permission.MANAGE_DELEGATIONS)
def add_focal_point(slug: str, delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Add a focal point, or hand over from one: ``replaces`` says from whom."""
    event = _event(slug)
    row = delegation_queries.get_delegation(event, delegation_id)
    form = FocalPointForm()
    if form.validate_on_submit():
        actor = signed_in_user()
        try:
            if replaced := request.form.get("replaces"):
                old = next((p for p in row.delegation.focal_points if str(p.public_id) == replaced), None)
                if old is None:
                    raise NotFoundError(noop("There is no such focal point"))
                delegation_service.hand_over(actor=actor, focal_point_id=old.id, details=form.details)
            else:
                delegation_service.add_focal_point(actor=actor, delegation_id=row.delegation.id, details=form.details)
        except NotFoundError:
            raise
        except DomainError as error:
            form.email.errors = [message_of(error)]
        else:
            flash(gettext(noop("The invitation to %(email)s is in the outbox"), email=form.email.data), "success")
            return _to_delegation(event, delegation_id)
    return _show(event, delegation_queries.get_delegation(event, delegation_id), point=form, status=422)


@blueprint.post(f"{_BASE}/<uuid:delegation_id>/focal-points/<uuid:focal_point_id>/send")
@requires(Permission.MANAGE_DELEGATIONS)
def send_again(slug: str, delegation_id: uuid.UUID, focal_point_id: uuid.UUID) -> ResponseReturnValue:
    """Send the invitation again, with a new link."""
    event = _event(slug)
    point = delegation_queries.get_focal_point(event, focal_point_id)
    email = point.email
    delegation_service.send_again(actor=signed_in_user(), focal_point_id=point.id)
    flash(gettext(noop("The invitation to %(email)s is in the outbox"), email=email), "success")
    return _to_delegation(event, delegation_id)


@blueprint.post(f"{_BASE}/<uuid:delegation_id>/focal-points/<uuid:focal_point_id>/link")
@requires(Permission.MANAGE_DELEGATIONS)
def make_link(slug: str, delegation_id: uuid.UUID, focal_point_id: uuid.UUID) -> ResponseReturnValue:
    """Make a new link to give by hand, and show it this once."""
    event = _event(slug)
    point = delegation_queries.get_focal_point(event, focal_point_id)
    link = delegation_service.make_link(actor=signed_in_user(), focal_point_id=point.id)
    return _show(event, delegation_queries.get_delegation(event, delegation_id), link=link)


@blueprint.post(f"{_BASE}/<uuid:delegation_id>/focal-points/<uuid:focal_point_id>/remove")
@requires(Permission.MANAGE_DELEGATIONS)
def remove_focal_point(slug: str, delegation_id: uuid.UUID, focal_point_id: uuid.UUID) -> ResponseReturnValue:
    """Remove a focal point; links that were not used end."""
    event = _event(slug)
    point = delegation_queries.get_focal_point(event, focal_point_id)
    email = point.email
    delegation_service.remove_focal_point(actor=signed_in_user(), focal_point_id=point.id)
    flash(gettext(noop("%(email)s is no longer a focal point"), email=email), "success")
    return _to_delegation(event, delegation_id)
