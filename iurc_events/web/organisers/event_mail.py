"""Mail of an event at the organiser's desk: standard letters, what changed, and the history of all mail."""

from __future__ import annotations

import uuid
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.domain.errors import ConflictError
from iurc_events.domain.mailings import STANDARD_KINDS, Audience
from iurc_events.domain.merge_fields import FIELDS
from iurc_events.domain.vocabulary import MessageState
from iurc_events.localisation import LANGUAGES, noop
from iurc_events.models.events import Event
from iurc_events.models.mailings import Mailing
from iurc_events.permissions import Permission
from iurc_events.queries import mailings as mailing_queries
from iurc_events.services import changes_told, mailing_sending, mailings, standard_letters
from iurc_events.services.mailing_texts import wording_of
from iurc_events.services.mailing_times import is_over
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.accounts.people import page_number
from iurc_events.web.errors import message_of
from iurc_events.web.forms.accounts import ConfirmForm
from iurc_events.web.forms.mailings import StandardLetterForm
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.organisers.mailings import BASE, LEFT, PER_PAGE, mail_page, own_event, posted_version, previews_of
from iurc_events.web.presentation.mailings import (
    KIND_WORDS,
    audience_words,
    differences,
    error_words,
    example_for,
    kind_words,
    moment_words,
    timing_words,
)
from iurc_events.web.presentation.paging import paging_view

blueprint = Blueprint("organiser_event_mail", __name__)
_STATES: Final = tuple(state.value for state in MessageState)


def _current(event: Event, kind: str) -> Mailing:
    if kind not in STANDARD_KINDS:
        abort(404)
    return standard_letters.list_current(event)[kind]


@blueprint.route(f"{BASE}/standard/<kind>", methods=["GET", "POST"])
@requires(Permission.ORGANISE_EVENTS)
def edit_standard(slug: str, kind: str) -> ResponseReturnValue:
    """Show or change words and time of a standard letter, with a preview."""
    event = own_event(slug)
    mailing = _current(event, kind)
    if mailing.state in LEFT:
        return redirect(url_for("organiser_mailings.show_mailing", slug=slug, mailing_id=mailing.public_id), code=303)
    form = StandardLetterForm()
    differing = None
    if request.method == "GET":
        form.show(mailing)
    elif form.validate_on_submit():
        typed = form.content(mailing)
        try:
            standard_letters.change(
                actor=signed_in_user(), event_id=event.id, kind=kind, version=posted_version(), subject=typed.subject,
                body=typed.body, days=typed.days or 0, at_wall=typed.at_wall or "",
            )  # fmt: skip
        except ConflictError:
            mailing = _current(event, kind)
            form.show_version(mailing)
            differing = differences(event, mailing, typed, {})
        except standard_letters.PastMomentError as error:
            form.days.errors = [message_of(error)]
        except mailings.MailingStateError as error:
            flash(message_of(error), "error")
            return redirect(url_for(".edit_standard", slug=slug, kind=kind), code=303)
        else:
            flash(gettext(noop("The letter is changed")), "success")
            return redirect(url_for(".edit_standard", slug=slug, kind=kind), code=303)
    recipients, unwanted = mailing_sending.wanted_recipients(event, mailing)
    page = render_template(
        "organiser_mailings/standard.html",
        event=event,
        tab="mail",
        form=form,
        kind=kind,
        title=gettext(KIND_WORDS[kind]),
        mailing=mailing,
        is_on=mailing.state == "planned",
        is_over=is_over(mailing, event, utc_now()),
        when=timing_words(event, mailing) if mailing.state == "planned" else "",
        audience=audience_words(Audience.of_words(mailing.audience), {}),
        recipient_count=len(recipients),
        unwanted=unwanted,
        fields=list(FIELDS.items()),
        previews=previews_of(event, mailing, recipients, {}),
        differing=differing,
    )
    return page, 422 if form.errors or differing is not None else 200


@blueprint.get(f"{BASE}/standard/<kind>/formatted")
@requires(Permission.ORGANISE_EVENTS)
def show_standard_formatted(slug: str, kind: str) -> ResponseReturnValue:
    """Show a standard letter as mail programs do."""
    event = own_event(slug)
    mailing = _current(event, kind)
    language = request.args.get("text", "")
    if language not in LANGUAGES:
        abort(404)
    recipients, _ = mailing_sending.wanted_recipients(event, mailing)
    example = example_for(recipients, language, wording_of(mailing))
    return mail_page(mailings.preview(event, mailing, example, language, {}).html)


@blueprint.post(f"{BASE}/standard/<kind>/switch")
@requires(Permission.ORGANISE_EVENTS)
def switch_standard(slug: str, kind: str) -> ResponseReturnValue:
    """Switch a standard letter on or off."""
    event = own_event(slug)
    is_on = request.form.get("on") == "y"
    try:
        mailing = standard_letters.switch(actor=signed_in_user(), event_id=event.id, kind=kind, is_on=is_on)
    except mailings.MailingStateError as error:
        flash(message_of(error), "error")
        return redirect(url_for("organiser_mailings.list_mailings", slug=slug), code=303)
    if standard_letters.leaves_in_a_minute(mailing, utc_now()):
        off = url_for(".switch_standard", slug=slug, kind=kind)
        flash((gettext(noop("The letter leaves in a minute.")), off), "undo")  # type: ignore[arg-type]  # a pair for the toast with a button
    else:
        said = noop("The letter is switched on") if is_on else noop("The letter is switched off")
        flash(gettext(said), "success")
    return redirect(url_for("organiser_mailings.list_mailings", slug=slug), code=303)


@blueprint.route(f"{BASE}/changes", methods=["GET", "POST"])
@requires(Permission.ORGANISE_EVENTS)
def tell_changes(slug: str) -> ResponseReturnValue:
    """Show what changed since people were last told and what they would get, or tell them."""
    event = own_event(slug)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            mailing = standard_letters.tell_changes(actor=signed_in_user(), event_id=event.id)
        except mailings.MailingStateError as error:
            flash(message_of(error), "error")
            return redirect(url_for("organiser_mailings.list_mailings", slug=slug), code=303)
        back = url_for("organiser_mailings.take_back", slug=slug, mailing_id=mailing.public_id)
        flash((gettext(noop("The letter leaves in a minute.")), back), "undo")  # type: ignore[arg-type]  # a pair for the toast with a button
        return redirect(url_for("organiser_mailings.show_mailing", slug=slug, mailing_id=mailing.public_id), code=303)
    items = changes_told.lines(event)
    mailing = standard_letters.letter_on_changes(event)
    recipients, _ = mailing_sending.wanted_recipients(event, mailing)
    return render_template(
        "organiser_mailings/changes.html",
        event=event,
        tab="mail",
        form=form,
        recipients=recipients,
        previews=previews_of(event, mailing, recipients, items) if items else [],
    )


@blueprint.get(f"{BASE}/history")
@requires(Permission.READ_OUTBOX)
def show_history(slug: str) -> ResponseReturnValue:
    """List all mail of an event with its state, by letter, kind, state and reader."""
    event, page = own_event(slug), page_number()
    state = request.args.get("state", "")
    state = state if state in _STATES else ""
    kind, query = request.args.get("kind", "")[:40], request.args.get("q", "").strip()[:100]
    mailing = None
    if letter := request.args.get("letter"):
        try:
            mailing = mailing_queries.get_mailing(event, uuid.UUID(letter))
        except ValueError:
            abort(404)
    letters = mailing_queries.count_by_letter(event.id, current_language())
    rows, total = mailing_queries.list_of_event(
        event.id, state=state, kind=kind, mailing_id=mailing.id if mailing else None, query=query, page=page,
        per_page=PER_PAGE,
    )  # fmt: skip
    kinds = sorted({each.kind for each in letters}, key=kind_words)
    return render_template(
        "organiser_mailings/history.html",
        event=event,
        tab="mail",
        letters=[(each, kind_words(each.kind), moment_words(event, each.last_at)) for each in letters],
        rows=[
            (row, kind_words(row.kind), moment_words(event, row.sent_at or row.created_at), error_words(row))
            for row in rows
        ],
        kinds=[(each, kind_words(each)) for each in kinds],
        states=_STATES,
        state=state,
        kind=kind,
        query=query,
        letter=letter or "",
        paging=paging_view(
            page=page, per_page=PER_PAGE, total=total, path=request.path, query=list(request.args.items(multi=True))
        ),
    )
