"""Participants at the organiser's desk: names are for organisers alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.vocabulary import ParticipantState
from iurc_events.localisation import noop
from iurc_events.models.accounts import User
from iurc_events.models.participants import Participant
from iurc_events.permissions import Permission
from iurc_events.queries import mailings as mailing_queries
from iurc_events.queries import organised_events
from iurc_events.queries import participants as participant_queries
from iurc_events.services import entered_participants
from iurc_events.services import participants as participant_service
from iurc_events.services.entered_participants import AlreadyRegisteredError
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.entered_participants import EntryForm
from iurc_events.web.localisation import gettext
from iurc_events.web.presentation.mailings import kind_words, moment_words
from iurc_events.web.presentation.paging import paging_view

blueprint = Blueprint("organiser_participants", __name__)
_BASE = "/<any(en,zh):lang>/organise/events/<slug>/participants"
_PER_PAGE = 25
_STATES = tuple(state.value for state in ParticipantState)


@blueprint.get(_BASE)
@requires(Permission.SEE_PARTICIPANTS)
def list_participants(slug: str) -> ResponseReturnValue:
    """List who signed up, filtered and paged in the database."""
    event = organised_events.get_event_organised_by(signed_in_user(), slug)
    state = request.args.get("state", "")
    state = state if state in _STATES else ""
    query = request.args.get("q", "").strip()[:100]
    page = max(1, request.args.get("page", 1, type=int))
    rows, total = participant_queries.list_participants(
        event.id, state=state, query=query, page=page, per_page=_PER_PAGE
    )
    return render_template(
        "organiser_participants/list.html",
        event=event,
        tab="participants",
        rows=rows,
        mails={
            key: (mail, kind_words(mail.kind), moment_words(event, mail.sent_at or mail.created_at))
            for key, mail in mailing_queries.last_mail_of_participants(
                [row.public_id for row in rows], event.id
            ).items()
        },
        state=state,
        states=_STATES,
        query=query,
        paging=paging_view(
            page=page,
            per_page=_PER_PAGE,
            total=total,
            path=request.path,
            query=list(request.args.items(multi=True)),
        ),
    )


@blueprint.route(f"{_BASE}/new", methods=["GET", "POST"])
@requires(Permission.SEE_PARTICIPANTS)
def enter_participant(slug: str) -> ResponseReturnValue:
    """Register somebody who asked for it in another way, for example by phone."""
    actor = signed_in_user()
    event = organised_events.get_event_organised_by(actor, slug)
    form = EntryForm()
    form.offer(event)
    if form.validate_on_submit():
        try:
            entered = entered_participants.enter(
                actor=actor, event_id=event.id, entry=form.entry, attempt=form.attempt_id
            )
        except AlreadyRegisteredError as error:
            form.email.errors = [message_of(error)]
        except NotFoundError:
            raise
        except DomainError as error:
            form.form_errors.append(message_of(error))
        else:
            flash(gettext(_entered_words(entered)), "success")
            return redirect(url_for(".list_participants", slug=slug, q=entered.email or entered.name), code=303)
    page = render_template("organiser_participants/new.html", event=event, tab="participants", form=form)
    return page, 422 if form.errors else 200


def _entered_words(entered: Participant) -> str:
    if entered.state == ParticipantState.WAITING:
        return noop("All places are taken: the person is on the waiting list")
    if entered.email:
        return noop("Registered, and the person is told by mail")
    return noop("Registered. There is no mail address to tell the person at")


def _act(
    slug: str, participant_id: uuid.UUID, step: Callable[[uuid.UUID, User], None], done: str
) -> ResponseReturnValue:
    """Run a service for somebody of an own event and go back to the page of the list."""
    actor = signed_in_user()
    event = organised_events.get_event_organised_by(actor, slug)
    try:
        step(participant_id, actor)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(gettext(done), "success")
    return redirect(
        url_for(
            "organiser_participants.list_participants",
            slug=event.slug,
            state=request.form.get("state") or None,
            q=request.form.get("q") or None,
        ),
        code=303,
    )


@blueprint.post(f"{_BASE}/<uuid:participant_id>/confirm")
@requires(Permission.SEE_PARTICIPANTS)
def confirm_participant(slug: str, participant_id: uuid.UUID) -> ResponseReturnValue:
    """Say that somebody is coming."""
    return _act(
        slug,
        participant_id,
        lambda key, actor: participant_service.confirm(key, actor=actor),
        noop("The registration is confirmed"),
    )


@blueprint.post(f"{_BASE}/<uuid:participant_id>/cancel")
@requires(Permission.SEE_PARTICIPANTS)
def cancel_participant(slug: str, participant_id: uuid.UUID) -> ResponseReturnValue:
    """Cancel a registration; the person is told."""
    return _act(
        slug,
        participant_id,
        lambda key, actor: participant_service.cancel(key, actor=actor),
        noop("The registration is cancelled, and the person is told by mail"),
    )


@blueprint.post(f"{_BASE}/<uuid:participant_id>/attended")
@requires(Permission.SEE_PARTICIPANTS)
def record_attendance(slug: str, participant_id: uuid.UUID) -> ResponseReturnValue:
    """Write down that somebody came."""
    return _act(
        slug,
        participant_id,
        lambda key, actor: participant_service.record_attendance(key, actor=actor),
        noop("Marked as attended"),
    )


@blueprint.post(f"{_BASE}/<uuid:participant_id>/not-attended")
@requires(Permission.SEE_PARTICIPANTS)
def undo_attendance(slug: str, participant_id: uuid.UUID) -> ResponseReturnValue:
    """Take back that somebody came."""
    return _act(
        slug,
        participant_id,
        lambda key, actor: participant_service.undo_attendance(key, actor=actor),
        noop("No longer marked as attended"),
    )
