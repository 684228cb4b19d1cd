"""Reports for organisers and funders: choose one, and the documents themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events import addresses
from iurc_events.domain.clock_texts import slot_date
from iurc_events.domain.errors import BusyError
from iurc_events.domain.language_maps import LanguageMap, text_of
from iurc_events.localisation import LANGUAGES
from iurc_events.models.events import Event
from iurc_events.models.jobs import BackgroundJob
from iurc_events.models.programmes import Programme
from iurc_events.permissions import Permission, is_granted
from iurc_events.services import background_jobs, reports
from iurc_events.services.report_programmes import ProgrammePeriod, make_programme_report
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.forms.fields import narrow
from iurc_events.web.localisation import current_language
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.counts import CountView, count_view
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.public.pdfs import document_language, pdf_response, show_slow

blueprint = Blueprint("organiser_reports", __name__)

PER_PAGE = 25
#: A report of more events is made in the background at once: it takes longer than people wait for a page.
MOST_AT_ONCE = 30


def _day(name: str) -> date | None:
    """Read a day of the address.

    Raises:
        ValueError: If it is none.
    """
    text = narrow(request.values.get(name, "")).strip()
    return date.fromisoformat(text) if text else None


@blueprint.get("/<any(en,zh):lang>/organise/events/<slug>/report.pdf")
@requires(Permission.READ_REPORTS)
def event_report(slug: str) -> ResponseReturnValue:
    """Give the report of an event."""
    event = reports.get_readable_event(signed_in_user(), slug)
    try:
        return pdf_response(reports.get_event_pdf(event, document_language()), is_private=True)
    except BusyError as error:
        return show_slow(error, url_for("organiser_reports.prepare_event_report", slug=slug))


def _to_job(job: BackgroundJob) -> ResponseReturnValue:
    return redirect(url_for("organiser_jobs.show_job", job_id=job.public_id), code=303)


def _ask_for_event(name: str, slug: str) -> ResponseReturnValue:
    actor = signed_in_user()
    event = reports.get_readable_event(actor, slug)
    return _to_job(
        background_jobs.ask(
            name,
            {"event": event.slug, "language": document_language()},
            actor=actor,
            programme_id=event.programme_id,
            event_id=event.id,
        )
    )


@blueprint.post("/<any(en,zh):lang>/organise/events/<slug>/report/prepare")
@requires(Permission.READ_REPORTS)
def prepare_event_report(slug: str) -> ResponseReturnValue:
    """Have the report of an event made by a worker."""
    return _ask_for_event("event-report", slug)


@blueprint.post("/<any(en,zh):lang>/organise/events/<slug>/agenda/prepare")
@requires(Permission.READ_REPORTS)
def prepare_event_agenda(slug: str) -> ResponseReturnValue:
    """Have the agenda of an event made by a worker."""
    return _ask_for_event("event-agenda", slug)


@blueprint.get("/<any(en,zh):lang>/organise/programmes/<slug>/report.pdf")
@requires(Permission.READ_REPORTS)
def programme_report(slug: str) -> ResponseReturnValue:
    """Give the report of a programme over a period; without days, over all there is."""
    programme = reports.get_readable_programme(signed_in_user(), slug)
    try:
        period = reports.get_period(programme, _day("from"), _day("to"))
    except ValueError:
        abort(400)
    try:
        return pdf_response(reports.get_programme_pdf(period, document_language()), is_private=True)
    except BusyError as error:
        fields = {"from": period.first.isoformat(), "to": period.last.isoformat()}
        return show_slow(error, url_for("organiser_reports.prepare_programme_report", slug=slug), fields)


@blueprint.post("/<any(en,zh):lang>/organise/programmes/<slug>/report/prepare")
@requires(Permission.READ_REPORTS)
def prepare_programme_report(slug: str) -> ResponseReturnValue:
    """Have the report of a programme made by a worker."""
    actor = signed_in_user()
    programme = reports.get_readable_programme(actor, slug)
    try:
        period = reports.get_period(programme, _day("from"), _day("to"))
    except ValueError:
        abort(400)
    return _to_job(
        background_jobs.ask(
            "programme-report",
            {
                "programme": programme.slug,
                "first": period.first.isoformat(),
                "last": period.last.isoformat(),
                "language": document_language(),
            },
            actor=actor,
            programme_id=programme.id,
        )
    )


def _figures(period: ProgrammePeriod) -> list[CountView]:
    """Return the figures of the title page, as a page shows them."""
    language = current_language()
    return [
        count_view(
            count.figure.value,
            None if count.figure.qualifier == "exactly" else count.figure.qualifier,
            count.label,
            language,
        )
        for count in make_programme_report(period, document_language()).figures
    ]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """An event whose report can be had."""

    slug: str
    href: str
    date: str
    title: LanguageMap
    state: str


def _row(event: Event) -> ReportRow:
    language = current_language()
    date_text = slot_date(event.slot, language, short=True) if event.slot else ""
    return ReportRow(event.slug, addresses.event(event.slug, language), date_text, event.title, event.state)


def _chosen(programmes: list[Programme]) -> Programme | None:
    wanted = request.args.get("programme", "")
    return next((each for each in programmes if each.slug == wanted), programmes[0] if programmes else None)


@blueprint.get("/<any(en,zh):lang>/organise/reports/")
@requires(Permission.READ_REPORTS)
def list_reports() -> ResponseReturnValue:
    """Choose a programme and a period, see its figures, and take reports home."""
    actor = signed_in_user()
    programmes = reports.list_readable_programmes(actor)
    programme = _chosen(programmes)
    period, fault = None, ""
    if programme is not None:
        try:
            period = reports.get_period(programme, _day("from"), _day("to"))
        except ValueError:
            fault = _("Write days as year-month-day, such as 2022-04-29.")
        except reports.PeriodError:
            fault = _("The period ends before it begins")
    events = sorted(period.events, key=lambda event: (event.first_day or "", event.id), reverse=True) if period else []
    last_page = max(1, -(-len(events) // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), last_page)
    query = list(request.args.items(multi=True))
    language = current_language()
    return render_template(
        "organiser_reports/list.html",
        programmes=[(each.slug, text_of(each.name, language)) for each in programmes],
        programme=programme,
        period=period,
        fault=fault,
        languages=LANGUAGES,
        first_day=request.args.get("from", "") if fault else period.first.isoformat() if period else "",
        last_day=request.args.get("to", "") if fault else period.last.isoformat() if period else "",
        figures=_figures(period) if period else [],
        rows=[_row(event) for event in events[(page - 1) * PER_PAGE : page * PER_PAGE]],
        is_long=period is not None and len(period.events) > MOST_AT_ONCE,
        is_organiser=is_granted(actor, Permission.ORGANISE_EVENTS),
        paging=paging_view(page=page, per_page=PER_PAGE, total=len(events), path=request.path, query=query),
    ), (422 if fault else 200)
