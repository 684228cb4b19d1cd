"""Rendered parts of pages, kept by the version of what they show; nothing personal may be in them."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

from markupsafe import Markup

from iurc_events.config import VERSION


class KeptPages:
    """A bounded store: the least used goes first where the texts grow too large."""

    def __init__(self, most_bytes: int = 32 * 1024 * 1024) -> None:
        self._texts: OrderedDict[Hashable, Markup] = OrderedDict()
        self._most = most_bytes
        self._size = 0
        self._lock = threading.Lock()
        #: ``KEEP_PAGES=0`` renders everything afresh, for measurements.
        self._is_off = os.environ.get("KEEP_PAGES") == "0"

    def get_or_render(self, key: Hashable, render: Callable[[], str]) -> Markup:
        """Return the kept text of a key, or render and keep it. The release is part of every key."""
        full_key = (VERSION, key)
        with self._lock:
            if (kept := self._texts.get(full_key)) is not None:
                self._texts.move_to_end(full_key)
                return kept
        text = Markup(render())  # noqa: S704  (the output of our own templates)
        if self._is_off:
            return text
        with self._lock:
            if full_key not in self._texts:
                self._texts[full_key] = text
                self._size += len(text)
            while self._size > self._most and len(self._texts) > 1:
                self._size -= len(self._texts.popitem(last=False)[1])
        return text


kept_pages: Final = KeptPages()
