"""Errors that a person can do something about.

Each carries its English sentence as a template and the values for it, so that the web layer can show it in the
reader's language beside the field concerned.
"""

from __future__ import annotations


class DomainError(Exception):
    """A rule of the product was broken; ``str()`` is the English sentence."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.params = params


class NotFoundError(DomainError):
    """The thing does not exist, or this person may not know that it does."""


class ForbiddenError(DomainError):
    """The person is known and may see the thing, but may not do this to it."""


class ConflictError(DomainError):
    """Somebody else changed the thing in the meantime."""


class BusyError(DomainError):
    """The database could not take the change just now; trying again later may work."""
