"""Personal data at the organiser's desk: requests, copies, erasure, the retention clock, the privacy notice."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.domain.errors import DomainError
from iurc_events.domain.language_maps import text_of
from iurc_events.localisation import noop
from iurc_events.permissions import Permission
from iurc_events.queries import organised_events
from iurc_events.queries import privacy as privacy_queries
from iurc_events.services import privacy_notices, privacy_requests, retention
from iurc_events.services.data_exports import SECTIONS, collect
from iurc_events.services.data_subjects import Subject, find
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.privacy import IdentityForm, NoticeForm, RefusalForm, RetentionForm
from iurc_events.web.localisation import current_language
from iurc_events.web.localisation import gettext as _
from iurc_events.web.participants.privacy import zip_response

blueprint = Blueprint("organiser_privacy", __name__)
_BASE = "/<any(en,zh):lang>/organise/privacy"

_COUNTED = noop("emptied; city, mode and kind of organisation stay and are counted")
_EMPTIED = noop("emptied")
_DELETED = noop("deleted")
_CLEANED = noop("the name is taken out")
#: What an erasure does with the rows of each table.
_FATES = {
    "persons": _EMPTIED,
    "speakers": noop("emptied; the city keeps the slot and the speaker is counted"),
    "contributions": noop("taken off; the city keeps the slot"),
    "participants": _COUNTED,
    "attendances": noop("stay, without a name"),
    "attendance_lines": _EMPTIED,
    "change_requests": _EMPTIED,
    "letters": _EMPTIED,
    "privacy_requests": _EMPTIED,
    "users": noop("closed and emptied"),
    "revisions": _CLEANED,
    "import_records": _CLEANED,
    "mentions": _CLEANED,
}


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A kind of thing on record, how often, and what an erasure does with it."""

    label: str
    count: int
    fate: str


def _preview(subject: Subject) -> list[PreviewRow]:
    return [
        PreviewRow(_(SECTIONS[name]), len(rows), _(_FATES.get(name, _DELETED)))
        for name, rows in collect(subject).items()
    ]


@blueprint.get(f"{_BASE}/")
@requires(Permission.SEE_PARTICIPANTS)
def list_requests() -> ResponseReturnValue:
    """Show what waits for a decision, and find people."""
    actor, query = signed_in_user(), request.args.get("q", "").strip()[:100]
    people = privacy_queries.find_people(actor, query)
    return render_template(
        "organiser_privacy/list.html",
        requests=privacy_queries.list_open_requests(actor),
        query=query,
        people=[(row, text_of(row.name, current_language()), _address_of(row)) for row in people],
        programmes=organised_events.list_own_programmes(actor),
    )


def _address_of(row: privacy_queries.KnownPerson) -> str:
    if row.kind == "person":
        return url_for(".show_person", person_id=row.public_id)
    return url_for(".show_participant", participant_id=row.public_id)


# --- A request that was proved by mail --------------------------------------------------------------------------------


@blueprint.route(f"{_BASE}/requests/<uuid:request_id>", methods=["GET", "POST"])
@requires(Permission.SEE_PARTICIPANTS)
def decide(request_id: uuid.UUID) -> ResponseReturnValue:
    """Show what an erasure would do; erase, or refuse with a reason."""
    actor = signed_in_user()
    found = privacy_queries.get_open_request(actor, request_id)
    subject = find(emails=[found.email])
    form = RefusalForm()
    if request.method == "POST":
        try:
            if request.form.get("answer") == "erase":
                privacy_requests.confirm(found, actor=actor)
                flash(_("The person’s data was erased; the numbers stay"), "success")
                return redirect(url_for(".list_requests"), code=303)
            if form.validate_on_submit():
                privacy_requests.refuse(found, reason=form.reason.data or "", actor=actor)
                flash(_("The refusal is in the outbox, with your reason"), "success")
                return redirect(url_for(".list_requests"), code=303)
        except DomainError as error:
            form.form_errors = [message_of(error)]
    return render_template(
        "organiser_privacy/request.html",
        found=found,
        form=form,
        rows=_preview(subject),
        names=sorted(subject.names),
        may_decide=privacy_requests.may_decide(actor, subject),
    ), 422 if form.errors else 200


# --- Somebody of one's own programme ----------------------------------------------------------------------------------


def _person_page(subject: Subject, name: str, form: IdentityForm, address: str) -> ResponseReturnValue:
    return render_template(
        "organiser_privacy/person.html",
        name=name,
        form=form,
        rows=_preview(subject),
        names=sorted(subject.names),
        address=address,
        may_decide=privacy_requests.may_decide(signed_in_user(), subject),
    ), 422 if form.errors else 200


def _act(subject: Subject, name: str, address: str) -> ResponseReturnValue:
    """Show what is on record of somebody; give a copy, or erase them."""
    actor, form = signed_in_user(), IdentityForm()
    if form.validate_on_submit():
        try:
            if request.form.get("answer") == "erase":
                privacy_requests.erase_for(subject, check=form.check.data, actor=actor)
                flash(_("The person’s data was erased; the numbers stay"), "success")
                return redirect(url_for(".list_requests"), code=303)
            data = privacy_requests.export_for(subject, check=form.check.data, language=current_language(), actor=actor)
        except DomainError as error:
            form.form_errors = [message_of(error)]
        else:
            return zip_response(data)
    return _person_page(subject, name, form, address)


@blueprint.route(f"{_BASE}/persons/<uuid:person_id>", methods=["GET", "POST"])
@requires(Permission.SEE_PARTICIPANTS)
def show_person(person_id: uuid.UUID) -> ResponseReturnValue:
    """Show what is on record of a person at an own event; give a copy, or erase them."""
    person = privacy_queries.get_person(signed_in_user(), person_id)
    name = text_of(person.name, current_language())
    return _act(find(person_ids=[person.id]), name, url_for(".show_person", person_id=person_id))


@blueprint.route(f"{_BASE}/participants/<uuid:participant_id>", methods=["GET", "POST"])
@requires(Permission.SEE_PARTICIPANTS)
def show_participant(participant_id: uuid.UUID) -> ResponseReturnValue:
    """Show what is on record of somebody who signed up; give a copy, or erase them."""
    found = privacy_queries.get_participant(signed_in_user(), participant_id)
    address = url_for(".show_participant", participant_id=participant_id)
    return _act(find(participant_ids=[found.id]), found.name, address)


# --- The retention clock, and the notice ------------------------------------------------------------------------------


@blueprint.route("/<any(en,zh):lang>/organise/events/<slug>/retention", methods=["GET", "POST"])
@requires(Permission.SEE_PARTICIPANTS)
def set_retention(slug: str) -> ResponseReturnValue:
    """Say for how long names are kept, and show whose names go on which day."""
    actor = signed_in_user()
    event = organised_events.get_event_organised_by(actor, slug)
    form = RetentionForm(data={"days": event.retention_days})
    if form.validate_on_submit():
        try:
            retention.set_days(event.id, days=form.days.data, actor=actor)
        except DomainError as error:
            form.days.errors = [message_of(error)]
        else:
            flash(_("The retention time is set"), "success")
            return redirect(url_for(".set_retention", slug=event.slug), code=303)
    return render_template(
        "organiser_privacy/retention.html",
        event=event,
        tab="life",
        form=form,
        preview=retention.preview(event, current_language()),
        standard=event.programme.retention_days,
    ), 422 if form.errors else 200


@blueprint.route(f"{_BASE}/notice/<programme_slug>", methods=["GET", "POST"])
@requires(Permission.SEE_PARTICIPANTS)
def edit_notice(programme_slug: str) -> ResponseReturnValue:
    """Fill in what only those responsible can say of personal data."""
    actor = signed_in_user()
    programme = privacy_notices.get_own_programme(actor, programme_slug)
    form = NoticeForm(data=programme.privacy_notice or {})
    if form.validate_on_submit():
        texts = {name: form[name].language_map for name in privacy_notices.PARTS}
        privacy_notices.set_notice(programme_slug, texts=texts, actor=actor)
        flash(_("The privacy notice is changed"), "success")
        return redirect(url_for(".list_requests"), code=303)
    return render_template(
        "organiser_privacy/notice.html", programme=programme, form=form, parts=list(privacy_notices.PARTS)
    ), 422 if form.errors else 200
