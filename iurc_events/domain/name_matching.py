"""Whose name is it? Display names of online meetings against people who are known, without guessing.

Only equality decides: of mail addresses, or of whole names after width, case, diacritics, order of family and given
name, and what people hang on to a name are folded away. Likeness makes candidates for a person to choose from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from iurc_events.domain.search_text import searchable

MOST_CANDIDATES = 6
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_BRACKETS = re.compile(r"[(\[{<（【〔「《]([^()\[\]{}<>（）【】〔〕「」《》]*)[)\]}>）】〔〕」》]?")
#: What parts a name from a city or an office; a hyphen inside a Latin name parts nothing.
_PARTS = re.compile(
    r"\s*[|/\\_@,，、;；:：]+\s*|\s+[-–—]+\s*|[-–—]+\s+|(?<=[\u3400-\u9fff])[-–—]+|[-–—]+(?=[\u3400-\u9fff])"
)
#: What programs, telephones and politeness add.
_ADDED = re.compile(
    r"(?:['’´`]s|的)?\s*(?:iphone|ipad|macbook(?:\s*(?:pro|air))?|android|huawei|honor|xiaomi|redmi|oppo|vivo|galaxy|手机|平板|电脑)"
    r"(?:\s*(?:\d+|pro|max|plus|mini|ultra))*"
    r"|\b(?:external|unverified|guest|host|co-host|me|mr|mrs|ms|dr|prof)\b\.?"
    r"|(?:外部|未验证|访客|主持人|联席主持人|先生|女士|教授|博士|老师)",
    re.IGNORECASE,
)


def _tokens(text: str) -> list[str]:
    return searchable(text).split()


def _han(text: str) -> str:
    return "".join(_HAN.findall(unicodedata.normalize("NFKC", text)))


@dataclass(frozen=True, slots=True)
class NameForms:
    """The forms under which a name is compared: Han characters as they are, Latin letters in one word."""

    han: frozenset[str] = frozenset()
    latin: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


def variants(display: str) -> list[str]:
    """Return what may be the name in a display name: all of it, its parts, and what stands in brackets."""
    text = unicodedata.normalize("NFKC", display)
    pieces = [*_BRACKETS.findall(text), _BRACKETS.sub(" ", text)]
    found: list[str] = []
    for piece in pieces:
        bare = _ADDED.sub(" ", piece)
        found += [bare, *_PARTS.split(bare)]
        if _HAN.search(bare) and re.search(r"[A-Za-z]", bare):  # both scripts side by side, without brackets
            found += [_han(bare), _HAN.sub(" ", bare)]
    return [name for name in dict.fromkeys(" ".join(each.split()) for each in found) if name]


def _rotations(tokens: list[str]) -> set[str]:
    return {"".join(tokens[number:] + tokens[:number]) for number in range(len(tokens))}


def forms_of_display(display: str) -> NameForms:
    """Return the forms of a display name; one word alone is no whole name."""
    han: set[str] = set()
    latin: set[str] = set()
    words: set[str] = set()
    for name in variants(display):
        tokens = _tokens(name)
        if characters := _han(name):
            if len(characters) == sum(len(token) for token in tokens) and 2 <= len(characters) <= 6:
                han.add(characters)
            words.add(characters)
        else:
            if len(tokens) > 1:
                latin.add("".join(tokens))
                latin.add("".join(reversed(tokens))) if len(tokens) == 2 else None
            words.update(token for token in tokens if len(token) > 2)
            words.add("".join(tokens))
    return NameForms(frozenset(han), frozenset(latin), frozenset(words))


def forms_of_person(names: Iterable[str], read_aloud: Callable[[str], Iterable[str]]) -> NameForms:
    """Return the forms of a known person's names.

    Args:
        read_aloud: Gives the Latin spellings of a Chinese name, in one word, in both orders.
    """
    han: set[str] = set()
    latin: set[str] = set()
    words: set[str] = set()
    for name in names:
        for variant in [name, *variants(name)]:
            tokens = _tokens(variant)
            if characters := _han(variant):
                if len(characters) == sum(len(token) for token in tokens):
                    han.add(characters)
            elif len(tokens) > 1:
                latin |= _rotations(tokens)
                words.update(token for token in tokens if len(token) > 2)
            elif tokens:
                words.add(tokens[0])
    for characters in han:
        latin.update(read_aloud(characters))
    return NameForms(frozenset(han), frozenset(latin), frozenset(words | latin))


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody of an event; those who cancelled are never matched without a person's decision."""

    key: tuple[str, int]
    forms: NameForms
    emails: frozenset[str] = frozenset()
    is_coming: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """Who somebody of a list is: ``matched`` with one key, ``doubtful`` with several or unsure ones, or ``unknown``."""

    state: str
    matched_by: str | None = None
    candidates: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class People:
    """The people of an event, found by mail address, by name, and by likeness."""

    known: list[KnownPerson]
    #: Gives the Latin spellings of a Chinese name, in one word, in both orders.
    read_aloud: Callable[[str], Iterable[str]]
    _by_mail: dict[str, list[KnownPerson]] = field(default_factory=dict)
    _by_han: dict[str, list[KnownPerson]] = field(default_factory=dict)
    _by_latin: dict[str, list[KnownPerson]] = field(default_factory=dict)
    _by_likeness: dict[str, list[KnownPerson]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index everybody once: a list of thousands stays quick."""
        for person in self.known:
            for index, keys in (
                (self._by_mail, person.emails),
                (self._by_han, person.forms.han),
                (self._by_latin, person.forms.latin),
                (self._by_likeness, _likenesses(person.forms)),
            ):
                for key in keys:
                    index.setdefault(key, []).append(person)

    def find(self, name: str, email: str) -> Finding:
        """Say who somebody is by mail address, else by whole name; the same quality twice is a doubt."""
        by_mail = self._by_mail.get(email, []) if email else []
        forms = forms_of_display(name)
        by_name = self._named(forms)
        if by_mail:
            both = [person for person in by_mail if person in by_name]
            sure = both if len(both) == 1 else by_mail
            is_contradicted = by_name and not both  # the address of one, the name of another
            if len(sure) == 1 and sure[0].is_coming and not is_contradicted:
                return Finding("matched", "mail", (sure[0].key,))
            return Finding("doubtful", None, _keys([*by_mail, *by_name]))
        if len(by_name) == 1 and by_name[0].is_coming:
            return Finding("matched", "name", (by_name[0].key,))
        if by_name:
            return Finding("doubtful", None, _keys(by_name))
        alike = self._alike(forms)
        return Finding("doubtful", None, _keys(alike)) if alike else Finding("unknown")

    def _named(self, forms: NameForms) -> list[KnownPerson]:
        """Return those who have the whole name: in Han characters where the list has them, else in Latin letters."""
        in_han = _unique(person for key in sorted(forms.han) for person in self._by_han.get(key, ()))
        in_latin = _unique(person for key in sorted(forms.latin) for person in self._by_latin.get(key, ()))
        if in_han and in_latin:  # two scripts that name two people are a doubt
            return [person for person in in_han if person in in_latin] or _unique([*in_han, *in_latin])
        if in_han or in_latin:
            return in_han or in_latin
        sounds = sorted({sound for characters in forms.han for sound in self.read_aloud(characters)})
        heard = _unique(person for sound in sounds for person in self._by_latin.get(sound, ()))
        return [person for person in heard if not person.forms.han]  # other characters are another name

    def _alike(self, forms: NameForms) -> list[KnownPerson]:
        found: dict[tuple[str, int], int] = {}
        people: dict[tuple[str, int], KnownPerson] = {}
        for key in _likenesses(forms):
            for person in self._by_likeness.get(key, ())[:200]:
                found[person.key] = found.get(person.key, 0) + len(key)
                people[person.key] = person
        best = sorted(people.values(), key=lambda person: (-found[person.key], person.key))
        return best[:MOST_CANDIDATES]


def _likenesses(forms: NameForms) -> set[str]:
    """Return keys that names alike share: words, pairs of Han characters, names with a letter left out."""
    keys = set(forms.words)
    for characters in forms.han | {word for word in forms.words if _HAN.match(word)}:
        keys |= {characters[number : number + 2] for number in range(len(characters) - 1)}
    for name in forms.latin | {word for word in forms.words if len(word) > 5 and not _HAN.match(word)}:
        if len(name) > 5:
            keys |= {f"~{name[:number]}{name[number + 1 :]}" for number in range(len(name))} | {f"~{name}"}
    return keys


def _unique(people: Iterable[KnownPerson]) -> list[KnownPerson]:
    return list({person.key: person for person in people}.values())


def _keys(people: Iterable[KnownPerson]) -> tuple[tuple[str, int], ...]:
    return tuple(person.key for person in _unique(people))[:MOST_CANDIDATES]
