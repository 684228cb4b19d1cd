"""What a personal calendar may hold, as closed lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

#: Parts of "mine" in their order: events followed, registered for, spoken at, organised or answered for, and the last
#: days to sign up or answer as entries of their own.
OWN_PARTS: Final = ("followed", "registered", "speaking", "organising", "deadlines")
#: What "mine" holds where nobody chose.
USUAL_PARTS: Final = ("followed", "registered", "speaking", "organising")


def parts_of(chosen: Iterable[str] | None) -> tuple[str, ...]:
    """Return the parts of a subscription in their order; None takes the usual ones."""
    wanted = USUAL_PARTS if chosen is None else set(chosen)
    return tuple(part for part in OWN_PARTS if part in wanted)
