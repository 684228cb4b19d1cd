"""Numbers with their qualifier: "more than 70", never more certain than the source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from iurc_events.domain.counts import weakest_qualifier
from iurc_events.domain.vocabulary import Qualifier
from iurc_events.localisation import noop, translate, translate_count

QUALIFIER_WORDS = {
    Qualifier.EXACTLY: noop("exactly"),
    Qualifier.AT_LEAST: noop("at least"),
    Qualifier.MORE_THAN: noop("more than"),
    Qualifier.ABOUT: noop("about"),
}
COUNT_LABELS = {
    "participants": (noop("participant"), noop("participants")),
    "cities": (noop("city or region"), noop("cities and regions")),
    "city_speakers": (noop("city speaker"), noop("city speakers")),
    "visitors": (noop("visitor"), noop("visitors")),
    "pairings_presented": (noop("pair presented"), noop("pairs presented")),
    "countries": (noop("country or region"), noop("countries or regions")),
}


@dataclass(frozen=True, slots=True)
class CountView:
    """A figure, its qualifier and what was counted; ``value_text`` is empty where nothing is stated."""

    qualifier: str
    value_text: str
    unit: str
    label: str
    as_printed: str

    @property
    def is_stated(self) -> bool:
        """Whether there is a figure at all."""
        return bool(self.value_text)

    @property
    def plain(self) -> str:
        """Qualifier, figure and thing in one line: "more than 70 participants"; no word for exact figures."""
        return " ".join(part for part in (self.qualifier, self.value_text + self.unit, self.label) if part)


def qualifier_word(qualifier: str, language: str) -> str:
    """Return the word for a qualifier, ``exactly`` included."""
    return translate(QUALIFIER_WORDS[Qualifier(qualifier)], language)


def number_text(value: int, language: str) -> tuple[str, str]:
    """Return the figure and its unit: 2,100,000 in English, 210 and 万 in Chinese where it comes out even."""
    if language == "zh" and value >= 100_000 and value % 10_000 == 0:
        return f"{value // 10_000:,}", "万"
    return f"{value:,}", ""


def count_view(
    value: int | None,
    qualifier: str | None,
    label: str,
    language: str,
    *,
    as_printed: str = "",
) -> CountView:
    """Turn a reported or measured number into what is shown; None reads "not stated"."""
    if value is None:
        return CountView("", "", "", label, as_printed)
    text, unit = number_text(value, language)
    return CountView(qualifier_word(qualifier, language) if qualifier else "", text, unit, label, as_printed)


def reported_counts(
    numbers: Iterable[tuple[str, int, str] | tuple[str, int, str, str]], language: str
) -> tuple[CountView, ...]:
    """Return reported numbers in the order of their subjects.

    Args:
        numbers: Subject, value, qualifier and, where it is known, the number as printed in the source.
    """
    order = list(COUNT_LABELS)
    views = []
    for subject, value, qualifier, *printed in sorted(
        (number for number in numbers if number[0] in COUNT_LABELS), key=lambda number: order.index(number[0])
    ):
        words = translate_count(*COUNT_LABELS[subject], value, language)
        views.append(count_view(value, qualifier, words, language, as_printed=str(printed[0]) if printed else ""))
    return tuple(views)


__all__ = [
    "COUNT_LABELS", "QUALIFIER_WORDS", "CountView", "count_view", "number_text", "qualifier_word", "reported_counts",
    "weakest_qualifier",
]  # fmt: skip
