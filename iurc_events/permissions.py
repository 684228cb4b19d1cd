"""What people may do, and one map from each permission to the rule that grants it.

A permission opens a kind of page; which events or cities somebody sees there is decided by the queries that take the
actor (sec-1). What nobody granted is denied.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from iurc_events.domain.vocabulary import RoleName
from iurc_events.models.accounts import User


class Permission(StrEnum):
    """Kinds of things that a route may allow."""

    USE_OWN_ACCOUNT = "use own account"
    ORGANISE_EVENTS = "organise events"
    EDIT_AGENDA = "edit agenda"
    MANAGE_DELEGATIONS = "manage delegations"
    SEE_PARTICIPANTS = "see participants"
    READ_OUTBOX = "read outbox"
    IMPORT_DOCUMENTS = "import documents"
    READ_REPORTS = "read reports"
    ACT_FOR_CITY = "act for a city"
    CHECK_IN = "check people in"
    ADMINISTER = "administer the installation"


def _is_somebody(user: User) -> bool:
    return not user.is_disabled


def _is_administrator(user: User) -> bool:
    return user.has_role(RoleName.ADMINISTRATOR)


def _is_organiser(user: User) -> bool:
    return _is_administrator(user) or user.has_role(RoleName.ORGANISER)


def _reads_reports(user: User) -> bool:
    return _is_organiser(user) or user.has_role(RoleName.FUNDER)


def _is_at_door(user: User) -> bool:
    return _is_organiser(user) or user.has_role(RoleName.CHECK_IN)


def _is_delegate(user: User) -> bool:
    return user.has_role(RoleName.DELEGATE)


GRANTS: dict[Permission, Callable[[User], bool]] = {
    Permission.USE_OWN_ACCOUNT: _is_somebody,
    Permission.ORGANISE_EVENTS: _is_organiser,
    Permission.EDIT_AGENDA: _is_organiser,
    Permission.MANAGE_DELEGATIONS: _is_organiser,
    Permission.SEE_PARTICIPANTS: _is_organiser,
    Permission.READ_OUTBOX: _is_organiser,
    Permission.IMPORT_DOCUMENTS: _is_organiser,
    Permission.READ_REPORTS: _reads_reports,
    Permission.ACT_FOR_CITY: _is_delegate,
    Permission.CHECK_IN: _is_at_door,
    Permission.ADMINISTER: _is_administrator,
}


def is_granted(user: User, permission: Permission) -> bool:
    """Tell whether a user has a permission at all."""
    return not user.is_disabled and GRANTS[permission](user)
