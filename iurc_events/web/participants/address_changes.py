"""A new mail address, by its owner: asked for on the own page, confirmed by a link to the new address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from iurc_events.domain.errors import DomainError
from iurc_events.models.participants import Participant
from iurc_events.models.speakers import Speaker
from iurc_events.services import attempts, own_addresses
from iurc_events.services.attempts import TooManyAttemptsError
from iurc_events.web.access import by_token
from iurc_events.web.errors import message_of
from iurc_events.web.forms.accounts import AddressForm, ConfirmForm
from iurc_events.web.localisation import current_language
from iurc_events.web.localisation import gettext as _

blueprint = Blueprint("address_changes", __name__, url_prefix="/<any(en,zh):lang>/confirm-address")
_SESSION_KEY = "address_changed"


def _page(template: str, status: int = 200, **values: Any) -> Response:
    """Render a page that is nobody's to keep, and whose address goes nowhere."""
    response = make_response(render_template(f"address_changes/{template}.html", **values), status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _over() -> Response:
    return _page("over", 410, title=_("Link used or too old"), message=_(own_addresses.OVER))


def _network() -> str:
    return attempts.network_of(request.remote_addr)


def ask_page(subject: Participant | Speaker, *, back: str) -> ResponseReturnValue:
    """Show the form for a new address, or send the link; the answer is the same for every address."""
    form = AddressForm()
    status, current = 200, subject.email
    if form.validate_on_submit():
        try:
            own_addresses.ask(subject, form.email.data or "", language=current_language(), network=_network())
        except DomainError as error:
            form.email.errors = [message_of(error)]
            status = 429 if isinstance(error, TooManyAttemptsError) else 422
        else:
            flash(_("A link is on its way to the new address. Until you open it, the old one stays"), "success")
            return redirect(back, code=303)
    return _page("ask", 422 if form.errors and status == 200 else status, form=form, current=current, back=back)


@blueprint.get("/done")
@by_token
def show_done() -> ResponseReturnValue:
    """Say that the address is changed, to who pressed the button."""
    return _page("done") if session.get(_SESSION_KEY) else _over()


@blueprint.get("/<token>")
@by_token
def show_link(token: str) -> ResponseReturnValue:
    """Show the button that confirms; looking changes nothing."""
    change = own_addresses.find_change(token)
    if change is None:
        return _over()
    return _page("confirm", form=ConfirmForm(), token=token, change=change)


@blueprint.post("/<token>")
@by_token
def confirm(token: str) -> ResponseReturnValue:
    """Put the new address in the old one's place."""
    form = ConfirmForm()
    change = own_addresses.find_change(token)
    if change is not None and not form.validate_on_submit():
        return _page("confirm", 422, form=form, token=token, change=change)
    try:
        attempts.require(attempts.TOKEN_PER_NETWORK, _network())
        own_addresses.confirm(token, language=current_language())
    except own_addresses.AddressTakenError as error:
        return _page("over", 409, title=_("The address stays as it is"), message=message_of(error))
    except TooManyAttemptsError as error:
        return _page("over", 429, title=_("The address stays as it is"), message=message_of(error))
    except DomainError:
        return _over()
    session[_SESSION_KEY] = True
    return redirect(url_for(".show_done"), code=303)
