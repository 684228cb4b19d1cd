"""One's own registration, by the personal link of the confirmation mail: see, change, cancel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from iurc_events.calendars.entries import CalendarLanguage
from iurc_events.database import utc_now
from iurc_events.domain.clock_texts import zones_of_programme
from iurc_events.domain.errors import DomainError
from iurc_events.domain.vocabulary import WITH_SEAT
from iurc_events.localisation import noop
from iurc_events.models.participants import Participant
from iurc_events.queries import participants as participant_queries
from iurc_events.queries import waiting_list
from iurc_events.services import check_in, needs, participants
from iurc_events.services.calendar_files import event_file, with_entry_code
from iurc_events.web.access import by_token
from iurc_events.web.errors import message_of
from iurc_events.web.forms.participants import OwnRegistrationForm
from iurc_events.web.localisation import gettext as _
from iurc_events.web.participants.address_changes import ask_page
from iurc_events.web.presentation.needs import registration_differences
from iurc_events.web.presentation.own_delegations import Difference
from iurc_events.web.presentation.times import time_view

blueprint = Blueprint("own_registration", __name__, url_prefix="/<any(en,zh):lang>/my")
_SESSION_KEY = "registration"


@blueprint.get("/<token>")
@by_token
def open_link(token: str) -> ResponseReturnValue:
    """Swap the link for an entry of the session; the token leaves the address bar."""
    participant = participant_queries.find_by_token(token, utc_now())
    if participant is None:
        return render_template("participants/unknown_link.html"), 404
    session[_SESSION_KEY] = str(participant.public_id)
    return redirect(url_for(".show_registration"), code=303)


def _own() -> Participant:
    participant = participant_queries.find_own(session.get(_SESSION_KEY, ""))
    if participant is None or participant.event.deleted_at is not None:
        abort(404)
    return participant


def _page(
    participant: Participant, form: OwnRegistrationForm, status: int = 200, *, theirs: Sequence[Difference] = ()
) -> ResponseReturnValue:
    event = participant.event
    zones = zones_of_programme(event.programme.reference_zones)
    may_join = participant.state in WITH_SEAT
    return (
        render_template(
            "participants/registration.html",
            participant=participant,
            event=event,
            form=form,
            theirs=theirs,
            time=time_view(event.slot, zones, g.language, now=utc_now()) if event.slot else None,
            join_links=participant_queries.list_join_links(event.id) if may_join else [],
            has_seat=may_join,
            code_address=check_in.find_entry_address(participant.id, g.language),
            position=waiting_list.find_position(participant, event),
            is_over=event.ends_at is not None and event.ends_at <= utc_now(),
        ),
        status,
    )


@blueprint.get("/registration")
@by_token
def show_registration() -> ResponseReturnValue:
    """Show the own registration, with the links to join for those who have a place."""
    participant = _own()
    form = OwnRegistrationForm(obj=participant)
    form.offer(participant.event)
    form.version.data = str(participant.version)
    form.show_needs(needs.needs_of(participant))
    return _page(participant, form)


@blueprint.post("/registration")
@by_token
def change() -> ResponseReturnValue:
    """Change what one said about oneself."""
    participant = _own()
    form = OwnRegistrationForm()
    form.offer(participant.event)
    if not form.validate_on_submit():
        return _page(participant, form, 422)
    details, key = form.details, participant.id
    try:
        participants.change(key, details, version=form.shown_version)
    except DomainError as error:
        participant = _own()
        form.form_errors.append(message_of(error))
        theirs: list[Difference] = []
        if isinstance(error, participants.RegistrationChangedError):
            stored = needs.needs_of(participant).texts
            theirs = registration_differences(participant, stored, details, participant.event.asks_for, g.language)
            form.version.data = str(participant.version)
        return _page(participant, form, 422, theirs=theirs)
    flash(_("Your registration is changed"), "success")
    return redirect(url_for(".show_registration"), code=303)


@blueprint.route("/registration/address", methods=["GET", "POST"])
@by_token
def change_address() -> ResponseReturnValue:
    """Ask for another mail address; a link to it confirms the change."""
    return ask_page(_own(), back=url_for(".show_registration"))


@blueprint.post("/registration/cancel")
@by_token
def cancel() -> ResponseReturnValue:
    """Cancel the own registration; whoever comes next gets the place."""
    participants.cancel_own(_own().id)
    flash(_("Your registration is cancelled"), "success")
    return redirect(url_for(".show_registration"), code=303)


@blueprint.post("/registration/invitation")
@by_token
def set_invitation() -> ResponseReturnValue:
    """Have the event in the own calendar by mail, or no longer."""
    is_wanted = request.form.get("wanted") == "yes"
    try:
        participants.set_invitation(_own().id, is_wanted=is_wanted)
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        said = (
            noop("The calendar invitation comes by mail in a moment")
            if is_wanted
            else noop("You get no more calendar invitations; a mail takes the event out of your calendar")
        )
        flash(_(said), "success")
    return redirect(url_for(".show_registration"), code=303)


@blueprint.get("/registration/event.ics")
@by_token
def download_calendar() -> ResponseReturnValue:
    """Give the event as a calendar file, with the links to join."""
    participant = _own()
    language = cast("CalendarLanguage", g.language)
    data = event_file(participant.event, language, with_join_links=participant.state in WITH_SEAT)
    if data is None:
        abort(404)
    if code := check_in.find_entry_address(participant.id, g.language):
        data = with_entry_code(data, code)
    response = Response(data, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{participant.event.slug}.ics"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
