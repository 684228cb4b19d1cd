"""Reports as PDF (standards pdf-1 to pdf-6). WeasyPrint is loaded where a PDF is made, never with the application."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from itertools import pairwise
from pathlib import Path
from threading import get_ident
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from iurc_events.config import resource_folder
from iurc_events.localisation import noop, translate
from iurc_events.reports.documents import Report
from iurc_events.reports.errors import AssetError, PdfUnavailableError
from iurc_events.reports.finishing import finish
from iurc_events.reports.pages import render_html

_MISSING_GLYPH: Final = re.compile(r'\.notdef glyph rendered .*"(.)" \(U\+', re.DOTALL)
_HEADING: Final = re.compile(r"<h([1-6])[ >]")
_FIGURE: Final = re.compile(r"<svg\b.*?</svg>|<img\b[^>]*>", re.DOTALL)
_NAMED_FIGURE: Final = re.compile(r'<title[^>]*>[^<]+</title>|\balt="[^"]+"')
_MEDIA_TYPES: Final = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".ttf": "font/ttf"}


@dataclass(frozen=True, slots=True)
class RenderedPdf:
    """A finished document.

    Args:
        is_accessible: Whether it claims PDF/UA-1; if not, ``remarks`` say why, for the organiser.
    """

    data: bytes
    is_accessible: bool
    remarks: tuple[str, ...] = ()


def render_pdf(report: Report) -> RenderedPdf:
    """Make the PDF of a report; the same report gives the same bytes.

    Raises:
        AssetError: If the document asks for a file that is not in our static folder.
        PdfUnavailableError: If a library that PDF needs is missing.
    """
    language = report.header.language
    page = render_html(report)
    data, missing = _write(page, _moment(report))
    remarks = remarks_on(page, missing, language)
    return RenderedPdf(finish(data, claims_ua=not remarks), is_accessible=not remarks, remarks=remarks)


def remarks_on(page: str, missing: str, language: str) -> tuple[str, ...]:
    """Say why a page may not claim PDF/UA-1: glyphs missing, pictures without a text, heading levels skipped."""
    remarks = []
    if missing:
        message = noop("No typeface here has these characters: %(characters)s")
        remarks.append(translate(message, language, characters=" ".join(missing)))
    if any(not _NAMED_FIGURE.search(figure) for figure in _FIGURE.findall(page)):
        remarks.append(translate(noop("A picture has no alternative text"), language))
    levels = [0, *(int(level) for level in _HEADING.findall(page))]
    if any(after > before + 1 for before, after in pairwise(levels)):
        remarks.append(translate(noop("A heading level is skipped"), language))
    return tuple(remarks)


def missing_glyphs(text: str) -> str:
    """Return the characters of a text that no typeface here can show, each once, in their order.

    Raises:
        PdfUnavailableError: If a library that PDF needs is missing.
    """
    from html import escape  # small, and needed here alone

    return _write(f'<html lang="zh-Hans"><title>-</title><body><p>{escape(text)}</p></body></html>', "")[1]


def is_available() -> tuple[bool, str]:
    """Tell whether PDF works on this machine, with a sentence for the person who runs it."""
    from ctypes.util import find_library  # asks the linker, which takes a while

    try:
        _weasyprint()
    except PdfUnavailableError as error:
        return False, str(error)
    if find_library("harfbuzz-subset") is None:
        return True, "PDF works, but slowly: libharfbuzz-subset is missing"
    return True, "PDF works"


def _moment(report: Report) -> str:
    return report.header.moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _weasyprint() -> Any:
    try:
        import weasyprint  # half a second and 30 MB: only for those who make a PDF
    except OSError as error:
        raise PdfUnavailableError("PDF off: libpango is missing (Debian: libpango-1.0-0 libpangoft2-1.0-0)") from error
    return weasyprint


def _write(page: str, moment: str) -> tuple[bytes, str]:
    """Return a page as tagged PDF, and the characters that no typeface has."""
    weasyprint = _weasyprint()
    from weasyprint.text.fonts import FontConfiguration  # as above

    static = resource_folder("static").resolve()
    fetcher = _make_fetcher(static)
    fonts = FontConfiguration()
    style = (resource_folder("templates") / "reports" / "report.css").read_text("utf-8")
    base = static.as_uri() + "/"
    try:
        with _heard_warnings() as warnings:
            sheet = weasyprint.CSS(string=style, base_url=base, url_fetcher=fetcher, font_config=fonts)
            document = weasyprint.HTML(string=page, base_url=base, url_fetcher=fetcher).render(
                stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/a-3a"
            )
            document.metadata.created = document.metadata.modified = moment or None
            data: bytes = document.write_pdf(pdf_variant="pdf/a-3a", pdf_identifier=b"iurc-events")
    except weasyprint.urls.FatalURLFetchingError as error:
        raise AssetError(str(error)) from error
    found = (match.group(1) for warning in warnings if (match := _MISSING_GLYPH.search(warning)))
    return data, "".join(dict.fromkeys(found))


def _make_fetcher(folder: Path) -> Any:
    """Return a fetcher that reads files of one folder and refuses everything else (pdf-6)."""
    urls = _weasyprint().urls

    class OwnFilesOnly(urls.URLFetcher):  # type: ignore[misc, name-defined]  # WeasyPrint publishes no types
        """Reads our static files; anything else ends the rendering."""

        def fetch(self, url: str, headers: object = None) -> Any:
            """Return one of our files, or stop."""
            parts = urlsplit(url)
            path = Path(unquote(parts.path)).resolve()
            if parts.scheme != "file" or parts.netloc or not path.is_relative_to(folder) or not path.is_file():
                raise urls.FatalURLFetchingError(f"Not one of our files: {url}")
            media_type = _MEDIA_TYPES.get(path.suffix, "application/octet-stream")
            return urls.URLFetcherResponse(url, path.read_bytes(), {"Content-Type": media_type})

    return OwnFilesOnly(allow_redirects=False, fail_on_errors=True)


@contextmanager
def _heard_warnings() -> Iterator[list[str]]:
    """Collect what WeasyPrint warns of in this thread."""
    heard: list[str] = []
    thread = get_ident()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread:
                heard.append(record.getMessage())

    logger, ear = logging.getLogger("weasyprint"), Ear(logging.WARNING)
    logger.addHandler(ear)
    try:
        yield heard
    finally:
        logger.removeHandler(ear)
