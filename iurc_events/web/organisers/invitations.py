"""Inviting cities at the organiser's desk, and what is done with several at once: remind, extend."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import LANGUAGES, noop
from iurc_events.models.cities import City
from iurc_events.models.events import Event
from iurc_events.permissions import Permission
from iurc_events.queries import delegations as delegation_queries
from iurc_events.queries import organised_events
from iurc_events.queries.delegations import DelegationRow
from iurc_events.services import delegation_mail
from iurc_events.services import delegations as delegation_service
from iurc_events.services.delegations import CityInvitation
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.delegations import ChosenForm, ExtendForm, InviteForm
from iurc_events.web.localisation import current_language, gettext

blueprint = Blueprint("organiser_invitations", __name__)
_BASE = "/<any(en,zh):lang>/organise/events/<slug>/delegations"


def _event(slug: str) -> Event:
    return organised_events.get_event_organised_by(signed_in_user(), slug)


def _to_list(event: Event) -> Response:
    return redirect(url_for("organiser_delegations.list_delegations", slug=event.slug), code=303)


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
        return redirect(url_for("organiser_invitations.choose_cities", slug=event.slug, none=1), code=303)
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
