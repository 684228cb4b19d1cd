"""One's own data: ask for a copy or for erasure; a link by mail proves the address, a button acts (sec-10, sec-15)."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from iurc_events.config import settings
from iurc_events.domain.errors import DomainError
from iurc_events.localisation import noop
from iurc_events.services import attempts, privacy_requests
from iurc_events.services.privacy_requests import LinkOverError
from iurc_events.web.access import by_token, public
from iurc_events.web.errors import message_of
from iurc_events.web.forms.accounts import ConfirmForm
from iurc_events.web.forms.privacy import OwnDataForm
from iurc_events.web.localisation import current_language, redirect_to_language
from iurc_events.web.localisation import gettext as _

blueprint = Blueprint("own_data", __name__)
_BASE = "/<any(en,zh):lang>/my-data"
#: What the page says after the button was pressed, kept in the session so that the page can be loaded again.
_SESSION_KEY = "own_data"


def _page(template: str, status: int = 200, **values: object) -> Response:
    """Render a page that is nobody's to keep, and whose address goes nowhere."""
    response = make_response(render_template(f"privacy/{template}.html", **values), status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _network() -> str:
    return attempts.network_of(request.remote_addr)


@blueprint.get("/my-data")
@public
def choose_language() -> ResponseReturnValue:
    """Send the reader to the page in their language."""
    return redirect_to_language("own_data.ask")


@blueprint.route(_BASE, methods=["GET", "POST"])
@public
def ask() -> ResponseReturnValue:
    """Show the form, or send a link; the answer is the same for every address."""
    form = OwnDataForm()
    if form.validate_on_submit():
        try:
            privacy_requests.ask(
                form.email.data or "", kind=form.kind.data, language=current_language(), network=_network()
            )
        except attempts.TooManyAttemptsError as error:
            form.form_errors = [message_of(error)]
            return _page("ask", 429, form=form)
        return redirect(url_for(".show_sent"), code=303)
    return _page("ask", 422 if form.errors else 200, form=form)


@blueprint.get(f"{_BASE}/sent")
@public
def show_sent() -> ResponseReturnValue:
    """Say that a message is on its way."""
    return _page("sent", is_demo=settings().smtp_url is None)


@blueprint.get(f"{_BASE}/result")
@public
def show_result() -> ResponseReturnValue:
    """Say what happens now, to who pressed the button."""
    result = session.get(_SESSION_KEY)
    if result not in ("asked", "nothing"):
        return redirect(url_for(".ask"), code=303)
    return _page("result", result=result)


@blueprint.get(f"{_BASE}/<token>")
@by_token
def show_link(token: str) -> ResponseReturnValue:
    """Show the button that gets the copy, or asks for erasure."""
    found = privacy_requests.find_request(token)
    if found is None:
        message = _(noop("This link was used already or is too old. Ask for a new one."))
        return _page("over", 410, message=message)
    return _page("act", form=ConfirmForm(), token=token, kind=found.kind)


@blueprint.post(f"{_BASE}/<token>")
@by_token
def act(token: str) -> ResponseReturnValue:
    """Give the copy, or pass the wish for erasure on."""
    form = ConfirmForm()
    found = privacy_requests.find_request(token)
    if found is not None and not form.validate_on_submit():
        return _page("act", 422, form=form, token=token, kind=found.kind)
    try:
        attempts.require(attempts.TOKEN_PER_NETWORK, _network())
        if found is None or found.kind == "erasure":
            session[_SESSION_KEY] = "asked" if privacy_requests.ask_for_erasure(token) else "nothing"
            return redirect(url_for(".show_result"), code=303)
        data = privacy_requests.export_own(token, language=current_language())
    except DomainError as error:
        return _page("over", 410 if isinstance(error, LinkOverError) else 429, message=message_of(error))
    if data is None:
        session[_SESSION_KEY] = "nothing"
        return redirect(url_for(".show_result"), code=303)
    return zip_response(data)


def zip_response(data: bytes) -> Response:
    """Return a copy of somebody's data as a file to save; nobody on the way keeps it."""
    response = Response(data, mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="iurc-events-my-data.zip"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
