"""Letters to the delegate's own city and its people."""

from __future__ import annotations

import uuid

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from iurc_events.permissions import Permission
from iurc_events.queries import letters as letter_queries
from iurc_events.services import letters
from iurc_events.web.access import requires
from iurc_events.web.delegates.desk import BASE, own_delegation
from iurc_events.web.localisation import current_language
from iurc_events.web.presentation.letters import letter_row
from iurc_events.web.public.pdfs import pdf_response

blueprint = Blueprint("delegate_letters", __name__)


@blueprint.get(f"{BASE}/<uuid:delegation_id>/letters")
@requires(Permission.ACT_FOR_CITY)
def list_letters(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """List the letters to the own city and its people."""
    delegation = own_delegation(delegation_id)
    language = current_language()
    rows = [letter_row(each, language) for each in letter_queries.list_letters_of_delegation(delegation.id)]
    return render_template("delegate_letters/list.html", delegation=delegation, event=delegation.event, rows=rows)


@blueprint.get(f"{BASE}/<uuid:delegation_id>/letters/<uuid:letter_id>.pdf")
@requires(Permission.ACT_FOR_CITY)
def show_letter(delegation_id: uuid.UUID, letter_id: uuid.UUID) -> ResponseReturnValue:
    """Give a letter as PDF."""
    delegation = own_delegation(delegation_id)
    return pdf_response(
        letters.get_letter_pdf(letter_queries.get_letter_of_delegation(delegation.id, letter_id)), is_private=True
    )
