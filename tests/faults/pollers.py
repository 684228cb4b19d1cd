"""Calendar programs that poll a site on loopback: many subscribers in one process.

Run as a script with the port and a file of addresses, one a line. Each line of input is a run in JSON: ``seconds``,
``connections`` (open at a time) and ``rate`` (polls a second; 0: as many as are answered). Every address remembers its
entity tag, and every poll has a connection of its own, as those of so many programs have. A poll is late from the
moment it was due, not from when a connection was free: a slow server cannot hide its queue.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from itertools import cycle
from pathlib import Path
from typing import Any


class Pollers:
    """Subscribers of a site and what they remember."""

    def __init__(self, port: int, paths: list[str]) -> None:
        self.port, self.paths = port, paths
        self.tags: dict[str, str] = {}
        self._turn = cycle(paths)

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> int:
        tag = self.tags.get(path)
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", "Accept-Encoding: gzip"]
        writer.write(("\r\n".join([*lines, *([f"If-None-Match: {tag}"] if tag else [])]) + "\r\n\r\n").encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) if n else ("", "") for n, line in enumerate(head[:-2]))
        status = int(head[0].split()[1])
        if status == 200:
            await reader.readexactly(int(headers["content-length"]))
            original = next(line for line in head if line.lower().startswith("etag: "))
            self.tags[path] = original[6:]
        return status

    async def run(self, *, seconds: float, connections: int, rate: float, number: int = 0) -> dict[str, Any]:
        """Poll for a while, or so many times; return statuses and how late answers were, in seconds."""
        statuses, lateness = Counter[int](), list[float]()
        begun_at = time.monotonic()
        due = iter(range(number or sys.maxsize))

        async def poll() -> None:
            for turn in due:
                due_at = begun_at + turn / rate if rate else time.monotonic()
                if due_at - begun_at > seconds or time.monotonic() - begun_at > seconds + 10:
                    break
                await asyncio.sleep(max(0.0, due_at - time.monotonic()))
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    statuses[await self._ask(reader, writer, next(self._turn))] += 1
                    writer.close()
                except (OSError, asyncio.IncompleteReadError):
                    statuses[-1] += 1
                lateness.append(time.monotonic() - due_at)

        await asyncio.gather(*(poll() for _ in range(connections)))
        took = time.monotonic() - begun_at
        return {"statuses": dict(statuses), "lateness": sorted(lateness), "rate": len(lateness) / took}


async def main() -> None:
    """Do what each line of the input says."""
    pollers = Pollers(int(sys.argv[1]), Path(sys.argv[2]).read_text().split())
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await pollers.run(**json.loads(line))), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
