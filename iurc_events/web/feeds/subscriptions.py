"""A person's own calendar addresses: made under a name, shown once, withdrawn at any time."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.domain.errors import NotFoundError
from iurc_events.graphics.qr_codes import qr_svg
from iurc_events.localisation import noop
from iurc_events.permissions import Permission
from iurc_events.queries import personal_feeds as queries
from iurc_events.services import feeds, personal_feeds
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.fields import BaseForm, stripped
from iurc_events.web.localisation import gettext as _

blueprint = Blueprint("account_calendars", __name__, url_prefix="/<any(en,zh):lang>/account/calendars")


class SubscriptionForm(BaseForm):
    """The name of a new calendar address."""

    name = StringField(
        noop("Name of the calendar"),
        filters=[stripped],
        validators=[
            InputRequired(noop("Give it a name such as “phone” or “office”")),
            Length(max=60, message=noop("Write at most 60 characters")),
        ],
    )


@blueprint.get("/")
@requires(Permission.USE_OWN_ACCOUNT)
def list_subscriptions() -> ResponseReturnValue:
    """Show the person's calendar addresses; a new one is shown this once."""
    token = session.pop("new_calendar_token", None)
    return _page(SubscriptionForm(), token)


@blueprint.post("/")
@requires(Permission.USE_OWN_ACCOUNT)
def subscribe() -> ResponseReturnValue:
    """Make a new address."""
    form = SubscriptionForm()
    if form.validate_on_submit():
        try:
            _subscription, token = personal_feeds.subscribe(signed_in_user().id, form.name.data or "")
        except personal_feeds.NameTakenError as error:
            form.name.errors = [*form.name.errors, message_of(error)]
        else:
            session["new_calendar_token"] = token
            return redirect(url_for(".list_subscriptions"), code=303)
    return _page(form, None), 422


@blueprint.post("/<uuid:subscription_id>/withdraw")
@requires(Permission.USE_OWN_ACCOUNT)
def unsubscribe(subscription_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw an address."""
    user = signed_in_user()
    for row in queries.list_subscriptions(user.id):
        if row.public_id == subscription_id:
            personal_feeds.unsubscribe(user.id, row.id)
            flash(_("The calendar address “%(name)s” no longer works", name=row.name), "success")
            return redirect(url_for(".list_subscriptions"), code=303)
    raise NotFoundError(noop("There is no such calendar"))


@blueprint.post("/events/<slug>")
@requires(Permission.USE_OWN_ACCOUNT)
def follow(slug: str) -> ResponseReturnValue:
    """Take an event into the own calendar, or out of it."""
    subject = feeds.get_subject("event", slug)
    wanted = request.form.get("wanted") != "no"
    personal_feeds.follow(signed_in_user(), subject.id, wanted=wanted)
    flash(_("The event is in your calendar") if wanted else _("The event is no longer in your calendar"), "success")
    return redirect(url_for("public_events.show_event", slug=slug), code=303)


def _page(form: SubscriptionForm, token: str | None) -> str:
    address = settings().base_url + addresses.personal_feed(token) if token else None
    return render_template(
        "account_calendars/list.html",
        form=form,
        subscriptions=queries.list_subscriptions(signed_in_user().id),
        address=address,
        webcal=address.replace("https://", "webcal://").replace("http://", "webcal://") if address else None,
        qr=qr_svg(address, title=_("Address of the calendar")) if address else None,
    )
