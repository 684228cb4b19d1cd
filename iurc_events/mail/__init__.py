"""Mail: one builder per message (plain data in, subject, text and HTML out) and one sender."""

from iurc_events.mail.contents import Clocks, Deadline, EventFacts, JoinFacts, Place, ProgrammeFacts, Quota
from iurc_events.mail.rendering import MessageText

__all__ = ["Clocks", "Deadline", "EventFacts", "JoinFacts", "MessageText", "Place", "ProgrammeFacts", "Quota"]
