"""A person's own calendar addresses: made under a name, shown once, withdrawn at any time."""

from __future__ import annotations

import uuid
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.domain.calendars import OWN_PARTS, USUAL_PARTS, parts_of
from iurc_events.domain.errors import NotFoundError
from iurc_events.graphics.qr_codes import qr_svg
from iurc_events.localisation import noop
from iurc_events.models.calendar_feeds import CalendarSubscription
from iurc_events.permissions import Permission
from iurc_events.queries import personal_feeds as queries
from iurc_events.services import feeds, personal_feeds
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.fields import BaseForm, select_choices, stripped
from iurc_events.web.localisation import gettext as _

#: Words for what a calendar of one's own may hold.
PART_LABELS: Final = {
    "followed": noop("Events I follow"),
    "registered": noop("Events I signed up for"),
    "speaking": noop("Events at which I speak"),
    "organising": noop("Events that I organise or answer for"),
    "deadlines": noop("Last days to sign up or to answer"),
}

blueprint = Blueprint("account_calendars", __name__, url_prefix="/<any(en,zh):lang>/account/calendars")


class PartsForm(BaseForm):
    """What a calendar of one's own holds."""

    parts = SelectMultipleField(
        noop("What it holds"),
        default=list(USUAL_PARTS),
        validators=[DataRequired(noop("Choose at least one"))],
        option_widget=CheckboxInput(),
        widget=ListWidget(),
        choices=(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts.choices = select_choices((part, _(PART_LABELS[part])) for part in OWN_PARTS)


class SubscriptionForm(PartsForm):
    """The name of a new calendar address, and what it holds."""

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
            _subscription, token = personal_feeds.subscribe(signed_in_user().id, form.name.data or "", form.parts.data)
        except personal_feeds.NameTakenError as error:
            form.name.errors = [*form.name.errors, message_of(error)]
        else:
            session["new_calendar_token"] = token
            return redirect(url_for(".list_subscriptions"), code=303)
    return _page(form, None), 422


def _own(subscription_id: uuid.UUID) -> CalendarSubscription:
    for row in queries.list_subscriptions(signed_in_user().id):
        if row.public_id == subscription_id:
            return row
    raise NotFoundError(noop("There is no such calendar"))


@blueprint.post("/<uuid:subscription_id>/withdraw")
@requires(Permission.USE_OWN_ACCOUNT)
def unsubscribe(subscription_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw an address."""
    row = _own(subscription_id)
    personal_feeds.unsubscribe(signed_in_user().id, row.id)
    flash(_("The calendar address “%(name)s” no longer works", name=row.name), "success")
    return redirect(url_for(".list_subscriptions"), code=303)


@blueprint.route("/<uuid:subscription_id>", methods=["GET", "POST"])
@requires(Permission.USE_OWN_ACCOUNT)
def choose_parts(subscription_id: uuid.UUID) -> ResponseReturnValue:
    """Show what a calendar holds, or change it; its address stays."""
    row = _own(subscription_id)
    form = PartsForm(data={"parts": list(parts_of(row.parts))})
    if form.validate_on_submit():
        personal_feeds.choose_parts(signed_in_user().id, row.id, form.parts.data or [])
        flash(_("The calendar “%(name)s” holds what you chose", name=row.name), "success")
        return redirect(url_for(".list_subscriptions"), code=303)
    page = render_template("account_calendars/parts.html", form=form, subscription=row)
    return (page, 422) if form.errors else page


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
        subscriptions=[
            (row, [_(PART_LABELS[part]) for part in parts_of(row.parts)])
            for row in queries.list_subscriptions(signed_in_user().id)
        ],
        address=address,
        webcal=address.replace("https://", "webcal://").replace("http://", "webcal://") if address else None,
        qr=qr_svg(address, title=_("Address of the calendar")) if address else None,
    )
