"""Secrets out of log lines: tokens of links and feeds never reach a log (sec-11)."""

from __future__ import annotations

import re
from typing import Final

REDACTED: Final = "[token]"
#: Pages whose last part is a secret, whatever it looks like.
_AFTER: Final = re.compile(
    r"(?i)((?:/|%2f)(?:my|my-data|confirm-address|speaker|invitation|preview|unsubscribe|sign-in|account(?:/|%2f)password)(?:/|%2f))([^/?&#\s\"%.]+)"
)
#: 26 characters of base32 stand nowhere else.
_TOKEN: Final = re.compile(r"(?i)(?<![a-z0-9])[a-z2-7]{26}(?![a-z0-9])")


def redact(line: str) -> str:
    """Return a line with every token replaced."""
    return _TOKEN.sub(REDACTED, _AFTER.sub(rf"\1{REDACTED}", line))
