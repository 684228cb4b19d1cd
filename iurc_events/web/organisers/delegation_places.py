"""Places of delegations at the organiser's desk: by which rule free ones are given on, and to whom unused ones go."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from iurc_events.database import utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop
from iurc_events.models.events import Event
from iurc_events.permissions import Permission
from iurc_events.queries import members as member_queries
from iurc_events.queries import organised_events
from iurc_events.services import delegation_waiting, members
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.delegations import RuleForm
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.vocabulary import label

blueprint = Blueprint("organiser_delegation_places", __name__)
_BASE = "/<any(en,zh):lang>/organise/events/<slug>/delegations"


def _event(slug: str) -> Event:
    return organised_events.get_event_organised_by(signed_in_user(), slug)


def _to_list(event: Event) -> Response:
    return redirect(url_for("organiser_delegations.list_delegations", slug=event.slug), code=303)


@blueprint.post(f"{_BASE}/waiting-rule")
@requires(Permission.MANAGE_DELEGATIONS)
def choose_rule(slug: str) -> ResponseReturnValue:
    """Choose who gets a free place when several delegations wait."""
    event = _event(slug)
    form = RuleForm()
    if form.validate_on_submit():
        delegation_waiting.choose_rule(actor=signed_in_user(), event_id=event.id, rule=form.rule.data)
        flash(gettext(noop("The rule is changed; those who wait read it at their desk")), "success")
    else:
        flash(gettext(noop("Choose one of the rules")), "error")
    return _to_list(event)


@blueprint.get(f"{_BASE}/unused-places")
@requires(Permission.MANAGE_DELEGATIONS)
def show_unused(slug: str) -> ResponseReturnValue:
    """Show who would get the places that delegations will not use."""
    event, language = _event(slug), current_language()
    moves = member_queries.name_moves(event, delegation_waiting.plan_unused(event, utc_now()))
    return render_template(
        "organiser_delegations/unused.html",
        event=event,
        tab="delegations",
        moves=[
            {
                "person": members.label_of(move.member, language),
                "city": text_of(move.receiver.city.name, language),
                "role": label("member_role", members.role_of(move.member), language),
                "giver": text_of(move.giver.city.name, language),
            }
            for move in moves
        ],
    )


@blueprint.post(f"{_BASE}/unused-places")
@requires(Permission.MANAGE_DELEGATIONS)
def give_unused(slug: str) -> ResponseReturnValue:
    """Give the places that delegations will not use to those who wait."""
    event = _event(slug)
    try:
        moved = delegation_waiting.give_unused(actor=signed_in_user(), event_id=event.id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(gettext(noop("People who moved up: %(number)s"), number=len(moved)), "success")
    return _to_list(event)
