"""The form with which organisers add a speaker, with the question whether it is somebody known already."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from wtforms import HiddenField, RadioField

from iurc_events.localisation import noop
from iurc_events.services.same_persons import Alike
from iurc_events.web.forms.delegations import SpeakerForm
from iurc_events.web.localisation import current_language, gettext
from iurc_events.web.presentation.same_persons import alike_name, alike_note

#: The answer that it is nobody of those who are known.
NEW = "new"


class GuestForm(SpeakerForm):
    """A speaker as organisers add one; who resembles somebody known is asked about before anything is stored."""

    same_person = RadioField(noop("Is this the same person?"), choices=[], validate_choice=False)
    #: Public ids of those whom the page asked about.
    asked = HiddenField()

    def is_answered(self, alike: Sequence[Alike]) -> bool:
        """Tell whether the question is answered for all who resemble what is typed now; else put it on the page."""
        if not alike or self.same_as(alike) is not None:
            return True
        was_asked = {str(each.facts.person.public_id) for each in alike} <= set((self.asked.data or "").split())
        if was_asked and self.same_person.data == NEW:
            return True
        self.ask(alike)
        if was_asked:
            self.same_person.errors = [gettext(noop("Say whether it is one of these persons"))]
        else:
            self.same_person.data = None
        return False

    def ask(self, alike: Sequence[Alike]) -> None:
        """Put the question on the page."""
        language = current_language()
        self.is_question = True
        self.asked.data = " ".join(str(each.facts.person.public_id) for each in alike)
        self.same_person.choices = [
            *(
                (
                    str(each.facts.person.public_id),
                    gettext(noop("Yes, take this person: %(name)s"), name=alike_name(each, language)),
                )
                for each in alike
            ),
            (NEW, gettext(noop("No, somebody else"))),
        ]
        self.notes = {str(each.facts.person.public_id): alike_note(each, language) for each in alike}

    def same_as(self, alike: Sequence[Alike]) -> Alike | None:
        """Return whom the answer means, of those who resemble what is typed now."""
        return next((each for each in alike if str(each.facts.person.public_id) == self.same_person.data), None)

    def not_same(self, alike: Sequence[Alike]) -> list[uuid.UUID]:
        """Return those whom the answer says it is not."""
        return [each.facts.person.public_id for each in alike] if self.same_person.data == NEW else []
