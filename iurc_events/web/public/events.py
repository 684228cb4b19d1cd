"""The public list of events and the page of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from iurc_events import addresses
from iurc_events.database import utc_now
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.registration import takes_registrations
from iurc_events.domain.vocabulary import EVENT_FORMATS, EVENT_KINDS, PUBLIC_STATES
from iurc_events.models.events import Event
from iurc_events.queries import events as event_queries
from iurc_events.queries import personal_feeds as personal_feed_queries
from iurc_events.queries.events import EventFilters
from iurc_events.queries.saved_filters import conditions_of
from iurc_events.web.access import public
from iurc_events.web.forms.fields import narrow
from iurc_events.web.kept_pages import kept_pages
from iurc_events.web.localisation import gettext as _
from iurc_events.web.localisation import ngettext
from iurc_events.web.presentation.calendar_links import calendar_links
from iurc_events.web.presentation.events import event_page, event_row, shown_state
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.presentation.vocabulary import label
from iurc_events.web.public.sharing import is_stranger, is_wechat, kept_for_strangers

blueprint = Blueprint("public_events", __name__, url_prefix="/<any(en,zh):lang>/events")
PER_PAGE = 10
#: Of more events than this, cities, themes and programmes are offered without their numbers: these take seconds.
MOST_COUNTED = 5_000


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter with the number of events that it would show."""

    value: str
    label: str
    count: int | None
    is_chosen: bool


def _day(text: str, name: str, ignored: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(narrow(text))
    except ValueError:
        ignored.append(name)
        return None


def read_filters(arguments: MultiDict[str, str]) -> tuple[EventFilters, list[str]]:
    """Read the filters of an address; what is not understood is left out and named."""
    ignored: list[str] = []

    def several(name: str, allowed: tuple[str, ...] | None = None) -> tuple[str, ...]:
        values = tuple(dict.fromkeys(value for value in arguments.getlist(name) if value))[:50]
        known = tuple(value for value in values if allowed is None or value in allowed)
        if known != values:
            ignored.append(name)
        return known

    filters = EventFilters(
        from_day=_day(arguments.get("from", ""), "from", ignored),
        to_day=_day(arguments.get("to", ""), "to", ignored),
        cities=several("city"),
        themes=several("theme"),
        kinds=several("kind", EVENT_KINDS),
        formats=several("format", EVENT_FORMATS),
        states=several("state", tuple(state.value for state in PUBLIC_STATES)),
        programmes=several("programme"),
        query=arguments.get("q", "").strip()[:200],
    )
    return filters, ignored


def _chips(filters: EventFilters, names: dict[tuple[str, str], str], path: str) -> list[tuple[str, str]]:
    """Return label and address-without-it of each chosen filter."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if value and name != "page"]

    def without(name: str, value: str) -> str:
        rest = [pair for pair in pairs if pair != (name, value)]
        return f"{path}?{urlencode(rest)}" if rest else path

    chips = []
    for name, value in dict.fromkeys(pairs):
        shown = names.get((name, value))
        if name == "q" and filters.query:
            shown = f"“{filters.query}”"
        elif name == "from" and filters.from_day:
            shown = _("From %(day)s", day=filters.from_day.isoformat())
        elif name == "to" and filters.to_day:
            shown = _("Until %(day)s", day=filters.to_day.isoformat())
        if shown:
            chips.append((shown, without(name, value)))
    return chips


def _feed_of(filters: EventFilters) -> str | None:
    """Return the page of the calendar of a whole list, or of one by one city, theme, programme or kind alone."""
    chosen = [
        ("city", filters.cities),
        ("theme", filters.themes),
        ("programme", filters.programmes),
        ("kind", filters.kinds),
    ]
    used = [(kind, slugs) for kind, slugs in chosen if slugs]
    others = (filters.query, filters.formats, filters.states, filters.from_day, filters.to_day)
    if len(used) == 1 and len(used[0][1]) == 1 and not any(others):
        return f"/{g.language}/calendars/?{urlencode({'kind': used[0][0], 'id': used[0][1][0]})}"
    return f"/{g.language}/calendars/" if not used and not any(others) else None


@blueprint.get("/")
@public
@kept_for_strangers
def list_events() -> ResponseReturnValue:
    """Show the events that fit the filters of the address."""
    asked, ignored = read_filters(request.args)
    filters = event_queries.without_unknown(asked)
    for name, before, after in (
        ("city", asked.cities, filters.cities),
        ("theme", asked.themes, filters.themes),
        ("programme", asked.programmes, filters.programmes),
    ):
        if before != after:
            ignored.append(name)
    now = utc_now()
    page = max(request.args.get("page", 1, type=int), 1)
    counts = event_queries.count_events(filters, now=now)
    page = min(page, -(-counts.total // PER_PAGE) or 1)
    listed = event_queries.list_events(filters, counts, now=now, page=page, per_page=PER_PAGE)
    rows = [event_row(event, g.language, now) for event in listed]
    path = request.path
    names: dict[tuple[str, str], str] = {}
    subjects: dict[str, list[Choice]] = {"city": [], "theme": [], "programme": []}
    chosen_slugs = {"city": filters.cities, "theme": filters.themes, "programme": filters.programmes}
    sides: dict[str, str] = {}
    found = event_queries.list_subjects(filters if counts.total <= MOST_COUNTED else None)
    for subject in sorted(found, key=lambda subject: subject.sort_keys.get(g.language, "")):
        text = text_of(subject.name, g.language)
        names[subject.kind, subject.slug] = text
        sides[subject.slug] = subject.side
        is_chosen = subject.slug in chosen_slugs[subject.kind]
        subjects[subject.kind].append(Choice(subject.slug, text, subject.count, is_chosen))
    facets = []
    for column, legend, values, chosen in (
        ("kind", _("Kind"), EVENT_KINDS, filters.kinds),
        ("format", _("Format"), EVENT_FORMATS, filters.formats),
        ("state", _("State"), tuple(state.value for state in PUBLIC_STATES), filters.states),
    ):
        numbers = counts.by_column[column]
        options = [
            Choice(value, label(column, value, g.language), numbers.get(value, 0), value in chosen)
            for value in values
            if numbers.get(value) or value in chosen
        ]
        names |= {(column, option.value): option.label for option in options}
        facets.append((column, legend, options))
    if len(subjects["programme"]) > 1 or filters.programmes:
        facets.append(("programme", _("Programme"), subjects["programme"]))
    return render_template(
        "public_events/list.html",
        filters=filters,
        ignored=ignored,
        total=counts.total,
        coming=[row for row in rows if not row.is_past],
        past=[row for row in rows if row.is_past],
        pages=paging_view(
            page=page, per_page=PER_PAGE, total=counts.total, path=path, query=list(request.args.items(multi=True))
        ),
        path=path,
        facets=facets,
        city_groups=[
            (label("side", side, g.language), cities)
            for side in ("EU", "China", "other")
            if (cities := [choice for choice in subjects["city"] if sides[choice.value] == side])
        ],
        themes=subjects["theme"],
        chips=_chips(filters, names, path),
        feed_href=_feed_of(filters),
        conditions=[(name, value) for name, values in conditions_of(filters).items() for value in values],
    )


@dataclass(frozen=True, slots=True)
class Registration:
    """Whether people can sign up, and the sentence beside the button."""

    is_open: bool
    is_full: bool
    href: str
    sentence: str


def registration_of(event: Any, now: datetime) -> Registration:
    """Tell whether an event, or what queries/events.find_standing finds of it, takes registrations now."""
    is_full = event.capacity is not None and event.seats_taken >= event.capacity
    is_open = takes_registrations(event, now)
    sentence = ""
    if is_open and event.capacity is not None:
        left = max(event.capacity - event.seats_taken, 0)
        sentence = ngettext("%(num)s place left", "%(num)s places left", left) if left else _("No places left")
    return Registration(is_open, is_full, f"/{g.language}/events/{event.slug}/sign-up", sentence)


@blueprint.get("/<slug>")
@public
def show_event(slug: str) -> ResponseReturnValue:
    """Show an event that everybody may see; strangers get the whole page as it is kept."""
    if is_stranger() and (standing := event_queries.find_standing(slug)):
        now = utc_now()
        is_past = standing.ends_at is not None and standing.ends_at <= now
        stamp = (standing.version, is_past, registration_of(standing, now))
        key = ("page", standing.public_id, g.language)
        return kept_pages.get_or_render(key, lambda: render_event(_public_event(slug)), stamp)
    return render_event(_public_event(slug))


def _public_event(slug: str) -> Event:
    """Return an event that everybody may see; a former address leads on, a withdrawn event is gone."""
    event = event_queries.find_public_event(slug)
    if event is None:
        if new_slug := event_queries.find_new_slug(slug):
            abort(redirect(url_for(".show_event", slug=new_slug), code=301))
        abort(410 if event_queries.was_public(slug) else 404)
    return event


def render_event(event: Event, *, is_preview: bool = False) -> str:
    """Render an event's page: the part that all readers share is kept by version."""
    now = utc_now()
    language = g.language
    is_past = event.ends_at is not None and event.ends_at <= now
    pdf_href = f"/{language}/events/{event.slug}/agenda.pdf"
    calendar_href = f"/{language}/calendars/?{urlencode({'kind': 'event', 'id': event.slug})}"
    sessions_href = f"/{language}/calendars/?{urlencode({'kind': 'sessions', 'id': event.slug})}"

    def body() -> str:
        content = event_queries.load_content(event.id, with_unconsented=is_preview)
        view = event_page(event, content, language, now=now)
        timed = [session for session in content.sessions.values() if session.session_starts_wall]
        return render_template(
            "public_events/_body.html",
            view=view,
            pdf_href=pdf_href,
            calendar_href="" if is_preview or event.time_precision == "month" else calendar_href,
            sessions_href=sessions_href if len(timed) > 1 else "",
        )

    kept = kept_pages.get_or_render((event.public_id, language, is_preview), body, (event.version, is_past))
    registration = registration_of(event, now)
    is_signed_in = bool(current_user.is_authenticated)
    context: dict[str, Any] = {
        "event": event,
        "state": shown_state(event.state, is_open=registration.is_open, is_full=registration.is_full, is_past=is_past),
        "status_note": event.status_note,
        "registration": registration,
        "feed_href": addresses.feed("event", event.slug, language),
        "calendar_href": calendar_href,
        "links": None if is_wechat() else calendar_links(event, language, now),
        "sessions_href": sessions_href if "kind=sessions" in kept else "",
        "pdf_href": pdf_href,
        "has_agenda": 'class="agenda' in kept,
        "is_preview": is_preview,
        "is_signed_in": is_signed_in,
        "is_followed": is_signed_in and personal_feed_queries.is_followed(current_user.id, event.id),
        "body": kept,
    }
    return render_template("public_events/show.html", **context)
