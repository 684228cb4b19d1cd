"""Persons over all events of the organiser's programmes: list, page, likely duplicates, merging."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.vocabulary import SIDES
from iurc_events.models.speakers import Person
from iurc_events.permissions import Permission
from iurc_events.queries import mailings as mailing_queries
from iurc_events.queries import person_pairs
from iurc_events.queries import persons as person_queries
from iurc_events.queries.persons import PersonFilter
from iurc_events.services import persons as person_service
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.accounts.outbox import moment
from iurc_events.web.errors import message_of
from iurc_events.web.forms.persons import FIELD_WORDS, MergeForm, PersonForm
from iurc_events.web.localisation import current_language
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.mailings import kind_words
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.presentation.persons import REASON_WORDS, name_of_person, pair_view, pair_views

blueprint = Blueprint("organiser_persons", __name__)
_BASE = "/<any(en,zh):lang>/organise/persons"
_PER_PAGE = 25


def _page() -> int:
    return max(1, request.args.get("page", 1, type=int))


@blueprint.get(f"{_BASE}/")
@requires(Permission.SEE_PARTICIPANTS)
def list_persons() -> ResponseReturnValue:
    """List the people of the organiser's programmes, searched, filtered and paged in the database."""
    actor, language = signed_in_user(), current_language()
    cities = person_queries.list_cities_of(actor)
    city = next((each for each in cities if each.slug == request.args.get("city")), None)
    side, role = request.args.get("side", ""), request.args.get("role", "")
    wanted = PersonFilter(
        query=request.args.get("q", "").strip()[:100],
        city_id=city.id if city else None,
        side=side if side in SIDES else "",
        role=role if role in person_queries.ROLES else "",
    )
    page = _page()
    rows, total = person_queries.list_persons(actor, wanted, language, page=page, per_page=_PER_PAGE)
    query = list(request.args.items(multi=True))
    return render_template(
        "organiser_persons/list.html",
        rows=[(row, name_of_person(row.person, language)) for row in rows],
        wanted=wanted,
        city=city,
        cities=sorted(cities, key=lambda each: each.sort_keys.get(language, "")),
        sides=SIDES,
        roles=person_queries.ROLES,
        is_filtered=wanted != PersonFilter(),
        paging=paging_view(page=page, per_page=_PER_PAGE, total=total, path=request.path, query=query),
    )


@blueprint.route(f"{_BASE}/<uuid:person_id>", methods=["GET", "POST"])
@requires(Permission.SEE_PARTICIPANTS)
def show_person(person_id: uuid.UUID) -> ResponseReturnValue:
    """Show a person with all appearances at own events; correct names, languages, rank and address."""
    actor, language = signed_in_user(), current_language()
    try:
        person = person_queries.get_person(actor, person_id)
    except NotFoundError:
        kept = person_queries.find_kept(actor, person_id)
        if kept is None or request.method == "POST":
            raise
        return redirect(url_for(".show_person", person_id=kept.public_id), code=303)
    is_own = person_queries.is_wholly_own(actor, person.id)
    form = PersonForm(person, may_change_mail=is_own)
    if form.validate_on_submit():
        try:
            person_service.change(
                actor=actor, public_id=person_id, details=form.details, version=form.version.data or None
            )
        except DomainError as error:
            form.form_errors = [message_of(error)]
            person = person_queries.get_person(actor, person_id)
        else:
            flash(_("The changes are saved"), "success")
            return redirect(url_for(".show_person", person_id=person_id), code=303)
    facts = person_queries.facts_of(actor, [person])[person.id]
    likely = person_pairs.list_likely_of(actor, person)
    return render_template(
        "organiser_persons/person.html",
        person=person,
        name=name_of_person(person, language),
        facts=facts,
        mails=[
            (each, kind_words(each.kind), moment(each.sent_at or each.created_at))
            for each in mailing_queries.list_of_person(actor, person.id)
        ],
        form=form,
        is_own=is_own,
        likely=[(each, name_of_person(each, language)) for each in likely],
    ), 422 if form.errors else 200


# --- Likely duplicates ------------------------------------------------------------------------------------------------


@blueprint.get(f"{_BASE}/duplicates")
@requires(Permission.SEE_PARTICIPANTS)
def list_pairs() -> ResponseReturnValue:
    """Show persons who may be one, side by side, and what was decided lately."""
    actor, language = signed_in_user(), current_language()
    page = _page()
    pairs, total = person_pairs.list_pairs(actor, page=page, per_page=_PER_PAGE)
    people = person_pairs.list_persons_of(actor, pairs)
    facts = person_queries.facts_of(actor, people.values())
    return render_template(
        "organiser_persons/pairs.html",
        pairs=pair_views(pairs, facts),
        names={key: name_of_person(person, language) for key, person in people.items()},
        reasons=REASON_WORDS,
        decisions=[
            (each, name_of_person(each.first, language), name_of_person(each.second, language))
            for each in person_pairs.list_decisions(actor)
        ],
        paging=paging_view(
            page=page, per_page=_PER_PAGE, total=total, path=request.path, query=list(request.args.items(multi=True))
        ),
    )


def _two(person_id: uuid.UUID, person_other_id: uuid.UUID) -> tuple[Person, Person]:
    actor = signed_in_user()
    return person_queries.get_person(actor, person_id), person_queries.get_person(actor, person_other_id)


@blueprint.route(f"{_BASE}/<uuid:person_id>/merge/<uuid:person_other_id>", methods=["GET", "POST"])
@requires(Permission.SEE_PARTICIPANTS)
def merge_persons(person_id: uuid.UUID, person_other_id: uuid.UUID) -> ResponseReturnValue:
    """Show what a merge would move and choose what is kept; merge."""
    actor, language = signed_in_user(), current_language()
    kept, merged = _two(person_id, person_other_id)
    form = MergeForm(kept, merged)
    if form.validate_on_submit():
        try:
            done = person_service.merge(actor=actor, kept_id=person_id, merged_id=person_other_id, take=form.taken)
        except NotFoundError:
            raise
        except DomainError as error:
            form.form_errors = [message_of(error)]
        else:
            undo = url_for(".undo_merge", merge_id=done.public_id)
            flash((_("The two are one person now"), undo), "undo")  # type: ignore[arg-type]  # the toast takes a pair
            return redirect(url_for(".show_person", person_id=person_id), code=303)
    facts = person_queries.facts_of(actor, [kept, merged])
    return render_template(
        "organiser_persons/merge.html",
        form=form,
        fields=list(FIELD_WORDS),
        kept=kept,
        merged=merged,
        names={each.id: name_of_person(each, language) for each in (kept, merged)},
        pair=pair_view(facts[kept.id], facts[merged.id]),
        preview=person_service.preview_merge(actor=actor, kept=kept, merged=merged),
        reasons=REASON_WORDS,
    ), 422 if form.errors else 200


@blueprint.post(f"{_BASE}/merges/<uuid:merge_id>/undo")
@requires(Permission.SEE_PARTICIPANTS)
def undo_merge(merge_id: uuid.UUID) -> ResponseReturnValue:
    """Make two persons of one again."""
    try:
        person_service.undo_merge(actor=signed_in_user(), merge_id=merge_id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(_("They are two persons again"), "success")
    return redirect(url_for(".list_pairs"), code=303)


@blueprint.post(f"{_BASE}/<uuid:person_id>/distinguish/<uuid:person_other_id>")
@requires(Permission.SEE_PARTICIPANTS)
def distinguish(person_id: uuid.UUID, person_other_id: uuid.UUID) -> ResponseReturnValue:
    """Remember that two persons are not the same."""
    one, _other = _two(person_id, person_other_id)
    person_service.distinguish(actor=signed_in_user(), one_id=person_id, other_id=person_other_id)
    undo = url_for(".forget_distinction", person_id=person_id, person_other_id=person_other_id)
    text = _("%(name)s and the other are kept apart", name=text_of(one.name, current_language()))
    flash((text, undo), "undo")  # type: ignore[arg-type]  # the toast takes a pair
    return redirect(url_for(".list_pairs"), code=303)


@blueprint.post(f"{_BASE}/<uuid:person_id>/alike/<uuid:person_other_id>")
@requires(Permission.SEE_PARTICIPANTS)
def forget_distinction(person_id: uuid.UUID, person_other_id: uuid.UUID) -> ResponseReturnValue:
    """Take back that two persons are not the same."""
    person_service.forget_distinction(actor=signed_in_user(), one_id=person_id, other_id=person_other_id)
    flash(_("The two are offered as one person again"), "success")
    return redirect(url_for(".list_pairs"), code=303)
