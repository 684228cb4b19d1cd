"""Rendered pages and parts of them, kept while what they show is the same; nothing personal may be in them."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

from markupsafe import Markup


class KeptPages:
    """A bounded store: the least used goes first where the texts grow too large.

    A stamp is what changes as time goes by, as a version does: of each key there is the latest text alone.
    """

    def __init__(self, most_bytes: int = 32 * 1024 * 1024) -> None:
        self._texts: OrderedDict[Hashable, tuple[Hashable, Markup]] = OrderedDict()
        self._most = most_bytes
        self._size = 0
        self._lock = threading.Lock()
        #: ``KEEP_PAGES=0`` renders everything afresh, for measurements.
        self._is_off = os.environ.get("KEEP_PAGES") == "0"

    def find(self, key: Hashable, stamp: Hashable = None) -> Markup | None:
        """Return the text of a key if it was kept under the same stamp."""
        with self._lock:
            kept = self._texts.get(key)
            if kept is None or kept[0] != stamp:
                return None
            self._texts.move_to_end(key)
            return kept[1]

    def keep(self, key: Hashable, text: Markup, stamp: Hashable = None) -> None:
        """Keep the text of a key under a stamp, in the place of one that was kept under another."""
        if self._is_off:
            return
        with self._lock:
            if former := self._texts.pop(key, None):
                self._size -= len(former[1])
            self._texts[key] = stamp, text
            self._size += len(text)
            while self._size > self._most and len(self._texts) > 1:
                self._size -= len(self._texts.popitem(last=False)[1][1])

    def get_or_render(self, key: Hashable, render: Callable[[], str], stamp: Hashable = None) -> Markup:
        """Return the kept text of a key, or render and keep it."""
        if (kept := self.find(key, stamp)) is not None:
            return kept
        text = Markup(render())  # noqa: S704  (the output of our own templates)
        self.keep(key, text, stamp)
        return text


kept_pages: Final = KeptPages()
