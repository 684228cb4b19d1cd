"""Signing up for an event; the answer is the same for new and known addresses (sec-10)."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.domain.clock_texts import zones_of_programme
from iurc_events.domain.vocabulary import ParticipantState
from iurc_events.models.events import Event
from iurc_events.queries import events as event_queries
from iurc_events.queries import participants as participant_queries
from iurc_events.services import participants
from iurc_events.web.access import public
from iurc_events.web.forms.participants import SignUpForm
from iurc_events.web.presentation.times import time_view
from iurc_events.web.public.events import registration_of

blueprint = Blueprint("sign_up", __name__, url_prefix="/<any(en,zh):lang>/events/<slug>")


def _get_event(slug: str) -> Event:
    event = event_queries.find_public_event(slug)
    if event is None:
        abort(404)
    return event


def _page(event: Event, form: SignUpForm | None, status: int = 200) -> ResponseReturnValue:
    now = utc_now()
    zones = zones_of_programme(event.programme.reference_zones)
    return (
        render_template(
            "participants/sign_up.html",
            event=event,
            form=form,
            registration=registration_of(event, now),
            time=time_view(event.slot, zones, g.language, now=now) if event.slot else None,
        ),
        status,
    )


@blueprint.get("/sign-up")
@public
def show_form(slug: str) -> ResponseReturnValue:
    """Show the form, or say why there is none."""
    event = _get_event(slug)
    if not registration_of(event, utc_now()).is_open:
        return _page(event, None)
    form = SignUpForm()
    form.offer(event)
    return _page(event, form)


@blueprint.post("/sign-up")
@public
def sign_up(slug: str) -> ResponseReturnValue:
    """Take a registration; what the page needs beside the form is read only where it is shown again."""
    event = participant_queries.find_event_for_sign_up(slug)
    if event is None:
        abort(404)
    if not registration_of(event, utc_now()).is_open:
        return _page(_get_event(slug), None, 422)
    form = SignUpForm()
    form.offer_what_was_chosen(event)
    if not form.validate_on_submit():
        shown = _get_event(slug)
        form.offer(shown)
        return _page(shown, form, 422)
    state = participants.sign_up(
        event.id,
        participants.Registration(
            name=form.name.data or "",
            email=(form.email.data or "").lower(),
            organisation=form.organisation.data or "",
            city_id=int(form.city.data) if form.city.data else None,
            stakeholder_type=form.stakeholder_type.data,
            mode=form.mode.data,
            language=g.language,
            has_agreed_to_transfer=bool(form.transfer_consent.data),
            gender=form.given_gender,
            needs=form.given_needs,
            wants_invitation=bool(form.wants_invitation.data),
        ),
        attempt=form.attempt_id,
        standing=event,
    )
    session["signed_up"] = {"slug": event.slug, "is_waiting": state == ParticipantState.WAITING}
    return redirect(url_for(".show_result", slug=event.slug), code=303)


@blueprint.get("/signed-up")
@public
def show_result(slug: str) -> ResponseReturnValue:
    """Say what happens now."""
    event = _get_event(slug)
    result = session.get("signed_up") or {}
    if result.get("slug") != event.slug:
        return redirect(url_for(".show_form", slug=event.slug), code=303)
    zones = zones_of_programme(event.programme.reference_zones)
    return render_template(
        "participants/signed_up.html",
        event=event,
        is_waiting=result["is_waiting"],
        time=time_view(event.slot, zones, g.language) if event.slot else None,
    )
