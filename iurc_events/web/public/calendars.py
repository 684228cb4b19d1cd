"""Which calendar, and how to take it: per subject, language and calendar application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlencode

from flask import Blueprint, g, make_response, render_template, request
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
from iurc_events.queries.feeds import FeedSubject
from iurc_events.web.access import public
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.events import EventRow, event_row
from iurc_events.web.presentation.places import pair_name
from iurc_events.web.public.sharing import is_wechat

blueprint = Blueprint("public_calendars", __name__, url_prefix="/<any(en,zh):lang>/calendars")
KINDS = ("programme", "city", "pair", "theme")
LANGUAGES = ("en", "zh", "both")
_PREVIEWED = 3
#: What ended longer ago is in no feed of a city, pair, programme or theme.
_WINDOW = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar that a reader chose, with all the ways to take it."""

    title: str
    other_title: str
    address: str
    webcal: str
    google: str
    outlook: str
    path: str
    qr: Markup
    rows: tuple[EventRow, ...]


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind of calendar, with what can be chosen within it."""

    value: str
    label: str
    note: str
    select_label: str
    options: tuple[tuple[str, str], ...]


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
    )


def _feed(subject: FeedSubject, titles: str) -> Feed:
    language = g.language
    now = utc_now()
    path = addresses.feed(subject.kind, subject.slug, titles)
    address = settings().base_url + path
    webcal = "webcal" + address[address.index("://") :]
    title = text_of(subject.name, language)
    other = subject.name.get("zh" if language == "en" else "en", "")
    if subject.kind == "event":
        listed = event_queries.list_where(
            event_queries.is_public(), event_queries.is_event(subject.id), order=(), limit=1
        )
    else:
        listed, _total = event_queries.list_events_of(subject.kind, subject.id, now=now, per_page=_PREVIEWED)
    return Feed(
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
            if subject.kind == "event" or event.ends_at is None or event.ends_at >= now - _WINDOW
        ),
    )


@blueprint.get("/")
@public
def choose_calendar() -> ResponseReturnValue:
    """Show which calendars there are and how each application takes the one chosen."""
    kind = request.args.get("kind", "programme")
    titles = request.args.get("titles", "both")
    titles = titles if titles in LANGUAGES else "both"
    kinds = _kinds()
    slug = request.args.get("id") or request.args.get(kind, "")
    if kind == "programme" and not slug:
        programme = home_queries.find_main_programme(utc_now())
        slug = programme.slug if programme else ""
    is_known = kind in (*KINDS, "event")
    subject = feed_queries.find_subject(kind, slug) if is_known and slug else None
    response = make_response(
        render_template(
            "public_calendars/show.html",
            kinds=kinds,
            chosen_kind=kind if kind in KINDS else "",
            slug=slug,
            titles=titles,
            feed=_feed(subject, titles) if subject else None,
            is_unknown=bool(slug) and subject is None,
            is_event=kind == "event",
            is_wechat=is_wechat(),
            mine_href=f"/{g.language}/account/calendars/",
        )
    )
    response.vary.add("User-Agent")
    return response
