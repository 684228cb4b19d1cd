"""Signing in and out: by password, or by a link from a mail whose page shows a button (mail scanners open links)."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from iurc_events.config import settings
from iurc_events.domain.errors import DomainError
from iurc_events.localisation import noop
from iurc_events.permissions import Permission
from iurc_events.services import accounts, attempts
from iurc_events.web.access import by_token, public, requires, signed_in_user
from iurc_events.web.accounts.sessions import begin_session, desk_path, end_session, safe_path
from iurc_events.web.errors import message_of
from iurc_events.web.forms.accounts import AddressForm, ConfirmForm, NewPasswordForm, SignInForm
from iurc_events.web.localisation import current_language, redirect_to_language
from iurc_events.web.localisation import gettext as _

blueprint = Blueprint("sign_in", __name__)
LANG = "/<any(en,zh):lang>"


def visitor_network() -> str:
    """Return the network of this request; X-Forwarded-For counts only behind proxies of ours."""
    return attempts.network_of(request.remote_addr)


def _status_of(error: DomainError) -> int:
    return 429 if isinstance(error, attempts.TooManyAttemptsError) else 422


def _page(template: str, status: int = 200, **values: object) -> Response:
    """Render a page that is nobody's to keep, and whose address goes nowhere."""
    response = make_response(render_template(f"sign_in/{template}.html", **values), status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _has_outbox_only() -> bool:
    return settings().smtp_url is None


@blueprint.get("/sign-in")
@public
def choose_language() -> ResponseReturnValue:
    """Send the reader to the page in their language."""
    return redirect_to_language("sign_in.show_sign_in", next=safe_path(request.args.get("next")))


@blueprint.get(f"{LANG}/sign-in")
@public
def show_sign_in() -> ResponseReturnValue:
    """Show the form; who is signed in goes on."""
    wanted = safe_path(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(wanted or desk_path(signed_in_user()), code=303)
    return _page("form", form=SignInForm(data={"next": wanted or ""}), wanted=wanted)


@blueprint.post(f"{LANG}/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Sign in by password, or send a link."""
    form = SignInForm()
    wanted = safe_path(form.next.data)
    wants_link = request.form.get("method") == "link"
    if form.validate_on_submit():
        if not wants_link and not form.password.data:
            form.password.errors = [_("Enter your password, or ask for a link by mail")]
        else:
            try:
                if wants_link:
                    return _send_link(form.email.data or "")
                user = accounts.sign_in_by_password(
                    form.email.data or "", form.password.data or "", network=visitor_network()
                )
            except DomainError as error:
                form.form_errors = [message_of(error)]
                return _page("form", _status_of(error), form=form, wanted=wanted)
            begin_session(user)
            return redirect(wanted or desk_path(user), code=303)
    return _page("form", 422, form=form, wanted=wanted)


def _send_link(email: str) -> ResponseReturnValue:
    accounts.ask_for_link(email, purpose="sign-in", language=current_language(), network=visitor_network())
    return redirect(url_for("sign_in.show_link_sent"), code=303)


@blueprint.get(f"{LANG}/sign-in/link-sent")
@public
def show_link_sent() -> ResponseReturnValue:
    """Say that a message is on its way; the same for every address (sec-10)."""
    return _page("link_sent", is_demo=_has_outbox_only())


@blueprint.get(f"{LANG}/sign-in/<token>")
@by_token
def show_link(token: str) -> ResponseReturnValue:
    """Show the button that uses a link up."""
    return _page("confirm", form=ConfirmForm(), token=token)


@blueprint.post(f"{LANG}/sign-in/<token>")
@by_token
def sign_in_by_link(token: str) -> ResponseReturnValue:
    """Use a link up."""
    try:
        attempts.require(attempts.TOKEN_PER_NETWORK, visitor_network())
        user = accounts.sign_in_by_link(token)
    except DomainError as error:
        status = 410 if isinstance(error, accounts.LinkUsedError) else 429
        return _page("link_over", status, message=message_of(error), again=url_for("sign_in.show_sign_in"))
    begin_session(user)
    return redirect(desk_path(user), code=303)


@blueprint.post(f"{LANG}/sign-out")
@requires(Permission.USE_OWN_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    """End all sessions of the person: a cookie that was copied is worth nothing afterwards (sec-12)."""
    accounts.sign_out_everywhere(signed_in_user())
    end_session()
    return redirect(url_for("sign_in.show_sign_in"), code=303)


@blueprint.route(f"{LANG}/account/password", methods=["GET", "POST"])
@public
def ask_for_reset() -> ResponseReturnValue:
    """Send a link to set a new password; the answer is the same for every address (sec-10)."""
    form = AddressForm()
    if form.validate_on_submit():
        try:
            accounts.ask_for_link(
                form.email.data or "", purpose="password", language=current_language(), network=visitor_network()
            )
        except DomainError as error:
            form.form_errors = [message_of(error)]
            return _page("reset", _status_of(error), form=form)
        return redirect(url_for("sign_in.show_link_sent"), code=303)
    return _page("reset", 422 if form.errors else 200, form=form)


@blueprint.route(f"{LANG}/account/password/<token>", methods=["GET", "POST"])
@by_token
def set_password(token: str) -> ResponseReturnValue:
    """Show the form of a reset or invitation, or set the password and sign in."""
    found = accounts.find_password_token(token)
    user = accounts.user_of_token(found) if found else None
    if found is None or user is None:
        message = _(noop("This link was used already or is too old. Ask for a new one."))
        return _page("link_over", 410, message=message, again=url_for("sign_in.ask_for_reset"))
    form = NewPasswordForm()
    is_new, email = found.purpose == "account", user.email
    if form.validate_on_submit():
        try:
            attempts.require(attempts.TOKEN_PER_NETWORK, visitor_network())
            user = accounts.set_password(token, form.password.data or "")
        except accounts.LinkUsedError as error:
            again = url_for("sign_in.ask_for_reset")
            return _page("link_over", 410, message=message_of(error), again=again)
        except DomainError as error:
            form.password.errors = [message_of(error)]
            return _page("password", _status_of(error), form=form, token=token, is_new=is_new, email=email)
        begin_session(user)
        return redirect(desk_path(user), code=303)
    return _page("password", 422 if form.errors else 200, form=form, token=token, is_new=is_new, email=email)
