"""Own pages of speakers at the organiser's desk: how complete they are, reminders, slides and their release."""

from __future__ import annotations

import uuid
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.domain.clock_texts import instant_line, zones_of_programme
from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import LANGUAGES, noop, translate
from iurc_events.models.events import Event
from iurc_events.permissions import Permission
from iurc_events.queries import organised_events
from iurc_events.queries import speaker_pages as page_queries
from iurc_events.queries import speakers as speaker_queries
from iurc_events.queries.speaker_pages import PAGE_PARTS
from iurc_events.services import speaker_pages, speaker_reminders
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.forms.accounts import ConfirmForm
from iurc_events.web.localisation import current_language, gettext, ngettext
from iurc_events.web.presentation.agenda_desk import speaker_line
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.speakers.published_files import answer_file

blueprint = Blueprint("organiser_speaker_pages", __name__)
_BASE = "/<any(en,zh):lang>/organise/events/<slug>/speakers"
_PER_PAGE: Final = 25
_SORTS: Final = ("page", "name", "city", "protocol")


def _event(slug: str) -> Event:
    return organised_events.get_event_organised_by(signed_in_user(), slug)


def _heads(sort: str, *, is_descending: bool) -> list[tuple[str, str, str, str]]:
    """Return value, label, address and ``aria-sort`` of each column that can be sorted by."""
    heads = []
    words = {"name": gettext(noop("Speaker")), "city": gettext(noop("City")), "page": gettext(noop("Own page"))}
    words["protocol"] = gettext(noop("Order of protocol"))
    for name, text in words.items():
        is_current = name == sort
        query = {"sort": name, **({"order": "desc"} if is_current and not is_descending else {})}
        state = ("descending" if is_descending else "ascending") if is_current else ""
        heads.append((name, text, f"{request.path}?{urlencode(query)}", state))
    return heads


@blueprint.get(_BASE)
@requires(Permission.MANAGE_DELEGATIONS)
def list_pages(slug: str) -> ResponseReturnValue:
    """List the speakers of an event with what their pages still lack."""
    event, language = _event(slug), current_language()
    sort = request.args.get("sort", "page")
    sort = sort if sort in _SORTS else "page"
    is_descending = request.args.get("order") == "desc"
    counts = page_queries.count_pages(event.id)
    page = min(max(request.args.get("page", 1, type=int), 1), -(-counts.total // _PER_PAGE) or 1)
    rows = page_queries.list_pages(
        event.id, language=language, sort=sort, is_descending=is_descending, page=page, per_page=_PER_PAGE
    )
    zones = zones_of_programme(event.programme.reference_zones)
    return render_template(
        "organiser_speaker_pages/list.html",
        event=event,
        tab="speakers",
        counts=counts,
        remindable=len(page_queries.list_incomplete(event.id)),
        is_over=event.ends_at is not None and event.ends_at <= utc_now(),
        heads=_heads(sort, is_descending=is_descending),
        rows=[
            (
                row,
                speaker_line(row.speaker, language),
                [translate(PAGE_PARTS[part], language) for part in row.missing],
                instant_line(row.speaker.profile_reminded_at, zones, language)
                if row.speaker.profile_reminded_at
                else "",
            )
            for row in rows
        ],
        parts=len(PAGE_PARTS),
        paging=paging_view(
            page=page,
            per_page=_PER_PAGE,
            total=counts.total,
            path=request.path,
            query=list(request.args.items(multi=True)),
        ),
    )


@blueprint.route(f"{_BASE}/remind", methods=["GET", "POST"])
@requires(Permission.MANAGE_DELEGATIONS)
def remind_speakers(slug: str) -> ResponseReturnValue:
    """Show whom a reminder reaches and what it says in both languages, or send it."""
    event = _event(slug)
    form = ConfirmForm()
    if form.validate_on_submit():
        number = speaker_reminders.remind(actor=signed_in_user(), event_id=event.id)
        flash(ngettext("%(num)s reminder is in the outbox", "%(num)s reminders are in the outbox", number), "success")
        return redirect(url_for(".list_pages", slug=slug), code=303)
    rows = page_queries.list_incomplete(event.id)
    previews = [(code, speaker_reminders.preview(event, rows[0], code)) for code in LANGUAGES] if rows else []
    return render_template(
        "organiser_speaker_pages/remind.html",
        event=event,
        tab="speakers",
        form=form,
        names=[text_of(row.speaker.name, current_language()) for row in rows],
        previews=previews,
    )


@blueprint.post(f"{_BASE}/slides")
@requires(Permission.MANAGE_DELEGATIONS)
def release_slides(slug: str) -> ResponseReturnValue:
    """Put the slides of those who agreed on the event's page, or take them off it."""
    event = _event(slug)
    is_released = request.form.get("release") == "y"
    speaker_pages.release_slides(actor=signed_in_user(), event_id=event.id, is_released=is_released)
    said = noop("The slides are on the event's page") if is_released else noop("The slides are off the event's page")
    flash(gettext(said), "success")
    return redirect(url_for(".list_pages", slug=slug), code=303)


@blueprint.get(f"{_BASE}/<uuid:speaker_id>/slides")
@requires(Permission.MANAGE_DELEGATIONS)
def download_slides(slug: str, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Give the latest slides of a speaker to the programme team."""
    speaker = speaker_queries.get_speaker(_event(slug), speaker_id)
    decks = page_queries.list_files(speaker.id).decks
    if not decks:
        abort(404)
    return answer_file(decks[0].file)


@blueprint.get(f"{_BASE}/<uuid:speaker_id>/photo")
@requires(Permission.MANAGE_DELEGATIONS)
def download_photo(slug: str, speaker_id: uuid.UUID) -> ResponseReturnValue:
    """Give the photo of a speaker to the programme team."""
    speaker = speaker_queries.get_speaker(_event(slug), speaker_id)
    photo = page_queries.list_files(speaker.id).photo
    if photo is None:
        abort(404)
    return answer_file(photo)
