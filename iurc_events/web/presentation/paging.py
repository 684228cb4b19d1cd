"""Pages of a list: "1–10 of 65" and links that keep the filters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page to go to, or a gap where ``href`` is None."""

    number: int
    href: str | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class PagingView:
    """What the paging macro shows."""

    first: int
    last: int
    total: int
    pages: tuple[PageLink, ...]
    previous_href: str
    next_href: str


def paging_view(
    *, page: int, per_page: int, total: int, path: str, query: Iterable[tuple[str, str]] = ()
) -> PagingView:
    """Reckon the links around a page.

    Args:
        page: The page shown, from 1.
        query: All parameters of the list as pairs; ``page`` among them is replaced.
    """
    kept = [(name, value) for name, value in query if name != "page"]
    count = max(1, -(-total // per_page))
    page = min(max(page, 1), count)

    def href(number: int) -> str:
        parameters = [*kept, ("page", str(number))] if number > 1 else kept
        return f"{path}?{urlencode(parameters)}" if parameters else path

    shown = sorted({1, count, *range(max(1, page - 2), min(count, page + 2) + 1)}) if count > 9 else range(1, count + 1)
    pages: list[PageLink] = []
    for number in shown:
        if pages and number - pages[-1].number > 1:
            pages.append(PageLink(number - 1, None, is_current=False))
        pages.append(PageLink(number, href(number), is_current=number == page))
    return PagingView(
        first=min((page - 1) * per_page + 1, total),
        last=min(page * per_page, total),
        total=total,
        pages=tuple(pages),
        previous_href=href(page - 1) if page > 1 else "",
        next_href=href(page + 1) if page < count else "",
    )
