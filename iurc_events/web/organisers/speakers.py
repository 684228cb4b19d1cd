"""Speakers at the organiser's desk: guests, corrections, accept and refuse."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop
from iurc_events.models.events import Event
from iurc_events.models.speakers import Speaker
from iurc_events.permissions import Permission
from iurc_events.queries import delegations as delegation_queries
from iurc_events.queries import event_choices, organised_events
from iurc_events.queries import speakers as speaker_queries
from iurc_events.services import same_persons
from iurc_events.services import speakers as speaker_service
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.delegations import RefuseForm, SpeakerForm, number_of
from iurc_events.web.forms.guests import GuestForm
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.member_lists import kept_address

blueprint = Blueprint("organiser_speakers", __name__)
_BASE = "/<any(en,zh):lang>/organise/events/<slug>/speakers"


def _event(slug: str) -> Event:
    return organised_events.get_event_organised_by(signed_in_user(), slug)


def _cities(event: Event) -> Sequence[tuple[int, str]]:
    return event_choices.list_choices([event.programme], current_language()).cities


def _form(event: Event, speaker: Speaker) -> SpeakerForm:
    data = asdict(speaker_service.details_of(speaker)) | {
        "city": speaker.city_id or 0,
        "roles": speaker.roles,
        "has_consented": speaker.consented_at is not None,
        "version": speaker.version,
    }
    form = SpeakerForm(data={name: value for name, value in data.items() if value is not None})
    form.prepare(_cities(event))
    return form


def _back(event: Event, speaker: Speaker) -> Response:
    """Go back to the delegation of a speaker, or to the list of those without one."""
    if request.form.get("next") == "agenda":
        return redirect(url_for("organiser_agenda.show_agenda", slug=event.slug), code=303)
    public_id = delegation_queries.find_public_id(speaker.delegation_id)
    if public_id is None:
        return redirect(url_for("organiser_delegations.list_delegations", slug=event.slug, _anchor="guests"), code=303)
    at = {"slug": event.slug, "delegation_id": str(public_id)}
    address = url_for("organiser_delegations.show_delegation", **at, **kept_address())  # type: ignore[arg-type]  # query values
    return redirect(address, code=303)


def _show(event: Event, form: SpeakerForm, speaker: Speaker | None) -> ResponseReturnValue:
    return render_template(
        "organiser_speakers/speaker.html",
        event=event,
        tab="delegations",
        form=form,
        speaker=speaker,
        places=speaker_queries.list_places([speaker.id])[speaker.id] if speaker else [],
    ), 422 if form.errors or form.is_question else 200


@blueprint.route(f"{_BASE}/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_DELEGATIONS)
def add_guest(slug: str) -> ResponseReturnValue:
    """Show the form, or add a speaker whom no delegation names; who resembles somebody known is asked about first."""
    event, actor = _event(slug), signed_in_user()
    form = GuestForm()
    form.prepare(_cities(event))
    if not form.validate_on_submit():
        return _show(event, form, None)
    city_id = form.city.data or None
    alike = same_persons.list_alike(actor, form.details, city_id=city_id)
    if not form.is_answered(alike):
        return _show(event, form, None)
    try:
        same_persons.add_guest(
            actor=actor,
            event_id=event.id,
            details=form.details,
            city_id=city_id,
            has_consented=form.has_consented.data,
            roles=form.roles.data,
            same_as=form.same_as(alike),
            not_same=form.not_same(alike),
        )
    except speaker_service.AlreadySpeakerError as error:
        form.name.add_error(current_language(), message_of(error))
        if alike:
            form.ask(alike)
        return _show(event, form, None)
    flash(gettext(noop("The speaker is added")), "success")
    return redirect(url_for("organiser_agenda.show_agenda", slug=event.slug), code=303)


@blueprint.route(f"{_BASE}/<uuid:speaker_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_DELEGATIONS)
def change_speaker(slug: str, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Show a speaker, or correct what is said of them."""
    event = _event(slug)
    speaker = speaker_queries.get_speaker(event, speaker_id)
    form, key = _form(event, speaker), speaker.id
    if form.validate_on_submit():
        try:
            speaker_service.change(
                speaker_id=key,
                details=form.details,
                actor=signed_in_user(),
                version=number_of(form.version.data),
                has_consented=form.has_consented.data,
                roles=form.roles.data,
            )
        except speaker_service.SpeakerChangedError as error:
            speaker = speaker_queries.get_speaker(event, speaker_id)
            form.version.data = str(speaker.version)
            form.form_errors.append(message_of(error))
            form.theirs = speaker_service.details_of(speaker)
        except NotFoundError:
            raise
        except DomainError as error:
            form.form_errors.append(message_of(error))
        else:
            flash(gettext(noop("The speaker is changed")), "success")
            return _back(event, speaker)
    return _show(event, form, speaker_queries.get_speaker(event, speaker_id))


@blueprint.post(f"{_BASE}/<uuid:speaker_id>/accept")
@requires(Permission.MANAGE_DELEGATIONS)
def accept_speaker(slug: str, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Accept a nominated speaker; the city is told."""
    event = _event(slug)
    speaker = speaker_queries.get_speaker(event, speaker_id)
    name = text_of(speaker.name, current_language())
    try:
        speaker_service.accept(actor=signed_in_user(), speaker_id=speaker.id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(gettext(noop("%(name)s is accepted, and can be placed on the agenda"), name=name), "success")
    return _back(event, speaker)


@blueprint.route(f"{_BASE}/<uuid:speaker_id>/refuse", methods=["GET", "POST"])
@requires(Permission.MANAGE_DELEGATIONS)
def refuse_speaker(slug: str, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for the reason, or decline a nominated speaker; the city is told."""
    event = _event(slug)
    speaker = speaker_queries.get_speaker(event, speaker_id)
    name = text_of(speaker.name, current_language())
    form = RefuseForm()
    if form.validate_on_submit():
        speaker_service.refuse(actor=signed_in_user(), speaker_id=speaker.id, reason=form.reason.data or "")
        flash(gettext(noop("%(name)s is not accepted; the city is told"), name=name), "success")
        return _back(event, speaker)
    return render_template(
        "organiser_speakers/refuse.html", event=event, tab="delegations", form=form, speaker=speaker, name=name
    ), 422 if form.errors else 200


@blueprint.post(f"{_BASE}/<uuid:speaker_id>/withdraw")
@requires(Permission.MANAGE_DELEGATIONS)
def withdraw_speaker(slug: str, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Take a speaker back; accepting again brings a guest back."""
    event = _event(slug)
    speaker = speaker_queries.get_speaker(event, speaker_id)
    name = text_of(speaker.name, current_language())
    speaker_service.withdraw(speaker_id=speaker.id, actor=signed_in_user())
    flash(gettext(noop("%(name)s is withdrawn"), name=name), "success")
    return _back(event, speaker)
