"""One's own account: name, language, colours, password, sessions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from iurc_events.domain.errors import DomainError
from iurc_events.permissions import Permission
from iurc_events.services import accounts, attempts, people
from iurc_events.web.access import public, requires, signed_in_user
from iurc_events.web.accounts.sessions import begin_session, desk_path
from iurc_events.web.errors import message_of
from iurc_events.web.forms.accounts import ChangePasswordForm, SettingsForm
from iurc_events.web.localisation import current_language, redirect_to_language
from iurc_events.web.localisation import gettext as _

blueprint = Blueprint("account", __name__)
LANG = "/<any(en,zh):lang>"


@blueprint.app_context_processor
def account_words() -> dict[str, Any]:
    """Give layouts the reader's links and colours; a visitor without a session costs no query."""
    if "_user_id" not in session or not current_user.is_authenticated:
        return {}
    user = signed_in_user()
    links = [{"href": url_for("account.show_account"), "label": user.name or _("Account")}]
    desk = desk_path(user)
    if desk != links[0]["href"]:
        words = {"organise": _("Desk"), "delegation": _("Your city"), "check-in": _("Check-in")}
        links.insert(0, {"href": desk, "label": words[desk.strip("/").split("/")[-1]]})
    return {"account_links": links, "theme": user.theme}


@blueprint.get("/account/")
@public
def choose_language() -> ResponseReturnValue:
    """Send the reader to the page in their language."""
    return redirect_to_language("account.show_account")


def _page(
    settings_form: SettingsForm | None = None, password_form: ChangePasswordForm | None = None, status: int = 200
) -> ResponseReturnValue:
    user = signed_in_user()
    first = SettingsForm(data={"name": user.name, "language": user.language, "theme": user.theme}, formdata=None)
    return (
        render_template(
            "accounts/account.html",
            user=user,
            roles=[people.role_words(role, current_language()) for role in user.roles],
            form=settings_form or password_form,
            settings_form=settings_form or first,
            password_form=password_form or ChangePasswordForm(formdata=None),
        ),
        status,
    )


@blueprint.get(f"{LANG}/account/")
@requires(Permission.USE_OWN_ACCOUNT)
def show_account() -> ResponseReturnValue:
    """Show the account."""
    return _page()


@blueprint.post(f"{LANG}/account/settings")
@requires(Permission.USE_OWN_ACCOUNT)
def change_settings() -> ResponseReturnValue:
    """Change name, language and colours; the page comes back in the language chosen."""
    form = SettingsForm()
    if not form.validate_on_submit():
        return _page(settings_form=form, status=422)
    user = accounts.change_settings(
        signed_in_user(), name=form.name.data or "", language=form.language.data, theme=form.theme.data
    )
    flash(_("Changes saved"), "success")
    return redirect(url_for(".show_account", lang=user.language), code=303)


@blueprint.post(f"{LANG}/account/change-password")
@requires(Permission.USE_OWN_ACCOUNT)
def change_password() -> ResponseReturnValue:
    """Change the password; other sessions end, this one goes on (sec-12)."""
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return _page(password_form=form, status=422)
    try:
        user = accounts.change_password(signed_in_user(), present=form.present.data or "", new=form.new.data or "")
    except DomainError as error:
        field = form.present if isinstance(error, accounts.WrongPasswordError) else form.new
        field.errors = [message_of(error)]
        is_limited = isinstance(error, attempts.TooManyAttemptsError)
        return _page(password_form=form, status=429 if is_limited else 422)
    begin_session(user)
    flash(_("Password changed; other devices are signed out"), "success")
    return redirect(url_for(".show_account"), code=303)


@blueprint.post(f"{LANG}/account/sign-out-everywhere")
@requires(Permission.USE_OWN_ACCOUNT)
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sessions but this one (sec-12)."""
    begin_session(accounts.sign_out_everywhere(signed_in_user()))
    flash(_("All other devices are signed out"), "success")
    return redirect(url_for(".show_account"), code=303)
