"""Rendered calendars as a server process keeps them, within a bound of bytes."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Generic, TypeVar

from iurc_events.services.feeds import Feed

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class KeptFeed:
    """A feed's bytes with their compressed twin, made when somebody first asks for it."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed

    @cached_property
    def compressed(self) -> bytes:
        """The bytes under gzip."""
        return gzip.compress(self.feed.body, 3, mtime=0)

    def body(self, *, is_compressed: bool) -> bytes:
        """Return the bytes to send."""
        return self.compressed if is_compressed else self.feed.body


class KeptFeeds:
    """Rendered feeds by version, the oldest thrown away where they grow too large."""

    def __init__(self, most_bytes: int) -> None:
        self._feeds: OrderedDict[Hashable, KeptFeed] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._most = most_bytes
        self._size = 0
        self._lock = threading.Lock()

    def find(self, key: Hashable) -> KeptFeed | None:
        """Return a kept feed."""
        with self._lock:
            if kept := self._feeds.get(key):
                self._feeds.move_to_end(key)
            return kept

    def get_or_render(self, key: Hashable, render: Callable[[], Feed]) -> KeptFeed:
        """Return the kept feed, or render and keep it; of many who ask at once one renders."""
        with self._lock:
            if kept := self._feeds.get(key):
                self._feeds.move_to_end(key)
                return kept
            making = self._making.setdefault(key, threading.Lock())
        with making:
            if kept := self._feeds.get(key):
                return kept
            try:
                kept = KeptFeed(render())
                self._keep(key, kept)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return kept

    def _keep(self, key: Hashable, kept: KeptFeed) -> None:
        with self._lock:
            if key not in self._feeds:
                self._feeds[key] = kept
                self._size += _size(kept)
            while self._size > self._most and len(self._feeds) > 1:
                _, old = self._feeds.popitem(last=False)
                self._size -= _size(old)


def _size(kept: KeptFeed) -> int:
    """Return what a feed takes in memory at most: the compressed bytes come later, a quarter at the worst."""
    return len(kept.feed.body) * 5 // 4 + 512


class Recent(Generic[Key, Value]):
    """The latest of many things that are worth remembering; the oldest goes first."""

    def __init__(self, most: int) -> None:
        self._known: OrderedDict[Key, Value] = OrderedDict()
        self._most = most
        self._lock = threading.Lock()

    def find(self, key: Key) -> Value | None:
        """Return what is known."""
        return self._known.get(key)

    def remember(self, key: Key, value: Value) -> None:
        """Keep it."""
        with self._lock:
            self._known[key] = value
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
