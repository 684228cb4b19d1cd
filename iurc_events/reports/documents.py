"""All documents that become PDF."""

from __future__ import annotations

from iurc_events.reports.contents import AgendaDocument, EventReport, ProgrammeReport
from iurc_events.reports.letters import LetterDocument

Report = EventReport | AgendaDocument | ProgrammeReport | LetterDocument
