"""Which calendar, and how to take it: per subject, language and calendar application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from iurc_events import addresses
from iurc_events.config import settings
from iurc_events.database import utc_now
from iurc_events.domain.language_maps import text_of
from iurc_events.graphics.qr_codes import qr_svg
from iurc_events.localisation import noop, translate
from iurc_events.queries import events as event_queries
from iurc_events.queries import feeds as feed_queries
from iurc_events.queries import home as home_queries
from iurc_events.queries import pairs as pair_queries
from iurc_events.queries.events import ListedEvent
from iurc_events.queries.feeds import OF_ONE_EVENT, FeedSubject
from iurc_events.queries.saved_filters import filters_of
from iurc_events.services import attempts, saved_filters
from iurc_events.services.feeds import feed_page
from iurc_events.web.access import public
from iurc_events.web.accounts.sign_in import visitor_network
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.events import EventRow, event_row
from iurc_events.web.presentation.places import pair_name
from iurc_events.web.presentation.vocabulary import label
from iurc_events.web.public.events import read_filters
from iurc_events.web.public.sharing import is_wechat

blueprint = Blueprint("public_calendars", __name__, url_prefix="/<any(en,zh):lang>/calendars")
KINDS = ("programme", "city", "pair", "theme", "kind")
#: Calendars that are reached from a list or an event, not chosen on the page.
_LINKED_KINDS = ("event", "sessions", "filter")
LANGUAGES = ("en", "zh", "both")
_PREVIEWED = 3
#: What ended longer ago is in no feed of a city, pair, programme or theme.
_WINDOW = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar that a reader chose, with all the ways to take it."""

    kind: str
    title: str
    other_title: str
    page: str
    address: str
    webcal: str
    google: str
    outlook: str
    path: str
    qr: Markup
    rows: tuple[EventRow, ...]

    @property
    def is_of_one_event(self) -> bool:
        """Whether it holds one event, for ever."""
        return self.kind in OF_ONE_EVENT


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind of calendar, with what can be chosen within it."""

    value: str
    label: str
    note: str
    select_label: str
    options: tuple[tuple[str, str], ...]

    @property
    def field(self) -> str:
        """The parameter that names the one chosen."""
        return "event-kind" if self.value == "kind" else self.value


def _kinds() -> tuple[KindChoice, ...]:
    """Return what can be followed: what has events, and every pair."""
    language = g.language
    other = "zh" if language == "en" else "en"
    options: dict[str, list[tuple[str, str]]] = {"programme": [], "city": [], "theme": []}
    followable = event_queries.list_subjects()
    for choice in sorted(followable, key=lambda choice: choice.sort_keys.get(language, "")):
        own = text_of(choice.name, language)
        second = choice.name.get(other, "") if choice.kind == "city" else ""
        options[choice.kind].append((choice.slug, f"{own} {second}" if second and second != own else own))
    event_kinds = tuple((value, label("kind", value, language)) for value in event_queries.list_kinds())
    pairs = tuple((slug, text_of(pair_name(names), language)) for slug, names in pair_queries.list_pair_names())
    return (
        KindChoice(
            "programme",
            _("The whole programme"),
            _("All published events"),
            _("Programme"),
            tuple(options["programme"]),
        ),
        KindChoice(
            "city",
            _("One city"),
            _("Every event it takes part in"),
            _("City or region"),
            tuple(options["city"]),
        ),
        KindChoice("pair", _("One pair"), _("Sessions of two or more cities"), _("Pair"), pairs),
        KindChoice("theme", _("One theme"), _("For example climate and energy"), _("Theme"), tuple(options["theme"])),
        KindChoice("kind", _("One kind"), _("For example workshops alone"), _("Kind"), event_kinds),
    )


def _preview(subject: FeedSubject, now: datetime) -> list[ListedEvent]:
    """Return the first events of a calendar."""
    if subject.kind in OF_ONE_EVENT:
        return event_queries.list_where(
            event_queries.is_public(), event_queries.is_event(subject.id), order=(), limit=1
        )
    if subject.kind in ("kind", "filter"):
        conditions = {"kind": [subject.slug]} if subject.kind == "kind" else subject.conditions or {}
        filters = filters_of(conditions)
        counts = event_queries.count_events(filters, now=now)
        return event_queries.list_events(filters, counts, now=now, per_page=_PREVIEWED)
    return event_queries.list_events_of(subject.kind, subject.id, now=now, per_page=_PREVIEWED)[0]


def _feed(subject: FeedSubject, titles: str) -> Feed:
    language = g.language
    now = utc_now()
    path = addresses.feed(subject.kind, subject.slug, titles)
    address = settings().base_url + path
    webcal = "webcal" + address[address.index("://") :]
    title = text_of(subject.name, language) or _("All published events")
    other = subject.name.get("zh" if language == "en" else "en", "")
    listed = _preview(subject, now)
    return Feed(
        kind=subject.kind,
        page=feed_page(subject, language),
        title=title,
        other_title=other if other != title else "",
        address=address,
        webcal=webcal,
        google=f"https://calendar.google.com/calendar/r?{urlencode({'cid': webcal})}",
        outlook=f"https://outlook.office.com/calendar/0/addfromweb?url={quote(address, safe='')}&name={quote(title)}",
        path=path,
        qr=Markup(qr_svg(address, translate(noop("QR code of the calendar’s address"), language))),  # noqa: S704  (drawn by us)
        rows=tuple(
            event_row(event, language, now)
            for event in listed
            if subject.kind in OF_ONE_EVENT or event.ends_at is None or event.ends_at >= now - _WINDOW
        ),
    )


@blueprint.post("/filters")
@public
def keep_filter() -> ResponseReturnValue:
    """Give the list of events with its filter an address that calendars can follow."""
    attempts.require(saved_filters.FILTERS_PER_NETWORK, visitor_network())
    filters, _ignored = read_filters(request.form)
    short_id = saved_filters.keep(event_queries.without_unknown(filters))
    return redirect(url_for(".choose_calendar", kind="filter", id=short_id), code=303)


@blueprint.get("/")
@public
def choose_calendar() -> ResponseReturnValue:
    """Show which calendars there are and how each application takes the one chosen."""
    kind = request.args.get("kind", "programme")
    titles = request.args.get("titles", "both")
    titles = titles if titles in LANGUAGES else "both"
    kinds = _kinds()
    slug = request.args.get("id") or request.args.get("event-kind" if kind == "kind" else kind, "")
    if kind == "programme" and not slug:
        programme = home_queries.find_main_programme(utc_now())
        slug = programme.slug if programme else ""
    is_known = kind in (*KINDS, *_LINKED_KINDS)
    subject = feed_queries.find_subject(kind, slug) if is_known and slug else None
    if subject and kind in OF_ONE_EVENT and feed_queries.is_withdrawn_event(subject.id):
        subject = None  # its page is gone too
    response = make_response(
        render_template(
            "public_calendars/show.html",
            kinds=kinds,
            chosen_kind=kind if kind in KINDS else "",
            slug=slug,
            titles=titles,
            feed=_feed(subject, titles) if subject else None,
            is_unknown=bool(slug) and subject is None,
            is_event=kind in _LINKED_KINDS,
            is_wechat=is_wechat(),
            mine_href=f"/{g.language}/account/calendars/",
        )
    )
    response.vary.add("User-Agent")
    return response
