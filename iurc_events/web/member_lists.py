"""Lists of a delegation's people at both desks: which page of them the address asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from iurc_events.models.delegations import Delegation
from iurc_events.queries import member_lists as list_queries
from iurc_events.queries.member_lists import MemberFilter
from iurc_events.queries.members import Member
from iurc_events.web.presentation.paging import PagingView, paging_view

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class MembersPage:
    """A page of a delegation's people, and what its filters and links need."""

    members: list[Member]
    wanted: MemberFilter
    #: States that occur, with the number of people in each, whatever the filter.
    states: tuple[tuple[str, int], ...]
    #: How many people there are, whatever the filter.
    total: int
    #: How many of them are speakers.
    speakers: int
    #: Where the list stands.
    path: str
    #: What links and forms of the page keep of its address.
    kept: Mapping[str, str]
    paging: PagingView

    @property
    def is_long(self) -> bool:
        """Whether the list needs filters and pages."""
        return self.total > PER_PAGE or self.is_filtered

    @property
    def is_filtered(self) -> bool:
        """Whether a filter is set."""
        return bool(self.wanted.words or self.wanted.state)


def kept_address() -> dict[str, str]:
    """Return what the address says of the list: words, state and page."""
    words = " ".join(request.args.get("q", "")[:100].split())
    state, page = request.args.get("state", "")[:20], request.args.get("page", "")
    is_page = page.isdecimal() and len(page) < 6 and int(page) > 1
    return {
        name: value
        for name, value in (("q", words), ("state", state), ("page", str(int(page)) if is_page else ""))
        if value
    }


def members_page(delegation: Delegation, path: str) -> MembersPage:
    """Read the page of a delegation's people that the address asks for, in a fixed number of questions.

    Args:
        path: Where the list stands, also when it is shown after a form was sent.
    """
    kept = kept_address()
    counts = list_queries.count_members(delegation)
    state = kept.get("state", "")
    wanted = MemberFilter(kept.get("q", ""), state if state in counts.by_state else "")
    total = list_queries.count_chosen(delegation, wanted)
    page = min(int(kept.get("page", "1")), max(1, -(-total // PER_PAGE)))
    filters = [(name, value) for name, value in (("q", wanted.words), ("state", wanted.state)) if value]
    return MembersPage(
        members=list_queries.list_members(delegation, wanted, page=page, per_page=PER_PAGE),
        wanted=wanted,
        states=tuple(sorted(counts.by_state.items(), key=lambda each: (-each[1], each[0]))),
        total=counts.total,
        speakers=counts.speakers,
        path=path,
        kept={**dict(filters), **({"page": str(page)} if page > 1 else {})},
        paging=paging_view(page=page, per_page=PER_PAGE, total=total, path=path, query=filters),
    )
