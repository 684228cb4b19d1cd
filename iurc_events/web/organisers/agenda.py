"""The agenda at the organiser's desk: as a list or by room, who is not placed yet, clashes, undo."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from iurc_events.domain.clock_texts import long_date, zones_of_programme
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop
from iurc_events.models.agendas import AgendaItem, EventSession
from iurc_events.models.events import Event
from iurc_events.permissions import Permission
from iurc_events.queries import event_choices, organised_events
from iurc_events.queries import sessions as session_queries
from iurc_events.queries import speakers as speaker_queries
from iurc_events.services import agenda_items as item_service
from iurc_events.services import sessions as session_service
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.agenda_items import AgendaItemForm
from iurc_events.web.forms.sessions import EventSessionForm
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation import agenda_desk

blueprint = Blueprint("organiser_agenda", __name__)
_BASE = "/<any(en,zh):lang>/organise/events/<slug>"


def _event(slug: str) -> Event:
    return organised_events.get_event_organised_by(signed_in_user(), slug)


def _back(event: Event, anchor: str = "") -> Response:
    view = "rooms" if request.form.get("view") == "rooms" else None
    return redirect(
        url_for("organiser_agenda.show_agenda", slug=event.slug, view=view, _anchor=anchor or None), code=303
    )


def _flash_undo(event: Event, text: str, number: int) -> None:
    """Say what happened, with the way back to the state before."""
    flash((text, url_for("organiser_agenda.undo_change", slug=event.slug, number=number)), "undo")  # type: ignore[arg-type]  # the toast takes pairs


def _day_words(day: date) -> str:
    return long_date(day, current_language())


@blueprint.get(f"{_BASE}/agenda")
@requires(Permission.EDIT_AGENDA)
def show_agenda(slug: str) -> ResponseReturnValue:
    """Show the agenda with clashes on top, and who is not placed yet."""
    event, language = _event(slug), current_language()
    zones = zones_of_programme(event.programme.reference_zones)
    sessions = session_queries.list_agenda(event)
    clashes = session_queries.find_person_clashes(event)
    views = agenda_desk.desk_sessions(sessions, clashes, zones, language)
    is_by_room = request.args.get("view") == "rooms"
    days, without_hours = agenda_desk.timetable(sessions, views, language) if is_by_room else ((), ())
    zone_name = event.time_zone or zones[0].zone_name
    return render_template(
        "organiser_agenda/agenda.html",
        event=event,
        tab="agenda",
        sessions=views,
        is_by_room=is_by_room,
        days=days,
        without_hours=without_hours,
        clashes=[agenda_desk.clash_sentence(each, zones, language, zone_name) for each in clashes],
        unplaced=[
            (each, agenda_desk.speaker_line(each, language), text_of(each.name, language))
            for each in speaker_queries.list_unplaced(event, language)
        ],
    )


@blueprint.post(f"{_BASE}/agenda/undo/<int:number>")
@requires(Permission.EDIT_AGENDA)
def undo_change(slug: str, number: int) -> ResponseReturnValue:
    """Put the agenda back as it was before the last change."""
    event = _event(slug)
    try:
        session_service.undo(actor=signed_in_user(), event_id=event.id, number=number)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(gettext(noop("The agenda is as it was before")), "success")
    return _back(event)


# --- Sessions ---------------------------------------------------------------------------------------------------------


def _session_form(event: Event, session: EventSession | None = None) -> EventSessionForm:
    details = session_service.details_of(session) if session else None
    form = EventSessionForm(data={"title": details.title, "room": details.room} if details else {})
    language = current_language()
    form.prepare([(each.id, text_of(each.name, language)) for each in speaker_queries.list_accepted(event, language)])
    if details and not form.is_submitted():
        form.show(details)
    form.prepare_hours(event.slot, details.slot if details else None, _day_words)
    return form


def _save_session(form: EventSessionForm, save: Callable[[], object]) -> bool:
    """Run a service; a broken rule goes beside the field that it is about."""
    language = current_language()
    try:
        save()
    except session_service.RoomTakenError as error:
        message = gettext(
            error.message, room=text_of(error.room, language), session=text_of(error.session_title, language)
        )
        form.room.add_error(language if form.room.language_map.get(language) else next(iter(error.room)), message)
    except session_service.SessionChangedError as error:
        form.form_errors.append(message_of(error))
    except session_service.OutsideEventError as error:
        form.starts_time.errors = [message_of(error)]
    except NotFoundError:
        raise
    except DomainError as error:
        form.form_errors.append(message_of(error))
    else:
        return True
    return False


def _show_session_form(event: Event, form: EventSessionForm, session: object | None) -> ResponseReturnValue:
    return render_template(
        "organiser_agenda/session.html",
        event=event,
        tab="agenda",
        form=form,
        session=session,
        place=_clock_name(event),
    ), 422 if form.errors else 200


def _clock_name(event: Event) -> str:
    """Name the clock that hours of the agenda are typed on."""
    zone_name = event.time_zone or ""
    for each in zones_of_programme(event.programme.reference_zones):
        if each.zone_name == zone_name:
            return text_of(each.place_name, current_language())
    return zone_name.rpartition("/")[2].replace("_", " ")


@blueprint.route(f"{_BASE}/sessions/new", methods=["GET", "POST"])
@requires(Permission.EDIT_AGENDA)
def schedule_session(slug: str) -> ResponseReturnValue:
    """Show the form, or put the session on the agenda."""
    event, actor = _event(slug), signed_in_user()
    form = _session_form(event)
    if form.validate_on_submit() and _save_session(
        form, lambda: session_service.schedule(actor=actor, event_id=event.id, details=form.details)
    ):
        flash(gettext(noop("The session is on the agenda")), "success")
        return _back(event)
    return _show_session_form(event, form, None)


@blueprint.route(f"{_BASE}/sessions/<uuid:session_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_AGENDA)
def change_session(slug: str, session_id: uuid.UUID) -> ResponseReturnValue:
    """Show the form filled in, or change the session."""
    event, actor = _event(slug), signed_in_user()
    session = session_queries.get_session(event, session_id)
    form, key = _session_form(event, session), session.id
    if form.validate_on_submit() and _save_session(
        form,
        lambda: session_service.change(
            actor=actor, event_id=event.id, session_id=key, details=form.details, mark=form.mark.data or None
        ),
    ):
        flash(gettext(noop("The session is changed")), "success")
        return _back(event, f"session-{session_id}")
    now = session_queries.get_session(event, session_id)
    form.mark.data = session_service.details_of(now).mark
    return _show_session_form(event, form, now)


@blueprint.post(f"{_BASE}/sessions/<uuid:session_id>/move")
@requires(Permission.EDIT_AGENDA)
def move_session(slug: str, session_id: uuid.UUID) -> ResponseReturnValue:
    """Move a session up or down."""
    event = _event(slug)
    session = session_queries.get_session(event, session_id)
    name = text_of(session.title, current_language())
    move = session_service.move_up if request.form.get("direction") == "up" else session_service.move_down
    try:
        number = move(actor=signed_in_user(), event_id=event.id, session_id=session.id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        _flash_undo(event, gettext(noop("“%(name)s” is moved"), name=name), number)
    return _back(event, f"session-{session_id}")


@blueprint.post(f"{_BASE}/sessions/<uuid:session_id>/remove")
@requires(Permission.EDIT_AGENDA)
def remove_session(slug: str, session_id: uuid.UUID) -> ResponseReturnValue:
    """Take a session with its items off the agenda; the toast can bring it back."""
    event = _event(slug)
    session = session_queries.get_session(event, session_id)
    name = text_of(session.title, current_language())
    number = session_service.remove(actor=signed_in_user(), event_id=event.id, session_id=session.id)
    _flash_undo(event, gettext(noop("“%(name)s” is off the agenda"), name=name), number)
    return _back(event)


# --- Items ------------------------------------------------------------------------------------------------------------


def _item_form(event: Event, item: AgendaItem | None = None) -> AgendaItemForm:
    details = item_service.details_of(item) if item else None
    form = AgendaItemForm(data={"title": details.title, "topic": details.topic} if details else {})
    language = current_language()
    sessions = [(each.id, text_of(each.title, language)) for each in session_queries.list_agenda(event)]
    form.prepare(sessions, list(event_choices.list_choices([event.programme], language).cities))
    if not form.is_submitted():
        if details and item:
            form.show(details)
            form.session.data = item.session_id
        else:
            form.session.data = _asked_session(event)
    form.prepare_hours(event.slot, details.slot if details else None, _day_words)
    return form


def _asked_session(event: Event) -> int | None:
    try:
        return session_queries.get_session(event, uuid.UUID(request.args.get("session", ""))).id
    except (ValueError, NotFoundError):
        return None


def _save_item(form: AgendaItemForm, save: Callable[[], object]) -> bool:
    try:
        save()
    except session_service.OutsideEventError as error:
        form.starts_time.errors = [message_of(error)]
    except NotFoundError:
        raise
    except item_service.ItemChangedError as error:
        form.form_errors.append(message_of(error))
    except DomainError as error:
        form.minutes.errors = [message_of(error)]
    else:
        return True
    return False


def _show_item_form(event: Event, form: AgendaItemForm, item: object | None) -> ResponseReturnValue:
    return render_template(
        "organiser_agenda/item.html",
        event=event,
        tab="agenda",
        form=form,
        item=item,
        place=_clock_name(event),
    ), 422 if form.errors else 200


@blueprint.route(f"{_BASE}/items/new", methods=["GET", "POST"])
@requires(Permission.EDIT_AGENDA)
def add_item(slug: str) -> ResponseReturnValue:
    """Show the form, or put the item into its session."""
    event, actor = _event(slug), signed_in_user()
    form = _item_form(event)
    if form.validate_on_submit() and _save_item(
        form,
        lambda: item_service.add(actor=actor, event_id=event.id, session_id=form.session.data, details=form.details),
    ):
        flash(gettext(noop("The item is on the agenda")), "success")
        return _back(event)
    return _show_item_form(event, form, None)


@blueprint.route(f"{_BASE}/items/<uuid:item_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_AGENDA)
def change_item(slug: str, item_id: uuid.UUID) -> ResponseReturnValue:
    """Show the form filled in, or change the item; another session moves it there."""
    event, actor = _event(slug), signed_in_user()
    item = session_queries.get_item(event, item_id)
    form, key, old_session = _item_form(event, item), item.id, item.session_id

    def save() -> None:
        item_service.change(
            actor=actor,
            event_id=event.id,
            item_id=key,
            details=form.details,
            mark=form.mark.data or None,
            session_id=form.session.data if form.session.data != old_session else None,
        )

    if form.validate_on_submit() and _save_item(form, save):
        flash(gettext(noop("The item is changed")), "success")
        return _back(event, f"item-{item_id}")
    now = session_queries.get_item(event, item_id)
    form.mark.data = item_service.details_of(now).mark
    return _show_item_form(event, form, now)


def _item_name(item: AgendaItem) -> str:
    language = current_language()
    return text_of(item.topic, language) or text_of(item.title, language) or gettext(noop("The item"))


@blueprint.post(f"{_BASE}/items/<uuid:item_id>/move")
@requires(Permission.EDIT_AGENDA)
def move_item(slug: str, item_id: uuid.UUID) -> ResponseReturnValue:
    """Move an item up or down, also into the neighbouring session."""
    event = _event(slug)
    item = session_queries.get_item(event, item_id)
    name = _item_name(item)
    move = item_service.move_up if request.form.get("direction") == "up" else item_service.move_down
    try:
        number = move(actor=signed_in_user(), event_id=event.id, item_id=item.id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        _flash_undo(event, gettext(noop("“%(name)s” is moved"), name=name), number)
    return _back(event, f"item-{item_id}")


@blueprint.post(f"{_BASE}/items/<uuid:item_id>/remove")
@requires(Permission.EDIT_AGENDA)
def remove_item(slug: str, item_id: uuid.UUID) -> ResponseReturnValue:
    """Take an item off the agenda; the toast can bring it back."""
    event = _event(slug)
    item = session_queries.get_item(event, item_id)
    name = _item_name(item)
    number = item_service.remove(actor=signed_in_user(), event_id=event.id, item_id=item.id)
    _flash_undo(event, gettext(noop("“%(name)s” is off the agenda"), name=name), number)
    return _back(event)


# --- Speakers on items ------------------------------------------------------------------------------------------------


@blueprint.post(f"{_BASE}/speakers/<uuid:speaker_id>/place")
@requires(Permission.EDIT_AGENDA)
def place_speaker(slug: str, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Put a speaker on an item, or make a talk of them at the end of a session."""
    event, actor = _event(slug), signed_in_user()
    speaker = speaker_queries.get_speaker(event, speaker_id)
    name = text_of(speaker.name, current_language())
    kind, _, target = request.form.get("target", "").partition(":")
    try:
        public_id = uuid.UUID(target)
    except ValueError:
        flash(gettext(noop("Choose where on the agenda")), "error")
        return _back(event)
    try:
        if kind == "session":
            session = session_queries.get_session(event, public_id)
            number = item_service.place_in_session(
                actor=actor, event_id=event.id, session_id=session.id, speaker_id=speaker.id
            )
        else:
            item = session_queries.get_item(event, public_id)
            number = item_service.place_speaker(actor=actor, event_id=event.id, item_id=item.id, speaker_id=speaker.id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        _flash_undo(event, gettext(noop("%(name)s is on the agenda"), name=name), number)
    return _back(event)


@blueprint.post(f"{_BASE}/items/<uuid:item_id>/speakers/<int:number>/remove")
@requires(Permission.EDIT_AGENDA)
def take_speaker_off(slug: str, item_id: uuid.UUID, number: int) -> ResponseReturnValue:
    """Take a speaker off an item; the city keeps the slot."""
    event = _event(slug)
    item = session_queries.get_item(event, item_id)
    before = item_service.take_off(actor=signed_in_user(), event_id=event.id, item_id=item.id, contribution_id=number)
    _flash_undo(event, gettext(noop("The speaker is off the item, the slot stays")), before)
    return _back(event, f"item-{item_id}")
