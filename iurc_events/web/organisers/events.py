"""Events at the organiser's desk: the list, scheduling, details, copies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from iurc_events.database import utc_now
from iurc_events.domain.clock_texts import zones_of_programme
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.events import Event
from iurc_events.models.programmes import Programme
from iurc_events.permissions import Permission
from iurc_events.queries import event_audiences, event_choices, organised_events
from iurc_events.queries.organised_events import EventFilter
from iurc_events.services import changes_told, event_slugs
from iurc_events.services import events as event_service
from iurc_events.services.events import EventDetails
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.events import CopyForm, EventForm
from iurc_events.web.forms.time_slots import SlotForm, zone_choices
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.day_bars import DayBarView, day_bar_view
from iurc_events.web.presentation.desk import detail_text, event_row, field_name
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.presentation.times import TimeView, time_view

blueprint = Blueprint("organiser_events", __name__)

PER_PAGE = 25
LISTED_STATES = ("draft", "published", "unconfirmed", "held", "postponed", "cancelled")


def get_event(slug: str) -> Event:
    """Return an event of the signed-in organiser.

    Raises:
        NotFoundError: If it is none of theirs.
    """
    return organised_events.get_event_organised_by(signed_in_user(), slug)


def slot_preview(form: SlotForm, programme: Programme) -> dict[str, Any]:
    """Return both clocks and the day bar of the time typed into a form, or nothing to show."""
    zones = zones_of_programme(programme.reference_zones)
    clocks: TimeView | None = None
    bar: DayBarView | None = None
    if form.slot:
        clocks = time_view(form.slot, zones, current_language(), now=utc_now())
        bar = day_bar_view(form.slot, zones, current_language(), size="full")
    return {"clocks": clocks, "bar": bar, "slot": form.slot}


def prepare_zones(programmes: list[Programme]) -> tuple[event_choices.EventChoices, dict[str, list[tuple[str, str]]]]:
    """Return what a form of these programmes' events chooses from, and the zones in groups."""
    choices = event_choices.list_choices(programmes, current_language())
    return choices, zone_choices(choices.reference, choices.zones)


def _prepared(form: EventForm, programmes: list[Programme], details: EventDetails | None = None) -> EventForm:
    choices, zones = prepare_zones(programmes)
    other_languages = [code for code in (details.working_languages if details else ()) if code not in ("en", "zh")]
    form.prepare(
        programmes=[(each.id, _name(each.name)) for each in programmes],
        cities=choices.cities,
        pairs=choices.pairs,
        themes=choices.themes,
        zones=zones,
        other_languages=other_languages,
    )
    return form


def _name(texts: dict[str, str]) -> str:
    return texts.get(current_language()) or next(iter(texts.values()), "")


@blueprint.get("/<any(en,zh):lang>/organise/events/")
@requires(Permission.ORGANISE_EVENTS)
def list_events() -> ResponseReturnValue:
    """List the events of the organiser's programmes, filtered and paged."""
    actor, now = signed_in_user(), utc_now()
    states = tuple(state for state in request.args.getlist("state") if state in LISTED_STATES)
    wanted = EventFilter(
        states=states,
        query=request.args.get("q", "").strip()[:200],
        first_day=_day_argument("from"),
        last_day=_day_argument("to"),
    )
    total = organised_events.count_organised(actor, wanted, now)
    page = max(1, request.args.get("page", 1, type=int))
    page = min(page, max(1, -(-total // PER_PAGE)))
    rows = organised_events.list_organised(actor, wanted, now, page=page, per_page=PER_PAGE)
    return render_template(
        "organiser_events/list.html",
        rows=[event_row(row, current_language(), now) for row in rows],
        paging=paging_view(
            page=page, per_page=PER_PAGE, total=total, path=request.path, query=list(request.args.items(multi=True))
        ),
        wanted=wanted,
        states=LISTED_STATES,
        is_filtered=bool(wanted.states or wanted.query or wanted.first_day or wanted.last_day),
    )


def _day_argument(name: str) -> str:
    try:
        return date.fromisoformat(request.args.get(name, "")).isoformat()
    except ValueError:
        return ""


@blueprint.route("/<any(en,zh):lang>/organise/events/new", methods=["GET", "POST"])
@requires(Permission.ORGANISE_EVENTS)
def schedule_event() -> ResponseReturnValue:
    """Show the form of a new event, or put it into the programme as a draft."""
    actor = signed_in_user()
    programmes = organised_events.list_own_programmes(actor)
    if not programmes:
        raise NotFoundError(noop("There is no such programme among yours"))
    form = _prepared(EventForm(), programmes)
    if len(programmes) == 1:
        form.programme.data = programmes[0].id  # there is nothing to choose, and no field for it
    if request.method == "GET":
        form.programme.data = programmes[0].id
        form.zone.data = programmes[0].reference_zones[0]["zone"]
        form.contact_email.data = programmes[0].contact_email
        form.working_languages.data = list(programmes[0].languages)
    elif form.validate_on_submit():
        try:
            event = event_service.schedule(
                actor=actor,
                programme_id=form.programme.data,
                details=form.details(),
                slug=form.slug.data or None,
            )
        except (event_slugs.SlugError, event_slugs.SlugTakenError) as error:
            form.slug.errors = [message_of(error)]
        else:
            flash(gettext("The draft is saved. Publish it when it is ready."), "success")
            return redirect(url_for(".edit_event", slug=event.slug), code=303)
    form.add_blank_links()
    programme = next((each for each in programmes if each.id == form.programme.data), programmes[0])
    page = render_template(
        "organiser_events/new.html", form=form, has_programmes=len(programmes) > 1, **slot_preview(form, programme)
    )
    return page, 422 if form.errors else 200


@blueprint.get("/<any(en,zh):lang>/organise/events/time-preview")
@requires(Permission.ORGANISE_EVENTS)
def preview_time() -> ResponseReturnValue:
    """Show both clocks and the day bar of a time being typed, and what is wrong with it."""
    programmes = organised_events.list_own_programmes(signed_in_user())
    if not programmes:
        raise NotFoundError(noop("There is no such programme among yours"))
    key = request.args.get("programme", type=int)
    programme = next((each for each in programmes if each.id == key), programmes[0])
    form = SlotForm(MultiDict(request.args), meta={"csrf": False})
    _, zones = prepare_zones(programmes)
    form.prepare_time(zones)
    form.validate()
    return render_template(
        "organiser_events/_time_preview.html", form=form, is_live=True, **slot_preview(form, programme)
    )


@blueprint.route("/<any(en,zh):lang>/organise/events/<slug>", methods=["GET", "POST"])
@requires(Permission.ORGANISE_EVENTS)
def edit_event(slug: str) -> ResponseReturnValue:
    """Show an event's details, or change them; a second writer sees both versions and chooses."""
    actor = signed_in_user()
    try:
        event = organised_events.get_event_organised_by(actor, slug)
    except NotFoundError:
        if request.method == "GET" and (now_at := organised_events.find_current_slug(actor, slug)):
            return redirect(url_for(".edit_event", slug=now_at), code=301)
        raise
    current = event_service.details_of(event)
    programmes = _programmes_for(actor, event)
    form = _prepared(EventForm(), programmes, current)
    conflicts: list[dict[str, str]] = []
    if request.method == "GET":
        form.show_details(current)
        form.programme.data, form.slug.data, form.version.data = event.programme_id, event.slug, current.mark
        form.slot = current.slot
    else:
        form.programme.data = event.programme_id
        if form.validate_on_submit():
            details, conflicts = _chosen(form.details(current), current, form.version.data)
            if not conflicts:
                try:
                    event = event_service.change_details(
                        actor=actor,
                        event_id=event.id,
                        details=details,
                        mark=current.mark,
                        slug=form.slug.data or None if event.first_published_at is None else None,
                    )
                except (event_slugs.SlugError, event_slugs.SlugTakenError) as error:
                    form.slug.errors = [message_of(error)]
                except event_service.StateError as error:
                    form.starts_on.errors = [message_of(error)]
                else:
                    flash(gettext("The changes are saved"), "success")
                    return redirect(url_for(".edit_event", slug=event.slug), code=303)
            else:
                form.version.raw_data = None
                form.version.data = current.mark
    form.add_blank_links()
    page = render_template(
        "organiser_events/edit.html",
        form=form,
        event=event,
        tab="details",
        conflicts=conflicts,
        reach=event_audiences.count_reach(event.id),
        languages_filled=_languages_filled(event),
        has_programmes=False,
        is_fixed=event.first_published_at is not None,
        untold=changes_told.offered(event, current_language(), utc_now()) if request.method == "GET" else [],
        **slot_preview(form, event.programme),
    )
    return page, 422 if form.errors or conflicts else 200


def _programmes_for(actor: User, event: Event) -> list[Programme]:
    programmes = organised_events.list_own_programmes(actor)
    known = {each.id for each in programmes}
    return [
        *programmes,
        *(link.programme for link in event.also_for if link.programme_id not in known),
    ]


def _chosen(
    details: EventDetails, current: EventDetails, mark: str | None
) -> tuple[EventDetails, list[dict[str, str]]]:
    """Apply what a second writer chose for each field; without a choice, return both versions of what differs."""
    asked = request.form.get("conflicts", "").split()
    choices = {name: request.form.get(f"choice-{name}", "") for name in asked}
    if mark == current.mark and all(choice in ("mine", "theirs") for choice in choices.values()):
        theirs = {name: getattr(current, name) for name, choice in choices.items() if choice == "theirs"}
        known = {name for name in theirs if name in EventDetails.__dataclass_fields__}
        return replace(details, **{name: theirs[name] for name in known}), []
    differing = event_service.differing_fields(current, details)
    if not differing:
        return details, []
    names = _names_of_choices()
    return details, [
        {
            "name": name,
            "label": field_name(name, current_language()),
            "theirs": detail_text(name, getattr(current, name), current_language(), names=names),
            "mine": detail_text(name, getattr(details, name), current_language(), names=names),
            "choice": choices.get(name, ""),
        }
        for name in differing
    ]


def _names_of_choices() -> dict[str, dict[int, str]]:
    choices = event_choices.list_choices([], current_language())
    return {
        "city_ids": dict(choices.cities),
        "venue_city_id": dict(choices.cities),
        "pair_ids": dict(choices.pairs),
        "theme_ids": dict(choices.themes),
    }


def _languages_filled(event: Event) -> list[tuple[str, int, int]]:
    """Count the texts of an event that exist in each language, of those that exist in any."""
    texts = [event.title, event.summary, event.venue_name, event.venue_address, event.status_note]
    stated = [text for text in texts if text]
    return [
        (name, sum(1 for text in stated if text.get(code)), len(stated))
        for code, name in (("en", "English"), ("zh", "中文"))
    ]


@blueprint.route("/<any(en,zh):lang>/organise/events/<slug>/copy", methods=["GET", "POST"])
@requires(Permission.ORGANISE_EVENTS)
def copy_event(slug: str) -> ResponseReturnValue:
    """Ask for a new date, or copy the event with agenda, invited cities and deadlines."""
    actor = signed_in_user()
    event = get_event(slug)
    form = CopyForm()
    form.prepare_time(prepare_zones(_programmes_for(actor, event))[1])
    if request.method == "GET":
        form.title.process(None, event.title)
        form.show_slot(event.slot)
        form.starts_on.data = form.ends_on.data = None
        form.starts_month.data = form.ends_month.data = ""
        form.ambiguous = ()
    elif form.validate_on_submit() and form.slot:
        try:
            copy = event_service.copy(
                actor=actor, event_id=event.id, slot=form.slot, title=form.title.language_map or None
            )
        except DomainError as error:
            form.starts_on.errors = [message_of(error)]
        else:
            flash(gettext("The copy is a draft. Its invitations are not sent yet."), "success")
            return redirect(url_for(".edit_event", slug=copy.slug), code=303)
    page = render_template(
        "organiser_events/copy.html", form=form, event=event, tab="details", **slot_preview(form, event.programme)
    )
    return page, 422 if form.errors else 200
