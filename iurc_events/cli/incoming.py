"""The command to which a mail server pipes what comes back."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import BinaryIO, Final

import click
from sqlalchemy.exc import SQLAlchemyError

from iurc_events.cli.running import Refused, load_app
from iurc_events.domain.errors import DomainError
from iurc_events.mail.incoming import LARGEST, UnreadableMailError
from iurc_events.services import mail_reports

#: Seconds for one mail: a mail that takes longer was made to.
_LONGEST: Final = 30
_WORDS: Final = {
    "bounced": "a report: not delivered",
    "delayed": "a report: delayed",
    "delivered": "a report: delivered",
    "reply": "the answer of a calendar",
    "unknown": "about nothing that was sent from here",
    "automatic": "an automatic answer, ignored",
    "unsubscribed": "unsubscribed from a kind of mail",
    "other": "neither a report nor the answer of a calendar, ignored",
}


def _read(stream: BinaryIO) -> bytes:
    """Read a mail to its end; what is beyond the largest that we take is dropped, so that the pipe does not break."""
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        while stream.read(1 << 20):
            pass
    return data


def _give_up(_signal: int, _frame: FrameType | None) -> None:
    raise UnreadableMailError("the mail takes too long to read")


@click.command("receive-mail")
@click.option("--sender", help="Sender of the envelope, e.g. ${sender} of Postfix; empty for a report.")
@click.option("--recipient", default="", help="Recipient of the envelope, e.g. ${original_recipient} of Postfix.")
def receive_mail(sender: str | None, recipient: str) -> None:
    """Take in one mail from standard input: a report on delivery, or the answer of a calendar.

    Exit statuses are those of sysexits.h: 0 taken or ignored, 65 refused, 75 try again later, 78 badly set up.
    """
    if sender is not None and sender.upper() in ("<>", "MAILER-DAEMON"):
        sender = ""
    signal.signal(signal.SIGALRM, _give_up)
    try:
        data = _read(sys.stdin.buffer)
        app = load_app()
        signal.alarm(_LONGEST)
        with app.app_context():
            outcome = mail_reports.receive(data, sender=sender, recipient=recipient)
        signal.alarm(0)
    except UnreadableMailError as error:
        click.echo(f"Refused: {error}.", err=True)
        raise SystemExit(os.EX_DATAERR) from error
    except Refused as error:
        click.echo(error.message, err=True)
        raise SystemExit(os.EX_CONFIG) from error
    except (SQLAlchemyError, DomainError, OSError) as error:
        click.echo(f"Try again later: {type(error).__name__}.", err=True)
        raise SystemExit(os.EX_TEMPFAIL) from error
    click.echo(f"{_WORDS[outcome][:1].upper()}{_WORDS[outcome][1:]}.")


COMMANDS = (receive_mail,)
