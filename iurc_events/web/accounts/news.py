"""News of programmes by mail: how often, chosen on a page of the own account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.permissions import Permission
from iurc_events.queries import digest_news
from iurc_events.services import digests
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.forms.accounts import ConfirmForm
from iurc_events.web.localisation import gettext as _

blueprint = Blueprint("account_news", __name__, url_prefix="/<any(en,zh):lang>/account/news")


@blueprint.route("/", methods=["GET", "POST"])
@requires(Permission.USE_OWN_ACCOUNT)
def choose_news() -> ResponseReturnValue:
    """Show how often the news of each programme comes, or change it."""
    user = signed_in_user()
    programmes = digest_news.list_programmes()
    form = ConfirmForm()
    if form.validate_on_submit():
        wanted = {each.id: request.form.get(f"programme-{each.slug}", "never") for each in programmes}
        digests.choose_all(actor=user, periods=wanted)
        flash(_("Changes saved"), "success")
        return redirect(url_for(".choose_news"), code=303)
    page = render_template(
        "accounts/news.html",
        form=form,
        programmes=programmes,
        chosen=digests.periods_of(user),
        periods=[("never", _("Never")), ("week", _("Every week")), ("month", _("Every month"))],
    )
    return page, 422 if form.errors else 200
