"""What can go wrong while a document is made."""

from __future__ import annotations


class ReportError(Exception):
    """A document could not be made."""


class AssetError(ReportError):
    """A document asked for a file that is not one of ours."""


class ReportTimeoutError(ReportError):
    """A document was not ready in time."""


class ReportStoppedError(ReportError):
    """A document was no longer wanted."""


class PdfUnavailableError(ReportError):
    """A library that PDF needs is missing on this machine."""
