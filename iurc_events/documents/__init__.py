"""The exchange format in and out: parse, check, compare (formats iurc-events, iurc-cities, iurc-themes, version 1)."""

from iurc_events.documents.checks import Finding, Findings, check
from iurc_events.documents.comparison import compare
from iurc_events.documents.faults import Fault
from iurc_events.documents.files import VERSION, Document, from_data, load
from iurc_events.documents.rules import KnownIds

__all__ = ["VERSION", "Document", "Fault", "Finding", "Findings", "KnownIds", "check", "compare", "from_data", "load"]
