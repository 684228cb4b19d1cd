"""Background work: what waits, runs, is done or failed; the page of one job, and its file."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.config import settings
from iurc_events.database import utc_now
from iurc_events.domain.errors import DomainError
from iurc_events.models.jobs import BackgroundJob
from iurc_events.permissions import Permission, is_granted
from iurc_events.queries import background_work
from iurc_events.services import background_jobs, storage
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.accounts.outbox import moment
from iurc_events.web.accounts.people import page_number
from iurc_events.web.errors import message_of
from iurc_events.web.localisation import current_language
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.jobs import STATES, details_of, reason_of, timed_rows, title_of
from iurc_events.web.presentation.paging import paging_view

blueprint = Blueprint("organiser_jobs", __name__, url_prefix="/<any(en,zh):lang>/organise/jobs")
PER_PAGE = 25


@blueprint.get("/")
@requires(Permission.ORGANISE_EVENTS)
def list_jobs() -> ResponseReturnValue:
    """Show background work of the actor's programmes, and the clockwork to administrators."""
    actor, page, language, now = signed_in_user(), page_number(), current_language(), utc_now()
    state = request.args.get("state")
    state = state if state in STATES else None
    counts = background_work.count_by_state(actor)
    total = counts.get(state, 0) if state else sum(counts.values())
    is_administrator = is_granted(actor, Permission.ADMINISTER)
    return render_template(
        "organiser_jobs/list.html",
        jobs=background_work.list_jobs(actor, state=state, page=page, per_page=PER_PAGE),
        counts=counts,
        states=STATES,
        state=state,
        people_lists=background_work.list_people_lists(actor, now),
        mail=background_work.count_mail(actor, now),
        is_mail_sent=settings().smtp_url is not None,
        timed=timed_rows(current_app.extensions["timed_jobs"], background_work.list_turns(), now, language)
        if is_administrator
        else [],
        is_administrator=is_administrator,
        moment=moment,
        now=now,
        title_of=lambda name: title_of(name, language),
        details_of=lambda arguments: details_of(arguments, language),
        reason_of=lambda error: reason_of(error, language),
        paging=paging_view(
            page=page, per_page=PER_PAGE, total=total, path=request.path, query=list(request.args.items(multi=True))
        ),
    )


@blueprint.get("/<uuid:job_id>")
@requires(Permission.READ_REPORTS)
def show_job(job_id: uuid.UUID) -> ResponseReturnValue:
    """Show how far a job is, its file, or why it failed."""
    actor, language = signed_in_user(), current_language()
    job = background_work.get_job(actor, job_id)
    return render_template(
        "organiser_jobs/show.html",
        job=job,
        title=title_of(job.name, language),
        details=details_of(job.arguments, language),
        reason=reason_of(job.error, language),
        states=STATES,
        kept_until=moment(job.finished_at + background_jobs.RESULT_KEPT) if job.finished_at else "",
        is_organiser=is_granted(actor, Permission.ORGANISE_EVENTS),
    )


@blueprint.get("/<uuid:job_id>/progress")
@requires(Permission.READ_REPORTS)
def tell_progress(job_id: uuid.UUID) -> ResponseReturnValue:
    """Tell a waiting page how far a job is."""
    job = background_work.get_job(signed_in_user(), job_id)
    return (
        {"state": job.state, "done": job.done_steps, "total": job.all_steps},
        200,
        {"Cache-Control": "private, no-store"},
    )


@blueprint.get("/<uuid:job_id>/file")
@requires(Permission.READ_REPORTS)
def download_file(job_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out what a job made."""
    job = background_work.get_job(signed_in_user(), job_id)
    data = storage.read(job.result_hash) if job.result_hash else None
    if data is None:
        abort(410 if job.state == "done" else 404)
    headers = {
        "Content-Type": job.result_type or "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{job.result_name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return data, 200, headers


def _act(job_id: uuid.UUID, step: Callable[[BackgroundJob], object], done: str) -> ResponseReturnValue:
    job = background_work.get_job(signed_in_user(), job_id)
    try:
        step(job)
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(done, "success")
    return redirect(url_for(".show_job", job_id=job_id), code=303)


@blueprint.post("/<uuid:job_id>/cancel")
@requires(Permission.READ_REPORTS)
def cancel_job(job_id: uuid.UUID) -> ResponseReturnValue:
    """Cancel a job that waits or runs."""
    actor = signed_in_user()
    return _act(job_id, lambda job: background_jobs.cancel(job.id, actor=actor), _("Cancelled"))


@blueprint.post("/<uuid:job_id>/retry")
@requires(Permission.READ_REPORTS)
def retry_job(job_id: uuid.UUID) -> ResponseReturnValue:
    """Begin a job anew."""
    actor = signed_in_user()
    return _act(job_id, lambda job: background_jobs.retry(job.id, actor=actor), _("It is in the queue again"))
