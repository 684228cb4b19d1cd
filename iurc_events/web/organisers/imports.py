"""Documents into the programme: look first, then confirm."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.domain.errors import DomainError
from iurc_events.localisation import translate
from iurc_events.permissions import Permission
from iurc_events.services import uploads
from iurc_events.services.import_outcomes import Action, ImportOutcome
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.imports import UploadForm
from iurc_events.web.localisation import current_language, gettext

blueprint = Blueprint("organiser_imports", __name__)

#: So many lines of a preview are shown; the totals count all.
LINES_SHOWN = 300


def _findings(outcome: ImportOutcome, kind: str) -> list[str]:
    found = outcome.faults if kind == "faults" else outcome.warnings
    return [
        f"{each.document}: {each.fault.path}: "
        f"{translate(each.fault.message, current_language(), **dict(each.fault.params))}"
        for each in found[:LINES_SHOWN]
    ]


@blueprint.route("/<any(en,zh):lang>/organise/documents/", methods=["GET", "POST"])
@requires(Permission.IMPORT_DOCUMENTS)
def upload_documents() -> ResponseReturnValue:
    """Show the form, what uploaded documents would change, or take them."""
    actor = signed_in_user()
    form = UploadForm()
    outcome: ImportOutcome | None = None
    if form.validate_on_submit():
        try:
            files = uploads.kept(actor, form.token.data) if form.token.data else form.uploads()
            is_confirmed = bool(form.token.data) and request.form.get("step") == "confirm"
            outcome = uploads.import_uploads(
                actor,
                files,
                dry_run=not is_confirmed,
                as_drafts=form.status.data == "draft",
                overwrite=bool(form.is_overwriting.data),
            )
            if is_confirmed and not outcome.is_refused:
                uploads.forget(actor, form.token.data or "")
                totals = outcome.totals
                flash(
                    gettext(
                        "Imported: %(created)s created, %(updated)s updated, %(unchanged)s unchanged",
                        created=totals[Action.CREATED],
                        updated=totals[Action.UPDATED],
                        unchanged=totals[Action.UNCHANGED],
                    ),
                    "success",
                )
                return redirect(url_for("organiser_events.list_events"), code=303)
            if not form.token.data and not outcome.is_refused:
                form.token.data = uploads.keep(actor, files)
        except DomainError as error:
            form.files.errors = [message_of(error)]
            form.token.data = ""
            outcome = None
    page = render_template(
        "organiser_imports/upload.html",
        form=form,
        outcome=outcome,
        lines=outcome.lines[:LINES_SHOWN] if outcome else (),
        faults=_findings(outcome, "faults") if outcome else [],
        warnings=_findings(outcome, "warnings") if outcome else [],
    )
    return page, 422 if form.errors or (outcome and outcome.is_refused) else 200
