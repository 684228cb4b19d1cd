"""A bounded load on a server on loopback: a few connections kept alive for a fixed time."""

from __future__ import annotations

import http.client
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Measured:
    """Answers a second over all connections, and the size of one."""

    rate: float = 0.0
    size: int = 0
    statuses: dict[int, int] = field(default_factory=dict)


def measure(
    port: int, path: str, *, seconds: float = 2.0, connections: int = 4, headers: dict[str, str] | None = None
) -> Measured:
    """Ask for one address as often as the server answers.

    Args:
        headers: Sent with each request, for example If-None-Match.
    """
    result = Measured()
    lock = threading.Lock()
    ends_at = time.perf_counter() + seconds
    counts: list[int] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        count = 0
        while time.perf_counter() < ends_at:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            body = answer.read()
            count += 1
            with lock:
                result.size = len(body)
                result.statuses[answer.status] = result.statuses.get(answer.status, 0) + 1
        connection.close()
        with lock:
            counts.append(count)

    started = time.perf_counter()
    threads = [threading.Thread(target=ask) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.rate = sum(counts) / (time.perf_counter() - started)
    return result
