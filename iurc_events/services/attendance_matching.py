"""People of an event as a list of an online meeting may name them: mail addresses, names in both scripts, pinyin."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from iurc_events.domain.name_matching import KnownPerson, People, forms_of_person
from iurc_events.queries.attendance_lists import EventPerson
from iurc_events.services.sort_keys import latin_name


@lru_cache(maxsize=20_000)
def read_aloud(characters: str) -> frozenset[str]:
    """Return how a Chinese name is written in Latin letters without tones, in both orders, ü as people write it."""
    if not 2 <= len(characters) <= 6:
        return frozenset()
    found: set[str] = set()
    for length in (1, 2) if len(characters) > 2 else (1,):
        family, given = (part.casefold() for part in latin_name(characters[:length], characters[length:]))
        plain_family, _ = (part.casefold() for part in latin_name(characters[:1], characters[:length]))
        for name in (family, plain_family if length == 1 else family):
            found |= {name + given, given + name}
    return frozenset(found | {name.replace("yu", letter) for name in found if "yu" in name for letter in ("u", "v")})


def people_of(known: Iterable[EventPerson]) -> People:
    """Make the people of an event ready to be found; a participant who is also a speaker is found as the speaker."""
    everybody = list(known)
    speaking = {each.person_id for each in everybody if each.kind == "speaker" and each.person_id and each.is_coming}
    double = [each for each in everybody if each.kind == "participant" and each.person_id in speaking]
    extra: dict[int, list[EventPerson]] = {}
    for each in double:
        extra.setdefault(each.person_id or 0, []).append(each)
    found = []
    for each in everybody:
        if each in double:
            continue
        also = extra.get(each.person_id or -1, []) if each.kind == "speaker" else []
        found.append(
            KnownPerson(
                (each.kind, each.key),
                forms_of_person([*each.names, *(name for other in also for name in other.names)], read_aloud),
                frozenset(email.casefold() for one in (each, *also) for email in one.emails),
                each.is_coming,
            )
        )
    return People(found, read_aloud)
