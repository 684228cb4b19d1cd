"""A page with every component, for tests and for eyes; only tests register it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FileField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput, ListWidget

from iurc_events.domain.clock_texts import ReferenceZone
from iurc_events.domain.language_maps import localised
from iurc_events.domain.time_slots import PartOfDay, Precision, TimeSlot
from iurc_events.web import access
from iurc_events.web.forms.fields import (
    BaseForm,
    EmailAddressField,
    LanguageMapField,
    Required,
    WallDateField,
    WallTimeField,
    select_choices,
)
from iurc_events.web.presentation.agendas import AgendaPart, AgendaRow, AgendaView, CityLink, SpeakerLine
from iurc_events.web.presentation.counts import count_view
from iurc_events.web.presentation.day_bars import day_bar_view
from iurc_events.web.presentation.names import person_name
from iurc_events.web.presentation.paging import paging_view
from iurc_events.web.presentation.times import instant_view, offset_sentence, time_view

ZONES = (
    ReferenceZone("Europe/Brussels", {"en": "Brussels", "zh": "布鲁塞尔"}, "west"),
    ReferenceZone("Asia/Shanghai", {"en": "Beijing", "zh": "北京"}, "east"),
)
LIU = {"name": {"en": "Liu Jiangguang", "zh": "刘江广"}, "family_name": {"en": "Liu", "zh": "刘"}, "honorific": "mr"}
TINA = {"name": {"en": "Tina Pezdirc Nograšek"}, "family_name": {"en": "Pezdirc Nograšek"}, "honorific": "ms"}

blueprint = Blueprint("gallery", __name__, template_folder="templates")


class GalleryForm(BaseForm):
    """One field of every kind."""

    city = StringField("City", [Required()], description="English or Chinese name")
    end = WallTimeField("End", [Required()], description="After the start")
    day = WallDateField("Date", [Required()])
    mail = EmailAddressField("Mail")
    zone = SelectField(
        "In the time of",
        choices=select_choices([("b", "Brussels (Europe/Brussels)"), ("s", "Beijing (Asia/Shanghai)")]),
    )
    precision = RadioField(
        "When", choices=select_choices([("minute", "Exact hours"), ("day", "Day only")]), default="minute"
    )
    kinds = SelectMultipleField(
        "Kind",
        choices=select_choices([("a", "Working session"), ("b", "Study visit")]),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    consent = BooleanField("Show my name to the organisers")
    slides = FileField("Slides")
    title = LanguageMapField("Title", required=("en", "zh"), description="Up to 300 characters.")


def _exact(starts: str, ends: str, zone_name: str = "Europe/Brussels") -> TimeSlot:
    return TimeSlot(zone_name, Precision.MINUTE, starts, ends)


def _agenda(language: str, *, has_hours: bool) -> AgendaView:
    def row(number: int, minute: int, title: str, speaker: SpeakerLine, city: CityLink) -> AgendaRow:
        slot = _exact(f"2022-04-29T09:{minute:02}", f"2022-04-29T09:{minute + 7:02}")
        return AgendaRow(
            order_text=str(number),
            time=time_view(slot, ZONES, language) if has_hours else None,
            title=localised({"en": title}, language) if title else None,
            speakers=(speaker,),
            cities=(city,),
        )

    liu = SpeakerLine(
        person_name(language=language, **LIU),  # type: ignore[arg-type]  # keyword arguments out of a plain dict
        position=localised({"en": "Head of the International Cooperation Division"}, language),
        organisation=localised({"en": "Development and Reform Bureau of Huangpu District"}, language),
    )
    guangzhou = CityLink("Guangzhou Development District", "China", "#guangzhou")
    rows = (
        row(1, 20, "Digital integration and innovation in manufacturing", liu, guangzhou),
        row(2, 27, "", SpeakerLine(None, held_by="Kunming"), CityLink("Sofia", "EU", "#sofia")),
    )
    return AgendaView(
        parts=(
            AgendaPart(localised({"en": "Opening", "zh": "活动开场"}, language), rows=rows[:1]),
            AgendaPart(localised({"en": "Topic talks", "zh": "主题发言"}, language), rows=rows),
        ),
        has_hours=has_hours,
        west_place=ZONES[0].place_name[language],
        east_place=ZONES[1].place_name[language],
    )


@blueprint.get("/<lang>/gallery/<page>")
@access.public
def show_gallery(page: str) -> ResponseReturnValue:
    """Show all components in the language of the address and the theme of the query."""
    language = g.language
    slot = _exact("2022-04-29T09:00", "2022-04-29T10:30")
    late = _exact("2023-04-17T20:00", "2023-04-17T21:00")
    part = TimeSlot("Asia/Shanghai", Precision.PART_OF_DAY, "2022-04-29", "2022-04-29", PartOfDay.AFTERNOON)
    form = GalleryForm(
        MultiDict({"city": "Yangzhou", "end": "8", "title-en": "Green roofs", "title-zh": ""}), meta={"csrf": False}
    )
    form.validate()
    people = [
        person_name(language=language, **LIU),  # type: ignore[arg-type]  # keyword arguments out of a plain dict
        person_name(language=language, **TINA),  # type: ignore[arg-type]  # the same
        person_name({"en": "Dimitrios"}, language, name_status="incomplete"),
        person_name(
            {"en": "Slaveya Georgieva", "zh": "斯拉维娅"}, language, name_native="Славея Георгиева", honorific="ms"
        ),
    ]
    counts = [
        count_view(70, "more-than", "participants", language),
        count_view(27, "exactly", "cities", language),
        count_view(2_100_000, "more-than", "visitors", language, as_printed="210余万"),
        count_view(None, None, "by sex", language),
    ]
    return render_template(
        f"gallery/{page}.html",
        theme=request.args.get("theme", "light"),
        nav_current="events",
        form=form,
        exact=time_view(slot, ZONES, language),
        late=time_view(late, ZONES, language),
        part=time_view(part, ZONES, language),
        third=time_view(_exact("2022-04-29T21:00", "2022-04-29T22:00", "Pacific/Auckland"), ZONES, language),
        own=instant_view(datetime(2022, 4, 26, 10, tzinfo=UTC), ZONES, language, own_zone="Asia/Shanghai"),
        day=time_view(TimeSlot("Europe/Brussels", Precision.DAY, "2022-11-07", "2022-11-08"), ZONES, language),
        offset=offset_sentence(slot.starts_at, ZONES, language),
        bars={
            "exact": day_bar_view(slot, ZONES, language, size="full"),
            "part": day_bar_view(part, ZONES, language, size="full"),
            "late": day_bar_view(late, ZONES, language, size="full"),
            "exact_list": day_bar_view(slot, ZONES, language),
            "part_list": day_bar_view(part, ZONES, language),
        },
        agenda=_agenda(language, has_hours=True),
        ordered=_agenda(language, has_hours=False),
        people=people,
        counts=counts,
        paging=paging_view(page=3, per_page=10, total=125, path="/en/events/", query=[("kind", "training")]),
        english_only={"en": "Working meeting of a thematic group"},
        both={"en": "Technology 4.0 & Industry 5.0", "zh": "“科技4.0、工业5.0及数字化创新”线上专题研讨会"},
    )


def add_gallery(app: Flask) -> None:
    """Register the gallery on an application made for tests."""
    app.register_blueprint(blueprint)
