"""Visitors of a site on loopback, a process of them: they open their pages first and then all send at once.

Run as a script with the port; it reads a list of visits in JSON per line, answers ``ready`` once all pages are open,
sends on the next line, and prints what each visitor was told.
"""

from __future__ import annotations

import html
import http.client
import json
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

THREADS = 8


class Visitor:
    """A browser with its cookies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Send a request; return status, Location and page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body=urlencode(form) if form is not None else None, headers=headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        connection.close()
        return answer.status, answer.headers.get("Location", ""), page


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's first form that posts."""
    form = re.search(r'<form[^>]*method="post".*?</form>', page, re.S)
    fields = re.findall(r"<input[^>]*>", form[0] if form else "")
    values = {}
    for field in fields:
        found = dict(re.findall(r'(\w+)="([^"]*)"', field))
        if found.get("type") == "hidden":
            values[found["name"]] = html.unescape(found.get("value", ""))
    return values


def open_page(port: int, visit: dict[str, Any]) -> tuple[Visitor, str, dict[str, str]]:
    """Open what the visitor will send from; return where to and the form."""
    visitor = Visitor(port)
    if link := visit.get("link"):
        _, location, _ = visitor.ask("GET", link)
        page = visitor.ask("GET", location)[2]
        return visitor, f"{location}/cancel", {"csrf_token": hidden(page)["csrf_token"]}
    path = f"/en/events/{visit['slug']}/sign-up"
    form = {
        **hidden(visitor.ask("GET", path)[2]), "name": f"Test {visit['email']}", "email": visit["email"],
        "organisation": "Test Office", "city": "", "stakeholder_type": "other", "mode": "online", "consent": "y",
    }  # fmt: skip
    return visitor, path, form


def send(opened: tuple[Visitor, str, dict[str, str]], visit: dict[str, Any]) -> dict[str, Any]:
    """Send the form and read the page that follows; the times are those of the machine, the same in all processes."""
    visitor, path, form = opened
    started = time.monotonic()
    status, location, _ = visitor.ask("POST", path, form)
    ended = time.monotonic()
    told = visitor.ask("GET", location)[2] if location and visit.get("email") else ""
    is_waiting = "<h1>All places are taken</h1>" in told
    answer = "waiting" if is_waiting else "registered" if "<h1>You are registered</h1>" in told else ""
    return {
        "email": visit.get("email"),
        "status": status,
        "answer": answer,
        "started": started,
        "ended": ended,
    }


def main(port: int) -> None:
    """Serve visits until the input ends."""
    with ThreadPoolExecutor(THREADS) as pool:
        while line := sys.stdin.readline():
            visits = json.loads(line)
            opened = list(pool.map(lambda visit: open_page(port, visit), visits))
            # The same visit several times is the same form several times.
            first = {json.dumps(visit): page for visit, page in reversed(list(zip(visits, opened, strict=True)))}
            print("ready", flush=True)
            sys.stdin.readline()
            told = list(pool.map(lambda visit, pages=first: send(pages[json.dumps(visit)], visit), visits))
            print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
