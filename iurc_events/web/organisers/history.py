"""The history of an event: who changed what, before and after, and the way back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.domain.clock_texts import zones_of_programme
from iurc_events.localisation import translate
from iurc_events.models.events import Event
from iurc_events.permissions import Permission
from iurc_events.queries import event_choices, revisions
from iurc_events.services import events as event_service
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.organisers.events import get_event
from iurc_events.web.presentation.desk import detail_text, field_name
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.presentation.times import instant_view

blueprint = Blueprint("organiser_history", __name__)

PER_PAGE = 25


def _unique(names: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(field_name(name, current_language()) for name in names))


@blueprint.get("/<any(en,zh):lang>/organise/events/<slug>/history")
@requires(Permission.ORGANISE_EVENTS)
def show_history(slug: str) -> ResponseReturnValue:
    """List the revisions of an event, the latest first."""
    event = get_event(slug)
    total = revisions.count_revisions(event.id)
    page = min(max(1, request.args.get("page", 1, type=int)), max(1, -(-total // PER_PAGE)))
    zones = zones_of_programme(event.programme.reference_zones)
    lines = revisions.list_revisions(event.id, page=page, per_page=PER_PAGE)
    return render_template(
        "organiser_history/history.html",
        event=event,
        tab="history",
        lines=[
            {
                "line": line,
                "action": translate(line.action, current_language()),
                "fields": _unique(line.changed_fields),
                "time": instant_view(line.made_at, zones, current_language()),
                "is_latest": line.number == total,
            }
            for line in lines
        ],
        paging=paging_view(page=page, per_page=PER_PAGE, total=total, path=request.path),
    )


def _names() -> dict[str, dict[int, str]]:
    choices = event_choices.list_choices([], current_language())
    return {
        "venue_city_id": dict(choices.cities),
        "event_cities": dict(choices.cities),
        "event_pairs": dict(choices.pairs),
        "event_themes": dict(choices.themes),
    }


def _changes(event: Event, number: int) -> list[dict[str, Any]]:
    names = _names()
    zones = zones_of_programme(event.programme.reference_zones)
    return [
        {
            "name": field_name(change.name, current_language()),
            "before": detail_text(change.name, change.before, current_language(), zones=zones, names=names),
            "after": detail_text(change.name, change.after, current_language(), zones=zones, names=names),
        }
        for change in revisions.list_changes(event.id, number)
    ]


@blueprint.get("/<any(en,zh):lang>/organise/events/<slug>/history/<int:number>")
@requires(Permission.ORGANISE_EVENTS)
def show_revision(slug: str, number: int) -> ResponseReturnValue:
    """Show what a revision changed: each field before and after."""
    event = get_event(slug)
    return render_template(
        "organiser_history/revision.html",
        event=event,
        tab="history",
        number=number,
        changes=_changes(event, number),
    )


@blueprint.post("/<any(en,zh):lang>/organise/events/<slug>/history/<int:number>/restore")
@requires(Permission.ORGANISE_EVENTS)
def restore_revision(slug: str, number: int) -> ResponseReturnValue:
    """Put details and agenda back as they were after a revision."""
    event = get_event(slug)
    try:
        event_service.restore_revision(actor=signed_in_user(), event_id=event.id, number=number)
    except event_service.StateError as error:
        flash(message_of(error), "error")
    else:
        flash(gettext("Details and agenda are as they were then"), "success")
    return redirect(url_for(".show_history", slug=slug), code=303)
