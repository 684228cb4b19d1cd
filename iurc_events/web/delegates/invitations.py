"""A delegation's invitation by its link: looking at it changes nothing, the button opens it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from iurc_events.database import db
from iurc_events.models.delegations import Delegation
from iurc_events.services import attempts, invitations, tokens
from iurc_events.web.access import by_token
from iurc_events.web.accounts.sessions import begin_session
from iurc_events.web.accounts.sign_in import visitor_network
from iurc_events.web.forms.accounts import ConfirmForm

blueprint = Blueprint("invitations", __name__, url_prefix="/<any(en,zh):lang>/invitation")


@blueprint.get("/sent")
@by_token
def show_sent() -> ResponseReturnValue:
    """Say that a new link is on its way, whatever the old one was."""
    return render_template("delegate_invitations/sent.html")


@blueprint.get("/<token>")
@by_token
def show_invitation(token: str) -> ResponseReturnValue:
    """Show the invitation with the button that opens it."""
    found = tokens.find_valid("invitation", token)
    delegation = db.session.get(Delegation, found.delegation_id) if found and found.delegation_id else None
    if delegation is None:
        return render_template("delegate_invitations/over.html", form=ConfirmForm(), token=token), 410
    return render_template(
        "delegate_invitations/show.html",
        form=ConfirmForm(),
        token=token,
        event=delegation.event,
        city=delegation.city,
    )


@blueprint.post("/<token>")
@by_token
def open_invitation(token: str) -> ResponseReturnValue:
    """Use the link up and sign the focal point in."""
    try:
        attempts.require(attempts.TOKEN_PER_NETWORK, visitor_network())
        user, delegation = invitations.open_invitation(token)
    except invitations.InvitationUsedError:
        return render_template("delegate_invitations/over.html", form=ConfirmForm(), token=token), 410
    begin_session(user)
    return redirect(url_for("delegate_desk.show_delegation", delegation_id=delegation.public_id), code=303)


@blueprint.post("/<token>/again")
@by_token
def send_again(token: str) -> ResponseReturnValue:
    """Send a new link to where the old one went; the answer is the same for every link (sec-10)."""
    attempts.require(attempts.TOKEN_PER_NETWORK, visitor_network())
    invitations.send_new_link(token)
    return redirect(url_for(".show_sent"), code=303)
