"""A city's own desk: its invitations, and the speakers it registers for each."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.models.delegations import Delegation
from iurc_events.permissions import Permission
from iurc_events.queries import own_delegations
from iurc_events.queries import speakers as speaker_queries
from iurc_events.services import delegation_rules, invitations, speakers
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.speakers import OwnSpeakerForm
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.own_delegations import (
    clocks_of_city,
    deadline_view,
    invitation_row,
    own_speaker,
    speaker_places,
)
from iurc_events.web.presentation.times import time_view

blueprint = Blueprint("delegate_desk", __name__, url_prefix="/<any(en,zh):lang>/delegation")


@blueprint.get("/")
@requires(Permission.ACT_FOR_CITY)
def list_delegations() -> ResponseReturnValue:
    """Show the invitations of the own cities."""
    now = utc_now()
    rows = [
        invitation_row(delegation, used, g.language, now)
        for delegation, used in own_delegations.list_delegations_of(signed_in_user())
    ]
    return render_template("delegate_desk/list.html", rows=rows)


def _get(delegation_id: uuid.UUID) -> Delegation:
    return own_delegations.get_delegation_of(signed_in_user(), delegation_id)


def _page(delegation: Delegation, form: OwnSpeakerForm | None = None, status: int = 200) -> ResponseReturnValue:
    now = utc_now()
    event = delegation.event
    is_open = not delegation_rules.is_past_deadline(delegation, now) and event.state not in ("held", "cancelled")
    found = speaker_queries.list_of_delegation(delegation)
    places = speaker_queries.list_places([speaker.id for speaker in found])
    registered = [own_speaker(each, places[each.id], delegation, g.language, is_open=is_open) for each in found]
    used = sum(1 for each in found if each.state in own_delegations.SEATED)
    quota = speaker_places(delegation)
    if form is None:
        form = OwnSpeakerForm(formdata=None)
        form.offer(event)
    return (
        render_template(
            "delegate_desk/show.html",
            delegation=delegation,
            event=event,
            form=form,
            registered=registered,
            used=used,
            quota=quota,
            is_open=is_open,
            has_place=quota is None or used < quota,
            deadline=deadline_view(delegation, g.language, now),
            time=time_view(
                event.slot, clocks_of_city(delegation), g.language, now=now, own_zone=delegation.city.time_zone
            )
            if event.slot
            else None,
        ),
        status,
    )


@blueprint.get("/<uuid:delegation_id>")
@requires(Permission.ACT_FOR_CITY)
def show_delegation(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Show one invitation: who is registered, what is left, until when."""
    return _page(_get(delegation_id))


@blueprint.post("/<uuid:delegation_id>/speakers")
@requires(Permission.ACT_FOR_CITY)
def register_speaker(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Register a speaker."""
    delegation = _get(delegation_id)
    form = OwnSpeakerForm()
    form.offer(delegation.event)
    if not form.validate_on_submit():
        return _page(delegation, form, 422)
    try:
        speaker = invitations.register_speaker(
            actor=signed_in_user(),
            delegation_id=delegation.id,
            details=form.details,
            has_consented=bool(form.consent.data),
        )
    except NotFoundError:
        raise
    except DomainError as error:
        form.form_errors = [message_of(error)]
        return _page(_get(delegation_id), form, 422)
    flash(_("%(name)s is registered", name=text_of(speaker.name, g.language)), "success")
    return redirect(url_for(".show_delegation", delegation_id=delegation_id), code=303)


@blueprint.route("/<uuid:delegation_id>/speakers/<uuid:speaker_id>", methods=["GET", "POST"])
@requires(Permission.ACT_FOR_CITY)
def change_speaker(delegation_id: uuid.UUID, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Show a speaker's form, or correct what is said of them."""
    delegation = _get(delegation_id)
    speaker = own_delegations.get_speaker_of(delegation, speaker_id)
    form = OwnSpeakerForm()
    form.offer(delegation.event)
    theirs = None
    if request.method == "GET":
        form.fill(speaker)
    elif form.validate_on_submit():
        try:
            speakers.change(
                speaker_id=speaker.id,
                details=form.details,
                actor=signed_in_user(),
                version=form.shown_version,
                has_consented=bool(form.consent.data),
            )
        except speakers.SpeakerChangedError as error:
            speaker = own_delegations.get_speaker_of(_get(delegation_id), speaker_id)
            form.form_errors = [message_of(error)]
            form.version.data = str(speaker.version)
            theirs = own_speaker(speaker, [], delegation, g.language, is_open=True)
        except DomainError as error:
            form.form_errors = [message_of(error)]
        else:
            flash(_("The speaker is changed"), "success")
            return redirect(url_for(".show_delegation", delegation_id=delegation_id), code=303)
    return render_template(
        "delegate_desk/speaker.html",
        delegation=delegation,
        event=delegation.event,
        speaker=speaker,
        form=form,
        theirs=theirs,
    ), 422 if form.errors else 200


def _act(delegation_id: uuid.UUID, message: str, action: str, **values: str) -> ResponseReturnValue:
    delegation = _get(delegation_id)
    try:
        getattr(invitations, action)(actor=signed_in_user(), delegation_id=delegation.id, **values)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(message, "success")
    return redirect(url_for(".show_delegation", delegation_id=delegation_id), code=303)


@blueprint.post("/<uuid:delegation_id>/speakers/<uuid:speaker_id>/withdraw")
@requires(Permission.ACT_FOR_CITY)
def withdraw_speaker(delegation_id: uuid.UUID, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Take a speaker back; the same person can be registered again."""
    delegation = _get(delegation_id)
    speaker = own_delegations.get_speaker_of(delegation, speaker_id)
    try:
        speakers.withdraw(speaker_id=speaker.id, actor=signed_in_user())
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(_("The speaker is withdrawn"), "success")
    return redirect(url_for(".show_delegation", delegation_id=delegation_id), code=303)


@blueprint.post("/<uuid:delegation_id>/name-later")
@requires(Permission.ACT_FOR_CITY)
def name_later(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the slot without a name."""
    return _act(delegation_id, _("The slot is kept; the programme team knows that a name follows"), "name_later")


@blueprint.post("/<uuid:delegation_id>/submit")
@requires(Permission.ACT_FOR_CITY)
def submit(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Hand the answer in."""
    return _act(delegation_id, _("Your city’s answer is with the programme team"), "submit")


@blueprint.post("/<uuid:delegation_id>/decline")
@requires(Permission.ACT_FOR_CITY)
def decline(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Say that the city does not take part."""
    return _act(
        delegation_id, _("The programme team knows that your city does not take part"), "decline",
        reason=request.form.get("reason", "")[:2000],
    )  # fmt: skip


@blueprint.post("/<uuid:delegation_id>/take-up-again")
@requires(Permission.ACT_FOR_CITY)
def take_up_again(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Take the invitation up again."""
    return _act(delegation_id, _("Your city’s answer is open again"), "take_up_again")


@blueprint.get("/<uuid:delegation_id>/print")
@requires(Permission.ACT_FOR_CITY)
def print_list(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Show what was submitted as a list to print and sign."""
    delegation = _get(delegation_id)
    found = [each for each in speaker_queries.list_of_delegation(delegation) if each.state in own_delegations.SEATED]
    places = speaker_queries.list_places([speaker.id for speaker in found])
    slot = delegation.event.slot
    return render_template(
        "delegate_desk/print.html",
        delegation=delegation,
        event=delegation.event,
        registered=[own_speaker(each, places[each.id], delegation, g.language, is_open=False) for each in found],
        time=time_view(slot, clocks_of_city(delegation), g.language, own_zone=delegation.city.time_zone)
        if slot
        else None,
    )
