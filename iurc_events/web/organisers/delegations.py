"""Delegations at the organiser's desk: who is invited, terms, reminders, links by hand."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response

from iurc_events.database import utc_now
from iurc_events.domain.clock_texts import zones_of_programme
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.graphics.qr_codes import qr_svg
from iurc_events.localisation import LANGUAGES, noop
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.permissions import Permission
from iurc_events.queries import change_requests as request_queries
from iurc_events.queries import delegations as delegation_queries
from iurc_events.queries import members as member_queries
from iurc_events.queries import organised_events
from iurc_events.queries import speakers as speaker_queries
from iurc_events.queries.delegations import DelegationRow
from iurc_events.services import delegation_mail, delegation_waiting, members
from iurc_events.services import delegations as delegation_service
from iurc_events.services.delegations import CityInvitation
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.delegations import (
    ChosenForm,
    ExtendForm,
    FocalPointForm,
    InviteForm,
    RuleForm,
    TermsForm,
    number_of,
)
from iurc_events.web.localisation import current_language, gettext
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


@blueprint.post(f"{_BASE}/waiting-rule")
@requires(Permission.MANAGE_DELEGATIONS)
def choose_rule(slug: str) -> ResponseReturnValue:
    """Choose who gets a free place when several delegations wait."""
    event = _event(slug)
    form = RuleForm()
    if form.validate_on_submit():
        delegation_waiting.choose_rule(actor=signed_in_user(), event_id=event.id, rule=form.rule.data)
        flash(gettext(noop("The rule is changed; those who wait read it at their desk")), "success")
    else:
        flash(gettext(noop("Choose one of the rules")), "error")
    return _to_list(event)


@blueprint.get(f"{_BASE}/unused-places")
@requires(Permission.MANAGE_DELEGATIONS)
def show_unused(slug: str) -> ResponseReturnValue:
    """Show who would get the places that delegations will not use."""
    event, language = _event(slug), current_language()
    moves = member_queries.name_moves(event, delegation_waiting.plan_unused(event, utc_now()))
    return render_template(
        "organiser_delegations/unused.html",
        event=event,
        tab="delegations",
        moves=[
            {
                "person": members.label_of(move.member, language),
                "city": text_of(move.receiver.city.name, language),
                "role": label("member_role", members.role_of(move.member), language),
                "giver": text_of(move.giver.city.name, language),
            }
            for move in moves
        ],
    )


@blueprint.post(f"{_BASE}/unused-places")
@requires(Permission.MANAGE_DELEGATIONS)
def give_unused(slug: str) -> ResponseReturnValue:
    """Give the places that delegations will not use to those who wait."""
    event = _event(slug)
    try:
        moved = delegation_waiting.give_unused(actor=signed_in_user(), event_id=event.id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(gettext(noop("People who moved up: %(number)s"), number=len(moved)), "success")
    return _to_list(event)


# --- Inviting ---------------------------------------------------------------------------------------------------------


def _invite_form(event: Event, cities: list[City]) -> InviteForm:
    if request.method == "POST":
        return InviteForm()
    known = delegation_queries.list_known_points(event, [city.id for city in cities])
    rows: list[dict[str, Any]] = []
    for city in cities:
        fallback = [{"language": "zh" if city.side == "China" else "en"}]
        points = [{"email": p.email, "name": p.name, "language": p.language} for p in known[city.id]] or fallback
        rows += [{"city": city.slug, **point} for point in points]
    form = InviteForm(data={"points": rows})
    form.speaker_any.data = 1
    return form


@blueprint.get(f"{_BASE}/choose")
@requires(Permission.MANAGE_DELEGATIONS)
def choose_cities(slug: str) -> ResponseReturnValue:
    """Choose the cities to invite; a search keeps what was chosen."""
    event = _event(slug)
    chosen = request.args.getlist("city")
    query = request.args.get("q", "").strip()[:100]
    choices = delegation_queries.list_city_choices(event, query, chosen)
    return render_template(
        "organiser_delegations/choose.html",
        event=event,
        tab="delegations",
        query=query,
        chosen=set(chosen),
        sides=[(side, [each for each in choices if each.city.side == side]) for side in ("EU", "China", "other")],
        is_missing="none" in request.args,
    )


@blueprint.route(f"{_BASE}/invite", methods=["GET", "POST"])
@requires(Permission.MANAGE_DELEGATIONS)
def invite_cities(slug: str) -> ResponseReturnValue:
    """Show whom to write to in the cities that were chosen, or send the invitations."""
    event = _event(slug)
    cities = delegation_queries.list_cities(request.args.getlist("city"))
    if not cities:
        return redirect(url_for("organiser_delegations.choose_cities", slug=event.slug, none=1), code=303)
    form = _invite_form(event, cities)
    refused: set[str] = set()
    if form.validate_on_submit():
        try:
            delegations = delegation_service.invite(
                actor=signed_in_user(),
                event_id=event.id,
                cities=[CityInvitation(city.id, form.points_of(city.slug)) for city in cities],
                quotas=form.quotas,
                deadline_on=form.deadline_on.data,
                note=form.note.data or "",
            )
        except delegation_service.AlreadyInvitedError as error:
            refused = {city.slug for city in error.cities}
            _refuse_cities(form, error.cities)
        except delegation_service.PastDeadlineError as error:
            form.deadline_on.errors = [message_of(error)]
        except NotFoundError:
            raise
        except DomainError as error:
            form.form_errors.append(message_of(error))
        else:
            flash(gettext(noop("Cities invited: %(number)s"), number=len(delegations)), "success")
            return _to_list(event)
    names = {city.slug: (text_of(city.name, current_language()), city.side) for city in cities}
    return render_template(
        "organiser_delegations/invite.html",
        event=event,
        tab="delegations",
        form=form,
        names=names,
        refused=refused,
    ), 422 if form.errors else 200


def _refuse_cities(form: InviteForm, cities: tuple[City, ...]) -> None:
    """Put the sentence beside the first address of each city that is invited already."""
    for city in cities:
        row = next((each for each in form.points if each.city.data == city.slug), None)
        message = gettext(
            noop("%(city)s is invited already: leave it out"), city=text_of(city.name, current_language())
        )
        if row is not None:
            row.email.errors = [message]
        else:
            form.form_errors.append(message)
    form.points.errors = [each.errors for each in form.points.entries]


# --- Several at once --------------------------------------------------------------------------------------------------


@blueprint.route(f"{_BASE}/remind", methods=["GET", "POST"])
@requires(Permission.MANAGE_DELEGATIONS)
def remind_cities(slug: str) -> ResponseReturnValue:
    """Show what the silent cities would get, in both languages, or send it."""
    event = _event(slug)
    rows = [
        row
        for row in delegation_queries.list_delegations(event)
        if row.delegation.state in delegation_mail.SILENT_STATES and row.delegation.focal_points
    ]
    form = ChosenForm()
    form.delegations.choices = _choices(rows)
    if request.method == "GET":
        form.delegations.data = [row.delegation.id for row in rows]
    if form.validate_on_submit():
        number = delegation_service.remind(
            actor=signed_in_user(), event_id=event.id, delegation_ids=form.delegations.data or []
        )
        flash(gettext(noop("Reminders in the outbox: %(number)s"), number=number), "success")
        return _to_list(event)
    previews = []
    if rows:
        first = rows[0].delegation
        previews = [
            (
                language,
                delegation_mail.reminder_text(
                    event,
                    first,
                    language=language,
                    name=first.focal_points[0].name,
                    url=delegation_mail.LINK_IN_PREVIEW,
                ),
            )
            for language in LANGUAGES
        ]
    return render_template(
        "organiser_delegations/remind.html", event=event, tab="delegations", form=form, previews=previews
    ), 422 if form.errors else 200


def _choices(rows: list[DelegationRow]) -> list[tuple[int, str]]:
    return [(row.delegation.id, text_of(row.delegation.city.name, current_language())) for row in rows]


@blueprint.route(f"{_BASE}/extend", methods=["GET", "POST"])
@requires(Permission.MANAGE_DELEGATIONS)
def extend_deadline(slug: str) -> ResponseReturnValue:
    """Give several cities a new last day to answer."""
    event = _event(slug)
    rows = delegation_queries.list_delegations(event)
    form = ExtendForm()
    form.delegations.choices = _choices(rows)
    if request.method == "GET":
        form.delegations.data = [
            row.delegation.id for row in rows if row.delegation.state in delegation_mail.SILENT_STATES
        ]
    if form.validate_on_submit() and form.deadline_on.data:
        try:
            number = delegation_service.extend(
                actor=signed_in_user(),
                event_id=event.id,
                delegation_ids=form.delegations.data or [],
                deadline_on=form.deadline_on.data,
            )
        except delegation_service.PastDeadlineError as error:
            form.deadline_on.errors = [message_of(error)]
        else:
            flash(gettext(noop("New deadline for %(number)s cities"), number=number), "success")
            return _to_list(event)
    return render_template(
        "organiser_delegations/extend.html", event=event, tab="delegations", form=form
    ), 422 if form.errors else 200


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
    speakers = speaker_queries.list_of_delegation(delegation)
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
            for each in member_queries.list_participants(delegation)
        ],
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


@blueprint.post(f"{_BASE}/<uuid:delegation_id>/confirm")
@requires(Permission.MANAGE_DELEGATIONS)
def confirm_delegation(slug: str, delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Confirm a delegation; the toast can take it back."""
    event = _event(slug)
    row = delegation_queries.get_delegation(event, delegation_id)
    try:
        delegation_service.confirm(actor=signed_in_user(), delegation_id=row.delegation.id)
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
    delegation_service.take_back_confirmation(actor=signed_in_user(), delegation_id=row.delegation.id)
    flash(gettext(noop("The delegation is no longer confirmed")), "success")
    return _to_delegation(event, delegation_id)


@blueprint.post(f"{_BASE}/<uuid:delegation_id>/withdraw")
@requires(Permission.MANAGE_DELEGATIONS)
def withdraw_invitation(slug: str, delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw an invitation with all that hangs on it."""
    event = _event(slug)
    row = delegation_queries.get_delegation(event, delegation_id)
    city = text_of(row.delegation.city.name, current_language())
    delegation_service.withdraw_invitation(actor=signed_in_user(), delegation_id=row.delegation.id)
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
