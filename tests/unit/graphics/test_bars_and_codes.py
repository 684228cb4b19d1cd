"""Bars and QR codes."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import segno

from iurc_events.graphics.bars import Bar, bars_svg
from iurc_events.graphics.qr_codes import qr_svg

SVG = "{http://www.w3.org/2000/svg}"
BARS = [
    Bar("First exchange meeting", 100, "more than 100", is_open_ended=True),
    Bar("Tourism", 50, "50"),
    Bar("Annual Event", None, "not stated"),
]


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 our own picture


def test_bars_write_their_values_at_the_end():
    root = parse(bars_svg(BARS, title="Participants"))
    values = [text.text for text in root.iter(f"{SVG}text") if "bar-value" in text.get("class", "")]
    assert values == ["more than 100", "50", "not stated"]


def test_bars_are_pointed_for_more_than_and_dashed_for_not_stated():
    root = parse(bars_svg(BARS, title="Participants"))
    paths = {path.get("class"): path for path in root.iter(f"{SVG}path")}
    drawn = [path.get("d", "") for path in root.iter(f"{SVG}path") if path.get("class") == "bar bar-together"]
    assert ["l" in d for d in drawn] == [True, False]
    assert paths["bar-unknown-start"].get("stroke-dasharray") == "3 3"


def test_bars_of_zero_and_of_nothing_are_drawn():
    parse(bars_svg([Bar("None came", 0, "0")], title="Participants"))
    parse(bars_svg([], title="Participants"))


def test_long_labels_take_two_lines_at_most():
    label = "Association of Municipalities of the Metropolitan Area of Bologna and of Imola with all of its neighbours"
    root = parse(bars_svg([Bar(label, 3, "3")], title="Cities", width=400))
    lines = [span.text or "" for span in root.iter(f"{SVG}tspan")]
    assert (len(lines), lines[1][-1]) == (2, "…")


def test_qr_code_has_the_modules_of_its_text():
    address = "https://example.org/en/events/2022-04-29-industry-4-0-seminar"
    root = parse(qr_svg(address, "Open the event"))
    runs = root.findall(f"{SVG}path")[0].get("d", "").count("M")
    modules = [bytes(row) for row in segno.make(address, micro=False, error="m").matrix]
    expected = sum(row[x] == 1 and (x == 0 or row[x - 1] == 0) for row in modules for x in range(len(row)))
    assert (root[0].text, root.get("viewBox"), runs) == (
        "Open the event",
        f"0 0 {len(modules) + 8} {len(modules) + 8}",
        expected,
    )
