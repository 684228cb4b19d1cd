"""Are two persons one? Keys that likely duplicates share, and what speaks for and against.

Nobody is compared with everybody: whoever shares a key is looked at. A key is a mail address, a name in Chinese
characters, a name in Latin letters whatever its order, or such a name with a letter left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from iurc_events.domain.name_matching import NameForms, forms_of_person

#: How much a pair of keys says, by the kinds of the two; from :data:`SURE` on it says enough alone.
WEIGHTS: Final = {
    ("mail", "mail"): 100,
    ("han", "han"): 90,
    ("latin", "latin"): 80,
    ("latin", "spoken"): 70,
    ("spoken", "spoken"): 40,
    ("near", "near"): 20,
}
#: Below this, the same city or organisation has to stand beside it.
SURE: Final = 50
#: Shorter names differ from too many others by one letter.
_SHORTEST_NEAR: Final = 8
_CLASS: Final = {"mail": "m", "han": "h", "latin": "l", "spoken": "l", "near": "n"}


def least_rotation(word: str) -> str:
    """Return the form that all rotations of a word share: "weizhang" and "zhangwei" are one name in two orders."""
    return min((word[number:] + word[:number] for number in range(len(word))), default="")


def near_forms(word: str) -> frozenset[str]:
    """Return the forms shared by names that differ by a letter: the name, and it without each of its letters."""
    if len(word) < _SHORTEST_NEAR:
        return frozenset()
    return frozenset({least_rotation(word[:number] + word[number + 1 :]) for number in range(len(word))} | {word})


@dataclass(frozen=True, slots=True)
class LikenessKey:
    """A key that likely duplicates share, hashed: it says no name."""

    kind: str
    key_hash: int


def hashed(kind: str, text: str) -> int:
    """Return a text as a number of 63 bits; written and spoken Latin names share their numbers."""
    digest = hashlib.blake2b(f"{_CLASS[kind]}:{text}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


@dataclass(frozen=True, slots=True)
class Likeable:
    """A person as others are compared with it: Latin names in the form that their orders share."""

    han: frozenset[str] = frozenset()
    #: As somebody wrote them.
    latin: frozenset[str] = frozenset()
    #: As the Chinese name is read aloud.
    spoken: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    cities: frozenset[int] = frozenset()
    organisations: frozenset[str] = frozenset()

    @property
    def near(self) -> frozenset[str]:
        """The forms shared with names that differ by a letter."""
        return frozenset(form for word in self.latin for form in near_forms(word))

    def stored_keys(self) -> frozenset[LikenessKey]:
        """Return the keys under which the person is stored."""
        latin = "spoken" if self.han else "latin"
        texts = {
            "mail": self.emails,
            "han": self.han,
            latin: self.latin | self.spoken,
            "near": self.near,
        }
        return frozenset(LikenessKey(kind, hashed(kind, text)) for kind, found in texts.items() for text in found)


def likeable(
    names: Iterable[str],
    read_aloud: Callable[[str], Iterable[str]],
    *,
    emails: Iterable[str | None] = (),
    cities: Iterable[int] = (),
    organisations: Iterable[str] = (),
) -> Likeable:
    """Return a person as others are compared with it.

    Args:
        read_aloud: Gives the Latin spellings of a Chinese name, in one word.
    """
    written: NameForms = forms_of_person(names, lambda _characters: ())
    spoken = (sound for characters in written.han for sound in read_aloud(characters))
    return Likeable(
        han=written.han,
        latin=frozenset(map(least_rotation, written.latin)),
        spoken=frozenset(map(least_rotation, spoken)),
        emails=frozenset(email.strip().casefold() for email in emails if email and email.strip()),
        cities=frozenset(cities),
        organisations=frozenset(text for text in organisations if text),
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """What speaks for and against two persons being one, in words of :data:`REASONS`."""

    weight: int
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]

    @property
    def is_likely(self) -> bool:
        """Whether somebody should look at the two."""
        has_context = "same-city" in self.speaks_for or "same-organisation" in self.speaks_for
        return self.weight >= SURE or (self.weight > 0 and has_context)


#: What may speak for two persons being one, and against it.
REASONS: Final = (
    "same-mail", "same-chinese", "same-latin", "pinyin", "near-latin", "same-city", "same-organisation",
    "other-chinese", "other-latin", "other-mail", "other-city", "other-organisation",
)  # fmt: skip


def _weight(one: Likeable, other: Likeable) -> int:
    kinds: dict[int, set[str]] = {}
    for key in one.stored_keys():
        kinds.setdefault(key.key_hash, set()).add(key.kind)
    found = [
        WEIGHTS.get((min(kind, key.kind), max(kind, key.kind)), 0)
        for key in other.stored_keys()
        for kind in kinds.get(key.key_hash, ())
    ]
    return max(found, default=0)


def compare(one: Likeable, other: Likeable) -> Comparison:
    """Say what speaks for and against two persons being one; the order of the two does not matter."""
    speaks_for: list[str] = []
    speaks_against: list[str] = []

    def look(name: str, mine: frozenset[str] | frozenset[int], theirs: frozenset[str] | frozenset[int]) -> None:
        if mine & theirs:
            speaks_for.append(f"same-{name}")
        elif mine and theirs:
            speaks_against.append(f"other-{name}")

    look("mail", one.emails, other.emails)
    look("chinese", one.han, other.han)
    if one.latin & other.latin:
        speaks_for.append("same-latin")
    elif one.latin & other.spoken or one.spoken & other.latin:
        speaks_for.append("pinyin")
    elif one.near & other.near:
        speaks_for.append("near-latin")
    elif one.latin and other.latin:
        speaks_against.append("other-latin")
    look("city", one.cities, other.cities)
    look("organisation", one.organisations, other.organisations)
    return Comparison(_weight(one, other), tuple(speaks_for), tuple(speaks_against))
