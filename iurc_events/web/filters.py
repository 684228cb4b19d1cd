"""What templates may call besides the texts: labels of the vocabulary and the other language of a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Flask
from markupsafe import Markup

from iurc_events.domain.language_maps import LocalText, other_language_of
from iurc_events.web.presentation.agenda_markup import agenda_markup
from iurc_events.web.presentation.agendas import AgendaView
from iurc_events.web.presentation.vocabulary import label


def init_filters(app: Flask, current_language: Callable[[], str]) -> None:
    """Give templates ``label_of`` and ``other_language``.

    Args:
        current_language: Tells the language of the page being rendered.
    """

    def label_of(vocabulary: str, value: object) -> str:
        """Return the word for a value of a vocabulary: ``label_of("kind", "training")``."""
        return label(vocabulary, str(value), current_language())

    def other_language(texts: Mapping[str, str] | None) -> LocalText | None:
        """Return a text in the other of English and Chinese where both exist."""
        return other_language_of(texts, current_language())

    def write_agenda(view: AgendaView, level: int = 3) -> Markup:
        """Return an agenda as markup in the page's language."""
        return agenda_markup(view, current_language(), level)

    app.add_template_global(write_agenda, "agenda_markup")
    app.add_template_global(label_of, "label_of")
    app.add_template_global(other_language, "other_language")
