"""The speaker's own page: opened by the personal link of a mail, without an account.

One form holds everything, so that no button loses what was typed: texts, photo and slides are each stored where they
are right, and what is wrong is said beside the field.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from iurc_events.database import utc_now
from iurc_events.domain.errors import DomainError, NotFoundError
from iurc_events.models.speakers import Speaker
from iurc_events.queries import participants as participant_queries
from iurc_events.queries import speaker_pages as page_queries
from iurc_events.services import attempts, needs, pictures, speaker_files, speaker_pages, tokens
from iurc_events.services.attempts import Limit
from iurc_events.services.speaker_pages import ProfileChangedError
from iurc_events.web.access import by_token
from iurc_events.web.errors import message_of
from iurc_events.web.forms.speaker_pages import SpeakerPageForm, read_upload
from iurc_events.web.localisation import gettext as _
from iurc_events.web.participants.address_changes import ask_page
from iurc_events.web.presentation.needs import need_differences
from iurc_events.web.presentation.speaker_pages import differences, page_view
from iurc_events.web.speakers.published_files import answer_file

blueprint = Blueprint("speaker_pages", __name__, url_prefix="/<any(en,zh):lang>/speaker")
_SESSION_KEY = "speaker_link"
_MOST_BYTES = pictures.MOST_SLIDES_BYTES + pictures.MOST_PHOTO_BYTES + 1024 * 1024
_UPLOADS = Limit("speaker-upload", 60, attempts.TOKEN_PER_NETWORK.window * 4)


@blueprint.url_value_preprocessor
def allow_slides(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Take larger forms than elsewhere, before anything reads the form; only from those who hold a link."""
    if endpoint == "speaker_pages.save_page" and _SESSION_KEY in session:
        request.max_content_length = _MOST_BYTES


@blueprint.get("/<token>")
@by_token
def open_link(token: str) -> ResponseReturnValue:
    """Swap the link for an entry of the session; the token leaves the address bar."""
    found = tokens.find_valid("speaker", token)
    if found is None or page_queries.find_speaker_of_link(found.id, utc_now()) is None:
        return _private(render_template("speaker_pages/unknown_link.html"), 404)
    session[_SESSION_KEY] = found.id
    return redirect(url_for(".show_page"), code=303)


def _own() -> Speaker:
    link_id = session.get(_SESSION_KEY)
    speaker = page_queries.find_speaker_of_link(link_id, utc_now()) if isinstance(link_id, int) else None
    if speaker is None:
        abort(404)
    return speaker


def _private(page: str, status: int = 200) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _form(speaker: Speaker) -> SpeakerPageForm:
    form = SpeakerPageForm()
    form.prepare(speaker, page_queries.get_event(speaker).asks_for)
    return form


def _page(speaker: Speaker, form: SpeakerPageForm, status: int = 200, **values: Any) -> ResponseReturnValue:
    event = page_queries.get_event(speaker)
    is_accepted = speaker.state == "accepted"
    return _private(
        render_template(
            "speaker_pages/page.html",
            speaker=speaker,
            event=event,
            form=form,
            view=page_view(
                speaker,
                event,
                items=page_queries.list_items(speaker) if is_accepted else [],
                missing=page_queries.find_missing(speaker.id),
                delegation=page_queries.find_delegation(speaker),
                language=g.language,
                now=utc_now(),
            ),
            files=page_queries.list_files(speaker.id),
            join_links=participant_queries.list_join_links(event.id) if is_accepted else [],
            **{"theirs": [], **values},
        ),
        status,
    )


@blueprint.get("/profile")
@by_token
def show_page() -> ResponseReturnValue:
    """Show the own page."""
    speaker = _own()
    form = _form(speaker)
    form.show(speaker)
    form.show_needs(needs.needs_of(speaker))
    return _page(speaker, form)


def _store_file(form: SpeakerPageForm, speaker_id: int) -> bool:
    """Store photo and slides, each by itself; say beside the field what is wrong with one."""
    photo, slides = read_upload(form.photo), read_upload(form.slides)
    stores: list[tuple[Any, Callable[[], object]]] = []
    if photo:
        x, y = form.focus_point
        stores.append(
            (form.photo, lambda: speaker_files.put_photo(speaker_id, photo.content, photo.name, focus_x=x, focus_y=y))
        )
    if slides:
        stores.append((form.slides, lambda: speaker_files.put_slides(speaker_id, slides.content, slides.name)))
    is_fine = True
    for field, store in stores:
        try:
            attempts.require(_UPLOADS, str(speaker_id))
            store()
        except DomainError as error:
            field.errors = [message_of(error)]
            is_fine = False
    return is_fine


def _take_step(speaker_id: int, step: str) -> None:
    """Do what a button asks beside saving."""
    name, _colon, value = step.partition(":")
    try:
        key = uuid.UUID(value) if value else uuid.UUID(int=0)
        if name == "remove-photo":
            speaker_files.remove_photo(speaker_id)
        elif name == "restore":
            speaker_files.restore_slides(speaker_id, key)
        elif name == "remove":
            speaker_files.remove_slides(speaker_id, key)
        elif name == "reopen":
            speaker_pages.reopen(speaker_id)
        elif name in ("no-reminders", "reminders"):
            speaker_pages.want_reminders(speaker_id, is_wanted=name == "reminders")
    except (ValueError, NotFoundError):
        return  # gone already: the button was pressed twice


@blueprint.post("/profile")
@by_token
def save_page() -> ResponseReturnValue:
    """Store the page; each part that is right is kept, also where another is wrong."""
    speaker = _own()
    key = speaker.id
    step = request.form.get("step", "save")
    form = _form(speaker)
    is_fine = form.validate_on_submit()
    theirs: list[Any] = []
    if is_fine:
        try:
            profile, version = form.profile_for(speaker), form.shown_version
            stored = needs.keep_with(
                lambda: speaker_pages.save(key, profile, version=version, is_complete=step == "complete"),
                form.given_needs,
                is_own=True,
                person=speaker,
                version=version,
            )
            form.version.data = str(stored.version)
        except (ProfileChangedError, needs.NeedsChangedError) as error:
            speaker = _own()
            form.form_errors.append(message_of(error))
            theirs = differences(speaker_pages.profile_of(speaker), form.profile_for(speaker), g.language)
            theirs += need_differences(needs.needs_of(speaker).texts, form.given_needs, g.language)
            form.version.data = str(speaker.version)
            is_fine = False
    has_stored = _store_file(form, key)
    _take_step(key, step)
    if not (is_fine and has_stored):
        return _page(_own(), form, 422, theirs=theirs, is_saved=is_fine)
    said = _("Your page is complete. Thank you!") if step == "complete" else _("Your page is saved")
    flash(said, "success")
    return redirect(url_for(".show_page", _anchor="slides" if step.startswith(("restore", "remove:")) else None), 303)


@blueprint.route("/profile/address", methods=["GET", "POST"])
@by_token
def change_address() -> ResponseReturnValue:
    """Ask for another mail address; a link to it confirms the change."""
    return ask_page(_own(), back=url_for(".show_page"))


@blueprint.get("/files/<uuid:file_id>")
@by_token
def download_file(file_id: uuid.UUID) -> ResponseReturnValue:
    """Give one of the own files."""
    file = page_queries.find_file(_own().id, file_id)
    if file is None:
        abort(404)
    return answer_file(file)
