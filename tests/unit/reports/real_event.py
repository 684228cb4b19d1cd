"""The seminar of 29 April 2022 as the report shows it, read from the programme's own record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from iurc_events.graphics.maps import Dot
from iurc_events.localisation import Language
from iurc_events.reports.contents import (
    AgendaItem,
    AgendaSession,
    Clock,
    Count,
    CountTable,
    EventFacts,
    EventReport,
    Figure,
    Header,
    Person,
)

HERE = Path(__file__).resolve().parent
MOMENT = datetime(2023, 1, 31, 9, 0, tzinfo=UTC)
SIDES = {"EU": "west", "China": "east", "other": "elsewhere"}
WORDS = {
    "en": {
        "ms": "Ms", "mr": "Mr", "participants": "participants", "cities": "cities and regions",
        "city_speakers": "city speakers", "dates": "Friday, 29 April 2022",
        "time_note": "Afternoon, Beijing time; hours not published", "held": "Held", "online": "Online",
        "kind": "Thematic seminar", "EU": "European side", "China": "Chinese side", "source": "programme report",
        "side": "Side", "speakers": "Speakers named", "open": "talks 12 to 14; participants by sex",
    },
    "zh": {
        "ms": "女士", "mr": "先生", "participants": "参会者", "cities": "城市和区域",
        "city_speakers": "城市发言人", "dates": "2022年4月29日（星期五）",
        "time_note": "北京时间下午，具体时间未公布", "held": "已举办", "online": "线上",
        "kind": "专题研讨会", "EU": "欧方", "China": "中方", "source": "项目报道",
        "side": "方", "speakers": "已公布的发言人", "open": "第12至14个发言；按性别统计的参会者",
    },
}  # fmt: skip


def clocks(language: Language) -> tuple[Clock, Clock]:
    """Return the two clocks of the programme."""
    places = ("Brussels", "Beijing") if language == "en" else ("布鲁塞尔", "北京")
    return (
        Clock(place=places[0], zone="Europe/Brussels", side="west"),
        Clock(place=places[1], zone="Asia/Shanghai", side="east"),
    )


def make_header(language: Language, title: Mapping[str, str]) -> Header:
    """Return the header of a document of IURC-China."""
    return Header(
        language=language,
        programme={"en": "IURC-China", "zh": "欧盟国际城市与区域合作项目（中国）"},
        title=title,
        moment=MOMENT,
        clocks=clocks(language),
        funding=(
            "Funded by the European Union through the Partnership Instrument."
            if language == "en"
            else "由欧盟伙伴关系工具资助。"
        ),
    )


def read_event() -> dict[str, Any]:
    """Return the record of the seminar."""
    event: dict[str, Any] = json.loads((HERE / "seminar.json").read_text("utf-8"))
    return event


def make_event_report(language: Language) -> EventReport:
    """Return the report of the seminar."""
    record, words = read_event(), WORDS[language]
    event, cities = record["event"], record["cities"]
    names = {city: {"en": place["name_en"], "zh": place["name_zh"]} for city, place in cities.items()}
    people = {
        speaker["id"]: Person(
            name=speaker["name"],
            family_name=speaker.get("family_name", {}),
            honorific=words.get(speaker.get("honorific", ""), ""),
            title=speaker["title"],
            organisation=speaker["organisation"],
            city=names.get(speaker["city"], {}),
            note=speaker.get("note", ""),
        )
        for speaker in event["speakers"]
    }
    sides = [cities[speaker["city"]]["side"] for speaker in event["speakers"] if speaker["city"]]
    return EventReport(
        header=make_header(language, event["title"]),
        facts=EventFacts(
            dates=words["dates"],
            time_note=words["time_note"],
            kind=words["kind"],
            state=words["held"],
            format=words["online"],
            summary=event["summary"],
            organisers=tuple(event["organisers"]),
            themes=tuple(record["themes"]),
        ),
        sessions=tuple(
            AgendaSession(
                title=session["title"],
                note={"en": session["note"]} if "note" in session else {},
                items=tuple(
                    AgendaItem(
                        topic=item.get("topic") or item.get("title", {}),
                        people=tuple(people[part["speaker"]] for part in item["contributions"]),
                        cities=tuple(names[city] for city in item.get("cities", ())),
                    )
                    for item in session["items"]
                ),
            )
            for session in event["sessions"]
        ),
        speakers=tuple(people.values()),
        counts=tuple(
            Count(
                label=words[subject],
                figure=Figure(count["value"], count["qualifier"]),
                as_printed=count["as_printed"],
                source=words["source"],
            )
            for subject, count in event["counts"].items()
        ),
        tables=(
            CountTable(
                heading={"en": "Speakers by side", "zh": "各方发言人"},
                first_column=words["side"],
                columns=(words["speakers"],),
                rows=tuple((words[side], (Figure(sides.count(side)),)) for side in ("EU", "China")),
                bars_of=0,
            ),
        ),
        dots=tuple(
            Dot(
                cities[city]["lat"],
                cities[city]["lon"],
                SIDES[cities[city]["side"]],
                names[city][language],
                language,
            )
            for city in event["participating_cities"]
        ),
        sources=tuple(source["title"] for source in event["sources"]),
        notes=tuple({"en": note} for note in event["notes"]),
        not_stated=(words["open"],),
    )
