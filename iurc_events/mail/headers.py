"""Texts and addresses as header lines that every server takes and every reader joins to what was written.

The email package of Python 3.11 folds them itself, but loses blanks between encoded words and quotes around long names.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from email.header import Header
from email.headerregistry import Address
from typing import Final

#: Octets in a line with encoded words (RFC 2047 §2).
_LONGEST_LINE: Final = 76


def _is_plain(text: str) -> bool:
    """Tell whether a text may stand as it is: ASCII, and nothing in it looks like an encoded word."""
    return text.isascii() and text.isprintable() and "=?" not in text


def _encoded_words(name: str, text: str) -> str:
    """Return a whole text as encoded words of whole characters, folded (RFC 2047 §5).

    Readers drop the blanks between two encoded words (§6.2), so all blanks of the text are inside them.
    """
    writable = text.encode("utf-8", "replace").decode("utf-8")
    return Header(writable, "utf-8", _LONGEST_LINE, name).encode(linesep="\r\n")


def fold_text(name: str, text: str) -> str:
    """Return a header that is a text, such as a subject: folded at its blanks where it is plain, else encoded."""
    lines = textwrap.wrap(
        text,
        _LONGEST_LINE,
        initial_indent=f"{name}: ",
        subsequent_indent=" ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    # compared because wrapping drops the second of two blanks, and leaves a long word longer than a line
    if _is_plain(text) and "".join(lines) == f"{name}: {text}" and len(max(lines, key=len)) <= _LONGEST_LINE:
        return "\r\n".join(lines) + "\r\n"
    return f"{name}: {_encoded_words(name, text)}\r\n"


def fold_mailboxes(name: str, mailboxes: Iterable[Address]) -> str:
    """Return a header that lists mailboxes (RFC 5322 §3.4), each name whole or as encoded words (RFC 2047 §5 (3)).

    An address is never encoded or folded; one that is not ASCII needs a server with SMTPUTF8 (RFC 6532 §3.2).
    """
    return f"{name}: " + ",\r\n ".join(_mailbox(name, each) for each in mailboxes) + "\r\n"


def _mailbox(name: str, mailbox: Address) -> str:
    if not mailbox.display_name:
        return mailbox.addr_spec
    whole = str(mailbox)  # with quotes where the name needs them
    if _is_plain(mailbox.display_name) and len(f"{name}: {whole},") <= _LONGEST_LINE:
        return whole
    return f"{_encoded_words(name, mailbox.display_name)}\r\n <{mailbox.addr_spec}>"
