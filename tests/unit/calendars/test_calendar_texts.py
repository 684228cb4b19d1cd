"""Any text survives escaping and folding, as another library reads it (``cal-2``, ``cal-4``, ``cal-20``)."""

from __future__ import annotations

import time

from calendar_samples import make_calendar, make_entry
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from iurc_events.calendars.entries import JoinLink
from iurc_events.calendars.lines import clean, fold, text_line
from iurc_events.calendars.lint import lint
from iurc_events.calendars.rendering import calendar_uid, entry_zone, render_calendar, render_entry

FRAGMENTS = [
    "\\",
    "\\n",
    ";",
    ",",
    '"',
    "\n",
    "\r\n",
    " ",
    "\t",
    "^",
    ":",
    "𠀀𪚥",
    "龘",
    "👩‍👩‍👧",
    "🇪🇺",
    "é",
    "ñ̃",
    "שלום",
    "مرحبا",
    "\u200f",
    "\x00",
]
anything = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(FRAGMENTS), max_size=120).map("".join))


@settings(max_examples=200, deadline=None)
@given(anything)
@example("\\" * 200)
@example("龘" * 60)
@example("👩‍👩‍👧" * 30)
def test_fold_gives_whole_characters_and_unfolds_to_the_line(text: str) -> None:
    line = "X:" + clean(text).replace("\n", "")
    folded = fold(line)
    pieces = folded[:-2].split(b"\r\n")
    assert folded[:-2].replace(b"\r\n ", b"").decode() == line
    assert [len(piece) for piece in pieces if len(piece) > 75] == []
    assert (
        "".join(piece.decode().removeprefix(" ") if number else piece.decode() for number, piece in enumerate(pieces))
        == line
    )


@settings(max_examples=200, deadline=None)
@given(anything)
def test_text_reads_back_as_it_was_cleaned(text: str) -> None:
    data = b"BEGIN:VEVENT\r\n" + text_line("SUMMARY", text, "en") + b"END:VEVENT\r\n"
    event = Event.from_ical(data)
    assert (str(event["SUMMARY"]), list(event), event.errors) == (clean(text), ["SUMMARY"], [])


@settings(max_examples=100, deadline=None)
@given(title=anything, text=anything, category=anything, label=anything)
def test_no_text_makes_a_faulty_calendar(title: str, text: str, category: str, label: str) -> None:
    entry = make_entry(
        title={"en": title, "zh": text},
        description={"en": text},
        venue={"zh": title},
        address={"en": label},
        categories=({"en": category, "zh": title}, {"zh": text}),
        contact={"zh": label},
        join_links=(JoinLink("https://meet.example/" + text, label, category, title),),
    )
    for language in ("en", "zh", "both"):
        data = make_calendar(entry, language=language)
        assert lint(data) == []
        assert [error for component in Calendar.from_ical(data).walk() for error in component.errors] == []


def test_a_thousand_kept_entries_are_joined_in_a_blink() -> None:
    entries = [make_entry(uid=calendar_uid(str(number)), description={"en": "Roofs. " * 80}) for number in range(1000)]
    fragments = [(entry_zone(entry), render_entry(entry, "en") or b"") for entry in entries]
    begin = time.process_time()
    render_calendar("n", "d", "en", fragments, url="https://e.example/", revised_at=entries[0].revised_at)
    assert time.process_time() - begin < 0.1
