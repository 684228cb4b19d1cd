"""Participants and observers of a delegation at the organiser's desk: corrected, withdrawn, brought back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.speakers import Speaker
from iurc_events.permissions import Permission
from iurc_events.queries import delegations as delegation_queries
from iurc_events.queries import members as member_queries
from iurc_events.queries import organised_events
from iurc_events.services import members
from iurc_events.services.members import Member, MemberDetails
from iurc_events.services.speakers import SpeakerChangedError
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.speakers import OwnSpeakerForm
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.member_lists import kept_address
from iurc_events.web.presentation.own_delegations import Difference, differences

blueprint = Blueprint("organiser_members", __name__)
_MEMBER = "/<any(en,zh):lang>/organise/events/<slug>/delegations/<uuid:delegation_id>/members/<uuid:member_id>"


def _find(slug: str, delegation_id: uuid.UUID, member_id: uuid.UUID) -> tuple[Event, Delegation, Member]:
    event = organised_events.get_event_organised_by(signed_in_user(), slug)
    delegation = delegation_queries.get_delegation(event, delegation_id).delegation
    return event, delegation, member_queries.get_member_of(delegation, member_id)


def _back(event: Event, delegation_id: uuid.UUID) -> Response:
    at = {"slug": event.slug, "delegation_id": str(delegation_id), "_anchor": "others-title"}
    address = url_for("organiser_delegations.show_delegation", **at, **kept_address())  # type: ignore[arg-type]  # query values
    return redirect(address, code=303)


def _typed(form: OwnSpeakerForm, member: Member) -> MemberDetails:
    """Return what was typed, and what this form does not ask as it is."""
    if "gender" in form._fields:
        return form.member_details
    return replace(form.member_details, gender=member.gender)


@blueprint.route(_MEMBER, methods=["GET", "POST"])
@requires(Permission.MANAGE_DELEGATIONS)
def change_member(slug: str, delegation_id: uuid.UUID, member_id: uuid.UUID) -> ResponseReturnValue:
    """Show a participant or observer, or correct what is said of them; speakers have a page of their own."""
    event, delegation, member = _find(slug, delegation_id, member_id)
    if isinstance(member, Speaker):
        return redirect(url_for("organiser_speakers.change_speaker", slug=slug, speaker_id=member_id), code=303)
    form = OwnSpeakerForm()
    form.offer(delegation, member.role)
    # needs have a page of their own at this desk, for those who may see them
    form.ask_for([name for name in event.asks_for if name == "gender"])
    theirs: list[Difference] = []
    actor, key = signed_in_user(), delegation.id
    if request.method == "GET":
        form.fill(member)
    elif form.validate_on_submit():
        try:
            members.change(
                actor=actor,
                delegation_id=key,
                member=member,
                details=_typed(form, member),
                has_consented=True,
                version=form.shown_version,
            )
        except SpeakerChangedError as error:
            event, delegation, member = _find(slug, delegation_id, member_id)
            form.form_errors = [message_of(error)]
            form.version.data = str(member.version)
            theirs = differences(members.details_of(member), _typed(form, member), current_language())
        except NotFoundError:
            raise
        except DomainError as error:
            event, delegation, member = _find(slug, delegation_id, member_id)
            form.form_errors = [message_of(error)]
        else:
            flash(gettext(noop("The details are changed")), "success")
            return _back(event, delegation_id)
    return render_template(
        "organiser_delegations/member.html",
        event=event,
        tab="delegations",
        delegation=delegation,
        member=member,
        name=members.label_of(member, current_language()),
        form=form,
        theirs=theirs,
        kept=kept_address(),
    ), 422 if form.errors else 200


def _act(
    slug: str, delegation_id: uuid.UUID, member_id: uuid.UUID, step: Callable[[Delegation, Member], Member], done: str
) -> ResponseReturnValue:
    event, delegation, member = _find(slug, delegation_id, member_id)
    name = members.label_of(member, current_language())
    try:
        step(delegation, member)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(gettext(done, name=name), "success")
    return _back(event, delegation_id)


@blueprint.post(f"{_MEMBER}/withdraw")
@requires(Permission.MANAGE_DELEGATIONS)
def withdraw_member(slug: str, delegation_id: uuid.UUID, member_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a participant or observer; who waits moves up."""
    actor = signed_in_user()
    return _act(
        slug,
        delegation_id,
        member_id,
        lambda delegation, member: members.withdraw(actor=actor, delegation_id=delegation.id, member=member),
        noop("%(name)s is withdrawn"),
    )


@blueprint.post(f"{_MEMBER}/bring-back")
@requires(Permission.MANAGE_DELEGATIONS)
def bring_back_member(slug: str, delegation_id: uuid.UUID, member_id: uuid.UUID) -> ResponseReturnValue:
    """Register somebody again who was withdrawn."""
    actor = signed_in_user()
    return _act(
        slug,
        delegation_id,
        member_id,
        lambda delegation, member: members.bring_back(actor=actor, delegation_id=delegation.id, member=member),
        noop("%(name)s is registered"),
    )
