"""The seminar of 29 April 2022 as the report shows it, read from the programme's own record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from iurc_events.graphics.maps import Arc, Dot
from iurc_events.localisation import Language
from iurc_events.reports.contents import (
    AgendaDocument,
    AgendaItem,
    AgendaSession,
    Clock,
    Count,
    CountTable,
    EventFacts,
    EventLine,
    EventReport,
    Figure,
    Header,
    Person,
    ProgrammeReport,
)
from iurc_events.reports.letters import LetterDocument, LetterPage

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


def make_agenda(language: Language, items: int = 3) -> AgendaDocument:
    """Return an agenda with hours, of as many items as asked for."""
    rows = tuple(
        AgendaItem(
            topic={"en": f"Green roofs in practice, part {number}", "zh": f"绿色屋顶实践（{number}）"},
            kind="Talk" if language == "en" else "发言",
            times=(f"{9 + number // 60:02d}:{number % 60:02d}", f"{15 + number // 60:02d}:{number % 60:02d}"),
            people=(
                Person(
                    name={"en": "Tina Pezdirc Nograšek"},
                    family_name={"en": "Pezdirc Nograšek"},
                    honorific=WORDS[language]["ms"],
                    title={"en": "Director", "zh": "主任"},
                    organisation={"en": "Regional Creative Economy Centre", "zh": "区域创意经济中心"},
                ),
            ),
            cities=({"en": "Ljubljana Urban Region", "zh": "卢布尔雅那都会区"},),
        )
        for number in range(items)
    )
    return AgendaDocument(
        header=make_header(language, {"en": "Green city development", "zh": "绿色城市发展"}),
        facts=EventFacts(
            dates="Friday, 26 May 2023" if language == "en" else "2023年5月26日（星期五）",
            times=("09:00–10:30", "15:00–16:30"),
            venue={"en": "City Hall, Sala d’Ercole", "zh": "市政厅"},
            contact_name="Programme team",
            contact_address="team@example.org",
        ),
        sessions=(
            AgendaSession(
                title={"en": "Talks", "zh": "发言"}, times=("09:00–10:30", "15:00–16:30"), room="Hall A", items=rows
            ),
        ),
    )


def make_programme_report(language: Language) -> ProgrammeReport:
    """Return the progress report of 2022."""
    event = make_event_report(language)
    is_english = language == "en"
    lines = (
        ("26 Jan", "First exchange meeting", "首次交流会", Figure(35), Figure(100, "more-than")),
        ("4 Mar", "Tourism and culture", "文旅产业", Figure(25), Figure(80, "more-than")),
        ("29 Apr", "Technology 4.0", "科技4.0", Figure(27), Figure(70, "more-than")),
        ("7–8 Nov", "Annual Event", "全球年会", Figure(100, "more-than"), Figure()),
    )
    return ProgrammeReport(
        header=make_header(language, {"en": "Progress report 2022", "zh": "2022年进展报告"}),
        period="1 January to 31 December 2022" if is_english else "2022年1月1日至12月31日",
        introduction=(
            "International Urban and Regional Cooperation with China. Events, participants and results from "
            "1 January to 31 December 2022."
            if is_english
            else "国际城市与区域合作（中国）。2022年1月1日至12月31日的活动、参会者与成果。"
        ),
        dots=event.dots,
        arcs=(
            Arc((49.49, 8.47), (29.56, 106.55), is_earlier=True),
            Arc((45.49, 16.37), (29.56, 106.55)),
            Arc((39.47, -0.38), (34.75, 113.62)),
        ),
        figures=(
            Count(label="events held" if is_english else "项活动", figure=Figure(4)),
            Count(
                label="participants, three events counted" if is_english else "参会者（三项活动）",
                figure=Figure(250, "more-than"),
            ),
            Count(
                label="partner cities and regions in one event" if is_english else "同一活动的城市和区域",
                figure=Figure(35, "at-least"),
            ),
            Count(label="participants by sex" if is_english else "按性别统计", figure=Figure()),
        ),
        in_short=("Four events brought European and Chinese partners together." if is_english else "共举办四项活动。",),
        not_stated=("Participants of the annual conference" if is_english else "全球年会的参会人数",),
        events=tuple(
            EventLine(
                date=date,
                title={"en": english, "zh": chinese},
                format=WORDS[language]["online"],
                cities=cities,
                participants=participants,
            )
            for date, english, chinese, cities, participants in lines
        ),
        participants_total=Figure(250, "more-than"),
        total_note="Participants: sum of three events." if is_english else "参会者：三项活动之和。",
        tables=event.tables,
        annex=event.counts,
    )


def make_letter(language: Language) -> LetterDocument:
    """Return a letter about the seminar, its page in ``language`` first."""
    title = read_event()["event"]["title"]
    words = {
        "en": ("Letter of invitation", "Dear colleagues,", "We invite Zhengzhou.", ("Yours sincerely,",)),
        "zh": ("邀请函", "郑州：", "我们邀请郑州出席。", ("此致", "敬礼！")),
    }
    other: Language = "zh" if language == "en" else "en"
    pages = []
    for tongue in (language, other):
        kind, salutation, text, farewell = words[tongue]
        pages.append(
            LetterPage(
                language=tongue,
                programme="IURC-China",
                sender=("Test Office 测试办公室",),
                kind=kind,
                number="TEST/2022/0001",
                place_and_date="2022",
                receiver=("Zhengzhou",),
                salutation=salutation,
                paragraphs=(text,),
                facts=((("Event", "活动")[tongue == "zh"], title[tongue]),),
                after=(text,),
                farewell=farewell,
                signature=("Test Teamlead",),
            )
        )
    return LetterDocument(header=make_header(language, title), number="TEST/2022/0001", pages=tuple(pages))
