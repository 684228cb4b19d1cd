"""Names of people as pages show them: family name marked, order as written, both scripts, honorific in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iurc_events.localisation.vocabulary import HONORIFIC_WORDS


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name cut at its family name; ``family`` is empty where it is not known."""

    before: str
    family: str
    after: str
    language: str

    @property
    def text(self) -> str:
        """The whole name as it is written."""
        return f"{self.before}{self.family}{self.after}"


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name for one reader: the main form with its honorific, then the other scripts."""

    honorific_before: str
    main: NameParts
    honorific_after: str
    other: NameParts | None
    native: str
    native_language: str
    is_incomplete: bool
    is_romanised: bool

    @property
    def plain(self) -> str:
        """Honorific and name as plain text."""
        if self.main.language == "zh":
            return f"{self.main.text}{self.honorific_after}"
        return " ".join(part for part in (self.honorific_before, self.main.text, self.honorific_after) if part)


def name_parts(name: str, family_name: str | None, language: str) -> NameParts:
    """Cut a name at its family name, wherever it stands; a family name that is not in the name marks nothing."""
    if family_name:
        start = name.find(family_name)
        if start < 0:
            start = name.casefold().find(family_name.casefold())
        if start >= 0 and len(name.casefold()) == len(name):
            end = start + len(family_name)
            return NameParts(name[:start], name[start:end], name[end:], language)
    return NameParts(name, "", "", language)


def _native_language(text: str) -> str:
    """Tell Greek and Cyrillic apart, for fonts and speech; empty for everything else."""
    if any("Ͱ" <= character <= "Ͽ" or "ἀ" <= character <= "῿" for character in text):
        return "el"
    if any("Ѐ" <= character <= "ӿ" for character in text):
        return "und-Cyrl"
    return ""


def person_name(
    name: Mapping[str, str],
    language: str,
    *,
    family_name: Mapping[str, str] | None = None,
    name_native: str | None = None,
    name_status: str | None = None,
    honorific: str | None = None,
) -> PersonName:
    """Turn the stored forms of a name into what a reader of ``language`` sees.

    Args:
        name_status: ``romanised`` or ``incomplete`` as in the exchange format; anything else means complete.
        honorific: ``mr``, ``ms``, ``dr``, ``prof`` or ``none``; never guessed.
    """
    if name_status == "incomplete":  # the mark "…" is shown once, by the page
        name = {tag: text.rstrip("… ") for tag, text in name.items()}
    families = family_name or {}
    own = "zh" if language == "zh" else "en"
    order = [tag for tag in (own, "en", "zh", *name) if name.get(tag)]
    tag = order[0] if order else own
    main = name_parts(name.get(tag, ""), families.get(tag), tag)
    other_tag = "zh" if tag == "en" else "en"
    other_text = name.get(other_tag, "") if other_tag != tag else ""
    other = (
        name_parts(other_text, families.get(other_tag), other_tag) if other_text and other_text != main.text else None
    )
    title = HONORIFIC_WORDS[own].get(honorific or "", "")
    native = name_native or ""
    return PersonName(
        honorific_before=title if own == "en" and tag != "zh" else "",
        main=main,
        honorific_after=HONORIFIC_WORDS["zh"].get(honorific or "", "") if own == "zh" or tag == "zh" else "",
        other=other,
        native=native if native not in (main.text, other_text) else "",
        native_language=_native_language(native),
        is_incomplete=name_status == "incomplete",
        is_romanised=name_status == "romanised",
    )
