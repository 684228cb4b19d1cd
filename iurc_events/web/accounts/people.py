"""People and roles at the desk: administrators see all, organisers those of their programmes."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.domain.errors import DomainError
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.vocabulary import RoleName
from iurc_events.permissions import Permission, is_granted
from iurc_events.queries import accounts as account_queries
from iurc_events.services import people
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.errors import message_of
from iurc_events.web.forms.accounts import InvitationForm
from iurc_events.web.localisation import current_language
from iurc_events.web.localisation import gettext as _
from iurc_events.web.presentation.paging import paging_view

blueprint = Blueprint("organiser_people", __name__, url_prefix="/<any(en,zh):lang>/organise/people")
PER_PAGE = 25


def page_number() -> int:
    """Return the page of a list that the address asks for, from 1."""
    value = request.args.get("page", "1")
    return max(1, int(value)) if value.isascii() and value.isdecimal() and len(value) < 8 else 1


def _offer(form: InvitationForm) -> InvitationForm:
    actor, language = signed_in_user(), current_language()
    roles = [
        (role, _(word))
        for role, word in people.ROLE_WORDS.items()
        if role is not RoleName.ADMINISTRATOR or is_granted(actor, Permission.ADMINISTER)
    ]
    roles.sort(key=lambda choice: choice[0] is RoleName.ADMINISTRATOR)
    form.offer(
        roles,
        [(row.id, text_of(row.name, language)) for row in account_queries.list_grantable_programmes(actor)],
        [(row.id, text_of(row.name, language)) for row in account_queries.list_grantable_cities(actor)],
    )
    return form


@blueprint.get("/")
@requires(Permission.ORGANISE_EVENTS)
def list_people() -> ResponseReturnValue:
    """Show people with their roles, a page at a time."""
    page, query = page_number(), request.args.get("q", "")[:100]
    rows, total = account_queries.list_people(signed_in_user(), query=query, page=page, per_page=PER_PAGE)
    paging = paging_view(
        page=page, per_page=PER_PAGE, total=total, path=request.path, query=list(request.args.items(multi=True))
    )
    return render_template(
        "accounts/people.html", people=rows, total=total, paging=paging, query=query, role_words=people.ROLE_WORDS
    )


@blueprint.route("/invite", methods=["GET", "POST"])
@requires(Permission.ORGANISE_EVENTS)
def invite_person() -> ResponseReturnValue:
    """Show the form, or give somebody a role and write to them."""
    form = _offer(InvitationForm())
    if form.validate_on_submit():
        try:
            people.invite(
                actor=signed_in_user(),
                email=form.email.data or "",
                name=form.name.data or "",
                language=form.language.data,
                role=RoleName(form.role.data),
                programme_id=form.programme.data or None,
                city_id=form.city.data or None,
            )
        except people.RoleSubjectError as error:
            field = form.city if form.role.data == RoleName.DELEGATE else form.programme
            field.errors = [message_of(error)]
        except DomainError as error:
            form.form_errors = [message_of(error)]
        else:
            flash(_("The invitation is in the outbox"), "success")
            return redirect(url_for(".list_people"), code=303)
    return render_template("accounts/invite.html", form=form), 422 if form.errors else 200


@blueprint.post("/<uuid:person_id>/invite-again")
@requires(Permission.ORGANISE_EVENTS)
def invite_again(person_id: uuid.UUID) -> ResponseReturnValue:
    """Send the invitation once more, with a new link."""
    actor = signed_in_user()
    people.invite_again(actor=actor, user=account_queries.get_person(actor, person_id))
    flash(_("The invitation is in the outbox"), "success")
    return redirect(url_for(".list_people"), code=303)


@blueprint.post("/<uuid:person_id>/disable")
@requires(Permission.ORGANISE_EVENTS)
def disable_person(person_id: uuid.UUID) -> ResponseReturnValue:
    """Keep somebody from signing in; it can be undone."""
    actor = signed_in_user()
    people.disable(actor=actor, user=account_queries.get_person(actor, person_id))
    flash((_("The account is disabled"), url_for(".enable_person", person_id=person_id)), "undo")  # type: ignore[arg-type]  # the toast takes a pair
    return redirect(url_for(".list_people"), code=303)


@blueprint.post("/<uuid:person_id>/enable")
@requires(Permission.ORGANISE_EVENTS)
def enable_person(person_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody sign in again."""
    actor = signed_in_user()
    people.enable(actor=actor, user=account_queries.get_person(actor, person_id))
    flash(_("The account can be used again"), "success")
    return redirect(url_for(".list_people"), code=303)


@blueprint.post("/<uuid:person_id>/roles/<int:role_id>/take")
@requires(Permission.ORGANISE_EVENTS)
def take_role(person_id: uuid.UUID, role_id: int) -> ResponseReturnValue:
    """Take a role away."""
    actor = signed_in_user()
    people.take_role(actor=actor, user=account_queries.get_person(actor, person_id), role_id=role_id)
    flash(_("The role was taken away"), "success")
    return redirect(url_for(".list_people"), code=303)
