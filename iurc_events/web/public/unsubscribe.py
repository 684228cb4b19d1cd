"""Which mail somebody wants: one press from the mail program (RFC 8058), or a page with the choices; no sign-in."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField

from iurc_events.database import db
from iurc_events.domain.errors import NotFoundError
from iurc_events.domain.mailings import TOPICS
from iurc_events.localisation import noop
from iurc_events.models.programmes import Programme
from iurc_events.services import opt_outs
from iurc_events.web.access import by_token
from iurc_events.web.errors import message_of
from iurc_events.web.forms.fields import BaseForm, select_choices
from iurc_events.web.localisation import gettext, redirect_to_language

blueprint = Blueprint("unsubscribe", __name__)

#: What each topic is called.
TOPIC_WORDS: Final = {
    "reminders": noop("Reminders of events"),
    "thanks": noop("Thanks and documents after events"),
    "letters": noop("Letters of the organisers"),
    "digest": noop("News of the programme"),
}


class TopicsForm(BaseForm):
    """Which mail to get."""

    wanted = SelectMultipleField(noop("Mail that you want"))

    def offer(self) -> None:
        """Put the topics into the list."""
        self.wanted.choices = select_choices((topic, gettext(TOPIC_WORDS[topic])) for topic in TOPICS)


def _page(template: str, status: int = 200, **values: object) -> Response:
    """Render a page that is nobody's to keep, and whose address goes nowhere."""
    response = make_response(render_template(f"unsubscribe/{template}.html", **values), status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/unsubscribe/<token>")
@by_token
def choose_language(token: str) -> ResponseReturnValue:
    """Send the reader to the page in their language; nothing changes by opening a link."""
    return redirect_to_language("unsubscribe.show_choices", token=token)


@blueprint.post("/unsubscribe/<token>")
@by_token
def unsubscribe_at_once(token: str) -> ResponseReturnValue:
    """Unsubscribe for a mail program: no cookie, no page, no question (RFC 8058 §3.2)."""
    try:
        opt_outs.unsubscribe(token)
    except NotFoundError:
        return Response("unknown link\n", 404, mimetype="text/plain")
    return Response("unsubscribed\n", mimetype="text/plain")


@blueprint.route("/<any(en,zh):lang>/unsubscribe/<token>", methods=["GET", "POST"])
@by_token
def show_choices(token: str) -> ResponseReturnValue:
    """Show which mail comes, with a button for the kind that the link came with; or change it."""
    try:
        link = opt_outs.read_token(token)
    except NotFoundError as error:
        return _page("unknown", 404, message=message_of(error))
    form = TopicsForm()
    form.offer()
    if form.validate_on_submit():
        if request.form.get("act") == "unsubscribe":
            opt_outs.unsubscribe(token)
            flash(gettext(noop("You are unsubscribed. You can take it back here.")), "success")
        else:
            opt_outs.choose(token, set(TOPICS) - set(form.wanted.data or ()))
            flash(gettext(noop("Changes saved")), "success")
        return redirect(url_for(".show_choices", token=token), code=303)
    unwanted = opt_outs.find_topics(link.address_hash, link.programme_id)
    if request.method == "GET":
        form.wanted.data = [topic for topic in TOPICS if topic not in unwanted]
    return _page(
        "choices",
        422 if form.errors else 200,
        form=form,
        token=token,
        programme=db.session.get_one(Programme, link.programme_id),
        topic=gettext(TOPIC_WORDS[link.topic]),
        is_unsubscribed=link.topic in unwanted,
    )
