"""A city's own speakers: register, correct, take back and bring back."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.permissions import Permission
from iurc_events.queries import own_delegations
from iurc_events.services import own_speakers
from iurc_events.services.speakers import SpeakerChangedError, details_of
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.delegates.desk import BASE, back, own_delegation, show_desk
from iurc_events.web.errors import message_of
from iurc_events.web.forms.speakers import OwnSpeakerForm
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.own_delegations import Difference, differences, is_open_for_answers

blueprint = Blueprint("delegate_speakers", __name__)
_SPEAKER = f"{BASE}/<uuid:delegation_id>/speakers/<uuid:speaker_id>"


@blueprint.get(f"{BASE}/<uuid:delegation_id>/speakers")
@requires(Permission.ACT_FOR_CITY)
def show_speakers(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Lead those who load the answer to a form again to the desk."""
    own_delegation(delegation_id)
    return redirect(url_for("delegate_desk.show_delegation", delegation_id=delegation_id), code=302)


@blueprint.post(f"{BASE}/<uuid:delegation_id>/speakers")
@requires(Permission.ACT_FOR_CITY)
def register_speaker(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Register a speaker."""
    delegation = own_delegation(delegation_id)
    form = OwnSpeakerForm()
    form.offer(delegation)
    if not form.validate_on_submit():
        return show_desk(delegation, form, 422)
    try:
        speaker = own_speakers.register(
            actor=signed_in_user(),
            delegation_id=delegation.id,
            details=form.details,
            has_consented=bool(form.consent.data),
        )
    except NotFoundError:
        raise
    except DomainError as error:
        form.form_errors = [message_of(error)]
        return show_desk(own_delegation(delegation_id), form, 422)
    if form.is_romanised_here:
        flash(
            _("%(name)s is registered. Check the name in Latin letters: %(latin)s", name=speaker.name["zh"],
              latin=speaker.name["en"]),
            "success",
        )  # fmt: skip
    else:
        flash(_("%(name)s is registered", name=text_of(speaker.name, g.language)), "success")
    return back(delegation_id)


@blueprint.route(_SPEAKER, methods=["GET", "POST"])
@requires(Permission.ACT_FOR_CITY)
def change_speaker(delegation_id: uuid.UUID, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Show a speaker's form, or correct what is said of them."""
    delegation = own_delegation(delegation_id)
    speaker = own_delegations.get_speaker_of(delegation, speaker_id)
    if request.method == "GET" and not (
        is_open_for_answers(delegation, utc_now()) and speaker.state in own_delegations.SEATED
    ):
        return back(delegation_id)
    form = OwnSpeakerForm()
    form.offer(delegation)
    theirs: list[Difference] = []
    if request.method == "GET":
        form.fill(speaker)
    elif form.validate_on_submit():
        try:
            own_speakers.change(
                actor=signed_in_user(),
                delegation_id=delegation.id,
                speaker_id=speaker.id,
                details=form.details,
                has_consented=bool(form.consent.data),
                version=form.shown_version,
            )
        except SpeakerChangedError as error:
            delegation = own_delegation(delegation_id)
            speaker = own_delegations.get_speaker_of(delegation, speaker_id)
            form.form_errors = [message_of(error)]
            form.version.data = str(speaker.version)
            theirs = differences(details_of(speaker), form.details, g.language)
        except NotFoundError:
            raise
        except DomainError as error:
            delegation = own_delegation(delegation_id)
            form.form_errors = [message_of(error)]
        else:
            flash(_("The speaker is changed"), "success")
            return back(delegation_id)
    return render_template(
        "delegate_desk/speaker.html",
        delegation=delegation,
        event=delegation.event,
        speaker_id=speaker_id,
        form=form,
        theirs=theirs,
    ), 422 if form.errors else 200


@blueprint.post(f"{_SPEAKER}/withdraw")
@requires(Permission.ACT_FOR_CITY)
def withdraw_speaker(delegation_id: uuid.UUID, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Take a speaker back, with a way to undo it."""
    delegation = own_delegation(delegation_id)
    speaker = own_delegations.get_speaker_of(delegation, speaker_id)
    name = text_of(speaker.name, g.language)
    try:
        own_speakers.withdraw(actor=signed_in_user(), delegation_id=delegation.id, speaker_id=speaker.id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        undo = url_for("delegate_speakers.bring_back_speaker", delegation_id=delegation_id, speaker_id=speaker_id)
        flash((_("%(name)s is withdrawn", name=name), undo), "undo")  # type: ignore[arg-type]  # text and address
    return back(delegation_id)


@blueprint.post(f"{_SPEAKER}/bring-back")
@requires(Permission.ACT_FOR_CITY)
def bring_back_speaker(delegation_id: uuid.UUID, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Register a speaker again who was withdrawn."""
    delegation = own_delegation(delegation_id)
    speaker = own_delegations.get_speaker_of(delegation, speaker_id)
    name = text_of(speaker.name, g.language)
    try:
        own_speakers.bring_back(actor=signed_in_user(), delegation_id=delegation.id, speaker_id=speaker.id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(_("%(name)s is registered", name=name), "success")
    return back(delegation_id)
