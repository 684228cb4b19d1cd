"""A delegation's invitation by its link: looking at it changes nothing, the button opens it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from iurc_events.database import db, utc_now
from iurc_events.models.delegations import Delegation
from iurc_events.services import attempts, delegation_mail, invitations, tokens
from iurc_events.web.access import by_token, signed_in_user
from iurc_events.web.accounts.sessions import begin_session
from iurc_events.web.accounts.sign_in import visitor_network
from iurc_events.web.errors import message_of
from iurc_events.web.forms.accounts import ConfirmForm
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.own_delegations import city_time, deadline_view, quota_sentences

blueprint = Blueprint("invitations", __name__, url_prefix="/<any(en,zh):lang>/invitation")


def _page(template: str, status: int = 200, **values: object) -> Response:
    """Render a page that is nobody's to keep, and whose address goes nowhere."""
    response = make_response(
        render_template(f"delegate_invitations/{template}.html", form=ConfirmForm(), **values), status
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _over(token: str) -> ResponseReturnValue:
    """Offer a new link; who is signed in for the city already goes on to its desk."""
    if current_user.is_authenticated:
        delegation = invitations.find_delegation_of_link(token)
        if delegation is not None and delegation.city_id in signed_in_user().city_ids:
            return redirect(url_for("delegate_desk.show_delegation", delegation_id=delegation.public_id), code=303)
    return _page("over", 410, token=token)


@blueprint.get("/sent")
@by_token
def show_sent() -> ResponseReturnValue:
    """Say that a new link is on its way, whatever the old one was."""
    return _page("sent")


@blueprint.get("/<token>")
@by_token
def show_invitation(token: str) -> ResponseReturnValue:
    """Show the invitation with the button that opens it."""
    found = tokens.find_valid("invitation", token)
    delegation = db.session.get(Delegation, found.delegation_id) if found and found.delegation_id else None
    if delegation is None or delegation.event.deleted_at is not None:
        return _over(token)
    now = utc_now()
    return _page(
        "show",
        token=token,
        delegation=delegation,
        event=delegation.event,
        time=city_time(delegation.event.slot, delegation, g.language, now=now),
        deadline=deadline_view(delegation, g.language, now),
        quotas=quota_sentences(delegation_mail.quotas_of(delegation), g.language),
    )


@blueprint.post("/<token>")
@by_token
def open_invitation(token: str) -> ResponseReturnValue:
    """Use the link up and sign the focal point in."""
    try:
        attempts.require(attempts.TOKEN_PER_NETWORK, visitor_network())
        opened = invitations.open_invitation(token)
    except attempts.TooManyAttemptsError as error:
        return _page("wait", 429, message=message_of(error))
    except invitations.InvitationUsedError:
        return _over(token)
    desk = url_for("delegate_desk.show_delegation", delegation_id=opened.delegation.public_id)
    if opened.may_sign_in:
        begin_session(opened.user)
    elif not (current_user.is_authenticated and signed_in_user().id == opened.user.id):
        flash(_("Your account opens more than this invitation, so sign in with your password or a link by mail."))
        return redirect(url_for("sign_in.show_sign_in", next=desk), code=303)
    return redirect(desk, code=303)


@blueprint.post("/<token>/again")
@by_token
def send_again(token: str) -> ResponseReturnValue:
    """Send a new link to where the old one went; the answer is the same for every link (sec-10)."""
    try:
        attempts.require(attempts.TOKEN_PER_NETWORK, visitor_network())
    except attempts.TooManyAttemptsError as error:
        return _page("wait", 429, message=message_of(error))
    invitations.send_new_link(token)
    return redirect(url_for(".show_sent"), code=303)
