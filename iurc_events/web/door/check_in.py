"""The door on any phone: scan a code or search a name, see who came, take it back."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from iurc_events.database import utc_now
from iurc_events.domain.clock_texts import long_date, zones_of_programme
from iurc_events.domain.entry_codes import EntryKind
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.graphics.qr_codes import qr_svg
from iurc_events.localisation import noop
from iurc_events.models.events import Event
from iurc_events.permissions import Permission, is_granted
from iurc_events.queries import check_in as door
from iurc_events.services import check_in as service
from iurc_events.web.access import public, requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.fields import narrow
from iurc_events.web.localisation import current_language
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.times import time_view
from iurc_events.web.security import CONTENT_SECURITY_POLICY

blueprint = Blueprint("check_in", __name__)
_BASE = "/<any(en,zh):lang>/check-in"
_EVENT = f"{_BASE}/events/<slug>"
#: The reader of codes is WebAssembly; the camera belongs to this page alone.
_SCANNING = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.replace(
        "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
    ),
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}

#: Words of the script of the door's page.
SCRIPT_WORDS = {
    "denied": noop("The camera is not allowed. Allow it in the browser’s settings, or search by name."),
    "missing": noop("No camera was found. Take a picture of the code, or search by name."),
    "nothing": noop("No code in this picture. Try again with more light."),
    "offline": noop("No connection. The code was not stored; scan it again."),
    "scanning": noop("Hold the code before the camera"),
}


def _scopes(event: Event) -> list[tuple[str, str]]:
    """Return what one can come to: the event, its days where it has several, its sessions."""
    language = current_language()
    scopes = [(service.WHOLE, _("The whole event"))]
    if event.first_day and event.last_day and event.first_day < event.last_day:
        first, last = date.fromisoformat(event.first_day), date.fromisoformat(event.last_day)
        for number in range(min((last - first).days + 1, 31)):
            day = first + timedelta(days=number)
            scopes.append((f"day:{day.isoformat()}", long_date(day, language)))
    scopes += [(f"session:{slug}", text_of(title, language)) for slug, title, _kind in door.list_sessions(event.id)]
    return scopes


def _scope(event: Event, value: str | None) -> str:
    try:
        return service.check_scope(event, value or service.WHOLE)
    except NotFoundError:
        return service.WHOLE


def _time_of(event: Event) -> Any:
    slot = event.slot
    zones = zones_of_programme(event.programme.reference_zones)
    return time_view(slot, zones, current_language(), now=utc_now()) if slot else None


@blueprint.get("/check-in/")
@requires(Permission.CHECK_IN)
def choose_language() -> ResponseReturnValue:
    """Lead to the page in the reader's language."""
    return redirect(url_for(".list_events", lang=current_language()))


@blueprint.get(f"{_BASE}/")
@requires(Permission.CHECK_IN)
def list_events() -> ResponseReturnValue:
    """List the events at whose door the reader works."""
    events = door.list_events_at_door(signed_in_user(), utc_now())
    return render_template("door/list.html", rows=[(event, _time_of(event)) for event in events])


@blueprint.get(_EVENT)
@requires(Permission.CHECK_IN)
def show_door(slug: str) -> ResponseReturnValue:
    """Scan, search, and see who came."""
    event = door.get_event_at_door(signed_in_user(), slug)
    scope = _scope(event, request.args.get("scope"))
    query = narrow(request.args.get("q", ""))[:100]
    code = request.args.get("code", "")
    found, problem = _find(event, query, code, scope)
    response = make_response(
        render_template(
            "door/event.html",
            event=event,
            time=_time_of(event),
            scope=scope,
            scopes=_scopes(event),
            query=query,
            code=code,
            found=found,
            problem=problem,
            latest=door.list_latest(event.id, scope),
            counts=door.count_at_door(event.id, scope),
            words={name: _(text) for name, text in SCRIPT_WORDS.items()},
        )
    )
    response.headers.update(_SCANNING)
    return response


def _find(event: Event, query: str, code: str, scope: str) -> tuple[list[door.Expected], str]:
    """Return the people that a search or a code finds, and what is wrong with the code."""
    if not code:
        return (door.search_expected(event.id, query, scope) if query else []), ""
    try:
        kind, public_id = service.read_code(code)
    except DomainError as error:
        return [], message_of(error)
    person = door.find_expected(event.id, kind, public_id, scope)
    return ([person], "") if person else ([], _("This person is not registered for this event"))


@blueprint.get(f"{_EVENT}/counts")
@requires(Permission.CHECK_IN)
def show_counts(slug: str) -> ResponseReturnValue:
    """Give the numbers at the door, for a page that is open."""
    event = door.get_event_at_door(signed_in_user(), slug)
    return jsonify(_counts(event, _scope(event, request.args.get("scope"))))


def _counts(event: Event, scope: str) -> dict[str, int]:
    counts = door.count_at_door(event.id, scope)
    return {"expected": counts.expected, "came": counts.came, "onsite": counts.onsite, "online": counts.online}


@blueprint.post(f"{_EVENT}/scan")
@requires(Permission.CHECK_IN)
def scan_code(slug: str) -> ResponseReturnValue:
    """Check in whom a scanned code names; the answer is for the script of the page."""
    event = door.get_event_at_door(signed_in_user(), slug)
    scope = _scope(event, request.form.get("scope"))
    try:
        kind, public_id = service.read_code(request.form.get("code", ""))
        is_new = service.check_in(
            actor=signed_in_user(), slug=event.slug, kind=kind, public_id=public_id, scope=scope, source="scan"
        )
    except DomainError as error:
        return jsonify(state="refused", text=message_of(error), counts=_counts(event, scope)), 422
    person = door.find_expected(event.id, kind, public_id, scope)
    return jsonify(
        state="new" if is_new else "known",
        text=_("Checked in") if is_new else _("Was checked in before"),
        name=text_of(person.name, current_language()) if person else "",
        city=text_of(person.city_name, current_language()) if person and person.city_name else "",
        counts=_counts(event, scope),
    )


def _back(event: Event, scope: str) -> ResponseReturnValue:
    return redirect(
        url_for(
            ".show_door",
            slug=event.slug,
            scope=None if scope == service.WHOLE else scope,
            q=request.form.get("q") or None,
        ),
        code=303,
    )


def _person() -> tuple[EntryKind, uuid.UUID]:
    try:
        public_id = uuid.UUID(request.form.get("person", ""))
    except ValueError:
        abort(404)
    return ("speaker" if request.form.get("kind") == "speaker" else "participant"), public_id


@blueprint.post(f"{_EVENT}/come")
@requires(Permission.CHECK_IN)
def check_in(slug: str) -> ResponseReturnValue:
    """Write down that somebody came."""
    event = door.get_event_at_door(signed_in_user(), slug)
    scope = _scope(event, request.form.get("scope"))
    kind, public_id = _person()
    mode = "online" if request.form.get("mode") == "online" or event.format == "online" else "onsite"
    try:
        is_new = service.check_in(
            actor=signed_in_user(),
            slug=event.slug,
            kind=kind,
            public_id=public_id,
            scope=scope,
            mode="online" if mode == "online" else "onsite",
        )
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(_("Checked in") if is_new else _("Was checked in before"), "success")
    return _back(event, scope)


@blueprint.post(f"{_EVENT}/undo")
@requires(Permission.CHECK_IN)
def undo_check_in(slug: str) -> ResponseReturnValue:
    """Take back that somebody came."""
    event = door.get_event_at_door(signed_in_user(), slug)
    scope = _scope(event, request.form.get("scope"))
    kind, public_id = _person()
    try:
        service.undo(actor=signed_in_user(), slug=event.slug, kind=kind, public_id=public_id, scope=scope)
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(_("Taken back"), "success")
    return _back(event, scope)


@blueprint.get(f"{_BASE}/code/<code>")
@public
def show_code(code: str) -> ResponseReturnValue:
    """Show an entry code; who works at the door goes on to the person. It names nobody and opens nothing."""
    try:
        kind, public_id = service.read_code(code)
    except DomainError:
        abort(404)
    event = door.find_event_of_code(kind, public_id)
    if event is None:
        abort(404)
    if (
        current_user.is_authenticated
        and is_granted(signed_in_user(), Permission.CHECK_IN)
        and door.is_at_door(signed_in_user(), event.id)
    ):
        return redirect(url_for(".show_door", slug=event.slug, code=code))
    address = service.entry_address(kind, public_id, current_language())
    response: Response = make_response(
        render_template(
            "door/code.html",
            event=event,
            time=_time_of(event),
            picture=qr_svg(address, _("Entry code")),
        )
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
