"""Messages about accounts: all of them essential, and each link works once."""

from __future__ import annotations

from collections.abc import Sequence

from iurc_events.localisation import noop, translate, translate_count
from iurc_events.mail.rendering import Content, Fact, MessageText, greeting, one_line, render


def sign_in_link(language: str, *, name: str, url: str, minutes: int) -> MessageText:
    """Build the message with a link that signs somebody in.

    Args:
        minutes: How long the link works.
    """
    return render(
        Content(
            subject=translate(noop("Your sign-in link for IURC Events"), language),
            greeting=greeting(name, language),
            paragraphs=[translate(noop("Open this link and press the button to sign in."), language)],
            button=(translate(noop("Sign in"), language), url),
            closing=[
                _lasts_minutes(minutes, language),
                translate(noop("If you did not ask for it, there is nothing to do."), language),
            ],
        ),
        language,
    )


def password_reset(language: str, *, name: str, url: str, minutes: int) -> MessageText:
    """Build the message with a link to set a new password."""
    return render(
        Content(
            subject=translate(noop("Set a new password for IURC Events"), language),
            greeting=greeting(name, language),
            paragraphs=[
                translate(noop("Somebody asked for a new password for your account. Set it on this page:"), language)
            ],
            button=(translate(noop("Set a new password"), language), url),
            closing=[
                _lasts_minutes(minutes, language),
                translate(noop("If you did not ask for it, your old password keeps working."), language),
            ],
        ),
        language,
    )


def unknown_address(language: str, *, url: str) -> MessageText:
    """Build the answer to an address without an account that asked for a link.

    It is sent so that the page can answer alike for everybody (sec-10), and it says no more than that.
    """
    return render(
        Content(
            subject=translate(noop("No account for this address on IURC Events"), language),
            greeting=greeting("", language),
            paragraphs=[
                translate(
                    noop("Somebody asked to sign in with this address, but there is no account for it."), language
                ),
                translate(noop("If that was you, try the address to which your invitation was sent."), language),
            ],
            links={translate(noop("IURC Events"), language): url},
        ),
        language,
    )


def account_invitation(
    language: str, *, name: str, url: str, days: int, invited_by: str, roles: Sequence[str]
) -> MessageText:
    """Build the invitation to a new account.

    Args:
        days: How long the link works.
        roles: What the person may do, in the message's language, e.g. "Organiser, IURC-China".
    """
    return render(
        Content(
            subject=translate(noop("Your account for IURC Events"), language),
            greeting=greeting(name, language),
            paragraphs=[
                translate(
                    noop("%(person)s made an account for you on IURC Events, where the programme plans its events."),
                    language,
                    person=one_line(invited_by),
                )
            ],
            facts=[Fact(translate(noop("Your role"), language), one_line(role)) for role in roles],
            button=(translate(noop("Choose a password"), language), url),
            closing=[
                translate_count(
                    noop("The link works for %(num)s day and only once."),
                    "The link works for %(num)s days and only once.",
                    days,
                    language,
                )
            ],
        ),
        language,
    )


def role_added(language: str, *, name: str, url: str, given_by: str, roles: Sequence[str]) -> MessageText:
    """Build the notice to somebody with an account that they have a new role."""
    return render(
        Content(
            subject=translate(noop("Your new role on IURC Events"), language),
            greeting=greeting(name, language),
            paragraphs=[
                translate(noop("%(person)s gave you a role on IURC Events."), language, person=one_line(given_by))
            ],
            facts=[Fact(translate(noop("Your role"), language), one_line(role)) for role in roles],
            button=(translate(noop("Sign in"), language), url),
        ),
        language,
    )


def _lasts_minutes(minutes: int, language: str) -> str:
    return translate_count(
        noop("The link works for %(num)s minute and only once."),
        "The link works for %(num)s minutes and only once.",
        minutes,
        language,
    )
