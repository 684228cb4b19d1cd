"""A city's own desk: its invitations, and what it answers to each."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.vocabulary import MEMBER_ROLES
from iurc_events.localisation import LANGUAGES
from iurc_events.models.change_requests import ChangeRequest
from iurc_events.models.delegations import Delegation
from iurc_events.models.speakers import Speaker
from iurc_events.permissions import Permission
from iurc_events.queries import change_requests as request_queries
from iurc_events.queries import members as member_queries
from iurc_events.queries import own_delegations
from iurc_events.queries import speakers as speaker_queries
from iurc_events.services import change_requests, invitations, needs
from iurc_events.services.delegations import FocalPointDetails
from iurc_events.services.members import Member, role_of
from iurc_events.services.needs import StoredNeeds
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.delegates.taking_over import list_known, take_over
from iurc_events.web.errors import message_of
from iurc_events.web.forms.delegations import HandOverForm
from iurc_events.web.forms.speakers import OwnSpeakerForm
from iurc_events.web.localisation import gettext as _
from iurc_events.web.localisation import redirect_to_language
from iurc_events.web.member_lists import kept_address, members_page
from iurc_events.web.presentation.members import (
    MemberCard,
    RequestView,
    member_card,
    request_view,
    role_places,
)
from iurc_events.web.presentation.own_delegations import (
    DeskView,
    SubmittedSpeaker,
    city_time,
    clocks_of_city,
    desk_view,
    invitation_row,
    own_item,
    submitted_speaker,
)
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.presentation.times import instant_view

blueprint = Blueprint("delegate_desk", __name__)
BASE = "/<any(en,zh):lang>/delegation"
PER_PAGE = 25


@blueprint.get("/delegation/")
@requires(Permission.ACT_FOR_CITY)
def choose_language() -> ResponseReturnValue:
    """Send the reader to the list in their language."""
    return redirect_to_language("delegate_desk.list_delegations")


@blueprint.get(f"{BASE}/")
@requires(Permission.ACT_FOR_CITY)
def list_delegations() -> ResponseReturnValue:
    """Show the invitations of the own cities."""
    now, actor = utc_now(), signed_in_user()
    wanted = request.args.get("page", "")
    total = own_delegations.count_delegations_of(actor)
    page = min(max(int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 1, 1), max(1, -(-total // PER_PAGE)))
    found = own_delegations.list_delegations_of(actor, now, page=page, per_page=PER_PAGE)
    return render_template(
        "delegate_desk/list.html",
        rows=[invitation_row(delegation, used, g.language, now) for delegation, used in found],
        paging=paging_view(page=page, per_page=PER_PAGE, total=total, path=request.path),
    )


def own_delegation(delegation_id: uuid.UUID) -> Delegation:
    """Return a delegation of the reader's cities; 404 for everybody else."""
    return own_delegations.get_delegation_of(signed_in_user(), delegation_id)


def wanted_role() -> str:
    """Return the role that a form is for."""
    role = request.values.get("role", "speaker")
    return role if role in MEMBER_ROLES else "speaker"


def _cards(
    delegation: Delegation, found: Sequence[Member], view: DeskView, requests: list[ChangeRequest]
) -> list[MemberCard]:
    places = speaker_queries.list_places([each.id for each in found if isinstance(each, Speaker)])
    positions = (
        member_queries.waiting_positions(delegation.event) if any(each.state == "waiting" for each in found) else {}
    )
    asked = {(each.speaker_id, each.participant_id): each for each in requests if each.state == "asked"}
    cards = []
    for each in found:
        is_speaker = isinstance(each, Speaker)
        role = role_of(each)
        cards.append(
            member_card(
                each,
                places[each.id] if is_speaker else [],
                delegation,
                g.language,
                may_act=view.is_open or view.can_ask,
                can_bring_back=view.is_open,
                position=positions.get((role, each.id)),
                asked=asked.get((each.id, None) if is_speaker else (None, each.id)),
            )
        )
    return cards


def _request_views(requests: Sequence[ChangeRequest]) -> list[RequestView]:
    about = [member for each in requests if (member := change_requests.member_of(each)) and each.details.get("needs")]
    known = needs.needs_of_many(about) if about else {}
    views = []
    for each in requests:
        member = change_requests.member_of(each)
        stored = needs.stored_for_city(known, member) if member is not None else StoredNeeds({})
        views.append(request_view(each, g.language, stored))
    return views


def show_desk(delegation: Delegation, form: OwnSpeakerForm | None = None, status: int = 200) -> ResponseReturnValue:
    """Render the desk of one delegation, with a form as it was typed."""
    now = utc_now()
    view = desk_view(delegation, g.language, now)
    requests = request_queries.list_own_requests(delegation)
    uses = member_queries.role_uses([delegation])[delegation.id]
    roles = [role_places(use, delegation, g.language) for use in uses]
    taken_from = None
    if form is None:
        form = OwnSpeakerForm(formdata=None)
        form.offer(delegation, wanted_role(), is_asking=view.can_ask)
        taken_from = take_over(delegation, form) if view.is_open or view.can_ask else None
    desk = url_for("delegate_desk.show_delegation", delegation_id=delegation.public_id)
    people = members_page(delegation, desk)
    cards = _cards(delegation, people.members, view, requests)
    return (
        render_template(
            "delegate_desk/show.html",
            delegation=delegation,
            event=delegation.event,
            form=form,
            known=list_known(
                delegation,
                form,
                page="delegate_desk.show_delegation",
                at={"delegation_id": delegation.public_id},
                role=form.role,
            )
            if view.is_open or view.can_ask
            else None,
            taken_from=taken_from,
            people=people,
            registered=[card for card in cards if card.role == "speaker"],
            others=[card for card in cards if card.role != "speaker"],
            roles=[each for each in roles if each.role == "speaker" or each.used or each.waiting or each.total != 0],
            role=next(each for each in roles if each.role == form.role),
            role_tabs=[
                (
                    each.heading,
                    url_for(
                        "delegate_desk.show_delegation",
                        delegation_id=delegation.public_id,
                        role=each.role,
                        _anchor="new-speaker",
                    ),
                    each.role == form.role,
                )
                for each in roles
                if each.total != 0
            ],
            used=sum(each.used for each in roles),
            view=view,
            requests=_request_views(requests),
            items=[own_item(item, delegation, g.language) for item in own_delegations.list_own_items(delegation)],
        ),
        status,
    )


@blueprint.get(f"{BASE}/<uuid:delegation_id>")
@requires(Permission.ACT_FOR_CITY)
def show_delegation(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Show one invitation: who is registered, what is left, until when."""
    return show_desk(own_delegation(delegation_id))


def back(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Go back to the desk after a change, to the page of the list that it was made from."""
    address = url_for("delegate_desk.show_delegation", delegation_id=delegation_id, **kept_address())  # type: ignore[arg-type]  # query values
    return redirect(address, code=303)


def _answer(
    delegation_id: uuid.UUID, message: str, action: Callable[..., Delegation], **values: str
) -> ResponseReturnValue:
    delegation = own_delegation(delegation_id)
    try:
        action(actor=signed_in_user(), delegation_id=delegation.id, **values)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(message, "success")
    return back(delegation_id)


@blueprint.post(f"{BASE}/<uuid:delegation_id>/name-later")
@requires(Permission.ACT_FOR_CITY)
def name_later(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the slot without a name."""
    message = _("The slot is kept; the programme team knows that a name follows")
    return _answer(delegation_id, message, invitations.name_later)


@blueprint.post(f"{BASE}/<uuid:delegation_id>/submit")
@requires(Permission.ACT_FOR_CITY)
def submit(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Hand the answer in."""
    return _answer(delegation_id, _("Your city’s answer is with the programme team"), invitations.submit)


@blueprint.post(f"{BASE}/<uuid:delegation_id>/decline")
@requires(Permission.ACT_FOR_CITY)
def decline(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Say that the city does not take part."""
    return _answer(
        delegation_id,
        _("The programme team knows that your city does not take part"),
        invitations.decline,
        reason=request.form.get("reason", "")[:2000],
    )


@blueprint.post(f"{BASE}/<uuid:delegation_id>/take-up-again")
@requires(Permission.ACT_FOR_CITY)
def take_up_again(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Open the answer again."""
    return _answer(delegation_id, _("Your city’s answer is open again"), invitations.take_up_again)


@blueprint.get(f"{BASE}/<uuid:delegation_id>/print")
@requires(Permission.ACT_FOR_CITY)
def print_list(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Show what was submitted as a list to print and sign, in the language asked for."""
    delegation = own_delegation(delegation_id)
    if (wanted := request.args.get("lang_of_list")) in LANGUAGES:
        g.language = wanted
    now = utc_now()
    speakers: list[SubmittedSpeaker] = [
        submitted_speaker(each, g.language) for each in member_queries.list_in_protocol_order(delegation, g.language)
    ]
    return render_template(
        "delegate_desk/print.html",
        delegation=delegation,
        event=delegation.event,
        speakers=speakers,
        roles=[
            role_places(use, delegation, g.language)
            for use in member_queries.role_uses([delegation])[delegation.id]
            if use.used or use.total
        ],
        time=city_time(delegation.event.slot, delegation, g.language, now=now),
        printed=instant_view(now, clocks_of_city(delegation), g.language, own_zone=delegation.city.time_zone),
        submitted=instant_view(
            delegation.submitted_at, clocks_of_city(delegation), g.language, own_zone=delegation.city.time_zone
        )
        if delegation.submitted_at
        else None,
        addresses={
            language: url_for(
                "delegate_desk.print_list", lang=language, delegation_id=delegation_id, lang_of_list=language
            )
            for language in LANGUAGES
        },
    )


@blueprint.post(f"{BASE}/<uuid:delegation_id>/requests/<uuid:request_id>/take-back")
@requires(Permission.ACT_FOR_CITY)
def take_back_request(delegation_id: uuid.UUID, request_id: uuid.UUID) -> ResponseReturnValue:
    """Take back a change that was asked for."""
    asked = request_queries.get_own_request(own_delegation(delegation_id), request_id)
    try:
        change_requests.take_back(actor=signed_in_user(), request_id=asked.id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(_("The request is taken back"), "success")
    return back(delegation_id)


@blueprint.route(f"{BASE}/<uuid:delegation_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.ACT_FOR_CITY)
def hand_over(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """Show the form, or invite a colleague as a focal point and stay or leave."""
    delegation, actor = own_delegation(delegation_id), signed_in_user()
    form = HandOverForm()
    if request.method == "GET":
        form.language.data = "zh" if delegation.city.side == "China" else "en"
    if form.validate_on_submit():
        details = FocalPointDetails(form.email.data or "", form.name.data or "", form.language.data)
        try:
            _point, may_act = invitations.hand_over(
                actor=actor,
                delegation_id=delegation.id,
                details=details,
                keeps_access=form.stays.data == "yes",
            )
        except NotFoundError:
            raise
        except DomainError as error:
            delegation = own_delegation(delegation_id)
            form.email.errors = [message_of(error)]
        else:
            flash(_("The invitation to %(email)s is on its way", email=details.email), "success")
            return back(delegation_id) if may_act else redirect(url_for("account.show_account"), code=303)
    return render_template(
        "delegate_desk/hand_over.html", delegation=delegation, event=delegation.event, form=form
    ), 422 if form.errors else 200
