"""Letters to many at the organiser's desk: write, look at them as a reader gets them, try, plan, send, take back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.domain.errors import ConflictError, DomainError, NotFoundError
from iurc_events.domain.language_maps import text_of
from iurc_events.domain.mailings import CHANGES, OWN, Audience
from iurc_events.domain.merge_fields import FIELDS
from iurc_events.localisation import LANGUAGES, noop, translate
from iurc_events.models.events import Event
from iurc_events.models.mailings import Mailing
from iurc_events.permissions import Permission
from iurc_events.queries import mailing_recipients, organised_events
from iurc_events.queries import mailings as mailing_queries
from iurc_events.queries.mailing_recipients import MailingRecipient
from iurc_events.services import changes_told, mailing_sending, mailings, standard_letters
from iurc_events.services.mailing_texts import wording_of
from iurc_events.services.mailing_times import is_over
from iurc_events.web.access import requires, signed_in_user
from iurc_events.web.accounts.people import page_number
from iurc_events.web.errors import message_of
from iurc_events.web.forms.mailings import MailingForm
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.mailings import (
    KIND_WORDS,
    Difference,
    audience_words,
    differences,
    example_for,
    fallback_note,
    mailing_line,
    shown_text,
    timing_words,
)
from iurc_events.web.presentation.paging import paging_view

blueprint = Blueprint("organiser_mailings", __name__)
BASE: Final = "/<any(en,zh):lang>/organise/events/<slug>/mail"
PER_PAGE: Final = 25
#: How many names stand on the page of a letter; the rest is a number and a list of its own.
NAMES_SHOWN: Final = 200
#: States of a letter that is on its way or has arrived.
LEFT: Final = ("sending", "sent")
#: Language, name of the reader and text.
Preview = tuple[str, str, Any]
#: The formatted letter is shown as mail programs do: its own inline styles, no scripts, no other address.
MAIL_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'; base-uri 'none'"


def own_event(slug: str) -> Event:
    """Return an event of the signed-in organiser's."""
    return organised_events.get_event_organised_by(signed_in_user(), slug)


@blueprint.get(BASE)
@requires(Permission.ORGANISE_EVENTS)
def list_mailings(slug: str) -> ResponseReturnValue:
    """Show the standard letters of an event, what changed, and all letters with how far they got."""
    event, page = own_event(slug), page_number()
    own, total = mailing_queries.list_own(event.id, page=page, per_page=PER_PAGE)
    counts = mailing_queries.count_mails([each.id for each in own])
    standard, now = standard_letters.list_current(event), utc_now()
    return render_template(
        "organiser_mailings/list.html",
        event=event,
        tab="mail",
        standard=[
            (kind, mailing, gettext(KIND_WORDS[kind]), timing_words(event, mailing), is_over(mailing, event, now))
            for kind, mailing in standard.items()
        ],
        lines=[mailing_line(event, each, counts[each.id]) for each in own],
        changes=changes_told.offered(event, current_language(), now),
        paging=paging_view(page=page, per_page=PER_PAGE, total=total, path=request.path),
    )


def _form(event: Event) -> MailingForm:
    form = MailingForm()
    form.offer([*_city_names(event).items()], event.time_zone or "UTC")
    return form


def _city_names(event: Event) -> dict[int, str]:
    language = current_language()
    return {each.id: text_of(each.name, language) for each in mailing_recipients.list_cities(event.id)}


def _show_form(
    event: Event, form: MailingForm, mailing: Mailing | None = None, differing: list[Difference] | None = None
) -> ResponseReturnValue:
    page = render_template(
        "organiser_mailings/edit.html",
        event=event,
        tab="mail",
        form=form,
        mailing=mailing,
        fields=list(FIELDS.items()),
        differing=differing,
    )
    return page, 422 if form.errors or differing is not None else 200


@blueprint.route(f"{BASE}/new", methods=["GET", "POST"])
@requires(Permission.ORGANISE_EVENTS)
def write_mailing(slug: str) -> ResponseReturnValue:
    """Write a letter; it is a draft until it is planned or sent."""
    event = own_event(slug)
    form = _form(event)
    if request.method == "GET":
        form.groups.data = ["registered"]
        greeting = noop("Dear {name},")
        form.body.process(None, {each: translate(greeting, each) + "\n\n" for each in LANGUAGES})
    elif form.validate_on_submit():
        mailing = mailings.write(
            actor=signed_in_user(), event_id=event.id, content=form.content, attempt=form.attempt_id
        )
        flash(gettext(noop("The letter is kept as a draft. Look at it, then plan or send it.")), "success")
        return redirect(url_for(".show_mailing", slug=slug, mailing_id=mailing.public_id), code=303)
    return _show_form(event, form)


@blueprint.route(f"{BASE}/<uuid:mailing_id>/edit", methods=["GET", "POST"])
@requires(Permission.ORGANISE_EVENTS)
def edit_mailing(slug: str, mailing_id: uuid.UUID) -> ResponseReturnValue:
    """Change a letter that has not left."""
    event = own_event(slug)
    mailing = mailing_queries.get_mailing(event, mailing_id)
    here = url_for(".show_mailing", slug=slug, mailing_id=mailing_id)
    if mailing.kind != OWN or mailing.state not in ("draft", "planned"):
        return redirect(here, code=303)
    form = _form(event)
    if request.method == "GET":
        form.show(mailing)
        return _show_form(event, form, mailing)
    if not form.validate_on_submit():
        return _show_form(event, form, mailing)
    try:
        mailings.rewrite(
            actor=signed_in_user(), event_id=event.id, mailing_id=mailing_id, version=posted_version(),
            content=form.content,
        )  # fmt: skip
    except ConflictError:
        mailing = mailing_queries.get_mailing(event, mailing_id)
        form.show_version(mailing)
        return _show_form(event, form, mailing, differences(event, mailing, form.content, _city_names(event)))
    except mailings.MailingStateError as error:
        flash(message_of(error), "error")
    else:
        flash(gettext(noop("The letter is changed")), "success")
    return redirect(here, code=303)


@blueprint.get(f"{BASE}/<uuid:mailing_id>")
@requires(Permission.ORGANISE_EVENTS)
def show_mailing(slug: str, mailing_id: uuid.UUID) -> ResponseReturnValue:
    """Show a letter as its readers get it, who they are, and what can be done with it."""
    event = own_event(slug)
    mailing = mailing_queries.get_mailing(event, mailing_id)
    counts = mailing_queries.count_mails([mailing.id])[mailing.id]
    has_left = mailing.state in LEFT
    recipients, unwanted = _recipients(event, mailing)
    audience = Audience.of_words(mailing.audience)
    return render_template(
        "organiser_mailings/show.html",
        event=event,
        tab="mail",
        line=mailing_line(event, mailing, counts),
        mailing=mailing,
        counts=counts,
        has_left=has_left,
        is_own=mailing.kind == OWN,
        recipients=recipients[:NAMES_SHOWN],
        recipient_count=len(recipients),
        unwanted=unwanted,
        audience=audience_words(audience, _city_names(event)),
        fallback=fallback_note(recipients, wording_of(mailing)),
        previews=_previews(event, mailing, recipients),
        can_undo=mailings.leaves_in(mailing, utc_now()) is not None,
    )


def _recipients(event: Event, mailing: Mailing) -> tuple[list[MailingRecipient], int]:
    """Return who gets a letter and how many unsubscribed; nobody any more where it has left."""
    return ([], 0) if mailing.state in LEFT else mailing_sending.wanted_recipients(event, mailing)


def _previews(event: Event, mailing: Mailing, recipients: list[MailingRecipient]) -> list[Preview]:
    """Return a letter as its readers get it; what has left as it was written to the first reader of each language."""
    if mailing.state in LEFT:
        return [(each.language, each.to_name, shown_text(each)) for each in mailing_queries.list_examples(mailing.id)]
    items = changes_told.lines(event) if mailing.kind == CHANGES and mailing.state == "planned" else {}
    return previews_of(event, mailing, recipients, items)


def previews_of(
    event: Event, mailing: Mailing, recipients: list[MailingRecipient], items: dict[str, list[str]]
) -> list[Preview]:
    """Return a letter in each language that it has, as its first reader there would get it."""
    words = wording_of(mailing)
    found: list[Preview] = []
    for language in words.languages:
        example = example_for(recipients, language, words)
        text = mailings.preview(event, mailing, example, language, items)
        found.append((language, example.name if example else "", text))
    return found


@blueprint.get(f"{BASE}/<uuid:mailing_id>/formatted")
@requires(Permission.ORGANISE_EVENTS)
def show_formatted(slug: str, mailing_id: uuid.UUID) -> ResponseReturnValue:
    """Show a letter as mail programs do."""
    event = own_event(slug)
    mailing = mailing_queries.get_mailing(event, mailing_id)
    recipients, _ = _recipients(event, mailing)
    language = request.args.get("text", "")
    for each, _name, text in _previews(event, mailing, recipients):
        if each == language:
            return mail_page(text.html)
    raise NotFoundError(noop("There is no such letter at this event"))


def mail_page(html: str) -> Response:
    """Return a mail's HTML as a page of its own, in which nothing can be run or fetched."""
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response


def posted_version() -> int:
    """Return which version of a letter a form was made of; 0 where it does not say."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


@blueprint.post(f"{BASE}/<uuid:mailing_id>/test")
@requires(Permission.ORGANISE_EVENTS)
def send_test(slug: str, mailing_id: uuid.UUID) -> ResponseReturnValue:
    """Send a letter to oneself."""
    event, actor = own_event(slug), signed_in_user()
    mailing = mailing_queries.get_mailing(event, mailing_id)
    recipients, _ = mailing_sending.wanted_recipients(event, mailing)
    items = changes_told.lines(event) if mailing.kind == CHANGES else {}
    mailings.send_test(
        actor=actor, event_id=event.id, mailing=mailing, example=next(iter(recipients), None), items=items
    )
    flash(gettext(noop("A test is on its way to %(address)s"), address=actor.email), "success")
    return redirect(url_for(".show_mailing", slug=slug, mailing_id=mailing_id), code=303)


def _do(
    slug: str, mailing_id: uuid.UUID, step: Callable[..., object], done: Any, *, toast: str = "success"
) -> ResponseReturnValue:
    """Do something to a letter, say what came of it, and show the letter."""
    event = own_event(slug)
    try:
        step(actor=signed_in_user(), event_id=event.id, mailing_id=mailing_id)
    except NotFoundError:
        raise
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(done, toast)
    return redirect(url_for(".show_mailing", slug=slug, mailing_id=mailing_id), code=303)


@blueprint.post(f"{BASE}/<uuid:mailing_id>/plan")
@requires(Permission.ORGANISE_EVENTS)
def plan_mailing(slug: str, mailing_id: uuid.UUID) -> ResponseReturnValue:
    """Let a letter leave at the time that was chosen."""
    done = gettext(noop("The letter is planned. Until it leaves you can change or cancel it."))
    return _do(slug, mailing_id, partial(mailings.plan, version=posted_version()), done)


@blueprint.post(f"{BASE}/<uuid:mailing_id>/send")
@requires(Permission.ORGANISE_EVENTS)
def send_mailing(slug: str, mailing_id: uuid.UUID) -> ResponseReturnValue:
    """Let a letter leave in a minute."""
    done = gettext(noop("The letter leaves in a minute.")), url_for(".take_back", slug=slug, mailing_id=mailing_id)
    return _do(slug, mailing_id, partial(mailings.send_now, version=posted_version()), done, toast="undo")


@blueprint.post(f"{BASE}/<uuid:mailing_id>/take-back")
@requires(Permission.ORGANISE_EVENTS)
def take_back(slug: str, mailing_id: uuid.UUID) -> ResponseReturnValue:
    """Make a planned letter a draft again."""
    done = gettext(noop("The letter does not leave; it is a draft again"))
    return _do(slug, mailing_id, mailings.take_back, done)


@blueprint.post(f"{BASE}/<uuid:mailing_id>/cancel")
@requires(Permission.ORGANISE_EVENTS)
def cancel_mailing(slug: str, mailing_id: uuid.UUID) -> ResponseReturnValue:
    """Cancel a letter that has not left."""
    return _do(slug, mailing_id, mailings.cancel, gettext(noop("The letter is cancelled")))
