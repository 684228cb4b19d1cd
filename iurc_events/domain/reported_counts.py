"""Reported numbers as people write them: "more than 70", "70余位", "超过70人", "about 30", "1,200"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from iurc_events.domain.vocabulary import Qualifier

#: Words before or after the figure, the longest first where one begins another.
_WORDS = (
    (Qualifier.MORE_THAN, ("more than", "over", "超过", "逾", "余", "多", "+", ">")),
    (Qualifier.AT_LEAST, ("at least", "no fewer than", "不少于", "至少", "以上", "≥")),
    (Qualifier.ABOUT, ("about", "around", "approximately", "some", "circa", "大约", "约", "左右", "近", "~")),
    (Qualifier.EXACTLY, ("exactly", "确切", "=")),
)
_NUMBER = re.compile(r"\d{1,3}(?:[,\u2009\u00a0 ]\d{3})+(?!\d)|\d+(?:\.\d+)?")
_LAST_FIGURE = re.compile(r"\d[\d,，.]*(?=\D*$)")
_LEADING_WORD = re.compile(
    r"(more than|over|at least|no fewer than|about|around|approximately|circa|exactly"
    r"|超过|逾|至少|不少于|大约|约|近|[~>≥=])\s*$",
    re.IGNORECASE,
)
_LARGEST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ReportedCount:
    """A number, how sure it is, and how it was written."""

    value: int
    qualifier: Qualifier
    as_printed: str


@dataclass(frozen=True, slots=True)
class PastedLine:
    """A line of pasted text: the place named in it, and its number where one was understood."""

    number: int
    name: str
    count: ReportedCount | None


def read_count(text: str) -> ReportedCount | None:
    """Understand one reported number, or return None."""
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    found = _NUMBER.findall(folded)
    if len(found) != 1:
        return None
    rest = folded.replace(found[0], "\0", 1)
    value = float(re.sub(r"[,\s]", "", found[0]))
    if re.search("\0\\s*[余多]?\\s*万", rest):
        value *= 10_000
    elif re.search("\0\\s*[余多]?\\s*亿", rest):
        value *= 100_000_000
    if value != int(value) or value > _LARGEST:
        return None
    for qualifier, words in _WORDS:
        if any(word in rest for word in words):
            return ReportedCount(int(value), qualifier, text.strip())
    return ReportedCount(int(value), Qualifier.EXACTLY, text.strip())


def _parted(line: str) -> tuple[str, str]:
    """Part a line into name and number: at the tab, else before the figures and the word that qualifies them."""
    name, tab, count = line.partition("\t")
    if tab:
        return name, count
    found = _LAST_FIGURE.search(line)
    if found is None:
        return line, ""
    name = line[: found.start()]
    word = _LEADING_WORD.search(name)
    start = word.start() if word else found.start()
    return line[:start], line[start:]


def read_lines(text: str) -> list[PastedLine]:
    """Understand pasted lines "City<TAB>number"; without a tab, the number ends the line."""
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            name, count = _parted(line.strip(" "))
            lines.append(PastedLine(number, name.strip(" \t\u3000:：,，"), read_count(count)))
    return lines
