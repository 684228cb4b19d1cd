"""Documents for tests of imports: the shipped ones, and made-up ones that use everything the format can say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import iurc_events
from iurc_events.documents import Document, load
from iurc_events.services.demo import data_files

DATA = Path(iurc_events.__file__).parent / "data"
FILES = data_files(DATA)
EVENT_FILES = [path for path in FILES if path.parent.name == "events"]
CITIES = ["sofia", "wuhan", "mannheim", "zhengzhou", "lazio"]


def read(path: Path) -> dict[str, Any]:
    """Return a document as plain data."""
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def shipped() -> list[Document]:
    """Return all shipped documents."""
    return [load(path) for path in FILES]


def events_document(*events: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a document of events."""
    return {"format": "iurc-events", "version": 1, **fields, "events": list(events)}


def as_file(data: dict[str, Any], name: str = "test.json") -> Document:
    """Return a document as it is read from a file."""
    return load(json.dumps(data, ensure_ascii=False).encode(), name)


TEXTS = st.sampled_from(["Smart cities", " with blanks ", "智慧城市", "Ελλάδα", "line\nbreak", "“quoted” & <b>", "0"])
MAPS = st.fixed_dictionaries({}, optional={"en": TEXTS, "zh": TEXTS, "pt-BR": TEXTS}).filter(bool)
TITLES = st.fixed_dictionaries({"en": TEXTS, "zh": TEXTS}, optional={"es": TEXTS})
SLUGS = st.sampled_from(["a", "b-1", "c--d", "2027"])
CITY = st.sampled_from(CITIES)
HOURS = st.lists(st.integers(9, 16), min_size=2, max_size=2, unique=True).map(sorted)


def _several(strategy: st.SearchStrategy[Any], most: int = 3, **options: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(strategy, max_size=most, **options)


def _span(day: str, hours: list[int]) -> dict[str, str]:
    return {"start": f"{day}T{hours[0]:02}:00", "end": f"{day}T{hours[1]:02}:00"}


@st.composite
def _times(draw: st.DrawFn) -> dict[str, Any]:
    zone = draw(st.sampled_from(["Europe/Brussels", "Asia/Shanghai", "Pacific/Auckland", "UTC"]))
    precision = draw(st.sampled_from(["minute", "part-of-day", "day", "month"]))
    times: dict[str, Any] = {"time_zone": zone, "time_precision": precision}
    if precision == "minute":
        return times | {"start": "2027-04-29T08:00", "end": "2027-04-30T18:00"}
    if precision == "month":
        return times | {"start": "2027-04", "end": draw(st.sampled_from(["2027-04", "2027-06"]))}
    if precision == "part-of-day":
        times["part_of_day"] = draw(st.sampled_from(["morning", "afternoon", "evening"]))
    return times | {"start": "2027-04-29", "end": "2027-04-30"}


_SPEAKER = {
    "required": {"name": MAPS},
    "optional": {
        "family_name": MAPS,
        "name_native": TEXTS,
        "name_status": st.sampled_from(["as-published", "romanised", "incomplete"]),
        "honorific": st.sampled_from(["mr", "ms", "none"]),
        "title": MAPS,
        "organisation": MAPS,
        "city": st.one_of(st.none(), CITY),
        "note": TEXTS,
    },
}


@st.composite
def _speakers(draw: st.DrawFn) -> list[dict[str, Any]]:
    ids = draw(_several(st.sampled_from(["ana", "bo-1", "chen-wei"]), unique=True))
    return [
        {"id": slug, "roles": ["moderator", "speaker"]}
        | draw(st.fixed_dictionaries(_SPEAKER["required"], optional=_SPEAKER["optional"]))
        for slug in ids
    ]


@st.composite
def _sessions(draw: st.DrawFn, speakers: list[str]) -> list[dict[str, Any]]:
    part = st.fixed_dictionaries(
        {"speaker": st.sampled_from(speakers or [""]), "role": st.sampled_from(["moderator", "speaker"])}
    )
    optional = {
        "title": MAPS,
        "topic": MAPS,
        "cities": _several(CITY, unique=True),
        "contributions": _several(part) if speakers else st.just([]),
        "duration_min": st.integers(1, 1440),
        "note": TEXTS,
    }
    item = st.fixed_dictionaries({"kind": st.sampled_from(["talk", "break", "qa"])}, optional=optional)
    sessions = []
    for slug in draw(_several(SLUGS, unique=True)):
        session = {"id": slug} | draw(
            st.fixed_dictionaries(
                {"kind": st.sampled_from(["panel", "opening"]), "title": TITLES},
                optional={
                    "room": MAPS,
                    "parallel_group": SLUGS,
                    "capacity": st.integers(1, 500),
                    "format": st.sampled_from(["online", "onsite"]),
                    "note": TEXTS,
                },
            )
        )
        hours = draw(HOURS)
        known = draw(st.sampled_from(["nothing", "date", "hours"]))
        session |= {"nothing": {}, "date": {"date": "2027-04-29"}, "hours": _span("2027-04-29", hours)}[known]
        items = [{"order": order} | entry for order, entry in enumerate(draw(_several(item)), 1)]
        if known != "nothing" and items:
            items[0] |= _span("2027-04-29", hours)
        sessions.append(session | {"items": items})
    return sessions


_AWARD = st.fixed_dictionaries(
    {"name": TITLES, "recipient": CITY},
    optional={"level": st.sampled_from(["gold", "special"]), "category": MAPS, "giver": MAPS},
)
_SOURCE = st.fixed_dictionaries(
    {"name": TEXTS},
    optional={"title": MAPS, "language": st.sampled_from(["en", "zh"]), "published": st.just("2027-05"),
              "url": st.just("https://example.org/a")},
)  # fmt: skip
_PRINTED = st.fixed_dictionaries(
    {"time_zone": st.just("Asia/Shanghai"), "start": st.just("2027-04-29T15:00"), "end": st.just("2027-04-29T17:00")},
    optional={"label": TEXTS, "note": TEXTS},
)
_COUNT = st.fixed_dictionaries(
    {"value": st.integers(0, 2**31 - 1), "qualifier": st.sampled_from(["exactly", "about"])},
    optional={"as_printed": TEXTS},
)


@st.composite
def made_up_events(draw: st.DrawFn, slug: str = "made-up") -> dict[str, Any]:
    """Draw an event that says whatever the format can say."""
    speakers = draw(_speakers())
    sessions = draw(_sessions([speaker["id"] for speaker in speakers]))
    document = st.fixed_dictionaries(
        {"kind": st.sampled_from(["agenda", "slides"]), "title": TITLES},
        optional={"url": st.just("https://example.org/a.pdf"), "images": st.integers(1, 9), "available": st.booleans()}
        | ({"session": st.sampled_from([session["id"] for session in sessions])} if sessions else {}),
    )
    event = draw(
        st.fixed_dictionaries(
            {
                "title": TITLES,
                "kind": st.sampled_from(["workshop", "training"]),
                "format": st.sampled_from(["online", "onsite", "hybrid"]),
                "status": st.sampled_from(["scheduled", "held", "cancelled", "postponed", "rescheduled"]),
                "programme": st.sampled_from(["iurc-china", "iurc-global"]),
                "themes": _several(st.sampled_from(["smart-city", "tourism-culture", "recovery"]), unique=True),
                "sources": st.lists(_SOURCE, min_size=1, max_size=2),
            },
            optional={
                "title_translated": st.sampled_from(["en", "zh"]),
                "summary": MAPS,
                "status_note": MAPS,
                "also_for": _several(st.sampled_from(["iuc-asia", "iurc-north-america"]), unique=True),
                "pairs": _several(st.sampled_from(["lazio--zhengzhou", "essen--fortaleza"]), unique=True),
                "time_estimate": st.just(_span("2027-04-29", [15, 17]) | {"basis": "a guess"}),
                "published_times": _several(_PRINTED),
                "venue": st.fixed_dictionaries({"name": MAPS}, optional={"address": MAPS, "city": CITY}),
                "organisers": _several(MAPS),
                "sdgs": _several(st.integers(1, 17), unique=True),
                "frameworks": _several(st.sampled_from(["agenda-2030"]), unique=True),
                "participating_cities": _several(CITY, unique=True),
                "counts": st.dictionaries(st.sampled_from(["participants", "cities", "visitors"]), _COUNT),
                "awards": _several(_AWARD),
                "outcomes": _several(MAPS),
                "documents": _several(document),
                "notes": _several(TEXTS),
            },
        )
    )
    if event["status"] == "rescheduled":
        event["rescheduled_from"] = {"start": "2027-03", "end": "2027-03"}
    return {"id": slug} | event | draw(_times()) | {"sessions": sessions, "speakers": speakers}
