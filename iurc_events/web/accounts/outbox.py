"""The outbox at the desk: what left, what did not, and what it says."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.config import settings
from iurc_events.domain.clock_texts import ReferenceZone, instant_line
from iurc_events.domain.vocabulary import MessageState
from iurc_events.models.programmes import DEFAULT_ZONES
from iurc_events.permissions import Permission
from iurc_events.queries import messages as message_queries
from iurc_events.services import outbox
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.accounts.people import page_number
from iurc_events.web.errors import message_of
from iurc_events.web.localisation import current_language
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.mailings import shown_text
from iurc_events.web.presentation.paging import paging_view

blueprint = Blueprint("organiser_outbox", __name__, url_prefix="/<any(en,zh):lang>/organise/outbox")
PER_PAGE = 25
_CLOCKS = tuple(ReferenceZone(str(zone["zone"]), zone["place"]) for zone in DEFAULT_ZONES)  # type: ignore[arg-type]  # the table of zones is loosely typed


def moment(instant: datetime | None) -> str:
    """Return a moment on both clocks, or an empty text."""
    return instant_line(instant, _CLOCKS, current_language()) if instant else ""


@blueprint.get("/")
@requires(Permission.READ_OUTBOX)
def list_messages() -> ResponseReturnValue:
    """Show messages, newest first, filtered by state and event."""
    actor, page = signed_in_user(), page_number()
    state = request.args.get("state")
    state = state if state in set(MessageState) else None
    event_slug = request.args.get("event") or None
    counts = message_queries.count_by_state(actor, event_slug=event_slug)
    total = counts.get(state, 0) if state else sum(counts.values())
    rows = message_queries.list_messages(actor, state=state, event_slug=event_slug, page=page, per_page=PER_PAGE)
    paging = paging_view(
        page=page, per_page=PER_PAGE, total=total, path=request.path, query=list(request.args.items(multi=True))
    )
    return render_template(
        "accounts/outbox.html",
        messages=rows,
        counts=counts,
        states=list(MessageState),
        state=state,
        event_slug=event_slug,
        total=total,
        paging=paging,
        moment=moment,
        is_kept=settings().smtp_url is None,
    )


@blueprint.get("/<uuid:message_id>")
@requires(Permission.READ_OUTBOX)
def show_message(message_id: uuid.UUID) -> ResponseReturnValue:
    """Show a message: its text, and its HTML as source only."""
    actor = signed_in_user()
    message = message_queries.get_message(actor, message_id)
    return render_template(
        "accounts/message.html",
        message=message,
        text=shown_text(message),
        is_readable=message_queries.can_read_text(actor, message),
        moment=moment,
        is_kept=settings().smtp_url is None,
    )


@blueprint.post("/<uuid:message_id>/send-again")
@requires(Permission.READ_OUTBOX)
def send_again(message_id: uuid.UUID) -> ResponseReturnValue:
    """Put a message that was not delivered into the queue again."""
    actor = signed_in_user()
    message = message_queries.get_message(actor, message_id)
    try:
        outbox.send_again(message.id, actor=actor)
    except outbox.NotRepeatableError as error:
        flash(message_of(error), "error")
    else:
        flash(_("The message is in the queue again"), "success")
    return redirect(url_for(".show_message", message_id=message_id), code=303)
