"""Reported numbers of an event: typed one by one, or pasted, looked at first, and undone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from iurc_events.domain.language_maps import text_of
from iurc_events.domain.reported_counts import read_count, read_lines
from iurc_events.models.events import Event
from iurc_events.permissions import Permission
from iurc_events.queries import counts, event_choices
from iurc_events.services import head_counts
from iurc_events.services.head_counts import CountEntry
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.forms.head_counts import HeadCountForm, PastedCountsForm
from iurc_events.web.localisation import current_language, gettext, ngettext
from iurc_events.web.organisers.events import get_event
from iurc_events.web.organisers.numbers import sessions_of
from iurc_events.web.presentation.counts import count_view
from iurc_events.web.presentation.measured_counts import number_tables

blueprint = Blueprint("organiser_counts", __name__)

_UNDO = "counts-before"


def _forms() -> tuple[HeadCountForm, PastedCountsForm]:
    form, pasted = HeadCountForm(), PastedCountsForm()
    form.prepare(list(event_choices.list_choices([], current_language()).cities))
    pasted.prepare()
    return form, pasted


def _show(
    event: Event,
    form: HeadCountForm,
    pasted: PastedCountsForm,
    *,
    shown: Any = None,
    preview: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    language = current_language()
    rows = [
        {
            "key": row.id,
            "subject": row.subject,
            "city": text_of(row.city.name, language) if row.city else "",
            "count": count_view(row.value, row.qualifier, "", language),
            "as_printed": row.as_printed or "",
            "source": row.source,
        }
        for row in head_counts.list_entries(event.id)
    ]
    page = render_template(
        "organiser_counts/counts.html",
        event=event,
        tab="counts",
        form=shown,
        count_form=form,
        pasted_form=pasted,
        rows=rows,
        preview=preview,
        tables=number_tables(
            counts.load_counts(Event.id == event.id),
            sessions_of(event.id),
            language,
            url_for("organiser_numbers.show_event_people", slug=event.slug),
        ),
        file_href=url_for("organiser_numbers.show_event", slug=event.slug),
    )
    return page, status


def _remember(event: Event, before: list[CountEntry]) -> None:
    """Keep what stood there in the signed-in person's own session, as far as a cookie holds it."""
    entries = [
        [each.subject, each.city_id, each.value, each.qualifier, each.source[:80], each.as_printed, each.is_imported]
        for each in before
    ]
    if len(entries) <= 20:
        session[_UNDO] = {"event": event.id, "entries": entries}


def _flash_undo(event: Event, before: list[CountEntry], text: str) -> None:
    _remember(event, before)
    if session.get(_UNDO, {}).get("event") == event.id:
        message: Any = (text, url_for(".undo_counts", slug=event.slug))  # a pair, as the toast takes it
        flash(message, "undo")
    else:
        flash(text, "success")


@blueprint.get("/<any(en,zh):lang>/organise/events/<slug>/counts")
@requires(Permission.ORGANISE_EVENTS)
def show_counts(slug: str) -> ResponseReturnValue:
    """Show what was reported, and forms for more."""
    return _show(get_event(slug), *_forms())


@blueprint.post("/<any(en,zh):lang>/organise/events/<slug>/counts")
@requires(Permission.ORGANISE_EVENTS)
def report_count(slug: str) -> ResponseReturnValue:
    """Take one reported number."""
    event = get_event(slug)
    form, pasted = _forms()
    if not form.validate_on_submit():
        return _show(event, form, pasted, shown=form, status=422)
    count = read_count(form.value.data or "")
    assert count is not None  # the form asked for it
    entry = CountEntry(
        subject=form.subject.data,
        city_id=form.city.data,
        value=count.value,
        qualifier=form.qualifier.data or count.qualifier.value,
        source=form.source.data or "",
        as_printed=None if count.as_printed == str(count.value) else count.as_printed,
    )
    before = head_counts.report_counts(actor=signed_in_user(), event_id=event.id, entries=[entry])
    _flash_undo(event, before, gettext("The number is saved"))
    return redirect(url_for(".show_counts", slug=slug), code=303)


@blueprint.post("/<any(en,zh):lang>/organise/events/<slug>/counts/paste")
@requires(Permission.ORGANISE_EVENTS)
def paste_counts(slug: str) -> ResponseReturnValue:
    """Show what was understood of pasted lines, or take them."""
    event = get_event(slug)
    form, pasted = _forms()
    if not pasted.validate_on_submit():
        return _show(event, form, pasted, shown=pasted, status=422)
    lines = read_lines(pasted.text.data or "")
    keys = head_counts.find_cities([line.name for line in lines])
    entries: list[CountEntry] = []
    preview: list[dict[str, Any]] = []
    for line in lines:
        problem = ""
        if line.count is None:
            problem = gettext("no single number found")
        elif line.name and line.name not in keys:
            problem = gettext("no city of this name, or several")
        else:
            entries.append(
                CountEntry(
                    subject=pasted.pasted_subject.data,
                    city_id=keys.get(line.name),
                    value=line.count.value,
                    qualifier=line.count.qualifier.value,
                    source=pasted.pasted_source.data or "",
                    as_printed=None if line.count.as_printed == str(line.count.value) else line.count.as_printed,
                )
            )
        count = line.count
        preview.append(
            {
                "number": line.number,
                "name": line.name or gettext("The whole event"),
                "count": count_view(count.value, count.qualifier.value, "", current_language()) if count else None,
                "problem": problem,
            }
        )
    if pasted.step.data == "confirm" and entries:
        before = head_counts.report_counts(actor=signed_in_user(), event_id=event.id, entries=entries)
        _flash_undo(event, before, ngettext("%(num)s number is saved", "%(num)s numbers are saved", len(entries)))
        return redirect(url_for(".show_counts", slug=slug), code=303)
    return _show(event, form, pasted, preview=preview)


@blueprint.post("/<any(en,zh):lang>/organise/events/<slug>/counts/<int:key>/remove")
@requires(Permission.ORGANISE_EVENTS)
def remove_count(slug: str, key: int) -> ResponseReturnValue:
    """Remove a reported number; the next page offers to undo it."""
    event = get_event(slug)
    before = head_counts.remove_count(actor=signed_in_user(), event_id=event.id, key=key)
    _flash_undo(event, before, gettext("The number is removed"))
    return redirect(url_for(".show_counts", slug=slug), code=303)


@blueprint.post("/<any(en,zh):lang>/organise/events/<slug>/counts/undo")
@requires(Permission.ORGANISE_EVENTS)
def undo_counts(slug: str) -> ResponseReturnValue:
    """Put the numbers back as they were before the last change of this person."""
    event = get_event(slug)
    kept = session.pop(_UNDO, None)
    if not isinstance(kept, dict) or kept.get("event") != event.id:
        flash(gettext("There is nothing to undo any more"), "error")
    else:
        head_counts.restore_counts(
            actor=signed_in_user(), event_id=event.id, entries=[CountEntry(*entry) for entry in kept["entries"]]
        )
        flash(gettext("The numbers are as before"), "success")
    return redirect(url_for(".show_counts", slug=slug), code=303)
