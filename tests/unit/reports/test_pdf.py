"""The finished PDF (standards pdf-1 to pdf-7)."""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pytest

from iurc_events.localisation import Language
from iurc_events.reports import rendering
from iurc_events.reports.children import render_in_child
from iurc_events.reports.documents import Report
from iurc_events.reports.errors import AssetError, ReportTimeoutError
from iurc_events.reports.letters import LetterDocument
from iurc_events.reports.rendering import is_available, missing_glyphs, render_pdf
from tests.unit.reports.real_event import make_agenda, make_event_report, make_letter, make_programme_report, read_event

MAKERS = {"event": make_event_report, "agenda": make_agenda, "programme": make_programme_report, "letter": make_letter}


@pytest.fixture(scope="module", params=[(kind, lang) for kind in MAKERS for lang in ("en", "zh")], ids="-".join)
def made(request: pytest.FixtureRequest) -> tuple[Report, bytes]:
    kind, language = request.param
    report: Report = MAKERS[kind](language)
    return report, render_pdf(report).data


def elements(node: Any) -> Iterator[Any]:
    """Yield the structure elements below a node."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def text_of(data: bytes) -> str:
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(data)).pages).split())


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.skipif(platform.machine() == "aarch64", reason="the checker has no wheel for Linux on this processor")
@pytest.mark.parametrize("profile", ["PDF_UA_1", "PDF_A_3A"])
def test_pdf_passes_the_checker(made: tuple[Report, bytes], profile: str, tmp_path: Path):
    """pdf-1."""
    import page

    path = tmp_path / "report.pdf"
    path.write_bytes(made[1])
    result = page.validate_pdf(str(path), profile=getattr(page.ValidationProfile, profile))
    assert (result.is_compliant, list(result.failures)) == (True, [])


def test_pdf_is_tagged_titled_and_in_its_language(made: tuple[Report, bytes]):
    """pdf-2."""
    report, data = made
    header = report.header
    with pikepdf.open(BytesIO(data)) as pdf:
        root = pdf.Root
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(root.Lang) == {"en": "en", "zh": "zh-Hans"}[header.language]
        assert header.title[header.language] in str(pdf.docinfo.Title)
        assert "/Outlines" in root
        tags = [str(element.S) for element in elements(root.StructTreeRoot)]
        assert tags.count("/H1") == 1
        figures = [e for e in elements(root.StructTreeRoot) if str(e.S) == "/Figure"]
        assert [str(figure.get("/Alt", "")) for figure in figures if not str(figure.get("/Alt", ""))] == []


def test_header_cells_have_a_scope(made: tuple[Report, bytes]):
    """pdf-3."""
    with pikepdf.open(BytesIO(made[1])) as pdf:
        scopes = [str(e.A.get("/Scope", "")) for e in elements(pdf.Root.StructTreeRoot) if str(e.S) == "/TH"]
    expected = {"/Row"} if isinstance(made[0], LetterDocument) else {"/Column", "/Row"}
    assert set(scopes) == expected


def test_fonts_are_embedded_and_simplified_chinese(made: tuple[Report, bytes]):
    """pdf-4."""
    names, bare = set(), []
    for page in pypdf.PdfReader(BytesIO(made[1])).pages:
        for font in page["/Resources"]["/Font"].values():
            font = font.get_object()
            names.add(font["/BaseFont"].split("+")[1])
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            if "/ToUnicode" not in font or not {"/FontFile2", "/FontFile3"} & set(descriptor):
                bare.append(font["/BaseFont"])
    assert (names - {"Noto-Sans", "Noto-Sans-Bold", "Noto-Sans-SC", "Noto-Sans-SC-Bold"}, bare) == (set(), [])
    assert "Noto-Sans-SC" in names


@pytest.mark.parametrize("language", ["en", "zh"])
def test_text_gives_back_the_strings_of_the_record(language: Language):
    """pdf-4."""
    text, event = text_of(render_pdf(make_event_report(language)).data), read_event()["event"]
    wanted = [event["title"]["zh"], event["title"]["en"], *(speaker["name"]["en"] for speaker in event["speakers"])]
    wanted += [speaker["name"]["zh"] for speaker in event["speakers"] if "zh" in speaker["name"]]
    wanted += [item["topic"]["zh"] for item in event["sessions"][2]["items"] if "topic" in item]
    wanted += [count["as_printed"] for count in event["counts"].values()]
    assert [string for string in wanted if squeezed(string) not in text] == []


def test_same_data_gives_same_bytes(made: tuple[Report, bytes]):
    """pdf-5."""
    assert render_pdf(made[0]).data == made[1]


@pytest.mark.parametrize(
    "address",
    ["https://example.org/a.png", "http://127.0.0.1/a.png", "file:///etc/passwd", "img/missing.svg", "../app.py"],
)
def test_nothing_but_our_static_files_is_fetched(address: str):
    """pdf-6."""
    with pytest.raises(AssetError):
        rendering._write(f'<html lang="en"><title>-</title><body><img alt="x" src="{address}"></body></html>', "")


def test_user_text_stays_text():
    report = make_agenda("en")
    header = replace(report.header, title={"en": '<img src="https://example.org/x.png"> {{ 7 * 7 }}', "zh": "标题"})
    text = text_of(render_pdf(replace(report, header=header)).data)
    assert '<imgsrc="https://example.org/x.png">{{7*7}}' in text


def test_accessible_claim_is_left_out_when_a_glyph_is_missing():
    report = make_agenda("en")
    header = replace(report.header, title={"en": "Symbol \U000f0123 unknown"})
    made = render_pdf(replace(report, header=header))
    assert (made.is_accessible, made.remarks) == (
        False,
        ("No typeface here has these characters: \U000f0123",),
    )
    assert b"pdfuaid" not in pikepdf.open(BytesIO(made.data)).Root.Metadata.read_bytes()


def test_missing_glyphs_names_each_character_once():
    assert missing_glyphs("扬州 Nograšek Περιφέρεια София \U000f0123\U000f0123") == "\U000f0123"


def test_remarks_tell_of_skipped_headings_and_pictures_without_text():
    page = '<h1>A</h1><h3>B</h3><img src="x" alt=""><svg><title>C</title></svg>'
    assert rendering.remarks_on(page, "", "en") == (
        "A picture has no alternative text",
        "A heading level is skipped",
    )


def test_child_process_gives_the_same_document():
    report = make_agenda("zh")
    assert render_in_child(report, timeout=60) == render_pdf(report)


def test_child_process_is_ended_at_its_limit():
    """fault-9."""
    began = time.monotonic()
    with pytest.raises(ReportTimeoutError):
        render_in_child(make_agenda("en", 200), timeout=0.2)
    assert time.monotonic() - began < 5


def test_agenda_of_200_items_takes_seconds():
    report = make_agenda("en", 200)
    began = time.process_time()
    data = render_pdf(report).data
    assert time.process_time() - began < 10
    assert "Greenroofsinpractice,part199" in text_of(data)


def test_pdf_is_available_here():
    assert is_available()[0]


def test_reports_load_no_pdf_library_before_one_is_made():
    code = "import sys, iurc_events.reports.children; print({'weasyprint', 'pikepdf', 'segno'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
