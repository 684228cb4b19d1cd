"""A city's own people: register, correct, replace, take back and bring back; after the deadline, ask for it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import LanguageMap, text_of
from iurc_events.models.delegations import Delegation
from iurc_events.permissions import Permission
from iurc_events.queries import members as member_queries
from iurc_events.services import change_requests, members, needs
from iurc_events.services.delegation_rules import QuotaFullError
from iurc_events.services.members import Member, MemberDetails
from iurc_events.services.speakers import SpeakerChangedError
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.delegates.desk import BASE, back, own_delegation, show_desk, wanted_role
from iurc_events.web.delegates.taking_over import list_known, take_over
from iurc_events.web.errors import message_of
from iurc_events.web.forms.delegations import WithdrawalForm
from iurc_events.web.forms.speakers import OwnSpeakerForm
from iurc_events.web.localisation import gettext as _
from iurc_events.web.member_lists import kept_address
from iurc_events.web.presentation.needs import need_differences
from iurc_events.web.presentation.own_delegations import (
    Difference,
    can_ask_for_changes,
    differences,
    is_open_for_answers,
)

blueprint = Blueprint("delegate_speakers", __name__)
_SPEAKER = f"{BASE}/<uuid:delegation_id>/speakers/<uuid:speaker_id>"


def _is_asking(delegation: Delegation) -> bool:
    return can_ask_for_changes(delegation, utc_now())


def _say_asked() -> None:
    flash(_("The programme team has your request. Nothing changes until they accept it"), "success")


@blueprint.get(f"{BASE}/<uuid:delegation_id>/speakers")
@requires(Permission.ACT_FOR_CITY)
def show_speakers(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Lead those who load the answer to a form again to the desk."""
    own_delegation(delegation_id)
    return redirect(url_for("delegate_desk.show_delegation", delegation_id=delegation_id), code=302)


@blueprint.post(f"{BASE}/<uuid:delegation_id>/speakers")
@requires(Permission.ACT_FOR_CITY)
def register_speaker(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Register a speaker, participant or observer, or put them on the waiting list."""
    delegation = own_delegation(delegation_id)
    form = OwnSpeakerForm()
    form.offer(delegation, wanted_role(), is_asking=_is_asking(delegation))
    if not form.validate_on_submit():
        return show_desk(delegation, form, 422)
    try:
        if form.is_asking:
            change_requests.ask(
                actor=signed_in_user(),
                delegation_id=delegation.id,
                kind="register",
                details=form.member_details,
                has_consented=bool(form.consent.data),
                reason=form.reason.data or "",
                given_needs=form.given_needs,
                person_id=form.person_id,
            )
            _say_asked()
            return back(delegation_id)
        actor, key = signed_in_user(), delegation.id
        member = needs.keep_with(
            lambda: members.register(
                actor=actor,
                delegation_id=key,
                details=form.member_details,
                has_consented=bool(form.consent.data),
                may_wait=bool(form.may_wait.data),
                person_id=form.person_id,
            ),
            form.given_needs,
        )
    except NotFoundError:
        raise
    except QuotaFullError as error:
        form.waiting_question = message_of(error)
        return show_desk(own_delegation(delegation_id), form, 422)
    except DomainError as error:
        form.form_errors = [message_of(error)]
        return show_desk(own_delegation(delegation_id), form, 422)
    _say_registered(member, form)
    return back(delegation_id)


def _say_registered(member: Member, form: OwnSpeakerForm) -> None:
    name = members.name_of(member)
    if members.is_waiting(member):
        flash(_("%(name)s is on the waiting list", name=text_of(name, g.language)), "success")
    elif form.is_romanised_here:
        flash(
            _(
                "%(name)s is registered. Check the name in Latin letters: %(latin)s",
                name=name["zh"],
                latin=name.get("en", ""),
            ),
            "success",
        )
    else:
        flash(_("%(name)s is registered", name=text_of(name, g.language)), "success")


def _kept(form: OwnSpeakerForm, member: Member) -> MemberDetails:
    """Return what was typed, and what this form does not ask as it is."""
    if "gender" in form._fields:
        return form.member_details
    return replace(form.member_details, gender=member.gender)


def _form_for(delegation: Delegation, member: Member, *, is_new: bool) -> OwnSpeakerForm:
    form = OwnSpeakerForm()
    form.offer(delegation, members.role_of(member), is_asking=_is_asking(delegation))
    if not is_new and needs.needs_for_city(member).is_own:
        form.leave_needs_to_person()
    return form


def _show_form(
    delegation: Delegation,
    member: Member,
    form: OwnSpeakerForm,
    theirs: list[Difference],
    *,
    is_new: bool,
    taken_from: LanguageMap | None = None,
) -> ResponseReturnValue:
    at = {"delegation_id": delegation.public_id, "speaker_id": member.public_id}
    return render_template(
        "delegate_desk/speaker.html",
        delegation=delegation,
        event=delegation.event,
        speaker_id=member.public_id,
        name=members.label_of(member, g.language),
        form=form,
        theirs=theirs,
        is_new=is_new,
        kept=kept_address(),
        known=list_known(delegation, form, page="delegate_speakers.replace_speaker", at=at) if is_new else None,
        taken_from=taken_from,
    ), 422 if form.errors or form.waiting_question else 200


def _save(delegation: Delegation, member: Member, form: OwnSpeakerForm, *, is_new: bool) -> None:
    """Store what was typed, or ask for it after the deadline."""
    details = form.member_details if is_new else _kept(form, member)
    if form.is_asking:
        change_requests.ask(
            actor=signed_in_user(),
            delegation_id=delegation.id,
            kind="substitute" if is_new else "change",
            member=member,
            details=details,
            has_consented=bool(form.consent.data),
            reason=form.reason.data or "",
            person_id=form.person_id if is_new else None,
            seen_version=form.shown_version,
            given_needs=form.given_needs,
        )
        _say_asked()
        return
    store = partial(members.substitute, person_id=form.person_id) if is_new else members.change
    actor, key = signed_in_user(), delegation.id
    stored = needs.keep_with(
        lambda: store(
            actor=actor,
            delegation_id=key,
            member=member,
            details=details,
            has_consented=bool(form.consent.data),
            version=form.shown_version,
        ),
        form.given_needs,
        person=None if is_new else member,
        version=form.shown_version,
    )
    if is_new:
        flash(_("%(name)s takes over", name=members.label_of(stored, g.language)), "success")
    elif members.role_of(member) == "speaker":
        flash(_("The speaker is changed"), "success")
    else:
        flash(_("The details are changed"), "success")


def _edit(delegation_id: uuid.UUID, speaker_id: uuid.UUID, *, is_new: bool) -> ResponseReturnValue:
    delegation = own_delegation(delegation_id)
    member = member_queries.get_member_of(delegation, speaker_id)
    form = _form_for(delegation, member, is_new=is_new)
    may_act = form.is_asking or is_open_for_answers(delegation, utc_now())
    theirs: list[Difference] = []
    taken_from = None
    if request.method == "GET":
        if not may_act or not members.is_active(member):
            return back(delegation_id)
        if is_new:
            form.version.data = str(member.version)
            form.mode.data = member.mode or form.mode.data
            taken_from = take_over(delegation, form)
        else:
            form.fill(member)
            form.show_needs(needs.needs_for_city(member))
    elif form.validate_on_submit():
        try:
            _save(delegation, member, form, is_new=is_new)
        except (SpeakerChangedError, needs.NeedsChangedError) as error:
            delegation = own_delegation(delegation_id)
            member = member_queries.get_member_of(delegation, speaker_id)
            form.form_errors = [message_of(error)]
            form.version.data = str(member.version)
            if not is_new:
                theirs = differences(members.details_of(member), _kept(form, member), g.language)
                theirs += need_differences(needs.needs_for_city(member).texts, form.given_needs, g.language)
        except NotFoundError:
            raise
        except DomainError as error:
            delegation = own_delegation(delegation_id)
            member = member_queries.get_member_of(delegation, speaker_id)
            form.form_errors = [message_of(error)]
        else:
            return back(delegation_id)
    return _show_form(delegation, member, form, theirs, is_new=is_new, taken_from=taken_from)


@blueprint.route(_SPEAKER, methods=["GET", "POST"])
@requires(Permission.ACT_FOR_CITY)
def change_speaker(delegation_id: uuid.UUID, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Show somebody's form, or correct what is said of them."""
    return _edit(delegation_id, speaker_id, is_new=False)


@blueprint.route(f"{_SPEAKER}/replace", methods=["GET", "POST"])
@requires(Permission.ACT_FOR_CITY)
def replace_speaker(delegation_id: uuid.UUID, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Show an empty form, or let somebody else take over the place and the slots."""
    return _edit(delegation_id, speaker_id, is_new=True)


@blueprint.route(f"{_SPEAKER}/withdraw", methods=["GET", "POST"])
@requires(Permission.ACT_FOR_CITY)
def withdraw_speaker(delegation_id: uuid.UUID, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Take somebody back, with a way to undo it; after the deadline ask for it with a reason."""
    delegation = own_delegation(delegation_id)
    member = member_queries.get_member_of(delegation, speaker_id)
    name = members.label_of(member, g.language)
    if _is_asking(delegation):
        return _ask_to_withdraw(delegation, member, name)
    if request.method == "GET":
        return back(delegation_id)
    try:
        members.withdraw(actor=signed_in_user(), delegation_id=delegation.id, member=member)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        at = {"delegation_id": delegation_id, "speaker_id": speaker_id}
        undo = url_for("delegate_speakers.bring_back_speaker", **at, **kept_address())  # type: ignore[arg-type]  # query values
        flash((_("%(name)s is withdrawn", name=name), undo), "undo")  # type: ignore[arg-type]  # text and address
    return back(delegation_id)


def _ask_to_withdraw(delegation: Delegation, member: Member, name: str) -> ResponseReturnValue:
    form = WithdrawalForm()
    if form.validate_on_submit():
        try:
            change_requests.ask(
                actor=signed_in_user(),
                delegation_id=delegation.id,
                kind="withdraw",
                member=member,
                reason=form.reason.data or "",
            )
        except NotFoundError:
            raise
        except DomainError as error:
            flash(message_of(error), "error")
        else:
            _say_asked()
        return back(delegation.public_id)
    return render_template(
        "delegate_desk/withdraw.html", delegation=delegation, event=delegation.event, form=form, name=name
    ), 422 if form.errors else 200


@blueprint.post(f"{_SPEAKER}/bring-back")
@requires(Permission.ACT_FOR_CITY)
def bring_back_speaker(delegation_id: uuid.UUID, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Register somebody again who was withdrawn."""
    delegation = own_delegation(delegation_id)
    member = member_queries.get_member_of(delegation, speaker_id)
    name = members.label_of(member, g.language)
    try:
        members.bring_back(actor=signed_in_user(), delegation_id=delegation.id, member=member)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(_("%(name)s is registered", name=name), "success")
    return back(delegation_id)
