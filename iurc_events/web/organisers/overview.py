"""The organiser's overview: figures, what needs attention, next events; and the cities with their answers."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.domain.clock_texts import zones_of_programme
from iurc_events.domain.language_maps import text_of
from iurc_events.models.accounts import User
from iurc_events.permissions import Permission
from iurc_events.queries import attention, organised_cities, organised_events
from iurc_events.queries.attention import Attention, Clash, EventName
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.localisation import current_language, gettext, ngettext
from iurc_events.web.presentation.counts import CountView, count_view
from iurc_events.web.presentation.desk import clock_change, event_row
from iurc_events.web.presentation.times import instant_view

blueprint = Blueprint("organiser_overview", __name__)


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """A line of "Needs attention": sign ``bad``, ``warn`` or ``info``."""

    sign: str
    title: str
    text: str
    kind: str
    action: str
    href: str


def _names(events: list[EventName], *, with_count: bool = False) -> str:
    language = current_language()
    joint = "；" if language == "zh" else ", "
    texts = [
        text_of(each.title, language) + (f" {each.count}" if with_count and len(events) > 1 else "")
        for each in events[:3]
    ]
    rest = len(events) - 3
    more = gettext("and %(number)s more", number=rest) if rest > 0 else ""
    return joint.join([*texts, *([more] if more else [])])


def _event(slug: str, part: str = "") -> str:
    return url_for("organiser_events.edit_event", slug=slug) + part


def _clash_row(clash: Clash, *, is_person: bool) -> AttentionRow:
    language = current_language()
    name = text_of(clash.name, language)
    names = {"first": text_of(clash.first.title, language), "second": text_of(clash.second.title, language)}
    return AttentionRow(
        "bad",
        gettext("%(name)s is down for two events at the same time", name=name)
        if is_person
        else gettext("%(name)s is taken twice at the same time", name=name),
        gettext("%(first)s, and %(second)s", **names),
        gettext("Double booking"),
        gettext("Compare them"),
        _event(clash.first.slug, "/agenda"),
    )


def _total(events: list[EventName]) -> int:
    return sum(each.count for each in events)


def attention_rows(found: Attention) -> list[AttentionRow]:
    """Turn what needs attention into lines, the most urgent first."""
    rows = [_clash_row(clash, is_person=True) for clash in found.person_clashes]
    rows += [_clash_row(clash, is_person=False) for clash in found.room_clashes]

    def add(sign: str, events: list[EventName], title: str, kind: str, action: str, href: str) -> None:
        if events:
            rows.append(AttentionRow(sign, title, _names(events, with_count=True), kind, action, href))

    def first(events: list[EventName], part: str) -> str:
        return _event(events[0].slug, part) if events else ""

    late, near, held = _total(found.overdue), _total(found.due_soon), len(found.unconfirmed)
    add(
        "bad",
        found.overdue,
        ngettext("%(num)s city is past its deadline", "%(num)s cities are past their deadline", late),
        gettext("Overdue"),
        gettext("See the delegations"),
        first(found.overdue, "/delegations"),
    )
    add(
        "warn",
        found.due_soon,
        ngettext("%(num)s city has not answered", "%(num)s cities have not answered", near),
        gettext("Deadline within a week"),
        gettext("See the delegations"),
        first(found.due_soon, "/delegations"),
    )
    add(
        "warn",
        found.unconfirmed,
        ngettext(
            "%(num)s event is past: took place? Confirm it", "%(num)s events are past: took place? Confirm them", held
        ),
        gettext("Not counted as held"),
        gettext("See the events"),
        first(found.unconfirmed, "/life")
        if held == 1
        else url_for("organiser_events.list_events", state="unconfirmed"),
    )
    add(
        "warn",
        found.unnamed,
        ngettext("%(num)s talk has no speaker", "%(num)s talks have no speaker", _total(found.unnamed)),
        gettext("Speaker to be named"),
        gettext("See the talks"),
        first(found.unnamed, "/agenda"),
    )
    add(
        "warn",
        found.undecided,
        ngettext(
            "%(num)s speaker waits for your decision",
            "%(num)s speakers wait for your decision",
            _total(found.undecided),
        ),
        gettext("Nominated by a city"),
        gettext("Decide"),
        first(found.undecided, "/delegations"),
    )
    add(
        "warn",
        found.asked_changes,
        ngettext(
            "%(num)s change waits for your decision",
            "%(num)s changes wait for your decision",
            _total(found.asked_changes),
        ),
        gettext("Asked for after the deadline"),
        gettext("Decide"),
        first(found.asked_changes, "/requests"),
    )
    if found.failed_mails:
        rows.append(
            AttentionRow(
                "warn",
                ngettext("%(num)s mail was not delivered", "%(num)s mails were not delivered", found.failed_mails),
                "",
                gettext("Mail not delivered"),
                gettext("Open the outbox"),
                f"/{current_language()}/organise/outbox/",
            )
        )
    if found.erasures_asked:
        rows.append(
            AttentionRow(
                "warn",
                ngettext(
                    "%(num)s erasure of personal data waits for your decision",
                    "%(num)s erasures of personal data wait for your decision",
                    found.erasures_asked,
                ),
                "",
                gettext("Personal data asked about"),
                gettext("Look at it"),
                url_for("organiser_privacy.list_requests"),
            )
        )
    add(
        "info",
        found.names_going,
        ngettext("%(num)s event loses its names soon", "%(num)s events lose their names soon", len(found.names_going)),
        gettext("Names erased within 30 days"),
        gettext("See whose"),
        first(found.names_going, "/retention"),
    )
    for events, title in (
        (found.missing_zh, gettext("Chinese title missing")),
        (found.missing_en, gettext("English title missing")),
    ):
        if events:
            rows.append(
                AttentionRow(
                    "info",
                    f"{title}: {len(events)}" if current_language() == "en" else f"{title}：{len(events)}",
                    _names(events),
                    gettext("Translation missing"),
                    gettext("Translate"),
                    _event(events[0].slug, "#title"),
                )
            )
    return rows


@blueprint.get("/<any(en,zh):lang>/organise/")
@requires(Permission.ORGANISE_EVENTS)
def show_overview() -> ResponseReturnValue:
    """Show figures, what needs attention and the next events."""
    actor, now, language = signed_in_user(), utc_now(), current_language()
    programmes = organised_events.list_own_programmes(actor)
    zones = zones_of_programme(programmes[0].reference_zones) if programmes else ()
    figures = attention.get_figures(actor, now)
    return render_template(
        "organiser_overview/overview.html",
        figures=figures,
        participants=_participants(figures),
        attention=attention_rows(attention.list_attention(actor, now)),
        rows=[event_row(row, language, now) for row in organised_events.list_next(actor, now)],
        clocks=instant_view(now, zones, language) if zones else None,
        clock_change=clock_change(zones, now, language),
        programme_names=[programme.name for programme in programmes],
    )


def _participants(figures: attention.Figures) -> CountView:
    return count_view(
        figures.participants,
        figures.qualifier if figures.participants is not None else None,
        gettext("Participants reported"),
        current_language(),
    )


@blueprint.get("/<any(en,zh):lang>/organise/cities/")
@requires(Permission.ORGANISE_EVENTS)
def list_cities() -> ResponseReturnValue:
    """List the cities of the organiser's programmes with their events and answers."""
    actor: User = signed_in_user()
    return render_template(
        "organiser_cities/list.html", rows=organised_cities.list_organised_cities(actor, current_language())
    )
