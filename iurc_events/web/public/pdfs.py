"""The agenda of an event on paper, and how PDF documents are answered."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from iurc_events.domain.errors import BusyError, NotFoundError
from iurc_events.localisation import Language
from iurc_events.models.events import Event
from iurc_events.queries import events as event_queries
from iurc_events.services import reports
from iurc_events.services.reports import StoredPdf
from iurc_events.web.access import public, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.localisation import current_language

blueprint = Blueprint("public_pdfs", __name__)


def document_language() -> Language:
    """Return the language of the documents that a page gives: its own."""
    return "zh" if current_language() == "zh" else "en"


def pdf_response(pdf: StoredPdf, *, is_private: bool) -> ResponseReturnValue:
    """Answer with a document to save; unchanged documents are not sent twice."""
    response = Response(pdf.data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{pdf.file_name}"'
    response.headers["Cache-Control"] = "private, no-cache" if is_private else "public, max-age=300"
    response.set_etag(pdf.key)
    return response.make_conditional(request)


@blueprint.get("/<any(en,zh):lang>/events/<slug>/agenda.pdf")
@public
def show_agenda(slug: str) -> ResponseReturnValue:
    """Give the agenda of an event that everybody may see."""
    event = event_queries.find_public_event(slug)
    if event is None:
        if new_slug := event_queries.find_new_slug(slug):
            return redirect(url_for(".show_agenda", slug=new_slug), code=301)
        abort(404)
    try:
        return pdf_response(reports.get_agenda_pdf(event, document_language()), is_private=False)
    except BusyError as error:
        if not (current_user.is_authenticated and can_read_report(event)):
            raise
        return show_slow(error, url_for("organiser_reports.prepare_event_agenda", slug=event.slug))


def can_read_report(event: Event) -> bool:
    """Tell whether the reader may have documents of an event made in the background."""
    try:
        reports.get_readable_event(signed_in_user(), event.slug)
    except NotFoundError:
        return False
    return True


def show_slow(error: BusyError, action: str, fields: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """Answer that a document takes long, and offer to have it made in the background.

    Args:
        action: Address to post to.
    """
    page = render_template(
        "organiser_reports/slow.html", reason=message_of(error), action=action, fields=dict(fields or {})
    )
    return page, 503, {"Retry-After": "5", "Cache-Control": "private, no-store"}
