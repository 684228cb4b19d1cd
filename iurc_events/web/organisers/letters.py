"""Formal letters at the organiser's desk: invitations of delegations, confirmations of people, the letterhead."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.time_slots import zone
from iurc_events.localisation import LANGUAGES
from iurc_events.models.events import Event
from iurc_events.permissions import Permission
from iurc_events.queries import letters as letter_queries
from iurc_events.queries import organised_events
from iurc_events.services import letters
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.letters import ConfirmationForm, InvitationLettersForm, LetterheadForm
from iurc_events.web.localisation import current_language, ngettext
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.letters import letter_row
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.public.pdfs import pdf_response

blueprint = Blueprint("organiser_letters", __name__)
_EVENT = "/<any(en,zh):lang>/organise/events/<slug>/letters"
_PER_PAGE = 25


def _today(event: Event) -> Any:
    zones = event.programme.reference_zones
    return utc_now().astimezone(zone(zones[0]["zone"] if zones else "UTC")).date()


def _page(
    event: Event, form: InvitationLettersForm, confirmation: ConfirmationForm, status: int
) -> ResponseReturnValue:
    language = current_language()
    latest = letter_queries.latest_invitations(event.id)
    delegations = letter_queries.list_invited(event.id)
    chosen = [each.public_id for each in delegations if each.id not in latest]
    form.offer(
        [(each.public_id, text_of(each.city.name, language)) for each in delegations],
        chosen=chosen,
        today=_today(event),
    )
    confirmation.offer(today=_today(event))
    query = request.args.get("q", "").strip()[:100]
    page = max(1, request.args.get("page", 1, type=int))
    listed, total = letter_queries.list_letters(event.id, page=page, per_page=_PER_PAGE)
    return render_template(
        "organiser_letters/list.html",
        event=event,
        tab="letters",
        form=form,
        confirmation=confirmation,
        delegations=delegations,
        latest={str(each.public_id): latest[each.id] for each in delegations if each.id in latest},
        has_letterhead=bool(event.programme.letterhead),
        query=query,
        people=letter_queries.find_confirmable(event.id, query) if query else [],
        rows=[letter_row(each, language) for each in listed],
        paging=paging_view(
            page=page, per_page=_PER_PAGE, total=total, path=request.path, query=list(request.args.items(multi=True))
        ),
    ), status


@blueprint.get(_EVENT)
@requires(Permission.MANAGE_DELEGATIONS)
def list_letters(slug: str) -> ResponseReturnValue:
    """Show the register of letters, and what can be issued."""
    event = organised_events.get_event_organised_by(signed_in_user(), slug)
    return _page(event, InvitationLettersForm(formdata=None), ConfirmationForm(formdata=None), 200)


@blueprint.post(_EVENT)
@requires(Permission.MANAGE_DELEGATIONS)
def issue_invitations(slug: str) -> ResponseReturnValue:
    """Issue the invitations of the chosen delegations."""
    actor = signed_in_user()
    event = organised_events.get_event_organised_by(actor, slug)
    form = InvitationLettersForm()
    delegations = letter_queries.list_invited(event.id)
    form.offer([(each.public_id, "") for each in delegations], chosen=[], today=_today(event))
    if not form.validate_on_submit():
        return _page(event, form, ConfirmationForm(formdata=None), 422)
    assert form.issued_on.data is not None
    try:
        issued = letters.issue_invitations(
            actor=actor,
            event_id=event.id,
            delegation_ids=form.delegations.data or [],
            addition=form.addition.language_map,
            issued_on=form.issued_on.data,
        )
    except NotFoundError:
        raise
    except DomainError as error:
        form.delegations.errors = [message_of(error)]
        return _page(event, form, ConfirmationForm(formdata=None), 422)
    flash(ngettext("%(num)s letter is issued", "%(num)s letters are issued", len(issued)), "success")
    return redirect(url_for(".list_letters", slug=event.slug, _anchor="register"), code=303)


@blueprint.post(f"{_EVENT}/confirmations")
@requires(Permission.MANAGE_DELEGATIONS)
def issue_confirmation(slug: str) -> ResponseReturnValue:
    """Issue a letter for one person."""
    actor = signed_in_user()
    event = organised_events.get_event_organised_by(actor, slug)
    form = ConfirmationForm()
    form.offer(today=_today(event))
    try:
        public_id = uuid.UUID(form.person.data or "")
    except ValueError:
        abort(404)
    if form.validate_on_submit() and form.issued_on.data is not None:
        try:
            letter = letters.issue_confirmation(
                actor=actor,
                event_id=event.id,
                kind="speaker" if form.kind.data == "speaker" else "participant",
                public_id=public_id,
                purpose=form.purpose.data,
                addition={},
                issued_on=form.issued_on.data,
            )
        except NotFoundError:
            raise
        except DomainError as error:
            form.purpose.errors = [message_of(error)]
        else:
            flash(_("Letter %(number)s is issued", number=letter.number), "success")
            return redirect(url_for(".list_letters", slug=event.slug, _anchor="register"), code=303)
    return _page(event, InvitationLettersForm(formdata=None), form, 422)


@blueprint.get("/<any(en,zh):lang>/organise/letters/<uuid:letter_id>.pdf")
@requires(Permission.MANAGE_DELEGATIONS)
def show_letter(letter_id: uuid.UUID) -> ResponseReturnValue:
    """Give a letter as PDF; ``?first=en`` or ``zh`` puts that page first."""
    letter = letter_queries.get_letter_organised_by(signed_in_user(), letter_id)
    wanted = request.args.get("first", "")
    first = next((language for language in LANGUAGES if language == wanted), None)
    return pdf_response(letters.get_letter_pdf(letter, first), is_private=True)


@blueprint.route("/<any(en,zh):lang>/organise/programmes/<slug>/letterhead", methods=["GET", "POST"])
@requires(Permission.MANAGE_DELEGATIONS)
def edit_letterhead(slug: str) -> ResponseReturnValue:
    """Say what the letters of a programme print at their head and under the signature."""
    actor = signed_in_user()
    programme = letter_queries.get_programme_organised_by(actor, slug)
    head = programme.letterhead or {}
    form = LetterheadForm(data={**head, "prefix": programme.letter_prefix or ""})
    if form.validate_on_submit():
        letters.set_letterhead(actor=actor, programme_id=programme.id, texts=form.texts, prefix=form.prefix.data or "")
        flash(_("The letterhead is saved; letters issued before keep theirs"), "success")
        return redirect(url_for(".edit_letterhead", slug=programme.slug), code=303)
    return render_template("organiser_letters/letterhead.html", programme=programme, form=form), (
        422 if form.errors else 200
    )
