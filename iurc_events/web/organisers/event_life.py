"""The life of an event at the desk: preview, publish, postpone, move, cancel, reopen, held, delete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.database import utc_now
from iurc_events.domain.clock_texts import zones_of_programme
from iurc_events.domain.errors import DomainError
from iurc_events.domain.vocabulary import EVENT_MOVES, EventState
from iurc_events.localisation import noop
from iurc_events.models.events import Event
from iurc_events.permissions import Permission
from iurc_events.queries import event_audiences, previews
from iurc_events.services import events as event_service
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.events import CancelForm, MoveForm, PostponeForm, PreviewForm
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.organisers.events import get_event, prepare_zones, slot_preview
from iurc_events.web.presentation.times import instant_view, time_view

blueprint = Blueprint("organiser_event_life", __name__)

PREVIEW_DAYS = (3, 7, 14, 30)
_DONE = {
    "publish": noop("The event is published"),
    "withdraw": noop("The event is withdrawn"),
    "reopen": noop("The event takes place again"),
    "held": noop("Confirmed: the event took place"),
}


def _page(event: Event, template: str, **values: Any) -> str:
    now = utc_now()
    zones = zones_of_programme(event.programme.reference_zones)
    return render_template(
        f"organiser_events/{template}.html",
        event=event,
        tab="life",
        reach=event_audiences.count_reach(event.id),
        time=time_view(event.slot, zones, current_language(), now=now) if event.slot else None,
        moves_to={state.value for state in EVENT_MOVES[EventState(event.state)]},
        has_begun=event.starts_at is not None and event.starts_at <= now,
        **values,
    )


def _show(event: Event, form: PreviewForm, link: str = "", status: int = 200) -> ResponseReturnValue:
    zones = zones_of_programme(event.programme.reference_zones)
    links = [
        (each, instant_view(each.expires_at - timedelta(minutes=1), zones, current_language()))
        for each in previews.list_previews(event.id, utc_now())
    ]
    return _page(event, "life", form=form, previews=links, preview_link=link), status


def _preview_form() -> PreviewForm:
    form = PreviewForm()
    form.days.choices = [(days, gettext(noop("%(days)s days"), days=days)) for days in PREVIEW_DAYS]
    return form


@blueprint.get("/<any(en,zh):lang>/organise/events/<slug>/life")
@requires(Permission.ORGANISE_EVENTS)
def show_life(slug: str) -> ResponseReturnValue:
    """Show where an event stands and what can be done, each with what follows."""
    return _show(get_event(slug), _preview_form())


@blueprint.post("/<any(en,zh):lang>/organise/events/<slug>/previews")
@requires(Permission.ORGANISE_EVENTS)
def issue_preview(slug: str) -> ResponseReturnValue:
    """Make a link for those who approve the event and show it, once."""
    event = get_event(slug)
    form = _preview_form()
    if not form.validate_on_submit():
        return _show(event, form, status=422)
    token = event_service.issue_preview(
        actor=signed_in_user(), event_id=event.id, days=form.days.data, name=form.name.data or ""
    )
    link = settings().base_url + addresses.preview(token, current_language())
    return _show(event, form, link=link)


@blueprint.post("/<any(en,zh):lang>/organise/events/<slug>/previews/revoke")
@requires(Permission.ORGANISE_EVENTS)
def revoke_preview(slug: str) -> ResponseReturnValue:
    """End a preview link, or all of them."""
    event = get_event(slug)
    event_service.revoke_previews(
        actor=signed_in_user(), event_id=event.id, token_id=request.form.get("token", type=int)
    )
    flash(gettext("The link does not work any more"), "success")
    return redirect(url_for(".show_life", slug=slug), code=303)


@blueprint.post("/<any(en,zh):lang>/organise/events/<slug>/life")
@requires(Permission.ORGANISE_EVENTS)
def change_state(slug: str) -> ResponseReturnValue:
    """Publish, withdraw, reopen or confirm an event as held."""
    event = get_event(slug)
    steps: dict[str, Callable[..., Event]] = {
        "publish": event_service.publish,
        "withdraw": event_service.withdraw,
        "reopen": event_service.reopen,
        "held": event_service.confirm_held,
    }
    name = request.form.get("step", "")
    if name not in steps:
        return redirect(url_for(".show_life", slug=slug), code=303)
    try:
        steps[name](actor=signed_in_user(), event_id=event.id)
    except event_service.StateError as error:
        flash(message_of(error), "error")
    else:
        flash(gettext(_DONE[name]), "success")
    return redirect(url_for(".show_life", slug=slug), code=303)


@blueprint.route("/<any(en,zh):lang>/organise/events/<slug>/move", methods=["GET", "POST"])
@requires(Permission.ORGANISE_EVENTS)
def move_event(slug: str) -> ResponseReturnValue:
    """Ask for a new date, or give it and tell those concerned."""
    event = get_event(slug)
    form = MoveForm()
    form.prepare_time(prepare_zones([event.programme])[1])
    if request.method == "GET":
        form.show_slot(event.slot)
    elif form.validate_on_submit() and form.slot:
        try:
            event_service.move(
                actor=signed_in_user(),
                event_id=event.id,
                slot=form.slot,
                reason=form.reason.language_map or None,
            )
        except DomainError as error:
            form.starts_on.errors = [message_of(error)]
        else:
            flash(gettext("The new date is set; those concerned are told"), "success")
            return redirect(url_for(".show_life", slug=slug), code=303)
    page = _page(event, "move", form=form, **slot_preview(form, event.programme))
    return page, 422 if form.errors else 200


@blueprint.route("/<any(en,zh):lang>/organise/events/<slug>/postpone", methods=["GET", "POST"])
@requires(Permission.ORGANISE_EVENTS)
def postpone_event(slug: str) -> ResponseReturnValue:
    """Ask why, or postpone the event and tell those concerned."""
    return _with_reason(slug, PostponeForm(), "postpone", event_service.postpone, noop("The event is postponed"))


@blueprint.route("/<any(en,zh):lang>/organise/events/<slug>/cancel", methods=["GET", "POST"])
@requires(Permission.ORGANISE_EVENTS)
def cancel_event(slug: str) -> ResponseReturnValue:
    """Ask why, or cancel the event and tell those concerned."""
    return _with_reason(slug, CancelForm(), "cancel", event_service.cancel, noop("The event is cancelled"))


def _with_reason(
    slug: str,
    form: PostponeForm | CancelForm,
    template: str,
    service: Callable[..., Event],
    done: str,
) -> ResponseReturnValue:
    event = get_event(slug)
    if form.validate_on_submit():
        try:
            service(actor=signed_in_user(), event_id=event.id, reason=form.reason.language_map or None)
        except event_service.StateError as error:
            flash(message_of(error), "error")
        else:
            flash(gettext(done), "success")
        return redirect(url_for(".show_life", slug=slug), code=303)
    return _page(event, template, form=form), 422 if form.errors else 200


@blueprint.post("/<any(en,zh):lang>/organise/events/<slug>/delete")
@requires(Permission.ORGANISE_EVENTS)
def delete_event(slug: str) -> ResponseReturnValue:
    """Delete a draft; the next page offers to bring it back."""
    event = get_event(slug)
    try:
        event_service.delete_draft(actor=signed_in_user(), event_id=event.id)
    except event_service.StateError as error:
        flash(message_of(error), "error")
        return redirect(url_for(".show_life", slug=slug), code=303)
    message: Any = (gettext("The draft is deleted"), url_for(".restore_event", public_id=event.public_id))
    flash(message, "undo")  # a pair, as the toast takes it
    return redirect(url_for("organiser_events.list_events"), code=303)


@blueprint.post("/<any(en,zh):lang>/organise/deleted-events/<uuid:public_id>/restore")
@requires(Permission.ORGANISE_EVENTS)
def restore_event(public_id: Any) -> ResponseReturnValue:
    """Bring a deleted draft back."""
    event = event_service.restore_draft(actor=signed_in_user(), public_id=public_id)
    flash(gettext("The draft is back"), "success")
    return redirect(url_for("organiser_events.edit_event", slug=event.slug), code=303)
